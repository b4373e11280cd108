package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
)

// auditLock is the advisory lock of who adds to the audit log: a number that no
// other lock of ours has.
const auditLock = `SELECT pg_advisory_xact_lock(807004)`

func openSQLiteStaff(ctx context.Context, options Options) (*Staff, error) {
	path, err := filepath.Abs(filepath.Join(options.Dir, databaseName))
	if err != nil {
		return nil, err
	}
	if err := prepareSQLiteStaff(ctx, options, path); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", sqliteDSN(path, sqliteWriterPragmas(options.LockWait))+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(options.Readers)
	db.SetMaxIdleConns(options.Readers)
	if err := knownSchema(ctx, db, sqliteWords(), sqliteSchema()); err != nil {
		return nil, errors.Join(sqliteError(err), db.Close())
	}
	return &Staff{db: db, words: staffWords{explain: sqliteError, mark: "?"}}, nil
}

// prepareSQLiteStaff brings the file up to date while nobody has it.
func prepareSQLiteStaff(ctx context.Context, options Options, path string) (err error) {
	if err := makeDir(options.Dir); err != nil {
		return err
	}
	lock, err := lockDir(options.Dir, options.Now())
	if errors.Is(err, ErrInUse) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := createPrivate(path); err != nil {
		return err
	}
	setup, err := sql.Open("sqlite", sqliteDSN(path, sqliteWriterPragmas(options.LockWait)))
	if err != nil {
		return err
	}
	setup.SetMaxOpenConns(1)
	_, err = sqliteSetup(ctx, setup, options.Program)
	return errors.Join(sqliteError(err), setup.Close())
}

func openPostgresStaff(ctx context.Context, options Options) (*Staff, error) {
	config, err := postgresConfig(options.Database)
	if err != nil {
		return nil, err
	}
	if _, err := postgresSetup(ctx, config, options.Program); err != nil {
		return nil, postgresError(err)
	}
	db := postgresPool(config, staffSettings())
	db.SetMaxOpenConns(options.Readers)
	db.SetMaxIdleConns(options.Readers)
	return &Staff{db: db, words: staffWords{explain: postgresError, mark: "$", lock: auditLock}}, nil
}

// staffSettings make an answer mean "on disk" and bound what waits for what.
func staffSettings() map[string]string {
	patience := milliseconds(postgresPatience)
	return map[string]string{
		"synchronous_commit":                  "on",
		"default_transaction_isolation":       "read committed", // who waited for the lock sees what came before
		"statement_timeout":                   patience,
		"lock_timeout":                        milliseconds(postgresPatience * 4 / 5),
		"idle_in_transaction_session_timeout": patience,
	}
}
