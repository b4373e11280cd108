package store

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"kaitong/bot"
)

// The very first erasure is known before anything is stored after it, also what
// waits in one group with it.
func TestNothingSlipsInBehindTheFirstErasure(t *testing.T) {
	t.Parallel()
	for range 20 {
		options := Options{Dir: t.TempDir()}
		first := bot.Turn{Conversation: "b", Version: 1, At: time.Now(), Events: []bot.Event{bot.FeedbackGiven{Vote: "up"}}}
		before, err := Open(t.Context(), options)
		if err == nil {
			err = errors.Join(before.Append(t.Context(), first), before.Close(t.Context()))
		}
		if err != nil {
			t.Fatal(err)
		}
		slipIn(t, options, first)
	}
}

// slipIn has a first turn wait behind the erasure of its conversation.
func slipIn(t *testing.T, options Options, first bot.Turn) {
	t.Helper()
	log, err := open(t.Context(), options) // its writer rests
	if err != nil {
		t.Fatal(err)
	}
	erasures, err := OpenErasures(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	erased, late := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := erasures.Erase(t.Context(), log, Asked{Conversation: "b", Reason: ReasonRequest})
		erased <- err
	}()
	queued(log, 1)
	go func() { late <- log.Append(t.Context(), first) }()
	queued(log, 2)
	log.start()
	if err := <-erased; err != nil {
		t.Error(err)
	}
	if err := <-late; !errors.Is(err, bot.ErrErased) {
		t.Error("taken again: ", err)
	}
	if err := errors.Join(log.Close(t.Context()), erasures.Close()); err != nil {
		t.Error(err)
	}
}

// queued waits until so many wait for the writer.
func queued(log *Log, count int) {
	for len(log.queue) < count {
		runtime.Gosched()
	}
}
