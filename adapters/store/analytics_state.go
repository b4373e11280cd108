package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"kaitong/bot/analytics"
)

// analyticsState is what the tables say of themselves.
type analyticsState struct {
	mark           analyticsMark
	broken, target int64
	rules          string
}

func (a *Analytics) state(ctx context.Context) (s analyticsState, err error) {
	var at int64
	err = a.tables.db.QueryRowContext(ctx, `SELECT position, generation, at, broken, target, rules FROM analytics_state`).
		Scan(&s.mark.position, &s.mark.generation, &at, &s.broken, &s.target, &s.rules)
	if at != 0 {
		s.mark.at = time.UnixMicro(at).UTC()
	}
	return s, a.tables.words.explain(err)
}

// Progress implements [analytics.Store].
func (a *Analytics) Progress(ctx context.Context) (analytics.Progress, error) {
	state, err := a.state(ctx)
	if err != nil {
		return analytics.Progress{}, fmt.Errorf("progress of the figures: %w", err)
	}
	end, err := a.end(ctx)
	if err != nil {
		return analytics.Progress{}, fmt.Errorf("progress of the figures: %w", err)
	}
	return analytics.Progress{
		Position: state.mark.position, At: state.mark.at, Target: end, Broken: state.broken,
		Rebuilding: state.rules != a.rules || state.mark.position < state.target,
	}, nil
}

// change does one thing in a transaction of its own. A page that is on its way
// does not fit any more then.
func (a *Analytics) change(ctx context.Context, work func(*analyticsChange) error) error {
	tx, err := a.tables.db.BeginTx(ctx, nil)
	if err != nil {
		return a.tables.words.explain(err)
	}
	c := &analyticsChange{ctx: ctx, tx: tx, tables: a.tables}
	if err = c.do(`UPDATE analytics_state SET generation = generation + 1`); err == nil {
		err = work(c)
	}
	if err != nil {
		return errors.Join(a.tables.words.explain(err), rolledBack(tx.Rollback()))
	}
	return a.tables.words.explain(tx.Commit())
}

// analyticsChange is a change that is under way.
type analyticsChange struct {
	ctx    context.Context
	tx     *sql.Tx
	tables *analyticsTables
}

func (c *analyticsChange) do(statement string, args ...any) error {
	_, err := c.tx.ExecContext(c.ctx, c.tables.text(statement), args...)
	return err
}

// reset empties the tables.
func (a *Analytics) reset(ctx context.Context) error {
	end, err := a.end(ctx)
	if err != nil {
		return err
	}
	return a.change(ctx, func(c *analyticsChange) error { return c.empty(a.rules, end) })
}

func (c *analyticsChange) empty(rules string, target int64) error {
	for _, table := range []string{"places", "names", "cells", "keys", "contacts", "days", "persons"} {
		if err := c.do(c.tables.words.empty + ` analytics_` + table); err != nil {
			return err
		}
	}
	return c.do(`UPDATE analytics_state SET position = 0, at = 0, broken = 0, rules = $1, target = $2`, rules, target)
}
