package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// analyticsLock is the advisory lock of the node that projects the figures.
	analyticsLock = 807006
	// analyticsSleep is after how long the server takes the lock from a node that
	// says nothing: it sleeps, or its machine is gone.
	analyticsSleep = 8 * time.Second
)

// postgresAnalytics writes through a connection of its own, which holds the lock
// of the node that does.
type postgresAnalytics struct {
	config  *pgx.ConnConfig
	conn    *pgx.Conn // nil: none at the moment
	leading bool
}

// lead implements analyticsSink. That it asks every second keeps the lock.
func (p *postgresAnalytics) lead(ctx context.Context) (leading bool, err error) {
	err = p.do(ctx, func(ctx context.Context) error {
		return p.conn.QueryRow(ctx, `SELECT $2 OR pg_try_advisory_lock($1)`, analyticsLock, p.leading).Scan(&leading)
	})
	p.leading = leading && err == nil
	return p.leading, err
}

// save implements analyticsSink.
func (p *postgresAnalytics) save(ctx context.Context, page *analyticsPage) error {
	return p.do(ctx, func(ctx context.Context) error {
		err := pgx.BeginFunc(ctx, p.conn, func(tx pgx.Tx) error { return insertPage(ctx, tx, page) })
		if err != nil {
			return fmt.Errorf("store figures: %w", err)
		}
		return nil
	})
}

// do runs something on the connection. After an error the connection is given
// up, and the lock with it: the node that is well shall lead.
func (p *postgresAnalytics) do(ctx context.Context, work func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, longRead)
	defer cancel()
	err := p.connect(ctx)
	if err == nil {
		err = work(ctx)
	}
	if err != nil && !errors.Is(err, errMoved) && p.conn != nil {
		cutOff(p.conn)
		p.conn, p.leading = nil, false
	}
	return postgresError(err)
}

func (p *postgresAnalytics) connect(ctx context.Context) error {
	if p.conn != nil && !p.conn.IsClosed() {
		return nil
	}
	p.leading = false
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		return err
	}
	p.conn = conn
	settings := projectorSettings()
	settings["idle_session_timeout"] = milliseconds(analyticsSleep)
	return set(ctx, conn, settings)
}

// close implements analyticsSink.
func (p *postgresAnalytics) close() error {
	err := sayGoodbye(p.conn)
	p.conn, p.leading = nil, false
	return err
}

func insertPage(ctx context.Context, tx pgx.Tx, page *analyticsPage) error {
	moved, err := tx.Exec(ctx, `UPDATE analytics_state SET position = $3, at = $4, broken = broken + $5 WHERE position = $1 AND generation = $2`,
		page.from.position, page.from.generation, page.to.position, page.to.at.UnixMicro(), page.broken)
	switch {
	case err != nil:
		return err
	case moved.RowsAffected() != 1:
		return errMoved
	}
	if err := addStored(ctx, tx, page); err != nil {
		return err
	}
	keys, err := sumKeys(ctx, tx, page.keys)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for _, rows := range analyticsInserts() {
		if args := rows.args(page); len(args) > 0 {
			batch.Queue(rows.text, args...)
		}
	}
	if len(keys) > 0 {
		batch.Queue(`INSERT INTO analytics_keys (place, kind, day, counts) SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bytea[])
			ON CONFLICT (place, kind, day) DO UPDATE SET counts = excluded.counts`, append(keyColumns(page.keys), keys)...)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// addStored adds what the cells of a page held.
func addStored(ctx context.Context, tx pgx.Tx, page *analyticsPage) error {
	places, days := column(page.cells, func(c *cellRow) int64 { return c.place }), column(page.cells, func(c *cellRow) int64 { return c.day })
	rows, err := tx.Query(ctx, `
		SELECT given.nth, c.counts FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS given (place, day, nth)
		JOIN analytics_cells c ON c.place = given.place AND c.day = given.day`, places, days)
	if err != nil {
		return err
	}
	var nth int64
	var counts []byte
	_, err = pgx.ForEachRow(rows, []any{&nth, &counts}, func() error { return unpackTotals(page.cells[nth-1].counts, counts) })
	return err
}

// sumKeys are the counts of keys, with what the page adds.
func sumKeys(ctx context.Context, tx pgx.Tx, keys []keyRow) ([][]byte, error) {
	rows, err := tx.Query(ctx, `
		SELECT given.nth, k.counts FROM unnest($1::bigint[], $2::text[], $3::bigint[]) WITH ORDINALITY AS given (place, kind, day, nth)
		JOIN analytics_keys k ON k.place = given.place AND k.kind = given.kind AND k.day = given.day`, keyColumns(keys)...)
	if err != nil {
		return nil, err
	}
	sums := column(keys, func(r *keyRow) []byte { return r.counts })
	var nth int64
	var counts []byte
	_, err = pgx.ForEachRow(rows, []any{&nth, &counts}, func() (err error) {
		sums[nth-1], err = addKeys(counts, keys[nth-1].counts)
		return err
	})
	return sums, err
}

// column is one value of every row.
func column[R, V any](rows []R, value func(*R) V) []V {
	values := make([]V, len(rows))
	for i := range rows {
		values[i] = value(&rows[i])
	}
	return values
}

// analyticsInsert is how rows of a page go into one table.
type analyticsInsert struct {
	text string
	args func(*analyticsPage) []any // none: nothing to do
}

func analyticsInserts() []analyticsInsert {
	return []analyticsInsert{
		{`INSERT INTO analytics_places (id, grain, tenant, product, locale, channel, version, cause)
			SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])`, placeColumns},
		{`INSERT INTO analytics_names (id, kind, key) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])`, nameColumns},
		{`INSERT INTO analytics_contacts (conversation, n, opened, day, place, marks, closed, body)
			SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[])
			ON CONFLICT (conversation, n) DO UPDATE SET opened = excluded.opened, day = excluded.day,
				place = excluded.place, marks = excluded.marks, closed = excluded.closed, body = excluded.body`, contactColumns},
		{`INSERT INTO analytics_persons (person, conversation, n) SELECT * FROM unnest($1::bytea[], $2::text[], $3::bigint[])
			ON CONFLICT (person) DO UPDATE SET conversation = excluded.conversation, n = excluded.n`, personColumns},
		// a name from before somebody signed in
		{`DELETE FROM analytics_persons WHERE person = ANY($1::bytea[]) AND conversation = ''`, func(page *analyticsPage) []any { return personColumns(page)[:min(1, len(page.persons))] }},
		{`INSERT INTO analytics_days (day, least, most) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
			ON CONFLICT (day) DO UPDATE SET
				least = least(analytics_days.least, excluded.least), most = greatest(analytics_days.most, excluded.most)`, dayColumns},
		{`INSERT INTO analytics_cells (place, day, counts) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])
			ON CONFLICT (place, day) DO UPDATE SET counts = excluded.counts`, cellColumns},
	}
}
