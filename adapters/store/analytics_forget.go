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
		return c.forget(conversations, a.zone)
	})
}

// forget takes what conversations add to the counts away, and then their rows.
func (c *analyticsChange) forget(conversations []string, zone *time.Location) error {
	words, err := loadAnalyticsWords(c.ctx, c.tx)
	if err != nil {
		return err
	}
	page, ledger := &analyticsPage{}, newAnalyticsLedger(words)
	for _, conversation := range conversations {
		if err := c.uncount(conversation, zone, page, ledger); err != nil {
			return err
		}
		for _, table := range []string{"contacts", "persons"} {
			if err := c.do(`DELETE FROM analytics_`+table+` WHERE conversation = $1`, conversation); err != nil {
				return err
			}
		}
	}
	ledger.into(page)
	page.sort()
	return c.add(page)
}

// uncount finds out what the contacts of a conversation add to the counts.
func (c *analyticsChange) uncount(conversation string, zone *time.Location, page *analyticsPage, ledger *analyticsLedger) error {
	return eachRow(c.ctx, c.tx, func(rows *sql.Rows) error {
		var closed int64
		var body []byte
		if err := rows.Scan(&closed, &body); err != nil {
			return err
		}
		memory, err := storedContact(closed, body)
		if memory.Broken {
			page.broken--
		}
		before := countContact(&memory.Contact, zone)
		ledger.move(&before, &counted{})
		return err
	}, c.tables.text(`SELECT closed, body FROM analytics_contacts WHERE conversation = $1`), conversation)
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
		k := &page.keys[i]
		b := &k.bits
		err := c.do(`UPDATE analytics_keys SET k0 = k0 + $5, k1 = k1 + $6, k2 = k2 + $7, k3 = k3 + $8, k4 = k4 + $9, k5 = k5 + $10, k6 = k6 + $11, k7 = k7 + $12
			WHERE kind = $1 AND place = $2 AND day = $3 AND name = $4`, k.kind, k.place, k.day, k.name, b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7])
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *analyticsChange) addCell(cell *cellRow) error {
	var counts []byte
	err := c.tx.QueryRowContext(c.ctx, c.tables.text(`SELECT counts FROM analytics_cells WHERE place = $1 AND day = $2`), cell.place, cell.day).Scan(&counts)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%w: a contact is counted nowhere", ErrCorrupt)
	}
	if err == nil {
		err = unpackTotals(cell.counts, counts)
	}
	if err != nil {
		return err
	}
	return c.do(`UPDATE analytics_cells SET counts = $3 WHERE place = $1 AND day = $2`, cell.place, cell.day, packTotals(cell.counts))
}
