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

// AppealsOf returns conversations in which a person began an appeal, the latest
// turn first, and perhaps some of other people: whoever asks looks at each.
func (l *Log) AppealsOf(ctx context.Context, who bot.Identity) ([]string, error) {
	projected, err := getProjected(ctx, l.db.pool, l.db.words)
	if err != nil {
		return nil, fmt.Errorf("appeals of a person: %w", err)
	}
	rows, err := overviewsIn(ctx, l.db.pool, l.db.overviews.whose, who.Tenant, who.User, mostOfPerson)
	if err != nil {
		return nil, fmt.Errorf("appeals of a person: %w", err)
	}
	later, err := l.turnsSince(ctx, projected, beginsAppeal)
	if err != nil {
		return nil, fmt.Errorf("appeals of a person: %w", err)
	}
	var names []string
	for _, name := range later[max(0, len(later)-mostOfPerson):] {
		names = append([]string{name}, names...)
	}
	for _, one := range rows {
		names = append(names, one.Conversation)
	}
	return names, nil
}

// mostOfPerson is how many conversations of one person are looked at.
const mostOfPerson = 16

// AppealsRefused returns the latest conversations whose appeal the institution
// refused and that wait for a human or have one.
func (l *Log) AppealsRefused(ctx context.Context, limit int) ([]*bot.Overview, error) {
	rows, err := overviewsIn(ctx, l.db.pool, l.db.overviews.refused, limit)
	if err != nil {
		return nil, fmt.Errorf("list refused appeals: %w", err)
	}
	return rows, nil
}

// AppealsBegun calls take with every conversation in which an appeal was begun,
// some of them twice. After an error it has missed some.
func (l *Log) AppealsBegun(ctx context.Context, take func(conversation string)) error {
	projected, err := l.listed(ctx, l.db.overviews.filed, take)
	if err != nil {
		return fmt.Errorf("list begun appeals: %w", err)
	}
	later, err := l.turnsSince(ctx, projected, beginsAppeal)
	if err != nil {
		return fmt.Errorf("list begun appeals: %w", err)
	}
	for _, name := range later {
		take(name)
	}
	return nil
}

func beginsAppeal(event bot.Event) bool {
	_, is := event.(bot.AppealStarted)
	return is
}

func isAppeal(event bot.Event) bool {
	_, is := event.(bot.AppealSubmitted)
	return is
}
