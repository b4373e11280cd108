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
)

// sqliteFile is the log of a data directory, to be read only.
type sqliteFile struct {
	dir  string
	keys *keyring
}

func findSQLite(options Options) (source, error) {
	dir := options.Dir
	info, err := os.Stat(filepath.Join(dir, databaseName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w in %s: there is no %s", ErrNoLog, dir, databaseName)
	case err != nil:
		return nil, fmt.Errorf("open event log in %s: %w", dir, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w in %s: %s is no file", ErrNoLog, dir, databaseName)
	}
	keys, err := readKeys(options.KeyFile)
	return &sqliteFile{dir: dir, keys: keys}, err
}

// maxReads bounds how often a read is done again because a server started or
// stopped meanwhile.
const maxReads = 3

// read opens the database for one piece of reading. Beside a server it reads through the
// server's files. Without one it takes the file as it is, which is only right
// while nobody writes: so it looks whether the file changed meanwhile, and then
// reads again.
func (r *sqliteFile) read(ctx context.Context, work func(*sql.DB, words) error) error {
	for attempt := 1; ; attempt++ {
		before := r.state()
		err := r.once(ctx, before.live, work)
		if r.state() == before || before.live && err == nil || attempt == maxReads || ctx.Err() != nil {
			return sqliteError(err)
		}
	}
}

func (r *sqliteFile) once(ctx context.Context, live bool, work func(*sql.DB, words) error) (err error) {
	db, err := sql.Open("sqlite", r.dsn(live))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := r.begun(ctx, db); err != nil {
		return err
	}
	if err := knownSchema(ctx, db, sqliteWords(), sqliteSchema()); err != nil {
		return err
	}
	w := sqliteWords()
	w.keys = r.keys
	if err := wantKeys(ctx, db, w, r.keys); err != nil {
		return err
	}
	return work(db, w)
}

// begun says plainly when no server has ever begun a log in the file.
func (r *sqliteFile) begun(ctx context.Context, db *sql.DB) error {
	var there bool
	if err := db.QueryRowContext(ctx, `SELECT count(*) > 0 FROM sqlite_master WHERE name = 'schema_version'`).Scan(&there); err != nil {
		return err
	}
	if !there {
		return fmt.Errorf("%w in %s: there is nothing in %s", ErrNoLog, r.dir, databaseName)
	}
	return nil
}

// dsn is the database, not to be written to. With a write-ahead log beside it
// the index of that log is read as the server keeps it; without one the file is
// all there is, and SQLite shall not begin a log.
func (r *sqliteFile) dsn(live bool) string {
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

func (r *sqliteFile) path(suffix string) string { return filepath.Join(r.dir, databaseName+suffix) }

// state is what changes when a server starts, writes or stops.
type state struct {
	live     bool // there is a write-ahead log
	size     int64
	modified time.Time
}

func (r *sqliteFile) state() state {
	_, err := os.Stat(r.path("-wal"))
	s := state{live: err == nil}
	if info, err := os.Stat(r.path("")); err == nil {
		s.size, s.modified = info.Size(), info.ModTime()
	}
	return s
}
