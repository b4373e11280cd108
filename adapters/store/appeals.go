package store

import (
	"context"
	"fmt"
	"slices"

	"kaitong/bot"
)

// Appealed returns the conversations whose appeal was sent off and has not been
// confirmed by the institution, at most limit of the earliest, and perhaps some
// that have been: whoever asks looks at each. It misses none of the latest, also
// where the list of conversations is behind the log.
func (l *Log) Appealed(ctx context.Context, limit int) ([]string, error) {
	projected, err := getProjected(ctx, l.db.pool, l.db.words)
	if err != nil {
		return nil, fmt.Errorf("list appeals: %w", err)
	}
	rows, err := overviewsIn(ctx, l.db.pool, l.db.overviews.sent, limit)
	if err != nil {
		return nil, fmt.Errorf("list appeals: %w", err)
	}
	names, err := l.turnsSince(ctx, projected, isAppeal)
	if err != nil {
		return nil, fmt.Errorf("list appeals: %w", err)
	}
	for _, one := range rows {
		names = append(names, one.Conversation)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func isAppeal(event bot.Event) bool {
	_, is := event.(bot.AppealSubmitted)
	return is
}
