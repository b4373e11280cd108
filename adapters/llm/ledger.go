package llm

import (
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
)

// keptTimes is how many of the latest durations of a use are kept.
const keptTimes = 512

// ledger counts how questions ended and how long exchanges took.
type ledger struct {
	ended map[Use]map[Outcome]int
	took  map[Use][]time.Duration
	used  map[Use]Usage
}

// Tally is what became of the questions of one use.
type Tally struct {
	Ended map[Outcome]int
	Took  []time.Duration // of the latest exchanges, sorted
	Used  Usage           // tokens of all of them
}

// Tally is what became of the questions of one use since the start.
func (c *Client) Tally(use Use) Tally {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Tally{Ended: maps.Clone(c.log.ended[use]), Took: slices.Sorted(slices.Values(c.log.took[use])), Used: c.log.used[use]}
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
		c.log.took, c.log.used = map[Use][]time.Duration{}, map[Use]Usage{}
	}
	list := append(c.log.took[use], took)
	c.log.took[use] = list[max(0, len(list)-keptTimes):]
	sum := c.log.used[use]
	c.log.used[use] = Usage{In: sum.In + used.In, Out: sum.Out + used.Out, Told: used.Told, Thinking: sum.Thinking || used.Thinking}
}

// outcomeOf names how a question ended.
func outcomeOf(err error) Outcome {
	for _, known := range []struct {
		err     error
		outcome Outcome
	}{
		{nil, answered}, {ErrTimeout, "timeout"}, {ErrPaused, "paused"}, {ErrBudget, "budget"}, {ErrBusy, "busy"},
		{ErrRefused, "refused"}, {ErrInvalid, "invalid"}, {ErrUnavailable, "unavailable"},
	} {
		if errors.Is(err, known.err) {
			return known.outcome
		}
	}
	return "unavailable"
}
