package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"kaitong/bot"
)

// maxBlocks bounds the sealed blocks kept decoded, twice over. A pack has some
// hundreds.
const maxBlocks = 4096

// errNoBlock is what a database answers for a key it does not hold.
var errNoBlock = errors.New("no such block")

// blocks finds sealed blocks for the rows that refer to them. It is safe for
// concurrent use.
type blocks struct {
	read func(ctx context.Context, key string) ([]byte, error) // errNoBlock when there is none

	mu    sync.Mutex
	known *recent[string, *bot.Sealed]
}

func newBlocks(read func(context.Context, string) ([]byte, error)) *blocks {
	return &blocks{read: read, known: newRecent[string, *bot.Sealed](maxBlocks)}
}

// finder looks blocks up as long as ctx lasts.
func (b *blocks) finder(ctx context.Context) bot.FindSealed {
	return func(key string) (*bot.Sealed, error) {
		if block, ok := b.kept(key); ok {
			return block, nil
		}
		block, err := b.fetch(ctx, key)
		if err != nil {
			return nil, err
		}
		b.keep(block)
		return block, nil
	}
}

func (b *blocks) fetch(ctx context.Context, key string) (*bot.Sealed, error) {
	body, err := b.read(ctx, key)
	if errors.Is(err, errNoBlock) {
		return nil, fmt.Errorf("%w: %s", bot.ErrMissingBlock, key)
	}
	if err != nil {
		return nil, fmt.Errorf("read sealed block %s: %w", key, err)
	}
	return bot.OpenSealed(key, body)
}

func (b *blocks) kept(key string) (*bot.Sealed, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.known.get(key)
}

func (b *blocks) keep(block *bot.Sealed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known.put(block.Key(), block)
}
