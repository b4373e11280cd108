package handoff

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"kaitong/bot/outbox"
)

// parallel is how many conversations of one endpoint are told of at a time.
const parallel = 8

// Pace is how long things may take.
type Pace struct {
	Tick    time.Duration // between two looks at what is new or due
	Gather  time.Duration // after something new, so that more of it is read together
	Timeout time.Duration // of one try
	First   time.Duration // before the second try; doubled from try to try
	Most    time.Duration // between two tries
	GiveUp  time.Duration // after which an event is told no more
}

// DefaultPace suits desks that may be away over a weekend.
func DefaultPace() Pace {
	return Pace{Tick: time.Second, Gather: 20 * time.Millisecond, Timeout: 15 * time.Second, First: 5 * time.Second, Most: 10 * time.Minute, GiveUp: 72 * time.Hour}
}

// wait is the time before the next try, after so many: at random from one half
// to the whole, so that what failed together does not come back together.
func (p Pace) wait(tries int) time.Duration {
	longest := p.Most
	if tries < 32 {
		longest = min(p.Most, p.First<<max(0, tries-1))
	}
	return longest/2 + rand.N(longest/2+1)
}

// endpoint is another desk, and what tells it things. One never waits for
// another.
type endpoint struct {
	name    string
	url     string   // with which it was configured
	events  []string // empty: all
	courier courier
	client  *http.Client // of the courier

	secrets         Secrets // of Standard Webhooks
	chatwootSecrets Secrets // of Chatwoot

	gone    atomic.Bool
	failing atomic.Bool // the last try
	woken   chan struct{}

	// Of the goroutine that sends.
	busy     map[string]bool // conversations that are being told of
	finished chan finish
	paused   time.Time // until then
}

// finish is of one try.
type finish struct {
	conversation string
	pause        time.Duration // for all of the endpoint
}

func (e *endpoint) wants(kind string) bool {
	return len(e.events) == 0 || slices.Contains(e.events, kind)
}

func (e *endpoint) wake() {
	select {
	case e.woken <- struct{}{}:
	default: // as good as one
	}
}

// send tells one endpoint until ctx ends, and then waits for what is under way.
func (h *Hooks) send(ctx context.Context, e *endpoint) {
	ticker := time.NewTicker(h.pace.Tick)
	defer ticker.Stop()
	for {
		h.fill(ctx, e)
		select {
		case <-ctx.Done():
			for len(e.busy) > 0 {
				delete(e.busy, (<-e.finished).conversation)
			}
			e.client.CloseIdleConnections()
			return
		case done := <-e.finished:
			delete(e.busy, done.conversation)
			if until := h.now().Add(done.pause); done.pause > 0 && until.After(e.paused) {
				e.paused = until
			}
		case <-e.woken:
		case <-ticker.C:
		}
	}
}

// fill begins as many tries as may run.
func (h *Hooks) fill(ctx context.Context, e *endpoint) {
	now := h.now()
	if !h.leading.Load() || e.gone.Load() || len(e.busy) == parallel || now.Before(e.paused) || ctx.Err() != nil {
		return
	}
	notes, err := h.box.Due(ctx, e.name, now, 2*parallel) // among them those under way
	if err != nil {
		e.paused = now.Add(h.pace.First)
		h.blame(ctx, err)
		return
	}
	for _, note := range notes {
		if e.busy[note.Conversation] || len(e.busy) == parallel {
			continue
		}
		e.busy[note.Conversation] = true
		h.work.Go(func() { e.finished <- finish{note.Conversation, h.try(ctx, e, note)} })
	}
}

// try tells one thing once and keeps what became of it. What it returns is how
// long the endpoint is to be left alone.
func (h *Hooks) try(ctx context.Context, e *endpoint, note outbox.Note) time.Duration {
	if h.now().Sub(note.Noted) >= h.pace.GiveUp {
		h.logger.Warn("event given up: the endpoint has not taken it in time",
			"endpoint", e.name, "conversation", note.Conversation, "type", note.Kind, "id", note.ID, "tries", note.Tries)
		return h.kept(ctx, h.box.Done(context.WithoutCancel(ctx), note))
	}
	result := e.courier.deliver(ctx, note, h.now())
	switch {
	case result.took:
		if e.failing.Swap(false) {
			h.logger.Info("endpoint takes events again", "endpoint", e.name)
		}
		return h.kept(ctx, h.box.Done(context.WithoutCancel(ctx), note))
	case result.gone:
		e.gone.Store(true)
		h.logger.Warn("endpoint answers 410, so it is told nothing more until its address changes", "endpoint", e.name)
		return h.kept(ctx, h.box.Gone(context.WithoutCancel(ctx), e.name))
	case ctx.Err() != nil: // the program ends; the try does not count
		return 0
	}
	note.Tries++
	note.Due = h.now().Add(max(h.pace.wait(note.Tries), result.pause))
	level := slog.LevelDebug
	if !e.failing.Swap(true) { // once: one that is away shall not fill the log
		level = slog.LevelWarn
	}
	h.logger.Log(ctx, level, "event not taken, trying again",
		"endpoint", e.name, "type", note.Kind, "id", note.ID, "tries", note.Tries, "due", note.Due, "reason", result.why)
	return max(result.pause, h.kept(ctx, h.box.Later(context.WithoutCancel(ctx), note)))
}

// kept is the pause after something that could not be kept: it would be told
// again and again.
func (h *Hooks) kept(ctx context.Context, err error) time.Duration {
	if err == nil {
		return 0
	}
	h.blame(ctx, err)
	return h.pace.First
}
