package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// rebuildLook is how often it is looked how far a rebuild has come.
const rebuildLook = 100 * time.Millisecond

// RebuildOverviews empties the list of conversations and makes it anew from the
// log. With SQLite no server may have the directory open; beside servers on
// PostgreSQL the one that projects does the work. show is told how many
// positions of the log are done.
func RebuildOverviews(ctx context.Context, options Options, show func(done, total int64)) error {
	log, err := open(ctx, options)
	if err != nil {
		return fmt.Errorf("open event log in %s: %w", options.name(), err)
	}
	log.start()
	if err = log.projector.to.reset(ctx); err == nil {
		log.projector.wake()
		err = log.awaitLists(ctx, show)
	}
	if err != nil {
		err = fmt.Errorf("rebuild list of conversations in %s: %w", log.name, err)
	}
	return errors.Join(err, log.Close(context.WithoutCancel(ctx)))
}

// awaitLists waits until everything is projected that is in the log now.
func (l *Log) awaitLists(ctx context.Context, show func(done, total int64)) error {
	var end int64
	if err := l.db.pool.QueryRowContext(ctx, l.db.end).Scan(&end); err != nil {
		return l.db.explain(err)
	}
	return awaitPosition(ctx, end, show, func() (int64, error) {
		done, err := getProjected(ctx, l.db.pool, l.db.words)
		if err == nil {
			err = l.projector.trouble()
		}
		return done, err
	})
}

// awaitPosition shows how far something has come until it is at end.
func awaitPosition(ctx context.Context, end int64, show func(done, total int64), look func() (int64, error)) error {
	ticker := time.NewTicker(rebuildLook)
	defer ticker.Stop()
	for {
		done, err := look()
		if err != nil {
			return err
		}
		show(min(done, end), end)
		if done >= end {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
