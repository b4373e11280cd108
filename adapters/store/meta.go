package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
)

// What the log notes about itself.
const (
	metaEpoch = "epoch" // the log's identity, made when the log was
	metaProbe = "probe" // what readiness probes wrote
	metaSound = "sound" // the position up to which the log was last known to be whole
	metaDense = "dense" // the position after which no number is left out

	metaProjected = "projected" // the position up to which the overviews go
)

// getMeta returns a note, "" when there is none.
func getMeta(ctx context.Context, db *sql.DB, w words, key string) (string, error) {
	var value string
	err := db.QueryRowContext(ctx, w.metaGet, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", key, w.explain(err))
	}
	return value, nil
}

// ensureEpoch returns the log's identity and gives it one when it has none. Of
// nodes that start at once one wins.
func ensureEpoch(ctx context.Context, db *sql.DB, w words, keep string) (string, error) {
	if _, err := db.ExecContext(ctx, keep, metaEpoch, rand.Text()); err != nil {
		return "", fmt.Errorf("store epoch: %w", w.explain(err))
	}
	return getMeta(ctx, db, w, metaEpoch)
}
