package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"kaitong/bot"
)

//go:embed migrations
var migrations embed.FS

// dialect is what differs between databases. Every field holds SQL but the
// first three.
type dialect struct {
	goose      goose.Dialect
	migrations string            // folder in migrations
	explain    func(error) error // names what the driver's error means

	begin, commit, rollback    string
	insert                     string // 0 rows affected means a conflict
	keepBlock                  string
	load, tail, block          string
	metaKeep, metaSet, metaGet string
}

// database is the open log: one connection that writes, a pool that reads.
type database struct {
	dialect
	write, read *sql.DB
	writer      *sql.Conn
	blocks      *blocks
	statements
}

type statements struct {
	beginStmt, commitStmt, rollbackStmt, insertStmt, keepBlockStmt, probeStmt *sql.Stmt // on the writer
	loadStmt, tailStmt, blockStmt                                             *sql.Stmt // on the pool
	prepared                                                                  []*sql.Stmt
}

// openDatabase brings the schema up to date and prepares every statement. On
// error the caller closes what it was given.
func openDatabase(ctx context.Context, d dialect, write, read *sql.DB) (*database, error) {
	if err := tryWriting(ctx, d, write); err != nil {
		return nil, d.explain(err)
	}
	if err := migrate(ctx, d, write); err != nil {
		return nil, d.explain(err)
	}
	writer, err := write.Conn(ctx)
	if err != nil {
		return nil, d.explain(err)
	}
	db := &database{dialect: d, write: write, read: read, writer: writer}
	db.blocks = newBlocks(db.readBlock)
	if err := db.prepare(ctx); err != nil {
		return nil, d.explain(errors.Join(err, db.closeWriter()))
	}
	return db, nil
}

// tryWriting finds out what is wrong with the file before migrations do, which
// would try again for seconds and say it less plainly.
func tryWriting(ctx context.Context, d dialect, write *sql.DB) error {
	conn, err := write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, text := range []string{d.begin, d.rollback} {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

func migrate(ctx context.Context, d dialect, db *sql.DB) error {
	folder, err := fs.Sub(migrations, d.migrations)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(d.goose, db, folder, goose.WithTableName("schema_version"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if current > known {
		return fmt.Errorf("%w: its schema is %d, this program knows %d", ErrNewerSchema, current, known)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate from schema %d to %d: %w", current, known, err)
	}
	return nil
}

func (db *database) prepare(ctx context.Context) error {
	type preparer interface {
		PrepareContext(context.Context, string) (*sql.Stmt, error)
	}
	for _, item := range []struct {
		on   preparer
		text string
		into **sql.Stmt
	}{
		{db.writer, db.begin, &db.beginStmt},
		{db.writer, db.commit, &db.commitStmt},
		{db.writer, db.rollback, &db.rollbackStmt},
		{db.writer, db.insert, &db.insertStmt},
		{db.writer, db.keepBlock, &db.keepBlockStmt},
		{db.writer, db.metaSet, &db.probeStmt},
		{db.read, db.load, &db.loadStmt},
		{db.read, db.tail, &db.tailStmt},
		{db.read, db.block, &db.blockStmt},
	} {
		statement, err := item.on.PrepareContext(ctx, item.text)
		if err != nil {
			return fmt.Errorf("prepare %q: %w", item.text, err)
		}
		*item.into = statement
		db.prepared = append(db.prepared, statement)
	}
	return nil
}

// epoch returns the log's identity, made when the log was.
func (db *database) epoch(ctx context.Context) (string, error) {
	if _, err := db.writer.ExecContext(ctx, db.metaKeep, "epoch", rand.Text()); err != nil {
		return "", fmt.Errorf("store epoch: %w", db.explain(err))
	}
	var epoch string
	if err := db.writer.QueryRowContext(ctx, db.metaGet, "epoch").Scan(&epoch); err != nil {
		return "", fmt.Errorf("read epoch: %w", db.explain(err))
	}
	return epoch, nil
}

// ping reads one row through the pool.
func (db *database) ping(ctx context.Context) error {
	var epoch string
	return db.explain(db.read.QueryRowContext(ctx, db.metaGet, "epoch").Scan(&epoch))
}

// query runs a prepared statement whose rows are turns.
func (db *database) query(ctx context.Context, statement *sql.Stmt, args ...any) ([]bot.Turn, error) {
	rows, err := statement.QueryContext(ctx, args...)
	if err != nil {
		return nil, db.explain(err)
	}
	list, err := records(rows)
	if err != nil {
		return nil, db.explain(err)
	}
	return decodeAll(list, db.blocks.finder(ctx))
}

// readBlock reads one sealed block through the pool.
func (db *database) readBlock(ctx context.Context, key string) ([]byte, error) {
	return scanBlock(db.blockStmt.QueryRowContext(ctx, key), db.explain)
}

func scanBlock(row *sql.Row, explain func(error) error) ([]byte, error) {
	var body []byte
	err := row.Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNoBlock
	}
	return body, explain(err)
}

// closeWriter closes the statements first: SQLite keeps a connection with an
// open statement alive, and with it the write-ahead log on disk.
func (db *database) closeWriter() error {
	var errs []error
	for _, statement := range db.prepared {
		errs = append(errs, statement.Close())
	}
	return errors.Join(append(errs, db.writer.Close())...)
}

func (db *database) close() error {
	return errors.Join(db.closeWriter(), db.read.Close(), db.write.Close())
}
