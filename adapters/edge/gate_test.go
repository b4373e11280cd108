package edge

import (
	"context"
	"testing"
)

func TestGate(t *testing.T) {
	t.Parallel()
	g := NewGate()
	if !g.Enter() || !g.Enter() {
		t.Fatal("an open gate refuses")
	}
	g.Close()
	g.Close()
	if g.Enter() {
		t.Error("a shut gate lets in")
	}
	g.Leave()
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if g.Wait(ended) == nil {
		t.Error("empty too early")
	}
	g.Leave()
	if err := g.Wait(context.Background()); err != nil {
		t.Error(err)
	}
}
