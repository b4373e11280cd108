package llm

import (
	"context"
	"errors"

	"github.com/sony/gobreaker/v2"
)

// newBreaker stops asking a provider that does not answer in time: then nobody
// waits for it in vain. What it answered badly does not count, or one person's
// odd words would silence it for everybody.
func newBreaker(o Options, name string) *gobreaker.CircuitBreaker[reply] {
	return gobreaker.NewCircuitBreaker[reply](gobreaker.Settings{
		Name:     name,
		Interval: breakerWindow,
		Timeout:  o.BreakerPause,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return int(c.TotalFailures) >= o.BreakerFailures && 2*c.TotalFailures >= c.Requests
		},
		IsSuccessful: living,
		// Whoever no longer waits knows nothing of the provider.
		IsExcluded: func(err error) bool { return errors.Is(err, context.Canceled) },
		OnStateChange: func(name string, from, to gobreaker.State) {
			o.Logger.Warn("circuit breaker changed", "service", name, "from", from.String(), "to", to.String())
		},
	})
}
