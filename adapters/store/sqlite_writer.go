package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"modernc.org/sqlite"
)

// sqliteWriter writes through a connection of its own, past database/sql: what
// that does for every statement costs more than the statement.
type sqliteWriter struct {
	conn driver.Conn
	last int64 // position of the last row; one process writes, so it is known

	begin, commit, rollback *sqliteStatement
	insert, block, note     *sqliteStatement
	end                     *sqliteStatement
	overview, projected     *sqliteStatement
	grave                   *sqliteStatement
	prepared                []*sqliteStatement
}

// openSQLiteWriter opens the connection. Positions go on after the last one
// that was ever given out, and after what is noted as stored.
func openSQLiteWriter(dsn string) (*sqliteWriter, error) {
	conn, err := (&sqlite.Driver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	w := &sqliteWriter{conn: conn}
	if err := w.prepare(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *sqliteWriter) prepare() error {
	for _, item := range []struct {
		text string
		into **sqliteStatement
	}{
		{`BEGIN IMMEDIATE`, &w.begin},
		{`COMMIT`, &w.commit},
		{`ROLLBACK`, &w.rollback},
		{`INSERT INTO turns (position, conversation, version, at, chain, events) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
			ON CONFLICT (conversation, version) DO NOTHING`, &w.insert},
		{`INSERT INTO sealed (key, body) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING`, &w.block},
		{sqliteMetaSet, &w.note},
		{`SELECT version, chain FROM turns WHERE conversation = ?1 ORDER BY version DESC LIMIT 1`, &w.end},
		{sqliteOverview, &w.overview},
		{sqliteProjected, &w.projected},
		{`SELECT 1 FROM erased WHERE name = ?1`, &w.grave},
	} {
		statement, err := prepareSQLite(w.conn, item.text)
		if err != nil {
			return err
		}
		*item.into = statement
		w.prepared = append(w.prepared, statement)
	}
	return w.findLast()
}

func (w *sqliteWriter) findLast() error {
	statement, err := prepareSQLite(w.conn, `SELECT max(
		coalesce((SELECT max(position) FROM turns), 0),
		coalesce((SELECT max(CAST(value AS INTEGER)) FROM meta WHERE key IN ('last', 'sound')), 0))`)
	if err != nil {
		return err
	}
	values, err := statement.row()
	if err == nil {
		w.last = values[0].(int64)
	}
	return errors.Join(err, statement.close())
}

// heads implements writes.
func (w *sqliteWriter) heads(names []string, found func(string, head)) error {
	for _, name := range names {
		values, err := w.end.row(name)
		if errors.Is(err, io.EOF) {
			continue
		}
		if err != nil {
			return sqliteError(err)
		}
		end := head{version: values[0].(int64)}
		copy(end.chain[:], values[1].([]byte))
		found(name, end)
	}
	return nil
}

// write implements writes. A page of overviews that fails is left out.
func (w *sqliteWriter) write(batch *batch) error {
	err := w.transact(batch)
	if err == nil || batch.page == nil {
		return err
	}
	batch.page.failure, batch.page = err, nil
	if batch.empty() {
		return nil
	}
	return w.transact(batch)
}

func (w *sqliteWriter) transact(batch *batch) error {
	if _, err := w.begin.exec(); err != nil {
		return sqliteError(err)
	}
	last := w.last
	err := w.insertAll(batch)
	if err == nil {
		_, err = w.commit.exec()
	}
	if err != nil {
		// A failed commit may have rolled back by itself; then this fails too,
		// and there is nothing left to undo.
		_, _ = w.rollback.exec()
		w.last = last
	}
	return sqliteError(err)
}

func (w *sqliteWriter) insertAll(batch *batch) error {
	for _, block := range batch.blocks {
		if _, err := w.block.exec(block.Key(), string(block.JSON())); err != nil {
			return err
		}
	}
	for i := range batch.rows {
		if err := w.insertRow(&batch.rows[i], batch.salt); err != nil {
			return err
		}
	}
	if err := w.insertNotes(batch); err != nil || batch.page == nil {
		return err
	}
	return w.insertPage(batch.page)
}

func (w *sqliteWriter) insertRow(one *row, salt string) (err error) {
	if one.version == 1 && salt != "" {
		if one.erased, err = w.buried(graveName(salt, one.conversation)); one.erased || err != nil {
			return err
		}
	}
	count, err := w.insert.exec(w.last+1, one.conversation, one.version, one.at, one.chain[:], one.body)
	if one.stored = count == 1; one.stored {
		w.last++
		one.position = w.last
	}
	return err
}

// buried says whether there is a tombstone of that name.
func (w *sqliteWriter) buried(name link) (bool, error) {
	_, err := w.grave.row(name[:])
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

func (w *sqliteWriter) insertNotes(batch *batch) (err error) {
	// In the same transaction, so that no position is given out twice. SQLite's
	// own AUTOINCREMENT does this for every row: 1.1 µs of 10.
	if _, err := w.note.exec(metaLast, strconv.FormatInt(w.last, 10)); err != nil {
		return err
	}
	if batch.probe {
		_, err = w.note.exec(metaProbe, strings.Repeat("0", probeBytes))
	}
	if batch.note && err == nil {
		_, err = w.note.exec(metaSound, strconv.FormatInt(w.last, 10))
	}
	return err
}

// close implements writes.
func (w *sqliteWriter) close() error {
	var errs []error
	for _, statement := range w.prepared {
		errs = append(errs, statement.close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// sqliteStatement is a prepared statement and the arguments it is given, which
// are kept from one run to the next.
type sqliteStatement struct {
	statement driver.Stmt
	args      []driver.NamedValue
}

func prepareSQLite(conn driver.Conn, text string) (*sqliteStatement, error) {
	statement, err := conn.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	return &sqliteStatement{statement: statement}, nil
}

func (s *sqliteStatement) bind(args []any) []driver.NamedValue {
	s.args = s.args[:0]
	for i, arg := range args {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: arg})
	}
	return s.args
}

// exec returns how many rows were changed.
func (s *sqliteStatement) exec(args ...any) (int64, error) {
	result, err := s.statement.(driver.StmtExecContext).ExecContext(context.Background(), s.bind(args))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// row returns the first row, or io.EOF.
func (s *sqliteStatement) row(args ...any) ([]driver.Value, error) {
	rows, err := s.statement.(driver.StmtQueryContext).QueryContext(context.Background(), s.bind(args))
	if err != nil {
		return nil, err
	}
	values := make([]driver.Value, len(rows.Columns()))
	return values, errors.Join(rows.Next(values), rows.Close())
}

func (s *sqliteStatement) close() error { return s.statement.Close() }
