package store

import (
	"context"
	"fmt"
)

const (
	sqliteOverview = `
		INSERT INTO overviews (conversation, tenant, owner, anonymous, product, locale, started, last, turns, handoff, ticket, position, appeal)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)` + overviewMerge
	sqliteProjected = `UPDATE meta SET value = ?2 WHERE key = 'projected' AND (value = ?1 OR ?1 = '')`
	sqliteNoLists   = `DELETE FROM overviews`
)

func sqliteOverviewWords() overviewWords {
	return overviewWords{
		tail:    `SELECT position, conversation, version, at, events FROM turns WHERE position > ?1 ORDER BY position LIMIT ?2`,
		since:   `SELECT position, conversation, version, at, events FROM turns WHERE conversation = ?1 AND version > ?2 ORDER BY version`,
		back:    `SELECT position, conversation, version, at, '' FROM turns WHERE position > ?1 AND position < ?2 ORDER BY position DESC LIMIT 1000`,
		one:     `SELECT * FROM overviews WHERE conversation = ?1`,
		newest:  `SELECT * FROM overviews ORDER BY position DESC LIMIT ?1`,
		open:    listWords(fitsOpen, ` ORDER BY overviews.position`),
		sent:    `SELECT * FROM overviews WHERE appeal = 'submitted' ORDER BY position LIMIT ?1`,
		refused: `SELECT * FROM overviews WHERE appeal = 'refused' AND handoff IN ('requested', 'queued', 'active') ORDER BY position DESC LIMIT ?1`,
		whose:   `SELECT * FROM overviews WHERE tenant = ?1 AND owner = ?2 AND appeal IS NOT NULL ORDER BY position DESC LIMIT ?3`,
		owned:   `SELECT * FROM overviews WHERE tenant = ?1 AND owner = ?2`,
		kept: `
			SELECT * FROM overviews
			WHERE last < ?1 AND coalesce(handoff, '') NOT IN ('requested', 'queued', 'active') AND coalesce(appeal, '') <> 'submitted'
			ORDER BY position LIMIT ?2`,
		filed: listWords(fitsFiled, ``),
		page:  `SELECT * FROM overviews WHERE conversation > ?1 ORDER BY conversation LIMIT ?2`,
	}
}

// queuedLists writes overviews through the queue of the turns: SQLite has one
// writer.
type queuedLists struct{ log *Log }

// lead implements projects. The directory is locked, so there is no other node.
func (q *queuedLists) lead(ctx context.Context) (int64, bool, error) {
	projected, err := getProjected(ctx, q.log.db.pool, q.log.db.words)
	return projected, true, err
}

// save implements projects.
func (q *queuedLists) save(ctx context.Context, page *overviewPage) error {
	if err := q.log.await(&pending{ctx: ctx, page: page, done: make(chan error, 1)}); err != nil {
		return err
	}
	return page.failure
}

// reset implements projects.
func (q *queuedLists) reset(ctx context.Context) error {
	return q.save(ctx, &overviewPage{empties: true})
}

// close implements projects.
func (q *queuedLists) close() error { return nil }

// insertPage stores a page of overviews in the transaction that is under way.
func (w *sqliteWriter) insertPage(page *overviewPage) error {
	if page.empties {
		return w.emptyLists()
	}
	for _, one := range page.sorted() {
		if _, err := w.overview.exec(overviewRow(one)...); err != nil {
			return fmt.Errorf("store overview: %w", err)
		}
	}
	moved, err := w.projected.exec(positionText(page.after), positionText(page.end))
	if err == nil && moved != 1 {
		return errMoved
	}
	return err
}

func (w *sqliteWriter) emptyLists() error {
	empty, err := prepareSQLite(w.conn, sqliteNoLists)
	if err != nil {
		return err
	}
	if _, err = empty.exec(); err == nil {
		_, err = w.projected.exec("", "0")
	}
	if failed := empty.close(); err == nil {
		err = failed
	}
	return err
}
