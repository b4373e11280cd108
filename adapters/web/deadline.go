package web

import (
	"context"
	"sync"
	"time"
)

// deadlines gives the acts the context that bounds them. Those that begin
// within a moment of each other share one, so that a crowd does not start a
// timer an act; each has its full time, and up to a moment more.
type deadlines struct {
	mu    sync.Mutex
	ctx   context.Context
	until time.Duration // since the start: when the next act gets a new one
}

// moment is how long a context is given out.
const moment = time.Second

func (s *Server) turnContext() context.Context {
	now := s.elapsed()
	d := &s.deadlines
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx == nil || now >= d.until {
		ctx, cancel := context.WithTimeout(s.ctx, s.limits.TurnTimeout+moment)
		context.AfterFunc(ctx, cancel)
		d.ctx, d.until = ctx, now+moment
	}
	return d.ctx
}
