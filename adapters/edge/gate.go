package edge

import (
	"context"
	"sync"
)

// Gate counts what is going on inside and can be shut: a WaitGroup that
// refuses latecomers instead of racing with them.
type Gate struct {
	mu     sync.Mutex
	inside int
	shut   bool
	empty  chan struct{} // closed when shut and nobody is inside
}

// NewGate returns an open one.
func NewGate() *Gate { return &Gate{empty: make(chan struct{})} }

// Enter says false once the gate is shut.
func (g *Gate) Enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return false
	}
	g.inside++
	return true
}

// Leave is what everybody says who has entered.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.settle()
}

// Close lets nobody in any more.
func (g *Gate) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return
	}
	g.shut = true
	g.settle()
}

func (g *Gate) settle() {
	if g.shut && g.inside == 0 {
		close(g.empty)
	}
}

// Wait returns when the shut gate is empty, or with the error of ctx.
func (g *Gate) Wait(ctx context.Context) error {
	select {
	case <-g.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
