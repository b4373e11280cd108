package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// RebuildAnalytics empties the figures and makes them anew from the log. With
// SQLite no server may have the directory open; beside servers on PostgreSQL the
// one that counts does the work. show is told how many positions of the log are
// done.
func RebuildAnalytics(ctx context.Context, options Options, zone *time.Location, show func(done, total int64)) (err error) {
	log, err := Open(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close(context.WithoutCancel(ctx))) }()
	if options.Database == "" {
		if err := removeAnalytics(options.Dir); err != nil {
			return fmt.Errorf("rebuild figures in %s: %w", options.name(), err)
		}
	}
	a, err := openAnalytics(ctx, log, options, zone)
	if err != nil {
		return fmt.Errorf("rebuild figures in %s: %w", options.name(), err)
	}
	err = a.reset(ctx)
	a.start()
	if err == nil {
		err = a.await(ctx, show)
	}
	if err != nil {
		err = fmt.Errorf("rebuild figures in %s: %w", options.name(), err)
	}
	return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
}

// await waits until everything is counted that is in the log now.
func (a *Analytics) await(ctx context.Context, show func(done, total int64)) error {
	end, err := a.end(ctx)
	if err != nil {
		return err
	}
	return awaitPosition(ctx, end, show, func() (int64, error) {
		state, err := a.state(ctx)
		if err == nil {
			err = a.trouble()
		}
		return state.mark.position, err
	})
}
