package handoff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"kaitong/bot/outbox"
)

// Event is something that is about no single conversation.
type Event struct {
	Type    string // com.kaitong.…
	Subject string
	Key     string // the same event has the same key, whoever tells of it and however often
	At      time.Time
	Data    any // as JSON
}

// PosterOptions are what a [Poster] is made of.
type PosterOptions struct {
	Tenant  string
	URL     string
	Secrets Secrets
	Private bool // the address may be in one's own network, and use http
	Now     func() time.Time
	Pace    Pace
	Logger  *slog.Logger
}

// Poster tells one address of events, one after the other, signed like what
// desks are told. What was not told when the program ends is lost.
type Poster struct {
	tenant  string
	webhook *webhook
	now     func() time.Time
	pace    Pace
	logger  *slog.Logger

	queue   chan outbox.Note
	failing atomic.Bool
	gone    atomic.Bool
	stop    context.CancelFunc
	loop    sync.WaitGroup
}

// postQueue is how many events may wait. Whoever took none of so many is not
// missed by a few more.
const postQueue = 64

// NewPoster begins to tell. [Poster.Close] ends it.
func NewPoster(o PosterOptions) (*Poster, error) {
	if err := CheckURL(o.URL, o.Private); err != nil {
		return nil, err
	}
	p := &Poster{
		tenant: o.Tenant, webhook: &webhook{o.URL, o.Secrets, newClient(o.Private, o.Pace.Timeout)},
		now: o.Now, pace: o.Pace, logger: o.Logger, queue: make(chan outbox.Note, postQueue),
	}
	var ctx context.Context
	ctx, p.stop = context.WithCancel(context.Background())
	p.loop.Go(func() { p.run(ctx) })
	return p, nil
}

// Close ends what is under way.
func (p *Poster) Close(context.Context) error {
	p.stop()
	p.loop.Wait()
	p.webhook.client.CloseIdleConnections()
	return nil
}

// Check says why events are not taken, if they are not.
func (p *Poster) Check() error {
	switch {
	case p.gone.Load():
		return errors.New("it wants to hear nothing more (410)")
	case p.failing.Load():
		return errors.New("it does not take events")
	}
	return nil
}

// Post tells of an event, soon. It never waits.
func (p *Poster) Post(event Event) error {
	note := outbox.Note{Kind: event.Type, Noted: p.now()}
	sum := sha256.Sum256([]byte(p.tenant + "\x00" + event.Type + "\x00" + event.Key))
	note.ID = "evt_" + hex.EncodeToString(sum[:16])
	var err error
	note.Body, err = json.Marshal(envelope[any]{
		SpecVersion: "1.0", ID: note.ID, Source: sourceOf(p.tenant), Type: event.Type, Subject: event.Subject,
		Time: event.At.UTC(), DataContentType: "application/json", Data: event.Data,
	})
	if err != nil {
		return fmt.Errorf("event %s: %w", event.Type, err)
	}
	select {
	case p.queue <- note:
		return nil
	default:
		return fmt.Errorf("event %s: %d wait to be taken already", event.Type, postQueue)
	}
}

func (p *Poster) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case note := <-p.queue:
			p.tell(ctx, note)
		}
	}
}

// tell tries until the event is taken, is too old, or nothing more is wanted.
func (p *Poster) tell(ctx context.Context, note outbox.Note) {
	for !p.gone.Load() && ctx.Err() == nil {
		if p.now().Sub(note.Noted) >= p.pace.GiveUp {
			p.logger.Warn("event given up: the webhook has not taken it in time", "type", note.Kind, "id", note.ID, "tries", note.Tries)
			return
		}
		result := p.webhook.deliver(ctx, note, p.now())
		if result.took {
			p.failing.Store(false)
			return
		}
		if result.gone {
			p.gone.Store(true)
			p.logger.Warn("the webhook answers 410, so it is told nothing more until the next start", "type", note.Kind)
			return
		}
		note.Tries++
		if ctx.Err() == nil && !p.failing.Swap(true) { // once: one that is away shall not fill the log
			p.logger.Warn("event not taken, trying again", "type", note.Kind, "id", note.ID, "reason", result.why)
		}
		pause(ctx, max(p.pace.wait(note.Tries), result.pause))
	}
}

func pause(ctx context.Context, length time.Duration) {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
