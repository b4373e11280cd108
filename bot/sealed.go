package bot

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
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
func Seal(block Block) (*Sealed, error) {
	data, err := json.Marshal(block)
	if err != nil {
		return nil, fmt.Errorf("seal block: %w", err)
	}
	sum := sha256.Sum256(data)
	return sealed(base64.RawURLEncoding.EncodeToString(sum[:sealedKeyBytes]), data, block), nil
}

// OpenSealed reads a sealed block as a log keeps it. What does not belong to
// its key is an error.
func OpenSealed(key string, data []byte) (*Sealed, error) {
	sum := sha256.Sum256(data)
	if base64.RawURLEncoding.EncodeToString(sum[:sealedKeyBytes]) != key {
		return nil, fmt.Errorf("sealed block %q: %w", key, ErrMissingBlock)
	}
	var block Block
	if err := json.Unmarshal(data, &block); err != nil {
		return nil, fmt.Errorf("sealed block %q: %w", key, err)
	}
	return sealed(key, data, block), nil
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
