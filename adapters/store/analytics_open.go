package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
)

const (
	// analyticsName is the file of the figures in the data directory. It is not the
	// log's, so that projecting holds up no message.
	analyticsName = "analytics.db"
	// analyticsVersions is the table that says how new the tables are. They have one
	// of their own, for they may be emptied and made anew.
	analyticsVersions = "analytics_schema"
)

// analyticsSink is where pages go. Both databases have the same tables.
type analyticsSink interface {
	// lead says whether this node is the one to project. Of several nodes one is.
	lead(ctx context.Context) (bool, error)
	// save stores a page with its position, in one transaction. It wraps errMoved
	// when the tables do not end where the page begins.
	save(ctx context.Context, page *analyticsPage) error
	// close lets another node lead.
	close() error
}

// analyticsTables are the open tables: pages go into the sink, everything else
// goes through db.
type analyticsTables struct {
	db    *sql.DB
	words staffWords
	sink  analyticsSink
	local bool     // the tables are in a file here
	keys  *keyring // that what people asked is encrypted with

	remembered, latest *sql.Stmt // of a conversation, and of a person
}

// prepare readies what is asked again and again. On error the caller closes.
func (t *analyticsTables) prepare(ctx context.Context) (err error) {
	t.remembered, err = t.db.PrepareContext(ctx, t.text(`
		SELECT body FROM analytics_contacts WHERE conversation = $1 ORDER BY n DESC LIMIT 1`))
	if err == nil {
		t.latest, err = t.db.PrepareContext(ctx, t.text(`SELECT conversation, n FROM analytics_persons WHERE person = $1`))
	}
	return t.words.explain(err)
}

// lookup is the context of a quick look at one row. One in a file here is done
// before anybody could call it off, and watching for that costs more than it.
func (t *analyticsTables) lookup(ctx context.Context) context.Context {
	if t.local {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// text is a statement in the words of the database. It is written with $1.
func (t *analyticsTables) text(statement string) string {
	return strings.ReplaceAll(statement, "$", t.words.mark)
}

func (t *analyticsTables) close() error {
	var errs []error
	for _, statement := range []*sql.Stmt{t.remembered, t.latest} {
		if statement != nil {
			errs = append(errs, statement.Close())
		}
	}
	return errors.Join(append(errs, t.sink.close(), t.db.Close())...)
}

func analyticsSchema(dialect goose.Dialect, folder string) schema {
	return schema{dialect: dialect, folder: "migrations/analytics/" + folder, versions: analyticsVersions}
}

func openAnalyticsTables(ctx context.Context, options Options) (*analyticsTables, error) {
	open := openSQLiteFigures
	if options.Database != "" {
		open = openPostgresAnalytics
	}
	tables, err := open(ctx, options)
	if err != nil {
		return nil, err
	}
	if err := tables.prepare(ctx); err != nil {
		return nil, errors.Join(err, tables.close())
	}
	return tables, nil
}

// openSQLiteFigures opens the file. One that is damaged, or of a newer program, is
// replaced: everything in it comes from the log.
func openSQLiteFigures(ctx context.Context, options Options) (*analyticsTables, error) {
	tables, err := openSQLiteAnalytics(ctx, options)
	if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNewerSchema) {
		return tables, err
	}
	options.Logger.Warn("figures are made anew, for their file cannot be used", "file", analyticsName, "error", err)
	if err := removeAnalytics(options.Dir); err != nil {
		return nil, err
	}
	return openSQLiteAnalytics(ctx, options)
}

// removeAnalytics takes the file away. Everything in it comes from the log.
func removeAnalytics(dir string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(dir, analyticsName+suffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func openSQLiteAnalytics(ctx context.Context, options Options) (*analyticsTables, error) {
	path, err := filepath.Abs(filepath.Join(options.Dir, analyticsName))
	if err != nil {
		return nil, err
	}
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	dsn := sqliteDSN(path, sqliteAnalyticsPragmas(options)) + "&_txlock=immediate"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(options.Readers)
	db.SetMaxIdleConns(options.Readers)
	if err := analyticsSchema(goose.DialectSQLite3, "sqlite").migrate(ctx, db); err != nil {
		return nil, errors.Join(sqliteError(err), db.Close())
	}
	sink, err := openSQLiteAnalyticsSink(dsn)
	if err != nil {
		return nil, errors.Join(sqliteError(err), db.Close())
	}
	return &analyticsTables{db: db, words: staffWords{explain: sqliteError, mark: "?", empty: `DELETE FROM`}, sink: sink, local: true}, nil
}

func sqliteAnalyticsPragmas(options Options) []string {
	return []string{
		busyTimeout(options.LockWait),
		"journal_mode(WAL)",
		"synchronous(NORMAL)", // what is lost is projected again
		"secure_delete(ON)",   // erased rows leave no bytes behind
		"wal_autocheckpoint(4000)",
		"journal_size_limit(67108864)",
		"cache_size(-16384)", // KiB
	}
}

func openPostgresAnalytics(ctx context.Context, options Options) (*analyticsTables, error) {
	config, err := postgresConfig(options.Database)
	if err != nil {
		return nil, err
	}
	if err := migrateAnalytics(ctx, config); err != nil {
		return nil, postgresError(err)
	}
	settings := staffSettings()
	settings["statement_timeout"] = milliseconds(longRead)
	db := postgresPool(config, settings)
	db.SetMaxOpenConns(options.Readers)
	db.SetMaxIdleConns(options.Readers)
	return &analyticsTables{
		db: db, words: staffWords{explain: postgresError, mark: "$", empty: `TRUNCATE`}, sink: &postgresAnalytics{config: config},
	}, nil
}

// migrateAnalytics brings the tables up to date.
func migrateAnalytics(ctx context.Context, config *pgx.ConnConfig) (err error) {
	setup := postgresPool(config, nil)
	defer func() { err = errors.Join(err, setup.Close()) }()
	return oneByOne(ctx, setup, func() error {
		if err := analyticsSchema(goose.DialectPostgres, "postgres").migrate(ctx, setup); err != nil {
			return fmt.Errorf("tables of the figures: %w", err)
		}
		return nil
	})
}
