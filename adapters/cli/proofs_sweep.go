package cli

import (
	"context"
	"time"

	"kaitong/adapters/proofs"
)

const (
	// sweepEvery is how often is looked for documents that nobody needs.
	sweepEvery = 24 * time.Hour
	// tornAfter is when an upload surely has ended, one way or the other.
	tornAfter = 24 * time.Hour
)

// tidyProofs begins to remove documents that were never sent off. All who hear
// of turns must be there: it stores some.
func (c *core) tidyProofs() {
	if c.proofs == nil || c.config.Blobs.KeepUnsubmitted == 0 {
		return
	}
	c.teardown.background("sweep of documents", func(ctx context.Context) { sweeping(ctx, sweepEvery, c.sweepProofs) })
}

// sweepProofs looks once. Every node does: what one removed is gone for all.
func (c *core) sweepProofs(ctx context.Context, now time.Time) {
	swept, err := c.proofs.Sweep(ctx, proofs.SweepOptions{
		Before: now.Add(-c.config.Blobs.KeepUnsubmitted), Torn: now.Add(-tornAfter),
		Begun: c.log.AppealsBegun, Release: c.engine.ReleaseProofs,
	})
	if err != nil && ctx.Err() == nil {
		c.logger.Warn("documents that nobody needs were not all removed", "error", err)
	}
	if swept.Removed+swept.Torn > 0 {
		c.logger.Info("documents that nobody sent off were removed", "documents", swept.Removed, "rests_of_uploads", swept.Torn, "seen", swept.Seen)
	}
}
