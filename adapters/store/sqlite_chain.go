package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pressly/goose/v3"
)

// sqliteChain is the migration that chains the turns of a log written before
// there were chains. The table is made anew, with the link in front of the
// events, where reading it does not lead through them.
func sqliteChain() *goose.Migration {
	return goose.NewGoMigration(3, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		for _, step := range []func(context.Context, *sql.Tx) error{makeChained, copyChained, replaceUnchained} {
			if err := step(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}}, nil)
}

func makeChained(ctx context.Context, tx *sql.Tx) error {
	return execAll(ctx, tx, `
		CREATE TABLE chained (
			position     INTEGER PRIMARY KEY, -- the writer counts; what it gave out last is in meta
			conversation TEXT    NOT NULL,
			version      INTEGER NOT NULL CHECK (version > 0),
			at           TEXT    NOT NULL,                  -- 2026-03-01T09:30:00.123456789Z
			chain        BLOB    NOT NULL CHECK (length(chain) = 32),
			events       TEXT    NOT NULL                   -- JSON: [{"kind": …, "data": …}, …]
		) STRICT`,
		`DROP INDEX turns_conversation_version`,
		`CREATE UNIQUE INDEX turns_conversation_version ON chained (conversation, version)`)
}

// copyChained goes through the old table in its own order and looks the links
// before up in the new one, so that it needs no memory.
func copyChained(ctx context.Context, tx *sql.Tx) error {
	const page = 1000
	var chainer chainer
	for after := int64(0); ; {
		list, err := unchained(ctx, tx, after, page)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, one := range list {
			if err := insertChained(ctx, tx, &chainer, one); err != nil {
				return one.failure(err)
			}
		}
		after = list[len(list)-1].position
	}
}

func unchained(ctx context.Context, tx *sql.Tx, after int64, limit int) ([]record, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT position, conversation, version, at, x'', events FROM turns
		WHERE position > ?1 ORDER BY position LIMIT ?2`, after, limit)
	if err != nil {
		return nil, err
	}
	return records(rows, nil)
}

// insertChained hangs a turn whose predecessor is missing on nothing: what was
// broken before stays visible.
func insertChained(ctx context.Context, tx *sql.Tx, chainer *chainer, one record) error {
	var before []byte
	err := tx.QueryRowContext(ctx, `SELECT chain FROM chained WHERE conversation = ?1 AND version = ?2`, one.conversation, one.version-1).Scan(&before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var from link
	copy(from[:], before)
	chain := chainer.link(from, one.conversation, one.version, one.at, one.events)
	_, err = tx.ExecContext(ctx, `INSERT INTO chained (position, conversation, version, at, chain, events) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
		one.position, one.conversation, one.version, one.at, chain[:], one.events)
	return err
}

// replaceUnchained puts the new table in the place of the old one. Numbers that
// were given out stay given out, and gaps from before are none to complain of.
func replaceUnchained(ctx context.Context, tx *sql.Tx) error {
	return execAll(ctx, tx,
		`INSERT INTO meta (key, value) SELECT 'last', coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'turns'`,
		`DROP TABLE turns`,
		`ALTER TABLE chained RENAME TO turns`,
		`INSERT INTO meta (key, value) SELECT 'dense', value FROM meta WHERE key = 'last'`,
		`INSERT INTO meta (key, value) SELECT 'sound', coalesce(max(position), 0) FROM turns`)
}

func execAll(ctx context.Context, tx *sql.Tx, texts ...string) error {
	for _, text := range texts {
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("%.40s…: %w", text, err)
		}
	}
	return nil
}
