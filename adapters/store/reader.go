package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"kaitong/bot"
)

// ErrNoLog says that there is no event log in the directory.
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
	list, err := queryRecords(ctx, db, w.load, conversation, 0)
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

func queryRecords(ctx context.Context, db *sql.DB, text string, args ...any) ([]record, error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	return records(rows)
}

func blocksIn(db *sql.DB, w words) *blocks {
	return newBlocks(func(ctx context.Context, key string) ([]byte, error) {
		body, err := scanBlock(db.QueryRowContext(ctx, w.block, key))
		return body, w.explain(err)
	})
}

// Stored is one conversation of the log.
type Stored struct {
	Conversation string    `json:"conversation"`
	Turns        int64     `json:"turns"`
	Last         time.Time `json:"last"` // its last turn
}

// Newest returns the conversations with the latest turns, newest first.
func (r *Reader) Newest(ctx context.Context, limit int) ([]Stored, error) {
	var newest []Stored
	err := r.from.read(ctx, func(db *sql.DB, w words) (err error) {
		newest, err = newestIn(ctx, db, w, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list conversations: %w", err)
	}
	return newest, nil
}

// newestPage is how many turns are gone back at a time.
const newestPage = 1000

// newestIn goes back through the log until it has met enough conversations;
// their last turn is the first one it meets.
func newestIn(ctx context.Context, db *sql.DB, w words, limit int) ([]Stored, error) {
	met := map[string]bool{}
	var newest []Stored
	for before := int64(math.MaxInt64); len(newest) < limit; {
		page, err := queryRecords(ctx, db, w.newest, before, newestPage)
		if err != nil || len(page) == 0 {
			return newest, err
		}
		for _, one := range page {
			before = one.position
			if met[one.conversation] {
				continue
			}
			met[one.conversation] = true
			last, err := time.Parse(timeLayout, one.at)
			if err != nil {
				return nil, one.failure(err)
			}
			newest = append(newest, Stored{Conversation: one.conversation, Turns: one.version, Last: last})
		}
	}
	return newest[:max(limit, 0)], nil
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
	return s.refuse(current)
}
