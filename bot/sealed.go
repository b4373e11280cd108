package bot

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"sync"
)

// Sealed is a block that stands in a knowledge pack word for word. A log keeps
// it once, under a key made of its content, and the rows of all who were told
// it refer to that key. It never changes and holds nothing about a person.
type Sealed struct {
	key   string
	json  []byte
	block Block
}

// sealedKeyBytes of a SHA-256 make a key: enough that no two blocks share one.
const sealedKeyBytes = 15

// Seal makes a sealed block. The caller must not change what it points to
// afterwards.
func Seal(block Block) *Sealed {
	data := appendBlock(nil, &block)
	return sealed(sealedKey(data), data, block)
}

// OpenSealed reads a sealed block as a log keeps it. What does not belong to
// its key is an error.
func OpenSealed(key string, data []byte) (*Sealed, error) {
	if sealedKey(data) != key {
		return nil, fmt.Errorf("sealed block %q: %w", key, ErrMissingBlock)
	}
	var block Block
	if err := json.Unmarshal(data, &block); err != nil {
		return nil, fmt.Errorf("sealed block %q: %w", key, err)
	}
	return sealed(key, data, block), nil
}

func sealedKey(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.RawURLEncoding.EncodeToString(sum[:sealedKeyBytes])
}

// maxSealed bounds how many blocks are remembered. A pack gives rise to some
// thousands.
const maxSealed = 20_000

// press seals the blocks of answers: the same words again are the same sealed
// block again. It is safe for concurrent use.
type press struct {
	seed maphash.Seed

	mu     sync.RWMutex
	blocks map[uint64]*Sealed // by the hash of what they say
}

func newPress() *press {
	return &press{seed: maphash.MakeSeed(), blocks: map[uint64]*Sealed{}}
}

// seal replaces the blocks that say nothing but words of the pack.
func (p *press) seal(blocks []Block) {
	for i := range blocks {
		if blocks[i].authored {
			blocks[i] = p.sealed(blocks[i])
		}
	}
}

func (p *press) sealed(block Block) Block {
	hash := p.hash(&block)
	p.mu.RLock()
	known := p.blocks[hash]
	p.mu.RUnlock()
	switch {
	case known == nil:
		return p.add(hash, block)
	case known.block.Equal(block):
		return known.block
	}
	return block // two blocks with one hash: the second one stays as it is
}

func (p *press) add(hash uint64, block Block) Block {
	block.authored = false
	fresh := Seal(block)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.blocks) >= maxSealed { // of editions long gone, for the most part
		clear(p.blocks)
	}
	p.blocks[hash] = fresh
	return fresh.block
}

func (p *press) hash(block *Block) uint64 {
	var h maphash.Hash
	h.SetSeed(p.seed)
	for _, s := range [...]string{string(block.Type), block.Level, block.Title, block.Text, block.URL, block.Source, block.Export} {
		writeHash(&h, s)
	}
	for i := range block.Items {
		for _, s := range [...]string{block.Items[i].Label, block.Items[i].Text, block.Items[i].How, block.Items[i].Source} {
			writeHash(&h, s)
		}
	}
	for i := range block.Choices {
		writeHash(&h, block.Choices[i].ID)
		writeHash(&h, block.Choices[i].Label)
	}
	for i := range block.Fields {
		for _, s := range [...]string{block.Fields[i].ID, block.Fields[i].Label, string(block.Fields[i].Kind), block.Fields[i].Value} {
			writeHash(&h, s)
		}
	}
	_ = h.WriteByte(byte(block.At)) // never fails
	_ = h.WriteByte(byte(block.Of))
	return h.Sum64()
}

// writeHash also hashes where one string ends and the next begins.
func writeHash(h *maphash.Hash, s string) {
	_, _ = h.WriteString(s) // never fails
	_ = h.WriteByte(0xff)
}

func sealed(key string, data []byte, block Block) *Sealed {
	s := &Sealed{key: key, json: data, block: block}
	s.block.sealed = s
	return s
}

// Key names the content: equal keys mean equal blocks.
func (s *Sealed) Key() string { return s.key }

// JSON is the block as [OpenSealed] reads it. It must not be changed.
func (s *Sealed) JSON() []byte { return s.json }

// Block is the sealed block. What it points to must not be changed.
func (s *Sealed) Block() Block { return s.block }
