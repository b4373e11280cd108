package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kaitong/bot"
)

// ErrNoLog says that there is no event log in the directory.
var ErrNoLog = errors.New("no event log")

// Reader reads the log of a data directory without writing to it: not a byte,
// not a file beside it. It works beside a server that has the directory open,
// and needs none.
type Reader struct{ dir string }

// OpenReader finds the log in a data directory. Nothing stays open between its
// reads, so there is nothing to close.
func OpenReader(dir string) (*Reader, error) {
	info, err := os.Stat(filepath.Join(dir, databaseName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w in %s: there is no %s", ErrNoLog, dir, databaseName)
	case err != nil:
		return nil, fmt.Errorf("open event log in %s: %w", dir, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w in %s: %s is no file", ErrNoLog, dir, databaseName)
	}
	return &Reader{dir: dir}, nil
}

// Load returns the turns of one conversation in order, none for an unknown one.
func (r *Reader) Load(ctx context.Context, conversation string) ([]bot.Turn, error) {
	var loaded []bot.Turn
	err := r.query(ctx, func(db *sql.DB) (err error) {
		loaded, err = readTurns(ctx, db, sqliteDialect().load, conversation, 0)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load conversation %q: %w", conversation, err)
	}
	return loaded, nil
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
	err := r.query(ctx, func(db *sql.DB) (err error) {
		newest, err = newestIn(ctx, db, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list conversations: %w", err)
	}
	return newest, nil
}

// newestIn goes back through the log until it has met enough conversations;
// their last turn is the first one it meets.
func newestIn(ctx context.Context, db *sql.DB, limit int) ([]Stored, error) {
	rows, err := db.QueryContext(ctx, `SELECT conversation, version, at FROM turns ORDER BY position DESC`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	met := map[string]bool{}
	var newest []Stored
	for len(newest) < limit && rows.Next() {
		var one Stored
		var at string
		if err := rows.Scan(&one.Conversation, &one.Turns, &at); err != nil {
			return nil, err
		}
		if met[one.Conversation] {
			continue
		}
		met[one.Conversation] = true
		if one.Last, err = time.Parse(timeLayout, at); err != nil {
			return nil, err
		}
		newest = append(newest, one)
	}
	return newest, rows.Err()
}

func readTurns(ctx context.Context, db *sql.DB, query string, args ...any) ([]bot.Turn, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	list, err := records(rows)
	if err != nil {
		return nil, err
	}
	found := newBlocks(func(ctx context.Context, key string) ([]byte, error) {
		return scanBlock(db.QueryRowContext(ctx, sqliteDialect().block, key), sqliteError)
	})
	return decodeAll(list, found.finder(ctx))
}

// maxReads bounds how often a read is done again because a server started or
// stopped meanwhile.
const maxReads = 3

// query opens the database for one read. Beside a server it reads through the
// server's files. Without one it takes the file as it is, which is only right
// while nobody writes: so it looks whether the file changed meanwhile, and then
// reads again.
func (r *Reader) query(ctx context.Context, read func(*sql.DB) error) error {
	for attempt := 1; ; attempt++ {
		before := r.state()
		err := r.once(ctx, before.live, read)
		if r.state() == before || before.live && err == nil || attempt == maxReads || ctx.Err() != nil {
			return sqliteError(err)
		}
	}
}

func (r *Reader) once(ctx context.Context, live bool, read func(*sql.DB) error) (err error) {
	db, err := sql.Open("sqlite", r.dsn(live))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := knownSchema(ctx, db); err != nil {
		return err
	}
	return read(db)
}

// knownSchema refuses what a newer program has written.
func knownSchema(ctx context.Context, db *sql.DB) error {
	folder, err := fs.Sub(migrations, sqliteDialect().migrations)
	if err != nil {
		return err
	}
	files, err := fs.ReadDir(folder, ".")
	if err != nil {
		return err
	}
	var current int64
	if err := db.QueryRowContext(ctx, `SELECT max(version_id) FROM schema_version`).Scan(&current); err != nil {
		return err
	}
	if known := int64(len(files)); current > known {
		return fmt.Errorf("%w: its schema is %d, this program knows %d", ErrNewerSchema, current, known)
	}
	return nil
}

// dsn is the database, not to be written to. With a write-ahead log beside it
// the index of that log is read as the server keeps it; without one the file is
// all there is, and SQLite shall not begin a log.
func (r *Reader) dsn(live bool) string {
	path, err := filepath.Abs(r.path(""))
	if err != nil {
		path = r.path("")
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/… on Windows
		path = "/" + path
	}
	query := url.Values{"mode": {"ro"}, "_pragma": {busyTimeout(5 * time.Second), "query_only(ON)"}}
	if live {
		query.Set("readonly_shm", "1")
	} else {
		query.Set("immutable", "1")
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

func (r *Reader) path(suffix string) string { return filepath.Join(r.dir, databaseName+suffix) }

// state is what changes when a server starts, writes or stops.
type state struct {
	live     bool // there is a write-ahead log
	size     int64
	modified time.Time
}

func (r *Reader) state() state {
	_, err := os.Stat(r.path("-wal"))
	s := state{live: err == nil}
	if info, err := os.Stat(r.path("")); err == nil {
		s.size, s.modified = info.Size(), info.ModTime()
	}
	return s
}
