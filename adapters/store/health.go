package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"kaitong/bot"
)

// slowCommit is how long one group may take before the log calls itself sick.
const slowCommit = 10 * time.Second

// probeBytes is what a probe writes: more than most turns, so that a disk with
// room for the probe has room for them.
const probeBytes = 64 << 10

// health remembers how the last group went and since when one is under way.
type health struct {
	mu      sync.Mutex
	since   time.Time // zero when the writer rests
	failure error     // of the last group
}

// change says what a group did to the log's health.
type change int

const (
	unchanged change = iota
	fellIll
	recovered
)

func (h *health) begin(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.since = now
}

// rest is the end of a group that says nothing about the log's health.
func (h *health) rest() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.since = time.Time{}
}

func (h *health) end(err error) change {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.failure
	h.since, h.failure = time.Time{}, err
	switch {
	case before == nil && err != nil:
		return fellIll
	case before != nil && err == nil:
		return recovered
	}
	return unchanged
}

// state returns the failure of the last group, and how long one is running.
func (h *health) state(now time.Time) (running time.Duration, failure error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.since.IsZero() {
		running = now.Sub(h.since)
	}
	return running, h.failure
}

// report logs changes only: a full disk fails every group, and would fill what
// is left of it with log lines.
func (l *Log) report(change change, err error) {
	switch change {
	case fellIll:
		l.logger.Error("event log cannot store turns", "database", l.name, "error", err)
	case recovered:
		l.logger.Info("event log stores turns again", "database", l.name)
	}
}

// Check says whether the log can take a turn and read one. After a failure it
// tries a real write, so that a log whose disk has room again reports healthy
// without waiting for traffic that a load balancer holds back.
func (l *Log) Check(ctx context.Context) error {
	if err := l.check(ctx); err != nil {
		return fmt.Errorf("event log in %s: %w", l.name, err)
	}
	return nil
}

func (l *Log) check(ctx context.Context) error {
	if l.isClosed() {
		return bot.ErrClosed
	}
	running, failure := l.health.state(l.now())
	if running > slowCommit {
		return fmt.Errorf("a commit has been waiting for the disk for %s", running.Round(time.Second))
	}
	if failure != nil {
		return l.await(&pending{ctx: ctx, probe: true, done: make(chan error, 1)})
	}
	return l.db.ping(ctx)
}
