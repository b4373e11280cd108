package cli

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"kaitong/adapters/appeals"
	"kaitong/adapters/proofs"
	"kaitong/bot"
	"kaitong/configs"
)

const (
	// appealsEvery is how often is looked for appeals whose time has come.
	appealsEvery = time.Second
	// appealsFound is how often the log is asked for those of nodes that ended.
	appealsFound = time.Minute
	// appealTimeout bounds one try.
	appealTimeout = 5 * time.Second
	// The pause between two tries doubles from the first to the longest.
	firstAppealPause   = 2 * time.Second
	longestAppealPause = 10 * time.Minute
	// mostAppeals are looked after at once; the others have their turn later.
	mostAppeals = 10_000
)

// appealRun hands appeals to the institution until it accepts them. What is to
// be done is in the log, so it goes on after a restart, and on another node when
// one ends. Several nodes may try at once: the reference makes it one appeal for
// the institution, and the log records one acceptance.
type appealRun struct {
	engine *bot.Engine
	find   func(context.Context, int) ([]string, error)
	client *appeals.Client
	logger *slog.Logger

	sent    chan string // conversations with an appeal to hand over
	stop    context.CancelFunc
	stopped sync.WaitGroup

	// Of the goroutine that runs.
	tries map[string]appealTry // by conversation
}

// appealTry is when an appeal is tried next.
type appealTry struct {
	at    time.Time
	pause time.Duration // after the next failure
}

// makeAppeals gets ready, with the reference responder where this is a demo with
// a NATS server of its own. Turns are heard of from now on.
func (c *core) makeAppeals() error {
	if err := c.serveAppeals(); err != nil {
		return err
	}
	client, err := appeals.NewClient(c.bus.Conn(), proofs.Object)
	if err != nil {
		return err
	}
	c.appeals = &appealRun{
		engine: c.engine, find: c.log.Appealed, client: client, logger: c.logger,
		sent: make(chan string, looksWaiting), tries: map[string]appealTry{},
	}
	return nil
}

// handInAppeals begins. All who hear of turns must be there: it stores some.
func (c *core) handInAppeals() {
	r := c.appeals
	var ctx context.Context
	ctx, r.stop = context.WithCancel(context.Background())
	r.stopped.Go(func() { r.run(ctx) })
	c.teardown.add("appeals", func(context.Context) error { r.stop(); r.stopped.Wait(); return nil })
}

// serveAppeals starts the reference responder where nobody else can be there.
func (c *core) serveAppeals() error {
	if c.config.Eligibility.Responder != configs.ResponderEmbedded || c.config.NATS.URL != "" {
		return nil
	}
	responder, err := appeals.Serve(appeals.ResponderOptions{Conn: c.bus.Conn(), Now: time.Now, Logger: c.logger})
	if err != nil {
		return err
	}
	c.teardown.add("appeals responder", func(context.Context) error { return responder.Close() })
	return nil
}

// stored hears of every turn. It never waits: what does not fit is found in the
// log later.
func (r *appealRun) stored(turn bot.Turn) {
	for _, event := range turn.Events {
		if _, is := event.(bot.AppealSubmitted); !is {
			continue
		}
		select {
		case r.sent <- turn.Conversation:
		default:
		}
	}
}

func (r *appealRun) run(ctx context.Context) {
	r.findAll(ctx)
	ticker, finding := time.NewTicker(appealsEvery), time.NewTicker(appealsFound)
	defer ticker.Stop()
	defer finding.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-finding.C:
			r.findAll(ctx)
		case conversation := <-r.sent:
			r.learn(conversation)
			_ = r.try(ctx, conversation) // logged there, and tried again later
		case <-ticker.C:
			r.tryAll(ctx)
		}
	}
}

// learn takes note of an appeal, to be tried at once.
func (r *appealRun) learn(conversation string) {
	if _, known := r.tries[conversation]; !known && len(r.tries) < mostAppeals {
		r.tries[conversation] = appealTry{pause: firstAppealPause}
	}
}

func (r *appealRun) findAll(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, tendTimeout)
	defer cancel()
	names, err := r.find(limited, mostAppeals)
	if err != nil && ctx.Err() == nil {
		r.logger.Warn("appeals that wait are not known yet", "error", err)
	}
	for _, name := range names {
		r.learn(name)
	}
}

// tryAll tries those whose time has come, until it turns out that nobody is
// there.
func (r *appealRun) tryAll(ctx context.Context) {
	for conversation, next := range r.tries {
		if ctx.Err() != nil {
			return
		}
		if time.Now().Before(next.at) {
			continue
		}
		if errors.Is(r.try(ctx, conversation), appeals.ErrNobody) {
			return
		}
	}
}

// try hands one appeal over, once. It is forgotten when there is nothing left to
// do, and tried again later when there is.
func (r *appealRun) try(ctx context.Context, conversation string) error {
	limited, cancel := context.WithTimeout(ctx, appealTimeout)
	defer cancel()
	err := r.handOver(limited, conversation)
	switch {
	case err == nil, errors.Is(err, bot.ErrNotFound), errors.Is(err, bot.ErrDamaged):
		delete(r.tries, conversation)
	case ctx.Err() == nil:
		r.later(conversation, err)
	}
	return err
}

func (r *appealRun) later(conversation string, err error) {
	next := r.tries[conversation]
	next.pause = max(next.pause, firstAppealPause)
	r.logger.Warn("an appeal was not handed over", "conversation", conversation, "again_in", next.pause, "error", err)
	next.at = time.Now().Add(next.pause/2 + rand.N(next.pause)) //nolint:gosec // nothing to be guessed
	next.pause = min(2*next.pause, longestAppealPause)
	r.tries[conversation] = next
}

func (r *appealRun) handOver(ctx context.Context, conversation string) error {
	submission, pending, err := r.engine.PendingAppeal(ctx, conversation)
	if err != nil || !pending {
		return err
	}
	at, err := r.client.Submit(ctx, submission)
	if err != nil {
		return err
	}
	return r.engine.AcceptAppeal(ctx, conversation, submission.Reference, at)
}
