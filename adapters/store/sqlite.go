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

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// databaseName is the log's file in the data directory.
const databaseName = "kaitong.db"

// timeLayout sorts as text and keeps every nanosecond.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

const (
	sqliteMetaKeep = `INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING`
	sqliteMetaSet  = `INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
)

// sqliteWords is what reading says in the words of SQLite.
func sqliteWords() words {
	return words{
		load: `
			SELECT position, conversation, version, at, chain, CASE WHEN version > ?2 THEN events ELSE '' END FROM turns
			WHERE conversation = ?1 AND version >= ?2 ORDER BY version LIMIT ?3`,
		tail: `
			SELECT position, conversation, version, at, chain, events FROM turns
			WHERE position > ?1 ORDER BY position LIMIT ?2`,
		counting: `
			SELECT position, conversation, version, at, events FROM turns
			WHERE position > ?1 ORDER BY position LIMIT ?2`,
		block:   `SELECT body FROM sealed WHERE key = ?1`,
		metaGet: `SELECT value FROM meta WHERE key = ?1`,
		schema:  `SELECT max(version_id) FROM schema_version`,
		explain: sqliteError,

		end:         `SELECT coalesce(max(position), 0) FROM turns`,
		reached:     `SELECT max(coalesce((SELECT max(position) FROM turns), 0), coalesce((SELECT max(highest) FROM erased), 0))`,
		grave:       `SELECT 1 FROM erased WHERE name = ?1`,
		graves:      `SELECT positions FROM erased WHERE highest > ?1`,
		graveyard:   `SELECT n, name, turns, highest, positions, last, at, reason, chain FROM erased WHERE n > ?1 ORDER BY n LIMIT 1000`,
		before:      `SELECT version, chain FROM turns WHERE conversation = ?1 AND version < ?2 ORDER BY version DESC LIMIT 1`,
		countTurns:  `SELECT count(*) FROM turns`,
		countBlocks: `SELECT count(*) FROM sealed`,
		page: `
			SELECT position, conversation, version, at, chain, events FROM turns
			WHERE (conversation, version) > (?1, ?2) AND position <= ?3 ORDER BY conversation, version LIMIT ?4`,
		pageBlocks: `SELECT key, body FROM sealed WHERE key > ?1 ORDER BY key LIMIT ?2`,
		gaps: `
			SELECT before, position FROM (
				SELECT position, lag(position, 1, ?1) OVER (ORDER BY position) AS before FROM turns WHERE position > ?1 AND position <= ?2
			) WHERE position > before + 1 LIMIT 1000`,
		structure: sqliteStructure,
		overviews: sqliteOverviewWords(),
		briefly:   sqliteBriefly,
	}
}

func sqliteSchema() schema {
	return schema{dialect: goose.DialectSQLite3, folder: "migrations/sqlite", inGo: []*goose.Migration{sqliteChain()}}
}

// openSQLite opens the log in options.Dir, which it locks for this process.
func openSQLite(ctx context.Context, options Options) (*database, error) {
	if err := makeDir(options.Dir); err != nil {
		return nil, err
	}
	lock, err := lockDir(options.Dir, options.Now())
	if err != nil {
		return nil, err
	}
	db, err := openSQLiteFile(ctx, options)
	if err != nil {
		return nil, errors.Join(sqliteError(err), lock.Close())
	}
	db.release = lock.Close
	return db, nil
}

func makeDir(dir string) error {
	if dir == "" {
		return errors.New("no data directory given")
	}
	err := os.MkdirAll(dir, 0o700)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %w", ErrNotWritable, err)
	}
	return err
}

func openSQLiteFile(ctx context.Context, options Options) (*database, error) {
	keys, err := readKeys(options.KeyFile)
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(filepath.Join(options.Dir, databaseName))
	if err != nil {
		return nil, err
	}
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	dsn := sqliteDSN(path, sqliteWriterPragmas(options.LockWait))
	setup, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	setup.SetMaxOpenConns(1)
	epoch, err := sqliteSetup(ctx, setup, options.Program)
	if err == nil {
		err = ensureKeys(ctx, setup, sqliteWords(), sqliteMetaSet, keys)
	}
	if err != nil {
		return nil, errors.Join(err, setup.Close())
	}
	// The writer is there before the connection that set everything up goes:
	// the last one to go would fold the write-ahead log away.
	db, err := sqliteConnect(ctx, dsn, sqliteDSN(path, sqliteReaderPragmas(options.LockWait)), options.Readers)
	if err != nil {
		return nil, errors.Join(err, setup.Close())
	}
	db.epoch, db.keys = epoch, keys
	return db, setup.Close()
}

// sqliteSetup finds out what is wrong with the file before migrations do, which
// would try again for seconds and say it less plainly. Then it brings the file
// up to date.
func sqliteSetup(ctx context.Context, setup *sql.DB, program string) (epoch string, err error) {
	for _, text := range []string{`BEGIN IMMEDIATE`, `ROLLBACK`} {
		if _, err := setup.ExecContext(ctx, text); err != nil {
			return "", err
		}
	}
	if err := sqliteSchema().migrate(ctx, setup); err != nil {
		return "", withProgram(ctx, setup, sqliteWords(), err)
	}
	if err := ensureFormat(ctx, setup, sqliteWords(), sqliteMetaSet, program); err != nil {
		return "", err
	}
	return ensureEpoch(ctx, setup, sqliteWords(), sqliteMetaKeep)
}

// sqliteConnect opens the file twice: once for the writer, once for a few
// readers, which WAL lets work beside it.
func sqliteConnect(ctx context.Context, write, read string, readers int) (*database, error) {
	writer, err := openSQLiteWriter(write)
	if err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", read)
	if err != nil {
		return nil, errors.Join(err, writer.close())
	}
	pool.SetMaxOpenConns(readers)
	pool.SetMaxIdleConns(readers)
	reads, err := openReads(ctx, pool, sqliteWords())
	if err != nil {
		return nil, errors.Join(err, pool.Close(), writer.close())
	}
	return &database{reads: reads, writes: writer}, nil
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
