package doctor

import (
	"fmt"
	"time"
)

// tolerable is how far two clocks may be apart before tokens are refused.
const tolerable = 5 * time.Second

// bearable is how far they may be apart before nothing fits together any more.
const bearable = 30 * time.Second

// Clock is what somebody else's clock showed.
type Clock struct {
	Whose string
	There time.Time
	Here  time.Time     // in the middle of the question
	Took  time.Duration // the whole question
}

// Look compares two clocks. A slow answer, and a clock that shows whole seconds,
// cannot tell more than they know.
func (c Clock) Look() Finding {
	apart := c.Here.Sub(c.There)
	unsure := c.Took/2 + time.Second
	off := apart.Abs() - unsure
	args := Args{"whose": c.Whose, "apart": apart.Abs().Round(time.Second).String(), "here": c.Here.UTC().Format(time.RFC3339), "there": c.There.UTC().Format(time.RFC3339)}
	switch {
	case off > bearable:
		return Bad("clock.off", nil, args)
	case off > tolerable:
		return Doubt("clock.off", nil, args)
	}
	return fine("clock", "as that of %s", c.Whose)
}

// Newest compares the clock with the newest thing stored: it cannot lie ahead.
func Newest(now, newest time.Time) []Finding {
	if newest.IsZero() || newest.Sub(now) <= tolerable {
		return nil
	}
	return []Finding{Bad("clock.behind-log", nil, Args{
		"newest": newest.UTC().Format(time.RFC3339), "here": now.UTC().Format(time.RFC3339), "apart": fmt.Sprint(newest.Sub(now).Round(time.Second)),
	})}
}
