package store

import (
	"context"
	"fmt"
	"slices"

	"kaitong/bot"
)

// HandedOver returns the conversations that wait for a human or have one, at
// most limit of those with the latest turns, and perhaps some that no longer
// do: whoever asks looks at each. It misses none of the latest, also where the
// list of conversations is behind the log.
func (l *Log) HandedOver(ctx context.Context, limit int) ([]string, error) {
	var names []string
	projected, err := getProjected(ctx, l.db.pool, l.db.words)
	if err != nil {
		return nil, fmt.Errorf("list hand-offs: %w", err)
	}
	rows, err := overviewsIn(ctx, l.db.pool, l.db.overviews.open, limit)
	if err != nil {
		return nil, fmt.Errorf("list hand-offs: %w", err)
	}
	for _, one := range rows {
		names = append(names, one.Conversation)
	}
	later, err := l.turnsSince(ctx, projected, isHandoff)
	if err != nil {
		return nil, fmt.Errorf("list hand-offs: %w", err)
	}
	names = append(names, later...)
	slices.Sort(names)
	return slices.Compact(names), nil
}

// turnsSince are the conversations of what is not in the list yet and holds an
// event of a kind.
func (l *Log) turnsSince(ctx context.Context, position int64, concerns func(bot.Event) bool) (names []string, err error) {
	for more := true; more && err == nil; {
		more = false
		err = briefTurns(ctx, l.db.pool, func(turn bot.Turn) bool {
			position, more = turn.Position, true
			if slices.ContainsFunc(turn.Events, concerns) {
				names = append(names, turn.Conversation)
			}
			return true
		}, l.db.overviews.tail, position, projectPage)
	}
	return names, err
}

func isHandoff(event bot.Event) bool {
	_, is := event.(bot.HandoffChanged)
	return is
}
