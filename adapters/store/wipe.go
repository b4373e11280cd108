package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// ErrNotWiped says that what was erased is gone for every reader, but may still
// be in the files: somebody reads them without end. Try again later.
var ErrNotWiped = errors.New("what was erased may still be in the files of the database")

// ErrWipedInPart says that the file of the database is so large that parts of it
// cannot be cleared. Trying again does not help: copying the log does.
var ErrWipedInPart = fmt.Errorf("%w: it is too large to tell what some of its pages are; `kaitong backup` and `kaitong restore` leave nothing behind", ErrNotWiped)

const (
	// wipeTries are made before a wipe gives up, so long apart.
	wipeTries = 40
	wipePause = 250 * time.Millisecond
	// wipeWait is how long one try keeps writers waiting.
	wipeWait = 100 * time.Millisecond
	// wipeVacuum bounds what PostgreSQL may take to clear its tables.
	wipeVacuum = 10 * time.Minute
)

// Wipe takes what was erased out of the files, if something was since the last
// time. In SQLite it empties the write-ahead logs and the unused room of pages; it
// waits a while for whoever reads old pages, and then returns [ErrNotWiped]; of a
// file above 128 GiB parts may stay, which is [ErrWipedInPart]. In
// PostgreSQL it vacuums the tables; its write-ahead log, replicas and backups are
// the operator's.
func (e *Erasures) Wipe(ctx context.Context) error {
	var owed string
	err := e.side.db.QueryRowContext(ctx, `SELECT coalesce((SELECT value FROM meta WHERE key = 'unwiped'), '')`).Scan(&owed)
	if err != nil {
		return fmt.Errorf("wipe: %w", e.side.words.explain(err))
	}
	if owed == "" {
		return nil
	}
	wipe := e.wipeFiles
	if e.options.Database != "" {
		wipe = e.vacuum
	}
	if err := wipe(ctx); err != nil {
		return fmt.Errorf("wipe: %w", e.side.words.explain(err))
	}
	// What was erased meanwhile has another mark.
	_, err = e.side.exec(ctx, `DELETE FROM meta WHERE key = 'unwiped' AND value = $1`, owed)
	return err
}

// Wiped says whether everything that was erased is out of the files.
func (e *Erasures) Wiped(ctx context.Context) (wiped bool, err error) {
	if err := e.side.db.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM meta WHERE key = 'unwiped')`).Scan(&wiped); err != nil {
		return false, fmt.Errorf("read whether the files are wiped: %w", e.side.words.explain(err))
	}
	return wiped, nil
}

// wipeFiles wipes the log and, if there are any, the figures.
func (e *Erasures) wipeFiles(ctx context.Context) (failed error) {
	for _, name := range []string{databaseName, analyticsName} {
		path, err := filepath.Abs(filepath.Join(e.options.Dir, name))
		if err != nil {
			return err
		}
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		if one := wipeFile(ctx, path); one != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", name, one))
		}
	}
	return failed
}

func wipeFile(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", sqliteDSN(path, sqliteWriterPragmas(wipeWait))+"&_txlock=immediate")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := checkpoint(ctx, db); err != nil { // every page is in the file, and can be looked at
		return err
	}
	cleared := clearPages(ctx, db)
	if cleared != nil && !errors.Is(cleared, ErrWipedInPart) {
		return cleared
	}
	if err := checkpoint(ctx, db); err != nil {
		return err
	}
	return cleared
}

// checkpoint moves everything out of the write-ahead log, and empties it. It
// waits for readers of old pages between tries, when nobody waits for it.
func checkpoint(ctx context.Context, db *sql.DB) error {
	for range wipeTries {
		var busy, pages, moved int
		if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
			return sqliteError(err)
		}
		if busy == 0 {
			return nil
		}
		if err := pause(ctx, wipePause); err != nil {
			return err
		}
	}
	return ErrNotWiped
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// vacuum has PostgreSQL clear what was deleted. Where the rights are missing it
// says so in its own log and does nothing: then it happens when autovacuum comes.
func (e *Erasures) vacuum(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, wipeVacuum)
	defer cancel()
	conn, err := e.side.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, `SET statement_timeout = 0`); err != nil {
		return err
	}
	defer func() {
		_, reset := conn.ExecContext(context.WithoutCancel(ctx), `SET statement_timeout = '`+milliseconds(postgresPatience)+`'`)
		err = errors.Join(err, reset)
	}()
	for _, table := range []string{"turns", "overviews", "outbox_open", "outbox_notes", "erasing", "meta", "staff_audit", "analytics_contacts", "analytics_persons"} {
		var there bool
		if err := conn.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, table).Scan(&there); err != nil {
			return err
		}
		if !there {
			continue
		}
		if _, err := conn.ExecContext(ctx, `VACUUM `+table); err != nil {
			return err
		}
	}
	return nil
}
