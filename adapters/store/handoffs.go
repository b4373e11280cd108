package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"kaitong/bot"
)

// HandedOver returns the conversations that wait for a human or have one, those
// with the oldest turns first, and perhaps some that no longer do: whoever asks
// looks at each. It misses none, also where the list of conversations is behind
// the log.
func (l *Log) HandedOver(ctx context.Context) ([]string, error) {
	var names []string
	projected, err := l.listed(ctx, l.db.overviews.open, func(conversation string) { names = append(names, conversation) })
	if err != nil {
		return nil, fmt.Errorf("list hand-offs: %w", err)
	}
	later, err := l.turnsSince(ctx, projected, isHandoff)
	if err != nil {
		return nil, fmt.Errorf("list hand-offs: %w", err)
	}
	return each(append(names, later...)), nil
}

// each is every name once, where it comes first.
func each(names []string) []string {
	known := make(map[string]bool, len(names))
	return slices.DeleteFunc(names, func(name string) bool {
		again := known[name]
		known[name] = true
		return again
	})
}

// turnsSince are the conversations of what is not in the list yet and holds an
// event of a kind.
func (l *Log) turnsSince(ctx context.Context, position int64, concerns func(bot.Event) bool) (names []string, err error) {
	err = eachSince(ctx, l.db.pool, l.db.words, position, func(turn bot.Turn) {
		if slices.ContainsFunc(turn.Events, concerns) {
			names = append(names, turn.Conversation)
		}
	})
	return names, err
}

// eachSince calls take with every turn after a position, as an overview sees it.
func eachSince(ctx context.Context, db *sql.DB, w words, position int64, take func(bot.Turn)) (err error) {
	for more := true; more && err == nil; {
		more = false
		err = briefTurns(ctx, db, w.keys, func(turn bot.Turn) bool {
			position, more = turn.Position, true
			take(turn)
			return true
		}, w.overviews.tail, position, projectPage)
	}
	return err
}

// TailHandoffs is Tail for who looks for hand-offs: of the events of a turn it
// reads those of hand-offs only, if there are any, which costs a small part of
// reading them all.
func (l *Log) TailHandoffs(ctx context.Context, after int64, limit int) ([]bot.Turn, error) {
	turns, err := l.read(ctx, func() (turns []bot.Turn, err error) {
		err = l.db.persist(ctx, func(ctx context.Context) error {
			turns = turns[:0]
			return briefTurns(ctx, l.db.pool, l.db.keys, func(turn bot.Turn) bool {
				turn.Events = slices.DeleteFunc(turn.Events, func(event bot.Event) bool { return !isHandoff(event) })
				turns = append(turns, turn)
				return true
			}, l.db.overviews.tail, after, max(limit, 0))
		})
		return turns, err
	})
	if err != nil {
		return nil, fmt.Errorf("read hand-offs after position %d: %w", after, err)
	}
	return turns, nil
}

func isHandoff(event bot.Event) bool {
	_, is := event.(bot.HandoffChanged)
	return is
}
