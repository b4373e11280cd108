package store

import (
	"context"
	"database/sql"

	"kaitong/bot"
)

// analyticsTurns is how many turns are read at a time.
const analyticsTurns = 2048

// project counts what comes after the mark of the fold. Three work at once, each
// at its own page: one reads, one counts, one stores.
func (a *Analytics) project(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	turns, pages := make(chan []bot.Turn), make(chan *analyticsPage)
	stored := make(chan struct{})
	after := a.fold.mark.position
	go func() {
		defer close(turns)
		cancelIf(cancel, a.readTurns(ctx, after, turns))
	}()
	go func() {
		defer close(stored)
		for page := range pages {
			if ctx.Err() == nil {
				cancelIf(cancel, a.tables.sink.save(context.WithoutCancel(ctx), page))
			}
		}
	}()
	cancelIf(cancel, a.foldTurns(ctx, turns, pages))
	close(pages)
	<-stored
	for range turns { // until the reader has ended
	}
	return context.Cause(ctx)
}

func cancelIf(cancel context.CancelCauseFunc, err error) {
	if err != nil {
		cancel(err)
	}
}

// readTurns reads to the end of the log.
func (a *Analytics) readTurns(ctx context.Context, after int64, into chan<- []bot.Turn) error {
	var facts bot.FactsReader
	for {
		var page []bot.Turn
		err := a.log.db.persist(ctx, func(ctx context.Context) (err error) {
			page, err = a.readPage(ctx, after, &facts)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].Position
		select {
		case into <- page:
		case <-ctx.Done():
			return ctx.Err()
		}
		if len(page) < a.turns {
			return nil
		}
	}
}

func (a *Analytics) readPage(ctx context.Context, after int64, facts *bot.FactsReader) ([]bot.Turn, error) {
	page := make([]bot.Turn, 0, a.turns)
	err := eachRow(ctx, a.log.db.pool, func(rows *sql.Rows) error {
		var turn bot.Turn
		var at string
		var events sql.RawBytes
		if err := rows.Scan(&turn.Position, &turn.Conversation, &turn.Version, &at, &events); err != nil {
			return err
		}
		turn.At = moment(at)
		turn.Events, _ = facts.Read(openBrief(a.log.db.keys, turn.Conversation, turn.Version, events)) // one that cannot be read counts as one that says nothing; verifying names it
		page = append(page, turn)
		return nil
	}, a.log.db.counting, after, a.turns)
	return page, err
}

// foldTurns makes pages of turns. A page goes out when it is full, and at the
// end.
func (a *Analytics) foldTurns(ctx context.Context, turns <-chan []bot.Turn, into chan<- *analyticsPage) error {
	some := false
	for list := range turns {
		for i := range list {
			if err := a.fold.apply(ctx, &list[i]); err != nil {
				return err
			}
			if some = !a.fold.full(); !some {
				if err := a.hand(ctx, into); err != nil {
					return err
				}
			}
		}
	}
	if ctx.Err() != nil || !some {
		return ctx.Err()
	}
	return a.hand(ctx, into)
}

// hand gives the page to the one that stores.
func (a *Analytics) hand(ctx context.Context, into chan<- *analyticsPage) error {
	page, err := a.fold.finish()
	if err != nil {
		return err
	}
	select {
	case into <- page:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
