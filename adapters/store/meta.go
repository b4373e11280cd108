package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
)

// What the log notes about itself.
const (
	metaEpoch = "epoch" // the log's identity, made when the log was
	metaSeal  = "seal"  // a secret that all its nodes share
	metaProbe = "probe" // what readiness probes wrote
	metaSound = "sound" // the position up to which the log was last known to be whole
	metaLast  = "last"  // the last position given out, as far as it is noted
	metaDense = "dense" // the position after which no number is left out

	metaSalt    = "salt"    // of the names on tombstones
	metaUnwiped = "unwiped" // set while what was erased may still be in the files
	metaFormat  = "format"  // the oldest reader of what is in the log; see [Format]
	metaProgram = "program" // the version that opened it last

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
	for _, key := range []string{metaEpoch, metaSeal} {
		if _, err := db.ExecContext(ctx, keep, key, rand.Text()); err != nil {
			return "", fmt.Errorf("store %s: %w", key, w.explain(err))
		}
	}
	return getMeta(ctx, db, w, metaEpoch)
}

// Seal returns the secret that all nodes of this log share. It proves nothing
// about people; whoever reads the database knows it.
func (l *Log) Seal(ctx context.Context) ([]byte, error) {
	seal, err := getMeta(ctx, l.db.pool, l.db.words, metaSeal)
	if err == nil && seal == "" {
		err = fmt.Errorf("%w: it has no seal", ErrCorrupt)
	}
	return []byte(seal), err
}

// lastKnown is the position up to which the log must reach.
func lastKnown(ctx context.Context, db *sql.DB, w words) (int64, error) {
	sound, err := getNumber(ctx, db, w, metaSound)
	if err != nil {
		return 0, err
	}
	last, err := getNumber(ctx, db, w, metaLast)
	return max(sound, last), err
}

// getNumber reads a note that is a position, 0 when there is none.
func getNumber(ctx context.Context, db *sql.DB, w words, key string) (int64, error) {
	text, err := getMeta(ctx, db, w, key)
	if err != nil || text == "" {
		return 0, err
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: the note %q is no number", ErrCorrupt, key)
	}
	return number, nil
}
