package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"kaitong/bot"
)

// ConversationsOf returns every conversation of a person, in the order of their
// names. It misses none, also where the list of conversations is behind the log.
func (l *Log) ConversationsOf(ctx context.Context, who bot.Identity) (names []string, err error) {
	err = l.db.persist(ctx, func(ctx context.Context) error {
		names, err = conversationsOf(ctx, l.db.pool, l.db.words, who)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("conversations of a person: %w", err)
	}
	return names, nil
}

// ConversationsOf is [Log.ConversationsOf] beside a server.
func (r *Reader) ConversationsOf(ctx context.Context, who bot.Identity) (names []string, err error) {
	err = r.from.read(ctx, func(db *sql.DB, w words) error {
		names, err = conversationsOf(ctx, db, w, who)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("conversations of a person: %w", err)
	}
	return names, nil
}

// conversationsOf asks the list, and looks at what it does not say yet: some began
// since, and some were claimed by somebody else.
func conversationsOf(ctx context.Context, db *sql.DB, w words, who bot.Identity) ([]string, error) {
	projected, err := getProjected(ctx, db, w)
	if err != nil {
		return nil, err
	}
	owned := map[string]bool{}
	rows, err := overviewsIn(ctx, db, w.overviews.owned, who.Tenant, who.User)
	if err != nil {
		return nil, err
	}
	for _, one := range rows {
		owned[one.Conversation] = true
	}
	err = eachSince(ctx, db, w, projected, func(turn bot.Turn) {
		for _, event := range turn.Events {
			switch e := event.(type) {
			case bot.Started:
				owned[turn.Conversation] = e.Tenant == who.Tenant && e.User == who.User
			case bot.Claimed:
				owned[turn.Conversation] = e.Tenant == who.Tenant && e.User == who.User
			}
		}
	})
	maps.DeleteFunc(owned, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(owned)), err
}

// KeptLongest returns at most so many conversations whose last turn is older than
// a time, the oldest first. Those that wait for a human or have one are not among
// them, nor those whose appeal the institution has not confirmed: so says the log,
// also where the list of conversations is behind it.
func (l *Log) KeptLongest(ctx context.Context, before time.Time, most int) (names []string, err error) {
	err = l.db.persist(ctx, func(ctx context.Context) error {
		names = names[:0]
		rows, err := overviewsIn(ctx, l.db.pool, l.db.overviews.kept, before.UTC().Format(timeLayout), most)
		for _, one := range rows {
			if err == nil {
				err = bringUp(ctx, l.db.pool, l.db.words, one)
			}
			if rests(one, before) {
				names = append(names, one.Conversation)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("conversations kept longest: %w", err)
	}
	return names, nil
}

// rests says whether nothing has happened in a conversation since a time, and
// nothing is under way.
func rests(o *bot.Overview, since time.Time) bool {
	switch o.Handoff {
	case bot.HandoffRequested, bot.HandoffQueued, bot.HandoffActive:
		return false
	}
	return o.Last.Before(since) && o.Appeal != bot.AppealSent
}
