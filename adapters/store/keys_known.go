package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// metaKeys are the ids of the keys that rows may be encrypted with.
const metaKeys = "keys"

// knownKeys are the ids of the keys that a database was written with.
func knownKeys(ctx context.Context, db *sql.DB, w words) ([]string, error) {
	noted, err := getMeta(ctx, db, w, metaKeys)
	return strings.Fields(noted), err
}

// wantKeys refuses a database that was written with a key that is not given.
func wantKeys(ctx context.Context, db *sql.DB, w words, ring *keyring) error {
	ids, err := knownKeys(ctx, db, w)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if ring == nil || ring.byID[id] == nil {
			return fmt.Errorf("%w: it is called %s", ErrNoKey, id)
		}
	}
	return nil
}

// ensureKeys does the same, and notes the key that is going to be written with
// before anything is.
func ensureKeys(ctx context.Context, db *sql.DB, w words, set string, ring *keyring) error {
	if err := wantKeys(ctx, db, w, ring); err != nil {
		return err
	}
	if ring == nil || ring.writes == nil {
		return nil
	}
	ids, err := knownKeys(ctx, db, w)
	if err != nil || slices.Contains(ids, ring.writes.id) {
		return err
	}
	if _, err := db.ExecContext(ctx, set, metaKeys, strings.Join(append(ids, ring.writes.id), " ")); err != nil {
		return fmt.Errorf("note the key: %w", w.explain(err))
	}
	return nil
}
