package desk

import (
	"maps"
	"sync"
	"time"
)

// glances are what agents have opened a moment ago: the watch that goes with it
// is the same look, and is recorded once.
type glances struct {
	mu     sync.Mutex
	opened map[glance]time.Time
}

type glance struct{ user, conversation string }

// glanceLife is how long after it was opened a page may begin to watch.
const glanceLife = 30 * time.Second

func newGlances() *glances { return &glances{opened: map[glance]time.Time{}} }

// open keeps that somebody has opened a conversation, once that is on record.
func (g *glances) open(user, conversation string, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.opened, func(_ glance, at time.Time) bool { return now.Sub(at) > glanceLife })
	g.opened[glance{user, conversation}] = now
}

// take says whether a watch belongs to what was opened; only the first one does.
func (g *glances) take(user, conversation string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	one := glance{user, conversation}
	at, there := g.opened[one]
	delete(g.opened, one)
	return there && now.Sub(at) <= glanceLife
}
