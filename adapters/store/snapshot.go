package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// FileName is the log's file in the data directory, and in a backup.
const FileName = databaseName

// Snapshot is what a copy of a log holds.
type Snapshot struct {
	Schema, Format, Turns int64
}

// snapshotLook is how often it is looked how far a copy has come.
const snapshotLook = 200 * time.Millisecond

// CopySQLite writes the log in options.Dir as it is at one moment into a new
// file, beside a server that goes on. show is told about how many bytes are done.
func CopySQLite(ctx context.Context, options Options, to string, show func(done, total int64)) error {
	from, err := findSQLite(options)
	if err != nil {
		return err
	}
	file := from.(*sqliteFile)
	db, err := sql.Open("sqlite", file.copying())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := knownSchema(ctx, db, sqliteWords(), sqliteSchema()); err != nil {
		return sqliteError(err)
	}
	stop := watchSize(to, int64(sizeOf(file.path(""))), show)
	defer stop()
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?1`, to); err != nil {
		return fmt.Errorf("copy the event log: %w", sqliteError(err))
	}
	return os.Chmod(to, 0o600)
}

// copying is the database for a copy. Without a server the file is all there is,
// and is taken as it is. What a server that was killed has left beside it can only
// be read by a connection that may write.
func (r *sqliteFile) copying() string {
	path, err := filepath.Abs(r.path(""))
	if err != nil {
		path = r.path("")
	}
	dsn := sqliteDSN(path, []string{busyTimeout(5 * time.Second)})
	if r.state().live {
		return dsn + "&mode=rw"
	}
	return dsn + "&mode=ro&immutable=1"
}

// watchSize shows how far a file has grown, until stop.
func watchSize(path string, total int64, show func(done, total int64)) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(snapshotLook)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				show(min(int64(sizeOf(path)), total), total)
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// Describe says what a copy of a log holds, an encrypted one with its key.
func Describe(ctx context.Context, options Options) (Snapshot, error) {
	seen, err := Examine(ctx, options)
	return Snapshot{Schema: seen.Schema, Format: seen.Format, Turns: seen.Turns}, err
}

// Renew gives the log in a directory, which was put in the place of another one,
// an identity of its own: see [bot.EventLog]. Clients that come back learn that
// what they have seen since may not be in it.
func Renew(ctx context.Context, dir string) (err error) {
	lock, err := lockDir(dir, time.Now())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if _, err := findSQLite(Options{Dir: dir}); err != nil {
		return err
	}
	path, err := filepath.Abs(filepath.Join(dir, databaseName))
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", sqliteDSN(path, sqliteWriterPragmas(5*time.Second)))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(ctx, sqliteMetaSet, metaEpoch, rand.Text())
	return errors.Join(sqliteError(err), db.Close())
}
