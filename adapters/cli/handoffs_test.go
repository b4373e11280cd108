package cli

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"kaitong/bot"
)

// What is missed in a burst is looked at after it: who waits, in the order of the log,
// and who is on the board though it may be over.
func TestMissedHandoffsAreLookedAt(t *testing.T) {
	t.Parallel()
	h := &handoffs{
		engine: bot.NewEngine(bot.Options{Now: time.Now}), logger: slog.New(slog.DiscardHandler), looks: make(chan string, 4), missed: make(chan struct{}, 1),
		find: func(context.Context) ([]string, error) { return []string{"b", "c"}, nil },
	}
	for _, name := range []string{"a", "b"} {
		h.engine.Board().Put(bot.Entry{Conversation: name, Version: 1, Handoff: bot.Handoff{State: bot.HandoffQueued}})
	}
	for range cap(h.looks) {
		h.look("x")
	}
	select {
	case <-h.missed:
		t.Fatal("nothing was missed yet")
	default:
	}
	h.look("y")
	h.look("z")
	select {
	case <-h.missed:
	default:
		t.Fatal("what was missed is forgotten")
	}
	for range cap(h.looks) {
		<-h.looks
	}
	h.findAll(t.Context())
	var got []string
	for range len(h.looks) {
		got = append(got, <-h.looks)
	}
	if want := []string{"b", "c", "a"}; !slices.Equal(got, want) {
		t.Errorf("looked at %v, want %v", got, want)
	}
}
