package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"kaitong/bot"
)

// ErrNoLog says that there is no event log in the directory or the database.
var ErrNoLog = errors.New("no event log")

// Reader reads a log without writing to it: not a byte, not a file beside it.
// It works beside a server that has the log open, and needs none.
type Reader struct{ from source }

// source opens a log for one piece of reading.
type source interface {
	read(ctx context.Context, work func(*sql.DB, words) error) error
}

// OpenReader finds the log that options name by Database or Dir. Nothing stays
// open between its reads, so there is nothing to close.
func OpenReader(options Options) (*Reader, error) {
	find := findSQLite
	if options.Database != "" {
		find = findPostgres
	}
	from, err := find(options)
	if err != nil {
		return nil, err
	}
	return &Reader{from: from}, nil
}

// Load returns the turns of one conversation in order, none for an unknown one.
func (r *Reader) Load(ctx context.Context, conversation string) ([]bot.Turn, error) {
	var loaded []bot.Turn
	err := r.from.read(ctx, func(db *sql.DB, w words) (err error) {
		loaded, err = loadIn(ctx, db, w, conversation)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load conversation %q: %w", conversation, err)
	}
	return loaded, nil
}

func loadIn(ctx context.Context, db *sql.DB, w words, conversation string) ([]bot.Turn, error) {
	list, err := queryRecords(ctx, db, w, w.load, conversation, 0, most(0))
	if err != nil {
		return nil, err
	}
	list, broken := fitTogether(list, 0)
	loaded, err := decodeAll(list, blocksIn(db, w).finder(ctx))
	if err == nil {
		err = broken
	}
	return loaded, err
}

func queryRecords(ctx context.Context, db *sql.DB, w words, text string, args ...any) ([]record, error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	return records(rows, w.keys)
}

func blocksIn(db *sql.DB, w words) *blocks {
	return newBlocks(func(ctx context.Context, key string) ([]byte, error) {
		body, err := scanBlock(db.QueryRowContext(ctx, w.block, key))
		return body, w.explain(err)
	})
}

// knownSchema refuses what another program has written.
func knownSchema(ctx context.Context, db *sql.DB, w words, s schema) error {
	var current int64
	if err := db.QueryRowContext(ctx, w.schema).Scan(&current); err != nil {
		return err
	}
	known, err := s.newest()
	if err != nil {
		return err
	}
	if current < known {
		return fmt.Errorf("%w: its schema is %d, this program wants %d; start the server once", ErrOlderSchema, current, known)
	}
	if err := s.refuse(current); err != nil {
		return withProgram(ctx, db, w, err)
	}
	_, err = readableFormat(ctx, db, w)
	return err
}
