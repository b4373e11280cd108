package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"kaitong/bot/staff"
)

// Staff is a [staff.Vault] in the database of the log. It has connections of
// its own, so it works beside a server, and writes rarely.
type Staff struct {
	name    string // of the database, for messages
	db      *sql.DB
	words   staffWords
	writing chan struct{} // held by who writes: SQLite has one writer anyway
}

var _ staff.Vault = (*Staff)(nil)

// staffWords is what differs between databases.
type staffWords struct {
	explain func(error) error
	mark    string // what stands before the number of an argument
	empty   string // takes all rows out of a table, which follows
	lock    string // held until the end of the transaction by who adds a record; empty: not needed
}

// OpenStaff opens the vault in the database that options name, which a server
// may have open. An older database is brought up to date, unless a server has
// it, which has done so already.
func OpenStaff(ctx context.Context, options Options) (*Staff, error) {
	options = withDefaults(options)
	openVault := openSQLiteStaff
	if options.Database != "" {
		openVault = openPostgresStaff
	}
	vault, err := openVault(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("open accounts in %s: %w", options.name(), err)
	}
	vault.name, vault.writing = options.name(), make(chan struct{}, 1)
	return vault, nil
}

// Close releases the connections.
func (s *Staff) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close accounts in %s: %w", s.name, err)
	}
	return nil
}

// text is a statement in the words of the database. It is written with $1.
func (s *Staff) text(statement string) string {
	return strings.ReplaceAll(statement, "$", s.words.mark)
}

func (s *Staff) query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	rows, err := s.db.QueryContext(ctx, s.text(statement), args...)
	return rows, s.words.explain(err)
}

// change does one thing in a transaction of its own.
func (s *Staff) change(ctx context.Context, work func(*sql.Tx) error) error {
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.words.explain(err)
	}
	if err := work(tx); err != nil {
		return errors.Join(s.words.explain(err), rolledBack(tx.Rollback()))
	}
	return s.words.explain(tx.Commit())
}

// rolledBack is an error of a rollback that says something new.
func rolledBack(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// exec does one statement and returns how many rows it changed.
func (s *Staff) exec(ctx context.Context, statement string, args ...any) (changed int64, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, s.text(statement), args...)
		if err != nil {
			return err
		}
		changed, err = result.RowsAffected()
		return err
	})
	return changed, err
}
