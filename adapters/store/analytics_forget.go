package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Forget takes conversations out of all figures, and their rows out of the
// tables. Take them out of the log first, or they are counted again when the
// figures are made anew.
func (a *Analytics) Forget(ctx context.Context, conversations ...string) error {
	if err := a.forget(ctx, conversations); err != nil {
		return fmt.Errorf("forget %d conversations in the figures of %s: %w", len(conversations), a.name, err)
	}
	return nil
}

func (a *Analytics) forget(ctx context.Context, conversations []string) error {
	end, err := a.end(ctx)
	if err != nil {
		return err
	}
	return a.change(ctx, func(c *analyticsChange) error {
		var rules string
		if err := c.tx.QueryRowContext(ctx, `SELECT rules FROM analytics_state`).Scan(&rules); err != nil {
			return err
		}
		if rules != a.rules { // how they were counted is not known here
			return c.empty(a.rules, end)
		}
		return c.forget(conversations, a.zone, a.fold.salt)
	})
}

// forget takes what conversations add to the counts away, and then their rows.
func (c *analyticsChange) forget(conversations []string, zone *time.Location, salt string) error {
	words, err := loadAnalyticsWords(c.ctx, c.tx)
	if err != nil {
		return err
	}
	page, ledger := &analyticsPage{}, newAnalyticsLedger(words)
	for _, conversation := range conversations {
		person, err := c.uncount(conversation, zone, page, ledger)
		if err == nil {
			err = c.do(`DELETE FROM analytics_contacts WHERE conversation = $1`, conversation)
		}
		if err == nil { // by the key of the table, which has none for conversations
			err = c.do(`DELETE FROM analytics_persons WHERE person = $1 AND conversation = $2`, []byte(hashPerson(salt, person)), conversation)
		}
		if err != nil {
			return err
		}
	}
	ledger.into(page)
	page.sort()
	return c.add(page)
}

// uncount finds out what the contacts of a conversation add to the counts, and
// whose it is.
func (c *analyticsChange) uncount(conversation string, zone *time.Location, page *analyticsPage, ledger *analyticsLedger) (person string, err error) {
	err = eachRow(c.ctx, c.tx, func(rows *sql.Rows) error {
		var closed int64
		var body []byte
		if err := rows.Scan(&closed, &body); err != nil {
			return err
		}
		memory, err := c.tables.storedContact(closed, body)
		if memory.Broken {
			page.broken--
		}
		if closed == 0 {
			person = memory.Person()
		}
		before := ledger.words.counted(&memory.Contact, zone)
		ledger.move(&before, &counted{})
		return err
	}, c.tables.text(`SELECT closed, body FROM analytics_contacts WHERE conversation = $1`), conversation)
	return person, err
}

// add adds to the counts what a page says.
func (c *analyticsChange) add(page *analyticsPage) error {
	if err := c.do(`UPDATE analytics_state SET broken = broken + $1`, page.broken); err != nil {
		return err
	}
	for i := range page.cells {
		if err := c.addCell(&page.cells[i]); err != nil {
			return err
		}
	}
	for i := range page.keys {
		if err := c.addKeys(&page.keys[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *analyticsChange) addCell(cell *cellRow) error {
	counts, err := c.counts(`SELECT counts FROM analytics_cells WHERE place = $1 AND day = $2`, cell.place, cell.day)
	if err == nil {
		err = unpackTotals(cell.counts, counts)
	}
	if err != nil {
		return err
	}
	return c.do(`UPDATE analytics_cells SET counts = $3 WHERE place = $1 AND day = $2`, cell.place, cell.day, packTotals(cell.counts))
}

func (c *analyticsChange) addKeys(keys *keyRow) error {
	counts, err := c.counts(`SELECT counts FROM analytics_keys WHERE place = $1 AND kind = $2 AND day = $3`, keys.place, keys.kind, keys.day)
	if err == nil {
		counts, err = addKeys(counts, keys.counts)
	}
	if err != nil {
		return err
	}
	return c.do(`UPDATE analytics_keys SET counts = $4 WHERE place = $1 AND kind = $2 AND day = $3`, keys.place, keys.kind, keys.day, counts)
}

// counts are those of a row that is there: something was counted in it.
func (c *analyticsChange) counts(text string, args ...any) (counts []byte, err error) {
	err = c.tx.QueryRowContext(c.ctx, c.tables.text(text), args...).Scan(&counts)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: a contact is counted nowhere", ErrCorrupt)
	}
	return counts, err
}
