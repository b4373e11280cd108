package desk

import (
	"sync"
	"time"
)

// allowance limits how often each of many may do something, by the generic
// cell rate algorithm: one instant says how far an allowance is used up.
type allowance[K comparable] struct {
	mu     sync.Mutex
	spent  map[K]time.Time
	swept  time.Time
	burst  int // in window
	window time.Duration
}

func newAllowance[K comparable](burst int, window time.Duration) *allowance[K] {
	return &allowance[K]{spent: map[K]time.Time{}, burst: burst, window: window}
}

func (a *allowance[K]) step() time.Duration { return a.window / time.Duration(a.burst) }

// take uses one of the allowance of who, or says how long to wait.
func (a *allowance[K]) take(who K, now time.Time) (wait time.Duration, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	spent := a.spent[who]
	if spent.Before(now) {
		spent = now
	}
	spent = spent.Add(a.step())
	if over := spent.Sub(now) - a.window; over > 0 {
		return over, false
	}
	a.forget(now)
	a.spent[who] = spent
	return 0, true
}

// giveBack returns one.
func (a *allowance[K]) giveBack(who K) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if spent, ok := a.spent[who]; ok {
		a.spent[who] = spent.Add(-a.step())
	}
}

// clear returns all.
func (a *allowance[K]) clear(who K) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.spent, who)
}

// forgetAbove keeps the map small: past this size entries that limit nobody any
// more are dropped, at most once a minute.
const forgetAbove = 1000

func (a *allowance[K]) forget(now time.Time) {
	if len(a.spent) < forgetAbove || now.Sub(a.swept) < time.Minute {
		return
	}
	a.swept = now
	for who, spent := range a.spent {
		if spent.Before(now) {
			delete(a.spent, who)
		}
	}
}
