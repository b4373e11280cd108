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

// words is what reading says in the words of one database.
type words struct {
	// load returns the record of the version given too, without its events:
	// what comes after hangs on it.
	load            string
	tail, block     string
	counting        string // as tail, with what the figures need
	metaGet, schema string

	// For verifying. page goes on after a conversation and a version, up to a
	// position; gaps are pairs of positions with something missing between;
	// before is the turn that another one hangs on.
	end, countTurns, countBlocks string
	// reached is the last position that was given out to a turn that is there or
	// was erased; grave finds a tombstone by name, graves are the positions of
	// those that reach further than a position, graveyard all after a number.
	reached, grave, graves, graveyard string
	before                            string
	overviews                         overviewWords
	page, pageBlocks, gaps            string
	// What the database finds wrong with itself: all of it, and what can be
	// found while people wait for a start.
	structure, briefly func(context.Context, *sql.DB) ([]string, error)

	keys     *keyring          // that open what is encrypted; nil: none
	explain  func(error) error // names what the driver's error means
	patience time.Duration     // for one read; 0: as long as the caller's
}

// reads is the reading side of an open log, safe for concurrent use.
type reads struct {
	words
	pool                          *sql.DB
	blocks                        *blocks
	loadStmt, tailStmt, blockStmt *sql.Stmt
	prepared                      []*sql.Stmt
}

// openReads prepares every statement. On error the caller closes the pool.
func openReads(ctx context.Context, pool *sql.DB, w words) (*reads, error) {
	r := &reads{words: w, pool: pool}
	r.blocks = newBlocks(r.readBlock)
	for _, item := range []struct {
		text string
		into **sql.Stmt
	}{{w.load, &r.loadStmt}, {w.tail, &r.tailStmt}, {w.block, &r.blockStmt}} {
		statement, err := pool.PrepareContext(ctx, item.text)
		if err != nil {
			return nil, errors.Join(w.explain(fmt.Errorf("prepare %q: %w", item.text, err)), r.unprepare())
		}
		*item.into = statement
		r.prepared = append(r.prepared, statement)
	}
	return r, nil
}

// loadTurns returns the first limit turns of a conversation after a version,
// all for 0, and whether it has any, or an error when they do not fit together. Hashing them costs a fiftieth of reading them.
func (r *reads) loadTurns(ctx context.Context, conversation string, after int64, limit int) (loaded []bot.Turn, there bool, err error) {
	after = max(after, 0)
	list, err := r.records(ctx, r.loadStmt, conversation, after, most(limit))
	if err != nil {
		return nil, false, err
	}
	there = len(list) > 0
	list, broken := fitTogether(list, after)
	if limit > 0 {
		list = list[:min(limit, len(list))]
	}
	if loaded, err = r.decode(ctx, list); err != nil {
		return nil, there, err
	}
	if broken != nil {
		return nil, there, broken
	}
	return loaded, there, nil
}

// most is a limit in records: one more is loaded, the one that the others hang
// on.
func most(limit int) int64 {
	if limit <= 0 {
		return math.MaxInt64
	}
	return int64(limit) + 1
}

func (r *reads) tailTurns(ctx context.Context, after int64, limit int) ([]bot.Turn, error) {
	list, err := r.records(ctx, r.tailStmt, after, limit)
	if err != nil {
		return nil, err
	}
	return r.decode(ctx, list)
}

func (r *reads) records(ctx context.Context, statement *sql.Stmt, args ...any) (list []record, err error) {
	err = r.persist(ctx, func(ctx context.Context) error {
		rows, err := statement.QueryContext(ctx, args...)
		if err != nil {
			return err
		}
		list, err = records(rows, r.keys)
		return err
	})
	return list, err
}

func (r *reads) decode(ctx context.Context, list []record) ([]bot.Turn, error) {
	return decodeAll(list, r.blocks.finder(ctx))
}

// persist reads again when a connection turns out to be dead, for after a
// restart of the server all of them are. A database that says nothing is given
// up after a while.
func (r *reads) persist(ctx context.Context, read func(context.Context) error) error {
	if r.patience > 0 {
		var done context.CancelFunc
		ctx, done = context.WithTimeout(ctx, r.patience)
		defer done()
	}
	attempts := 1 + r.pool.Stats().MaxOpenConnections
	for {
		err := r.explain(read(ctx))
		if attempts--; !errors.Is(err, errLost) || attempts == 0 || ctx.Err() != nil {
			return err
		}
	}
}

func (r *reads) readBlock(ctx context.Context, key string) (body []byte, err error) {
	err = r.persist(ctx, func(ctx context.Context) error {
		body, err = scanBlock(r.blockStmt.QueryRowContext(ctx, key))
		return err
	})
	return body, err
}

func scanBlock(row *sql.Row) ([]byte, error) {
	var body []byte
	err := row.Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNoBlock
	}
	return body, err
}

// ping reads one row.
func (r *reads) ping(ctx context.Context) error {
	return r.persist(ctx, func(ctx context.Context) error {
		_, err := getMeta(ctx, r.pool, r.words, metaEpoch)
		return err
	})
}

func (r *reads) unprepare() error {
	var errs []error
	for _, statement := range r.prepared {
		errs = append(errs, statement.Close())
	}
	return errors.Join(errs...)
}

// close closes the statements first: SQLite keeps a connection with an open
// statement alive, and with it the write-ahead log on disk.
func (r *reads) close() error {
	return errors.Join(r.unprepare(), r.pool.Close())
}
