package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"kaitong/bot/analytics"
)

// ErrNoFigures says that nothing was counted yet.
var ErrNoFigures = errors.New("nothing was counted yet")

// ReadFigures lets read ask figures as they are, beside a server that counts or
// without one. Nothing is counted meanwhile.
func ReadFigures(ctx context.Context, options Options, zone *time.Location, read func(analytics.Store) error) error {
	options = withDefaults(options)
	tables, err := openCounted(ctx, options)
	if err != nil {
		return fmt.Errorf("open figures in %s: %w", options.name(), err)
	}
	if tables.keys, err = readKeys(options.KeyFile); err == nil {
		err = tables.prepare(ctx)
	}
	if err == nil {
		err = read(&frozen{Analytics{name: options.name(), logger: options.Logger, tables: tables, zone: zone}})
	}
	return errors.Join(err, tables.close())
}

// openCounted opens figures that are there, and replaces none.
func openCounted(ctx context.Context, options Options) (*analyticsTables, error) {
	if options.Database != "" {
		return openPostgresAnalytics(ctx, options)
	}
	if _, err := os.Stat(filepath.Join(options.Dir, analyticsName)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoFigures, err)
	}
	return openSQLiteAnalytics(ctx, options)
}

// frozen are figures that nobody counts here.
type frozen struct{ Analytics }

// Progress implements [analytics.Store]: how far the log goes is not looked at.
func (f *frozen) Progress(ctx context.Context) (analytics.Progress, error) {
	state, err := f.state(ctx)
	return analytics.Progress{Position: state.mark.position, At: state.mark.at, Target: state.mark.position}, err
}
