package bench

import (
	"context"
	"time"
)

// schedule is the open loop: question k of all is due at k/rate, whatever has
// become of those before, and goes to the sockets in turn. A socket that is
// still waiting for an answer asks late, and the delay counts.
type schedule struct {
	start   int64   // on the clock of the run
	rate    float64 // a second in all; 0: every answer brings the next question
	sockets int
}

// at is when the nth question of a socket is due, counted from 0.
func (s schedule) at(socket int, n int64) int64 {
	return s.due(n*int64(s.sockets) + int64(socket))
}

func (s schedule) due(k int64) int64 {
	return s.start + int64(float64(k)*float64(time.Second)/s.rate)
}

// run calls arrive for every question when it is due, until ctx ends or no
// more are due before until. Those that became due while it slept come at
// once, one after the other.
func (s schedule) run(ctx context.Context, now, until func() int64, arrive func(socket int)) {
	for k := int64(0); ctx.Err() == nil; {
		due := s.due(k)
		if due >= until() {
			return
		}
		if wait := due - now(); wait > 0 {
			sleep(time.Duration(min(wait, int64(longestSleep))))
			continue
		}
		arrive(int(k % int64(s.sockets)))
		k++
	}
}

// longestSleep is how late the end of a run may be noticed.
const longestSleep = 50 * time.Millisecond
