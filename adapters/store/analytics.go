package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"kaitong/bot"
	"kaitong/bot/analytics"
)

const (
	// analyticsEvery is how often it is looked for new turns. Nobody who stores one
	// has to say so.
	analyticsEvery = 400 * time.Millisecond
	// analyticsDrain is what the figures of the last turns may take at the end. What
	// is not counted then is counted after the next start.
	analyticsDrain = 2 * time.Second
)

// Analytics keeps the figures up with the log, and answers questions about them.
// It is an [analytics.Store], safe for concurrent use. With SQLite the figures
// are in a file beside the log, with PostgreSQL in tables beside its own, and of
// several nodes one counts.
type Analytics struct {
	name   string // of the database
	logger *slog.Logger
	log    *Log
	tables *analyticsTables
	zone   *time.Location
	rules  string
	fold   *analyticsFold

	every   time.Duration // analyticsEvery
	turns   int           // analyticsTurns
	named   int           // cellsNamed
	stop    context.CancelFunc
	done    chan struct{}
	failing atomic.Pointer[error] // nil: all is well
}

var _ analytics.Store = (*Analytics)(nil)

// OpenAnalytics opens the figures of a log, which options name too, and begins to
// count. Days begin and end as in zone. Figures of another zone, of another
// version of the rules or of another log are made anew. Close it before the log.
func OpenAnalytics(ctx context.Context, log *Log, options Options, zone *time.Location) (*Analytics, error) {
	a, err := openAnalytics(ctx, log, options, zone)
	if err != nil {
		return nil, fmt.Errorf("open figures in %s: %w", options.name(), err)
	}
	a.start()
	return a, nil
}

// openAnalytics does all of OpenAnalytics but begin to count.
func openAnalytics(ctx context.Context, log *Log, options Options, zone *time.Location) (*Analytics, error) {
	options = withDefaults(options)
	tables, err := openAnalyticsTables(ctx, options)
	if err != nil {
		return nil, err
	}
	tables.keys = log.db.keys
	return &Analytics{
		name: options.name(), logger: options.Logger, log: log, tables: tables, zone: zone,
		rules: analyticsRules(log, zone), fold: &analyticsFold{tables: tables, zone: zone, salt: log.Epoch(), names: foldNames},
		every: analyticsEvery, turns: analyticsTurns, named: cellsNamed, done: make(chan struct{}),
	}, nil
}

// analyticsRows is the version of what is in the rows, and in which grains.
const analyticsRows = 2

// analyticsRules is by what figures are made. Those made by anything else are
// worth nothing.
func analyticsRules(log *Log, zone *time.Location) string {
	rules := fmt.Sprintf("fold %d, rows %d, zone %s, log %s", analytics.Version, analyticsRows, zone, log.Epoch())
	if keys := log.db.keys; keys != nil && keys.writes != nil { // what was asked is encrypted with it
		rules += ", key " + keys.writes.id
	}
	return rules
}

func (a *Analytics) start() {
	ctx, stop := context.WithCancel(context.Background())
	a.stop = stop
	go a.run(ctx)
}

// run counts until ctx ends, and then what is left.
func (a *Analytics) run(ctx context.Context) {
	defer close(a.done)
	ticker := time.NewTicker(a.every)
	defer ticker.Stop()
	for {
		a.tell(ctx, a.catchUp(ctx))
		select {
		case <-ticker.C:
			continue
		case <-ctx.Done():
		}
		break
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), analyticsDrain)
	defer cancel()
	a.tell(ctx, a.catchUp(ctx))
}

// Close counts what is in the log, for a moment, and releases everything.
func (a *Analytics) Close(ctx context.Context) error {
	a.stop()
	select {
	case <-a.done:
	case <-ctx.Done():
		return fmt.Errorf("close figures in %s: %w", a.name, ctx.Err())
	}
	if err := a.tables.close(); err != nil {
		return fmt.Errorf("close figures in %s: %w", a.name, err)
	}
	return nil
}

// catchUp counts page after page until nothing is left, if this node is the one
// to do it.
func (a *Analytics) catchUp(ctx context.Context) error {
	leading, err := a.tables.sink.lead(ctx)
	if err != nil || !leading {
		return err
	}
	state, err := a.state(ctx)
	if err != nil {
		return err
	}
	if state, err = a.fit(ctx, state); err != nil {
		return err
	}
	if a.fold.words == nil || !a.fold.mark.is(state.mark) {
		if err := a.fold.begin(ctx, state.mark); err != nil {
			return err
		}
	}
	if err = a.project(ctx); err != nil {
		a.fold.words = nil // what is in memory may not be in the tables
		return err
	}
	a.fold.rest()
	return nil
}

// fit makes the tables empty when what is in them does not fit the log or the
// rules.
func (a *Analytics) fit(ctx context.Context, state analyticsState) (analyticsState, error) {
	end, err := a.position(ctx, a.log.db.reached)
	if err != nil || state.rules == a.rules && state.mark.position <= end {
		return state, err
	}
	if state.mark.position > 0 {
		a.logger.Info("figures are made anew", "database", a.name, "were", state.rules, "shall be", a.rules)
	}
	if err := a.reset(ctx); err != nil {
		return state, err
	}
	return a.state(ctx)
}

// end is the last position of the log.
func (a *Analytics) end(ctx context.Context) (int64, error) { return a.position(ctx, a.log.db.end) }

func (a *Analytics) position(ctx context.Context, question string) (position int64, err error) {
	err = a.log.db.persist(ctx, func(ctx context.Context) error {
		return a.log.db.pool.QueryRowContext(ctx, question).Scan(&position)
	})
	return position, err
}

// tell logs the first failure and the end of it: one that lasts shall not fill
// the log. Another node that counted is no failure.
func (a *Analytics) tell(ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil || errors.Is(err, bot.ErrClosed) || errors.Is(err, errMoved):
	case err != nil && a.trouble() == nil:
		a.failing.Store(&err)
		a.logger.Warn("figures are not kept up for the moment", "database", a.name, "error", err)
	case err == nil && a.trouble() != nil:
		a.failing.Store(nil)
		a.logger.Info("figures are kept up again", "database", a.name)
	}
}

// trouble is why the figures are not kept up, nil when they are.
func (a *Analytics) trouble() error {
	if err := a.failing.Load(); err != nil {
		return *err
	}
	return nil
}

// Check says why the figures are not kept up, if they are not.
func (a *Analytics) Check(context.Context) error {
	if err := a.trouble(); err != nil {
		return fmt.Errorf("figures in %s: %w", a.name, err)
	}
	return nil
}
