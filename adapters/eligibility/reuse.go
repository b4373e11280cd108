package eligibility

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"kaitong/bot"
)

const (
	// maxReuse is the longest a verdict is used again, whatever validity the
	// service gave it: people mend things and expect to be believed.
	maxReuse = 5 * time.Minute
	// maxKept bounds the verdicts remembered, about 300 bytes each.
	maxKept = 50_000
)

// question is everything a verdict may depend on.
type question struct {
	tenant, user, product, locale string
	client                        bot.Client
}

func questionOf(r bot.CheckRequest) question {
	return question{tenant: r.Tenant, user: r.User, product: r.Product, locale: r.Locale, client: r.Client}
}

// verdicts remembers neutralised verdicts for as long as they are valid, and
// lets turns that ask the same at the same time share one check.
type verdicts struct {
	mu      sync.Mutex
	kept    map[question]keptVerdict
	flights map[asking]*flight
}

// asking names a check under way. A fresh one must not be answered by a check
// that began before it was asked for.
type asking struct {
	question
	fresh bool
}

// flight is one check that several turns may wait for. It ends early when
// nobody does any more, which is why it is not a singleflight.Group.
type flight struct {
	done    chan struct{} // closed when verdict and err are there
	verdict bot.Verdict
	err     error

	cancel  context.CancelFunc
	waiting int // under verdicts.mu
}

type keptVerdict struct {
	verdict bot.Verdict
	until   time.Time
}

func newVerdicts() *verdicts {
	return &verdicts{kept: map[question]keptVerdict{}, flights: map[asking]*flight{}}
}

func (v *verdicts) find(q question, now time.Time) (bot.Verdict, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	known, ok := v.kept[q]
	return known.verdict, ok && now.Before(known.until)
}

// keep counts from the moment the verdict arrived and not by the clock of the
// service, so that a clock that is moved keeps nothing alive.
func (v *verdicts) keep(q question, verdict bot.Verdict, now time.Time) {
	valid := min(verdict.ValidUntil.Sub(now), maxReuse)
	v.mu.Lock()
	defer v.mu.Unlock()
	if valid <= 0 {
		delete(v.kept, q)
		return
	}
	if len(v.kept) >= maxKept {
		v.makeRoom(now)
	}
	v.kept[q] = keptVerdict{verdict, now.Add(valid)}
}

// makeRoom needs the lock. What is over goes, and all goes when that is not
// enough.
func (v *verdicts) makeRoom(now time.Time) {
	maps.DeleteFunc(v.kept, func(_ question, k keptVerdict) bool { return !now.Before(k.until) })
	if len(v.kept) >= maxKept {
		clear(v.kept)
	}
}

// together runs one check for all who ask the same question meanwhile.
func (v *verdicts) together(ctx context.Context, what asking, check func(context.Context) (bot.Verdict, error)) (bot.Verdict, error) {
	f := v.board(ctx, what, check)
	defer v.leave(what, f)
	select {
	case <-f.done:
		return f.verdict, f.err
	case <-ctx.Done():
		return bot.Verdict{}, fmt.Errorf("%w: %w", bot.ErrCheckUnavailable, ctx.Err())
	}
}

// board joins the flight, or starts it.
func (v *verdicts) board(ctx context.Context, what asking, check func(context.Context) (bot.Verdict, error)) *flight {
	v.mu.Lock()
	defer v.mu.Unlock()
	if f := v.flights[what]; f != nil {
		f.waiting++
		return f
	}
	f := &flight{done: make(chan struct{}), waiting: 1}
	ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	v.flights[what] = f
	go func() {
		defer close(f.done)
		f.verdict, f.err = check(ctx)
		v.land(what, f)
	}()
	return f
}

// leave calls a flight off that nobody waits for.
func (v *verdicts) leave(what asking, f *flight) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
		v.landLocked(what, f)
	}
}

// land lets nobody join any more.
func (v *verdicts) land(what asking, f *flight) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.landLocked(what, f)
}

func (v *verdicts) landLocked(what asking, f *flight) {
	if v.flights[what] == f {
		delete(v.flights, what)
	}
}

// stillTold says whether everything a verdict names may still be named: the
// pack may have changed since.
func (c *Client) stillTold(verdict bot.Verdict) bool {
	return !slices.ContainsFunc(verdict.Reasons, func(r bot.Reason) bool {
		told, params := c.options.Tell(r.Code)
		return told != r.Code || len(r.Params) > 0 && !params
	})
}
