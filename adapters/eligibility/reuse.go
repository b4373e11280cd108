package eligibility

import (
	"context"
	"errors"
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
	flights map[question]*flight
	begun   int64 // checks, to tell which of two began later
}

// flight is one check that several turns wait for. Whoever came first makes it;
// when they give up, the next one who waits does. A singleflight.Group would
// need a goroutine of its own for that.
type flight struct {
	done    chan struct{} // closed when verdict and err are there
	verdict bot.Verdict
	err     error
}

type keptVerdict struct {
	verdict bot.Verdict
	until   time.Time
	number  int64 // of the check
}

func newVerdicts() *verdicts {
	return &verdicts{kept: map[question]keptVerdict{}, flights: map[question]*flight{}}
}

func (v *verdicts) find(q question, now time.Time) (bot.Verdict, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	known, ok := v.kept[q]
	return known.verdict, ok && now.Before(known.until)
}

// begin numbers the checks.
func (v *verdicts) begin() int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.begun++
	return v.begun
}

// keep counts from the moment the verdict arrived and not by the clock of the
// service, so that a clock that is moved keeps nothing alive. A check that was
// overtaken by one that began later is not remembered.
func (v *verdicts) keep(q question, number int64, verdict bot.Verdict, now time.Time) {
	valid := min(verdict.ValidUntil.Sub(now), maxReuse)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kept[q].number > number {
		return
	}
	if len(v.kept) >= maxKept {
		v.makeRoom(now)
	}
	v.kept[q] = keptVerdict{verdict, now.Add(valid), number}
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
func (v *verdicts) together(ctx context.Context, what question, check func() (bot.Verdict, error)) (bot.Verdict, error) {
	for {
		f, first := v.board(what)
		if first {
			v.land(what, f, check)
			return f.verdict, f.err
		}
		select {
		case <-f.done:
			if !errors.Is(f.err, context.Canceled) {
				return f.verdict, f.err
			}
		case <-ctx.Done():
			return bot.Verdict{}, fmt.Errorf("%w: %w", bot.ErrCheckUnavailable, ctx.Err())
		}
	}
}

// board joins the flight, or opens it.
func (v *verdicts) board(what question) (f *flight, first bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if f = v.flights[what]; f != nil {
		return f, false
	}
	f = &flight{done: make(chan struct{})}
	v.flights[what] = f
	return f, true
}

// land makes the check and tells everybody on board.
func (v *verdicts) land(what question, f *flight, check func() (bot.Verdict, error)) {
	f.err = context.Canceled // should check panic
	defer func() {
		v.mu.Lock()
		delete(v.flights, what)
		v.mu.Unlock()
		close(f.done)
	}()
	f.verdict, f.err = check()
}

// stillTold says whether everything a verdict names may still be named: the
// pack may have changed since.
func (c *Client) stillTold(verdict bot.Verdict) bool {
	return !slices.ContainsFunc(verdict.Reasons, func(r bot.Reason) bool {
		told, params := c.options.Tell(r.Code)
		return told != r.Code || len(r.Params) > 0 && !params
	})
}
