package eligibility

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"kaitong/bot"
)

// newBreaker stops asking a service that does not answer. An invalid reply and
// an error header are answers of a living service, so they do not count: one
// person's broken record must not silence the check for everybody.
func newBreaker(o ClientOptions) *gobreaker.CircuitBreaker[bot.Verdict] {
	return gobreaker.NewCircuitBreaker[bot.Verdict](gobreaker.Settings{
		Name:     Service,
		Interval: o.breakerInterval(),
		Timeout:  o.BreakerPause,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return int(c.TotalFailures) >= o.BreakerFailures && 2*c.TotalFailures >= c.Requests-c.TotalExclusions
		},
		IsSuccessful: func(err error) bool {
			return err == nil || errors.Is(err, bot.ErrCheckInvalid) || errors.Is(err, errService) || errors.Is(err, context.Canceled)
		},
		IsExcluded: func(err error) bool { return errors.Is(err, errTimedOutBefore) },
		OnStateChange: func(name string, from, to gobreaker.State) {
			o.Logger.Warn("circuit breaker changed", "service", name, "from", from.String(), "to", to.String())
		},
	})
}

// breakerInterval is the time over which the breaker counts.
func (o ClientOptions) breakerInterval() time.Duration { return 10 * o.Timeout }

// maxTimedOut bounds how many people with a timeout are remembered. It is far
// more than it takes to open the breaker.
const maxTimedOut = 1024

// errTimedOutBefore marks a timeout that the breaker shall not count.
var errTimedOutBefore = errors.New("again for this person")

// person is whom a check is about.
type person struct{ tenant, user string }

// timedOut remembers for one breaker interval whose checks timed out. The
// record of one person may be what is slow, so however often they ask, they
// count once.
type timedOut struct {
	interval time.Duration
	now      func() time.Time

	mu    sync.Mutex
	since map[person]time.Time
}

func newTimedOut(interval time.Duration, now func() time.Time) *timedOut {
	return &timedOut{interval: interval, now: now, since: map[person]time.Time{}}
}

// mark returns the error of a check, marked where it is a timeout of somebody
// who had one already.
func (t *timedOut) mark(err error, whom person) error {
	if !errors.Is(err, bot.ErrCheckTimeout) || t.first(whom) {
		return err
	}
	return fmt.Errorf("%w, %w", err, errTimedOutBefore)
}

// first notes a timeout and says whether it is the person's first within the
// interval.
func (t *timedOut) first(whom person) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if since, known := t.since[whom]; known && now.Sub(since) < t.interval {
		return false
	}
	if len(t.since) >= maxTimedOut {
		t.forget(now)
	}
	t.since[whom] = now
	return true
}

// forget makes room: what is over goes, and all goes when that is not enough.
func (t *timedOut) forget(now time.Time) {
	maps.DeleteFunc(t.since, func(_ person, since time.Time) bool { return now.Sub(since) >= t.interval })
	if len(t.since) >= maxTimedOut {
		clear(t.since)
	}
}
