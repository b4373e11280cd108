package cli

import (
	"context"
	"errors"
	"log/slog"
	"maps"
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
	// alertEvery is how often operators are told of the same one.
	alertEvery = 24 * time.Hour
	// mostRefused is how many refused ones operators are shown.
	mostRefused = 100
	// looksAfterRefusal is how often is looked for a refusal in the list of
	// conversations, which is a moment behind the log.
	looksAfterRefusal = 5
	// mostAppeals are looked after at once; the others have their turn later.
	mostAppeals = 10_000
)

// appealRun hands appeals to the institution until it accepts them. What is to
// be done is in the log, so it goes on after a restart, and on another node when
// one ends. Several nodes may try at once: the reference makes it one appeal for
// the institution, and the log records one acceptance.
type appealRun struct {
	engine  *bot.Engine
	find    func(context.Context, int) ([]string, error)
	refused func(context.Context, int) ([]*bot.Overview, error)
	client  *appeals.Client
	logger  *slog.Logger
	patient time.Duration // before operators are told

	sent    chan string // conversations with an appeal to hand over
	stop    context.CancelFunc
	stopped sync.WaitGroup

	mu    sync.Mutex
	tries map[string]appealTry // by conversation; written by the goroutine that runs
	lost  []*bot.Overview      // refused, and nobody has seen to them yet
	again int                  // times to look for those soon; of the goroutine that runs
}

// appealTry is when an appeal is tried next, and how it went so far.
type appealTry struct {
	at    time.Time
	pause time.Duration // after the next failure

	count   int       // of tries by this run of the program
	since   time.Time // sent off by the person; zero: not known yet
	alerted time.Time // operators were told last
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
		engine: c.engine, find: c.log.Appealed, refused: c.log.AppealsRefused, client: client, logger: c.logger,
		patient: c.config.Appeals.AlertAfter,
		sent:    make(chan string, looksWaiting), tries: map[string]appealTry{},
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
			if r.again > 0 {
				r.again--
				r.findRefused(ctx)
			}
		}
	}
}

// learn takes note of an appeal, to be tried at once.
func (r *appealRun) learn(conversation string) {
	r.mu.Lock()
	defer r.mu.Unlock()
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
	r.findRefused(limited)
}

// findRefused looks for appeals that a human has to see to.
func (r *appealRun) findRefused(ctx context.Context) {
	lost, err := r.refused(ctx, mostRefused)
	if err != nil {
		r.logger.Warn("appeals that were refused are not known yet", "error", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lost = lost
}

// tryAll tries those whose time has come, until it turns out that nobody is
// there.
func (r *appealRun) tryAll(ctx context.Context) {
	for conversation, next := range r.waiting() {
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

// waiting are the tries as they are now.
func (r *appealRun) waiting() map[string]appealTry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.tries)
}

// try hands one appeal over, once. It is forgotten when there is nothing left to
// do, and tried again later when there is.
func (r *appealRun) try(ctx context.Context, conversation string) error {
	limited, cancel := context.WithTimeout(ctx, appealTimeout)
	defer cancel()
	since, err := r.handOver(limited, conversation)
	switch {
	case err == nil, errors.Is(err, bot.ErrNotFound), errors.Is(err, bot.ErrDamaged):
		r.mu.Lock()
		delete(r.tries, conversation)
		r.mu.Unlock()
	case ctx.Err() == nil:
		r.later(conversation, since, err)
	}
	return err
}

func (r *appealRun) later(conversation string, since time.Time, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next, now := r.tries[conversation], time.Now()
	next.pause = max(next.pause, firstAppealPause)
	next.count++
	if !since.IsZero() {
		next.since = since
	}
	about := []any{"conversation", conversation, "tries", next.count, "sent_off", next.since, "again_in", next.pause, "error", err}
	if next.overdue(now, r.patient) && now.Sub(next.alerted) >= alertEvery {
		next.alerted = now
		r.logger.Error("an appeal waits for the institution for too long: somebody should see to it", about...)
	} else {
		r.logger.Warn("an appeal was not handed over", about...)
	}
	next.at = now.Add(next.pause/2 + rand.N(next.pause)) //nolint:gosec // nothing to be guessed
	next.pause = min(2*next.pause, longestAppealPause)
	r.tries[conversation] = next
}

// overdue says whether operators should know of an appeal.
func (t appealTry) overdue(now time.Time, patient time.Duration) bool {
	return !t.since.IsZero() && now.Sub(t.since) >= patient
}

// handOver hands one appeal over, or records that it is refused for good. since
// is when the person sent it off, where there is something to hand over.
func (r *appealRun) handOver(ctx context.Context, conversation string) (since time.Time, err error) {
	submission, pending, err := r.engine.PendingAppeal(ctx, conversation)
	if err != nil || !pending {
		return time.Time{}, err
	}
	at, err := r.client.Submit(ctx, submission)
	if refused, forGood := errors.AsType[*appeals.RefusedError](err); forGood {
		r.logger.Warn("an appeal was refused for good: a human has to see to it",
			"conversation", conversation, "reference", submission.Reference, "class", refused.Class, "reason", refused.Reason)
		r.again = looksAfterRefusal
		err = r.engine.RefuseAppeal(ctx, conversation, submission.Reference, refused.Class)
		return submission.Appeal.Submitted, err
	}
	if err != nil {
		return submission.Appeal.Submitted, err
	}
	return submission.Appeal.Submitted, r.engine.AcceptAppeal(ctx, conversation, submission.Reference, at)
}
