package llm

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// Outcome is how a question to a model ended.
type Outcome string

// The outcomes besides those named after errors.
const (
	answered     Outcome = "answered"
	cachedAnswer Outcome = "cached"
	sharedAnswer Outcome = "shared" // with somebody who asked the same at the same time
	cutShort     Outcome = "cut"    // nobody waits any more
)

// Outcomes are all there are.
func Outcomes() []Outcome {
	return []Outcome{answered, cachedAnswer, sharedAnswer, cutShort, "timeout", "paused", "budget", "busy", "refused", "invalid", "unavailable"}
}

// Uses are all there are.
func Uses() []Use { return []Use{UseUnderstand, UsePhrase, UseSummarise, UseName, UseEmbed} }

// keptTimes is how many of the latest durations of a use are kept.
const keptTimes = 512

// ledger counts how questions ended and how long exchanges took.
type ledger struct {
	ended map[Use]map[Outcome]int
	took  map[Use][]time.Duration
	used  map[Use]Usage
	times map[Use]*Times
}

// Times are how long all exchanges of one use took.
type Times struct {
	Count  uint64
	Sum    time.Duration
	Within map[float64]uint64 // exchanges that took at most so many seconds
}

// bounds are the times, in seconds, that are told apart: around the deadlines of
// those who wait, and of those who do not.
func bounds() []float64 { return []float64{.1, .25, .5, 1, 1.5, 2.5, 5, 10, 20, 60} }

func (t *Times) add(took time.Duration) {
	t.Count, t.Sum = t.Count+1, t.Sum+took
	for _, bound := range bounds() {
		if took.Seconds() <= bound {
			t.Within[bound]++
		}
	}
}

func newTimes() *Times {
	t := &Times{Within: map[float64]uint64{}}
	for _, bound := range bounds() {
		t.Within[bound] = 0
	}
	return t
}

// Tally is what became of the questions of one use.
type Tally struct {
	Ended map[Outcome]int
	Took  []time.Duration // of the latest exchanges, sorted
	Used  Usage           // tokens of all of them
	Times Times           // of all of them
}

// Tally is what became of the questions of one use since the start.
func (c *Client) Tally(use Use) Tally {
	c.mu.Lock()
	defer c.mu.Unlock()
	times := newTimes()
	if known := c.log.times[use]; known != nil {
		*times = *known
		times.Within = maps.Clone(known.Within)
	}
	return Tally{
		Ended: maps.Clone(c.log.ended[use]), Took: slices.Sorted(slices.Values(c.log.took[use])), Used: c.log.used[use], Times: *times,
	}
}

func (c *Client) note(use Use, outcome Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.log.ended == nil {
		c.log.ended = map[Use]map[Outcome]int{}
	}
	if c.log.ended[use] == nil {
		c.log.ended[use] = map[Outcome]int{}
	}
	c.log.ended[use][outcome]++
}

func (c *Client) took(use Use, took time.Duration, used Usage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.log.took == nil {
		c.log.took, c.log.used, c.log.times = map[Use][]time.Duration{}, map[Use]Usage{}, map[Use]*Times{}
	}
	if c.log.times[use] == nil {
		c.log.times[use] = newTimes()
	}
	c.log.times[use].add(took)
	list := append(c.log.took[use], took)
	c.log.took[use] = list[max(0, len(list)-keptTimes):]
	sum := c.log.used[use]
	c.log.used[use] = Usage{In: sum.In + used.In, Out: sum.Out + used.Out, Told: used.Told, Thinking: sum.Thinking || used.Thinking}
}

// outcomeOf names how a question ended, well where there is no error.
func outcomeOf(err error, well Outcome) Outcome {
	if err == nil {
		return well
	}
	for _, known := range []struct {
		err     error
		outcome Outcome
	}{
		{context.Canceled, cutShort}, {ErrTimeout, "timeout"}, {ErrPaused, "paused"}, {ErrBudget, "budget"}, {ErrBusy, "busy"},
		{ErrRefused, "refused"}, {ErrInvalid, "invalid"}, {ErrUnavailable, "unavailable"},
	} {
		if errors.Is(err, known.err) {
			return known.outcome
		}
	}
	return "unavailable"
}
