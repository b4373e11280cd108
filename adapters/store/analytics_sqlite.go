package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"modernc.org/sqlite"
)

// sqliteAnalytics writes through a connection of its own, like the writer of the
// log, to a file of its own.
type sqliteAnalytics struct {
	conn driver.Conn

	begin, commit, rollback *sqliteStatement
	move                    *sqliteStatement
	place, name, contact    *sqliteStatement
	person, nobody, day     *sqliteStatement
	cell, counts            *sqliteStatement
	keys, keyCounts         *sqliteStatement
	prepared                []*sqliteStatement
}

func openSQLiteAnalyticsSink(dsn string) (*sqliteAnalytics, error) {
	conn, err := (&sqlite.Driver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	a := &sqliteAnalytics{conn: conn}
	if err := a.prepare(); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

func (a *sqliteAnalytics) prepare() error {
	for _, item := range []struct {
		text string
		into **sqliteStatement
	}{
		{`BEGIN IMMEDIATE`, &a.begin},
		{`COMMIT`, &a.commit},
		{`ROLLBACK`, &a.rollback},
		{`UPDATE analytics_state SET position = ?3, at = ?4, broken = broken + ?5 WHERE position = ?1 AND generation = ?2`, &a.move},
		{`INSERT INTO analytics_places (id, grain, tenant, product, locale, channel, version, cause) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`, &a.place},
		{`INSERT INTO analytics_names (id, kind, key) VALUES (?1, ?2, ?3)`, &a.name},
		{`INSERT OR REPLACE INTO analytics_contacts (conversation, n, opened, day, place, marks, closed, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`, &a.contact},
		{`INSERT OR REPLACE INTO analytics_persons (person, conversation, n) VALUES (?1, ?2, ?3)`, &a.person},
		{`DELETE FROM analytics_persons WHERE person = ?1`, &a.nobody},
		{`INSERT INTO analytics_days (day, least, most) VALUES (?1, ?2, ?3)
			ON CONFLICT (day) DO UPDATE SET least = min(least, excluded.least), most = max(most, excluded.most)`, &a.day},
		{`SELECT counts FROM analytics_cells WHERE place = ?1 AND day = ?2`, &a.counts},
		{`INSERT OR REPLACE INTO analytics_cells (place, day, counts) VALUES (?1, ?2, ?3)`, &a.cell},
		{`SELECT counts FROM analytics_keys WHERE place = ?1 AND kind = ?2 AND day = ?3`, &a.keyCounts},
		{`INSERT OR REPLACE INTO analytics_keys (place, kind, day, counts) VALUES (?1, ?2, ?3, ?4)`, &a.keys},
	} {
		statement, err := prepareSQLite(a.conn, item.text)
		if err != nil {
			return err
		}
		*item.into = statement
		a.prepared = append(a.prepared, statement)
	}
	return nil
}

// lead implements analyticsSink. The directory is locked, so there is no other
// node.
func (a *sqliteAnalytics) lead(context.Context) (bool, error) { return true, nil }

// save implements analyticsSink.
func (a *sqliteAnalytics) save(_ context.Context, page *analyticsPage) error {
	if _, err := a.begin.exec(); err != nil {
		return sqliteError(err)
	}
	err := a.insert(page)
	if err == nil {
		_, err = a.commit.exec()
	}
	if err != nil {
		_, _ = a.rollback.exec() // a failed commit may have rolled back by itself
		return fmt.Errorf("store figures: %w", sqliteError(err))
	}
	return nil
}

func (a *sqliteAnalytics) insert(page *analyticsPage) error {
	moved, err := a.move.exec(page.from.position, page.from.generation, page.to.position, page.to.at.UnixMicro(), page.broken)
	if err == nil && moved != 1 {
		return errMoved
	}
	for _, step := range []func(*analyticsPage) error{a.insertWords, a.insertContacts, a.insertPersons, a.insertCells, a.insertKeys} {
		if err != nil {
			return err
		}
		err = step(page)
	}
	return err
}

func (a *sqliteAnalytics) insertWords(page *analyticsPage) error {
	for _, p := range page.places {
		if _, err := a.place.exec(p.id, p.grain, p.tenant, p.product, p.locale, p.channel, p.version, p.cause); err != nil {
			return err
		}
	}
	for _, n := range page.names {
		if _, err := a.name.exec(n.id, n.kind, n.key); err != nil {
			return err
		}
	}
	return nil
}

func (a *sqliteAnalytics) insertContacts(page *analyticsPage) error {
	for i := range page.contacts {
		c := &page.contacts[i]
		if _, err := a.contact.exec(c.conversation, c.n, c.opened, c.day, c.place, c.marks, c.closed, c.body); err != nil {
			return err
		}
	}
	for _, d := range page.days {
		if _, err := a.day.exec(d.day, d.least, d.most); err != nil {
			return err
		}
	}
	return nil
}

func (a *sqliteAnalytics) insertPersons(page *analyticsPage) error {
	for _, p := range page.persons {
		var err error
		if p.conversation == "" { // a name from before somebody signed in
			_, err = a.nobody.exec([]byte(p.person))
		} else {
			_, err = a.person.exec([]byte(p.person), p.conversation, p.n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *sqliteAnalytics) insertCells(page *analyticsPage) error {
	for i := range page.cells {
		c := &page.cells[i]
		stored, err := a.counts.blob(c.place, c.day)
		if err == nil && len(stored) > 0 {
			err = unpackTotals(c.counts, stored)
		}
		if err != nil {
			return err
		}
		if _, err := a.cell.exec(c.place, c.day, packTotals(c.counts)); err != nil {
			return err
		}
	}
	return nil
}

func (a *sqliteAnalytics) insertKeys(page *analyticsPage) error {
	for i := range page.keys {
		k := &page.keys[i]
		counts, err := a.keyCounts.blob(k.place, k.kind, k.day)
		if err == nil {
			counts, err = addKeys(counts, k.counts)
		}
		if err != nil {
			return err
		}
		if _, err := a.keys.exec(k.place, k.kind, k.day, counts); err != nil {
			return err
		}
	}
	return nil
}

// blob returns the bytes of a row, none where there is no row.
func (s *sqliteStatement) blob(args ...any) ([]byte, error) {
	values, err := s.row(args...)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	data, _ := values[0].([]byte)
	return data, nil
}

// close implements analyticsSink.
func (a *sqliteAnalytics) close() error {
	var errs []error
	for _, statement := range a.prepared {
		errs = append(errs, statement.close())
	}
	return errors.Join(append(errs, a.conn.Close())...)
}
