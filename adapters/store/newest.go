package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"kaitong/bot"
)

// Stored is one conversation of the log, as a list shows it. It says nothing
// about the person.
type Stored struct {
	Conversation string           `json:"conversation"`
	Turns        int64            `json:"turns"`
	Last         time.Time        `json:"last"` // its last turn
	Product      string           `json:"product,omitempty"`
	Locale       string           `json:"locale,omitempty"` // it began with
	Handoff      bot.HandoffState `json:"handoff"`
}

// Newest returns the conversations with the latest turns, newest first. It is
// exact also where the list of conversations is behind the log.
func (r *Reader) Newest(ctx context.Context, limit int) ([]Stored, error) {
	var newest []Stored
	err := r.from.read(ctx, func(db *sql.DB, w words) error {
		l := &lister{ctx: ctx, db: db, words: w, limit: limit}
		err := l.all()
		newest = l.newest()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list conversations: %w", err)
	}
	return newest, nil
}

// lister takes overviews from the table and from the turns that are not in it
// yet. It works while both grow: an overview says which turns are in it.
type lister struct {
	ctx context.Context
	db  *sql.DB
	words
	limit int
	found map[string]*bot.Overview
}

func (l *lister) all() error {
	projected, err := getProjected(l.ctx, l.db, l.words)
	if err != nil {
		return err
	}
	names, err := l.latest(projected)
	if err != nil {
		return err
	}
	rows, err := overviewsIn(l.ctx, l.db, l.overviews.newest, l.limit)
	if err != nil {
		return err
	}
	l.found = map[string]*bot.Overview{}
	for _, one := range rows {
		l.found[one.Conversation] = one
	}
	for name := range names {
		if err := l.bringUp(name); err != nil {
			return err
		}
	}
	return nil
}

// latest goes back from the end of the log to what is projected, until it has
// met enough conversations. Those it does not meet had their last turn before.
func (l *lister) latest(projected int64) (map[string]bool, error) {
	names := map[string]bool{}
	var end int64
	if err := l.db.QueryRowContext(l.ctx, l.end).Scan(&end); err != nil {
		return nil, err
	}
	for before := end + 1; len(names) < l.limit; {
		reached := before
		err := briefTurns(l.ctx, l.db, l.keys, func(turn bot.Turn) bool {
			names[turn.Conversation], reached = true, turn.Position
			return len(names) < l.limit
		}, l.overviews.back, projected, before)
		if err != nil || reached == before {
			return names, err
		}
		before = reached
	}
	return names, nil
}

// bringUp takes in a conversation as it is now.
func (l *lister) bringUp(name string) error {
	one, err := overviewOf(l.ctx, l.db, l.words, name)
	if err != nil {
		return err
	}
	l.found[name] = one
	return bringUp(l.ctx, l.db, l.words, one)
}

// bringUp adds the turns that an overview does not hold yet.
func bringUp(ctx context.Context, db *sql.DB, w words, one *bot.Overview) error {
	return briefTurns(ctx, db, w.keys, func(turn bot.Turn) bool {
		follow(one, turn)
		return true
	}, w.overviews.since, one.Conversation, one.Turns)
}

// overviewOf is the overview of a conversation, an empty one if there is none.
func overviewOf(ctx context.Context, db *sql.DB, w words, name string) (*bot.Overview, error) {
	rows, err := overviewsIn(ctx, db, w.overviews.one, name)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return bot.NewOverview(name), nil
	}
	return rows[0], nil
}

func (l *lister) newest() []Stored {
	var list []*bot.Overview
	for _, one := range l.found {
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b *bot.Overview) int { return int(b.Position - a.Position) })
	var newest []Stored
	for _, one := range list[:min(len(list), l.limit)] {
		newest = append(newest, Stored{one.Conversation, one.Turns, one.Last, one.Product, one.Locale, one.Handoff})
	}
	return newest
}
