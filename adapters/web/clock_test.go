package web

import (
	"sync/atomic"
	"testing"
	"time"
)

// fakeStopwatch is time since the start that passes when told.
type fakeStopwatch struct{ at atomic.Int64 }

func (c *fakeStopwatch) now() time.Duration      { return time.Duration(c.at.Load()) }
func (c *fakeStopwatch) advance(d time.Duration) { c.at.Add(int64(d)) }

// stopClock is called before the first socket.
func (w *world) stopClock() *fakeStopwatch {
	var c fakeStopwatch
	c.advance(time.Minute)
	w.server.elapsed = c.now
	return &c
}

// A wall clock that is set forth or back ends no socket, and gives nobody more
// or less than the allowance.
func TestWallClockJumps(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow = 3 })
	watch := w.stopClock()
	var wall fakeClock
	w.server.now = wall.now
	p := w.join("") // no token that could run out
	for i, jump := range []time.Duration{time.Hour, -2 * time.Hour, 24 * time.Hour} {
		wall.advance(jump)
		w.everySession((*session).tick)
		p.want("ping")
		p.exchange(itoa(int64(i)), "x")
	}
	wall.advance(-time.Hour)
	p.say("fast", "x")
	window := float64(w.server.limits.Window.Milliseconds())
	if r := p.wantError(codeRateLimited); r.Data["retry_after_ms"].(float64) > window {
		t.Errorf("%s", r.raw)
	}
	watch.advance(w.server.limits.Window)
	p.exchange("again", "x")
}

// Who is silent for too long is let go, by time that really passed.
func TestSilenceEndsTheSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	watch := w.stopClock()
	p, alive := w.join("demo-a"), w.join("demo-b")
	watch.advance(w.server.limits.PingEvery * 2)
	alive.wantQuiet()
	watch.advance(w.server.limits.PingEvery)
	w.everySession((*session).tick)
	for {
		if _, err := p.read(); err != nil {
			break
		}
	}
	alive.want("ping")
	alive.wantQuiet()
}

// Whoever takes nothing of what is written for as long as a write may take is
// let go.
func TestStuckWriteEndsTheSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.Outbox, o.Limits.OutboxBytes = 1<<20, 1<<30 })
	watch := w.stopClock()
	p := w.join("demo-a")
	p.exchange("m1", "x")
	var s *session
	w.everySession(func(each *session) { s = each })
	big := make([]byte, 1<<20)
	for s.out.since.Load() == 0 || s.out.waits() < 8<<20 { // the window is full and more waits
		s.queue(big)
		s.out.flushSoon()
	}
	w.everySession((*session).tick)
	if w.server.Counters().Sockets != 1 {
		t.Fatal("let go at once")
	}
	watch.advance(w.server.limits.WriteTimeout + 1)
	w.everySession((*session).tick)
	w.server.waitGone(t, p)
}

func (o *outbox) waits() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.waiting == nil {
		return 0
	}
	return len(*o.waiting)
}
