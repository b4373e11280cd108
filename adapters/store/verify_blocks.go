package store

import (
	"errors"
	"fmt"

	"kaitong/bot"
)

// blockVerifier remembers which sealed blocks are not whole, and how many turns
// refer to them: one block may be in most turns of a log.
type blockVerifier struct {
	broken []*brokenBlock
	byKey  map[string]*brokenBlock
}

type brokenBlock struct {
	problem string
	turns   int64
	first   record // that refers to it
}

// note remembers a block that is not whole; it keeps what was said of it first.
func (b *blockVerifier) note(key, problem string) *brokenBlock {
	if one, ok := b.byKey[key]; ok {
		return one
	}
	if b.byKey == nil {
		b.byKey = map[string]*brokenBlock{}
	}
	one := &brokenBlock{problem: problem}
	b.byKey[key] = one
	b.broken = append(b.broken, one)
	return one
}

// referred counts a turn that failed for want of a block.
func (b *blockVerifier) referred(key string, from record) {
	one := b.note(key, fmt.Sprintf("%v: %s", bot.ErrMissingBlock, key))
	if one.turns == 0 {
		one.first = from
	}
	one.turns++
}

// openTurn decodes a record. When a sealed block is the reason that it cannot,
// missing is the key of that block.
func openTurn(one record, find bot.FindSealed) (missing string, err error) {
	_, err = one.turn(func(key string) (*bot.Sealed, error) {
		block, err := find(key)
		if errors.Is(err, bot.ErrMissingBlock) {
			missing = key
		}
		return block, err
	})
	return missing, err
}

// closeBlocks names each block once.
func (v *verifier) closeBlocks() error {
	for _, one := range v.blocks.broken {
		v.report.add(Hole{
			Conversation: one.first.conversation, Version: one.first.version, Position: one.first.position,
			Problem: fmt.Sprintf("%s (%d turn(s) refer to it)", one.problem, one.turns), Remedy: restoreAll,
		})
	}
	return nil
}
