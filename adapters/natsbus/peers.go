package natsbus

import (
	"sync"
	"time"
)

const (
	// maxPeers bounds what a stranger who invents nodes can make us remember.
	maxPeers = 256
	// peerSilent is after how long a node that said no goodbye is missed: a
	// few beats.
	peerSilent = 4 * time.Second
	// peerForgotten is when we stop waiting for it.
	peerForgotten = 10 * time.Minute
)

// peers remembers the other nodes. It is safe for concurrent use.
type peers struct {
	mu    sync.Mutex
	known map[string]peer
}

type peer struct {
	said  int64     // number of its last announcement
	heard time.Time // of it
}

func newPeers() *peers { return &peers{known: map[string]peer{}} }

// hear notes what a node said, and says whether something before it was
// missed. Whatever number comes is where counting goes on, so that a forged
// one does its harm once.
func (p *peers) hear(a announcement, at time.Time) (missed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, known := p.known[a.Node]
	if !known && len(p.known) >= maxPeers {
		return true // not counted, so nobody knows
	}
	expected := last.said
	if len(a.Turns) > 0 {
		expected++
	}
	p.known[a.Node] = peer{said: a.N, heard: at}
	if a.Bye {
		delete(p.known, a.Node)
	}
	return a.N != expected
}

// silent says whether a node is missed, and forgets those long gone.
func (p *peers) silent(at time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	missed := false
	for node, one := range p.known {
		switch age := at.Sub(one.heard); {
		case age > peerForgotten:
			delete(p.known, node)
		case age > peerSilent:
			missed = true
		}
	}
	return missed
}
