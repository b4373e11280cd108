package cli

import (
	"context"
	"time"

	"kaitong/adapters/store"
)

const (
	// retainEvery is how often is looked for conversations that were kept long
	// enough.
	retainEvery = time.Hour
	// retainBatch is how many are erased at once, so that it is no time since they
	// were looked at: who comes back stays. retainMost is how many are at a look.
	retainBatch = eraseBatch
	retainMost  = 20_000
)

// retain begins to erase conversations that were kept as long as they may be.
func (c *core) retain() {
	if c.config.Retention.Conversations == 0 {
		return
	}
	c.teardown.background("sweep of conversations", func(ctx context.Context) { sweeping(ctx, retainEvery, c.sweepConversations) })
}

// sweepConversations looks once. Of several nodes the one does that looks after
// erasures.
func (c *core) sweepConversations(ctx context.Context, now time.Time) {
	count, err := c.eraser.retain(ctx, now.Add(-c.config.Retention.Conversations))
	if err != nil && ctx.Err() == nil {
		c.logger.Warn("conversations that were kept long enough were not all erased", "error", err)
	}
	if count > 0 {
		c.logger.Info("conversations that were kept long enough were erased", "conversations", count)
	}
}

// retain erases conversations whose last turn is before a time, and returns how
// many.
func (e *eraser) retain(ctx context.Context, before time.Time) (count int64, err error) {
	for count < retainMost && ctx.Err() == nil {
		leading, err := e.erasures.Lead(ctx)
		if err != nil || !leading {
			return count, err
		}
		names, err := e.log.KeptLongest(ctx, before, retainBatch)
		if err != nil || len(names) == 0 {
			return count, err
		}
		gone, err := e.eraseAll(ctx, store.ReasonRetention, names)
		count += gone.Conversations
		if err != nil || gone.Conversations == 0 {
			return count, err
		}
	}
	return count, ctx.Err()
}
