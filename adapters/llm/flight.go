package llm

import (
	"context"
	"errors"
	"sync"
)

// flights are the questions under way. Who asks the same meanwhile waits for the
// answer to the first: a crowd with one question costs one.
type flights struct {
	mu    sync.Mutex
	under map[cacheKey]*flight
}

type flight struct {
	done chan struct{}
	text string // once it is done
	err  error
}

// errNobodyKnows is what others get of one who did not come back at all.
var errNobodyKnows = errors.New("nobody knows how it ended")

func newFlights() *flights { return &flights{under: map[cacheKey]*flight{}} }

// join returns the flight of a question, and whether it begins with the caller, who
// must end it then.
func (f *flights) join(key cacheKey) (one *flight, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.under[key]; ok {
		return known, false
	}
	one = &flight{done: make(chan struct{})}
	f.under[key] = one
	return one, true
}

func (f *flights) end(key cacheKey, one *flight, text string, err error) {
	f.mu.Lock()
	delete(f.under, key)
	f.mu.Unlock()
	one.text, one.err = text, err
	close(one.done)
}

// wait returns what the first one got.
func (f *flight) wait(ctx context.Context) (string, error) {
	select {
	case <-f.done:
		return f.text, f.err
	case <-ctx.Done():
		return "", &failure{kind: ErrTimeout, cause: context.Cause(ctx)}
	}
}

// personal says whether an error is of the one who asked, and tells nobody else
// anything: their budget is spent, or they no longer wait.
func personal(err error) bool { return errors.Is(err, ErrBudget) || errors.Is(err, context.Canceled) }
