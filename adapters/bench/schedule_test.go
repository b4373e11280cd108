package bench

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The schedule does not care how late it is called: what is due comes at once,
// in order, to every socket in turn, and nothing after the end.
func TestScheduleCatchesUp(t *testing.T) {
	t.Parallel()
	s := schedule{start: 100, rate: 10, sockets: 3}
	now := int64(100)
	var sockets []int
	s.run(t.Context(), func() int64 {
		now += int64(170 * time.Millisecond) // a slow clock: each look takes longer than a gap
		return now
	}, func() int64 { return 100 + int64(time.Second) }, func(socket int) { sockets = append(sockets, socket) })
	if diff := cmp.Diff([]int{0, 1, 2, 0, 1, 2, 0, 1, 2, 0}, sockets); diff != "" {
		t.Error(diff)
	}
}

// What one socket is told is what the whole schedule says.
func TestScheduleOfOneSocket(t *testing.T) {
	t.Parallel()
	s := schedule{start: 7, rate: 4, sockets: 2}
	for n, want := range []time.Duration{250 * time.Millisecond, 750 * time.Millisecond, 1250 * time.Millisecond} {
		if got := s.at(1, int64(n)) - 7; got != int64(want) {
			t.Errorf("question %d of the second socket is due at %v, want %v", n, time.Duration(got), want)
		}
	}
}

func TestScheduleEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := contextOf(t)
	arrived := 0
	s := schedule{rate: 1e9, sockets: 1}
	s.run(ctx, func() int64 { return 1 << 40 }, func() int64 { return 1 << 50 }, func(int) {
		if arrived++; arrived == 5 {
			cancel()
		}
	})
	if arrived != 5 {
		t.Errorf("%d questions, want 5", arrived)
	}
}
