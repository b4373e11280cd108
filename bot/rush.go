package bot

import (
	"context"
	"fmt"
	"sync"
)

// errRushed ends the wait for a model: somebody stands at the door who shall not
// wait for it. It is a cancellation, nobody's failure.
var errRushed = fmt.Errorf("somebody must not wait: %w", context.Canceled)

// rush lets those who must not wait, such as an agent who takes over, end what the
// one in the conversation does only to help.
type rush struct {
	mu      sync.Mutex
	waiting int
	cut     context.CancelCauseFunc // of what helps at the moment; nil: nothing does
}

// begin says that somebody waits, and returns how they say that they no longer do.
func (r *rush) begin() (end func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting++
	if r.cut != nil {
		r.cut(errRushed)
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.waiting--
	}
}

// unless returns a context that ends where somebody must not wait, at once where
// somebody does already. stop must be called.
func (r *rush) unless(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cut := context.WithCancelCause(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cut = cut; r.waiting > 0 {
		cut(errRushed)
	}
	return ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.cut = nil
		cut(nil)
	}
}
