package demo

import (
	"context"
	"fmt"

	"kaitong/bot"
)

// diary is the event log of the month while it is made up.
type diary struct {
	turns []bot.Turn // in the order of time; index + 1 is the position
	of    map[string][]bot.Turn
}

func newDiary() *diary { return &diary{of: map[string][]bot.Turn{}} }

// Append implements [bot.EventLog].
func (d *diary) Append(_ context.Context, turn bot.Turn) error {
	if turn.Version != int64(len(d.of[turn.Conversation]))+1 {
		return fmt.Errorf("append to %s: %w", turn.Conversation, bot.ErrConflict)
	}
	turn.Position = int64(len(d.turns)) + 1
	d.turns = append(d.turns, turn)
	d.of[turn.Conversation] = append(d.of[turn.Conversation], turn)
	return nil
}

// Load implements [bot.EventLog].
func (d *diary) Load(_ context.Context, conversation string, after int64, limit int) ([]bot.Turn, error) {
	return part(d.of[conversation], after, limit), nil
}

// Tail implements [bot.EventLog].
func (d *diary) Tail(_ context.Context, after int64, limit int) ([]bot.Turn, error) {
	return part(d.turns, after, limit), nil
}

// Epoch implements [bot.EventLog].
func (d *diary) Epoch() string { return "demo" }

func part(turns []bot.Turn, after int64, limit int) []bot.Turn {
	turns = turns[min(int(after), len(turns)):]
	if limit > 0 {
		turns = turns[:min(limit, len(turns))]
	}
	return turns
}
