package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// databaseName is the log's file in the data directory.
const databaseName = "kaitong.db"

// timeLayout sorts as text and keeps every nanosecond.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

// sqliteDialect is everything that is said in the words of SQLite.
func sqliteDialect() dialect {
	return dialect{
		goose:      goose.DialectSQLite3,
		migrations: "migrations/sqlite",
		explain:    sqliteError,
		begin:      `BEGIN IMMEDIATE`,
		commit:     `COMMIT`,
		rollback:   `ROLLBACK`,
		insert: `
			INSERT INTO turns (conversation, version, at, events)
			SELECT ?1, ?2, ?3, ?4
			WHERE ?2 = 1 OR EXISTS (SELECT 1 FROM turns WHERE conversation = ?1 AND version = ?2 - 1)
			ON CONFLICT (conversation, version) DO NOTHING`,
		keepBlock: `INSERT INTO sealed (key, body) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING`,
		block:     `SELECT body FROM sealed WHERE key = ?1`,
		load: `
			SELECT position, conversation, version, at, events FROM turns
			WHERE conversation = ?1 AND version > ?2 ORDER BY version`,
		tail: `
			SELECT position, conversation, version, at, events FROM turns
			WHERE position > ?1 ORDER BY position LIMIT ?2`,
		metaKeep: `INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING`,
		metaSet:  `INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
		metaGet:  `SELECT value FROM meta WHERE key = ?1`,
	}
}

// sqliteOpen opens the file twice: once for the writer, once for a few
// readers, which WAL lets work beside it.
func sqliteOpen(options Options) (write, read *sql.DB, err error) {
	path, err := filepath.Abs(filepath.Join(options.Dir, databaseName))
	if err != nil {
		return nil, nil, err
	}
	if err := createPrivate(path); err != nil {
		return nil, nil, err
	}
	write, err = sql.Open("sqlite", sqliteDSN(path, sqliteWriterPragmas(options.LockWait)))
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	read, err = sql.Open("sqlite", sqliteDSN(path, sqliteReaderPragmas(options.LockWait)))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open %s: %w", path, err), write.Close())
	}
	read.SetMaxOpenConns(options.Readers)
	read.SetMaxIdleConns(options.Readers)
	return write, read, nil
}

// createPrivate makes the file, if it is new, readable by its owner only.
// SQLite gives its side files the same mode.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %w", ErrNotWritable, err)
	}
	if err != nil {
		return err
	}
	return file.Close()
}

func sqliteWriterPragmas(wait time.Duration) []string {
	return []string{
		busyTimeout(wait),
		"journal_mode(WAL)", // readers beside the writer
		"synchronous(FULL)", // fsync before every answer
		"secure_delete(ON)", // erased rows leave no bytes behind
		"foreign_keys(ON)",
		"wal_autocheckpoint(4000)",     // pages, 16 MiB: index pages are folded more often per copy
		"journal_size_limit(67108864)", // bytes; a WAL swollen by a long reader shrinks again
		"cache_size(-16384)",           // KiB
	}
}

func sqliteReaderPragmas(wait time.Duration) []string {
	return []string{busyTimeout(wait), "query_only(ON)", "secure_delete(ON)", "foreign_keys(ON)"}
}

func busyTimeout(wait time.Duration) string {
	return fmt.Sprintf("busy_timeout(%d)", wait.Milliseconds())
}

// sqliteDSN makes a URI, so that no character of a path is taken for syntax.
func sqliteDSN(path string, pragmas []string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/… on Windows
		path = "/" + path
	}
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": pragmas}.Encode()}
	return dsn.String()
}
