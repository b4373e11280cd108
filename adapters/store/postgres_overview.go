package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kaitong/bot"
)

const (
	// projectorLock is the advisory lock of the node that projects.
	projectorLock = 807003
	// projectorSleep is after how long the server takes the lock from a node that
	// says nothing: it sleeps, or its machine is gone.
	projectorSleep = 4 * projectEvery

	postgresLead = `
		SELECT coalesce((SELECT value::bigint FROM meta WHERE key = 'projected'), 0), $2 OR pg_try_advisory_lock($1)`
	// postgresProject stores nothing when the table does not end where the page
	// begins. It is one statement: no node that sleeps leaves half of it.
	postgresProject = `
		WITH moved AS (
			UPDATE meta SET value = $2 WHERE key = 'projected' AND value = $1 RETURNING key
		), stored AS (
			INSERT INTO overviews (conversation, tenant, owner, anonymous, product, locale, started, last, turns, handoff, ticket, position, appeal)
			SELECT p.* FROM moved, unnest($3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::text[], $9::text[], $10::text[],
				$11::bigint[], $12::text[], $13::text[], $14::bigint[], $15::text[]) AS p` + overviewMerge + `
		)
		SELECT count(*) FROM moved`
	// postgresNoLists waits for a page that is being stored before it looks what
	// there is to delete.
	postgresNoLists = `
		BEGIN;
		UPDATE meta SET value = '0' WHERE key = 'projected';
		DELETE FROM overviews;
		COMMIT`
)

func postgresOverviewWords() overviewWords {
	concerns := []string{`left(events, 1) = '~'`} // asked where the rows are, so that the others need not come here
	for _, mark := range bot.OverviewMarks() {
		concerns = append(concerns, fmt.Sprintf(`strpos(events, '%s') > 0`, mark))
	}
	events := `CASE WHEN ` + strings.Join(concerns, ` OR `) + ` THEN events ELSE '' END`
	return overviewWords{
		tail:    `SELECT position, conversation, version, at, ` + events + ` FROM turns WHERE position > $1 ORDER BY position LIMIT $2`,
		since:   `SELECT position, conversation, version, at, ` + events + ` FROM turns WHERE conversation = $1 AND version > $2 ORDER BY version`,
		back:    `SELECT position, conversation, version, at, '' FROM turns WHERE position > $1 AND position < $2 ORDER BY position DESC LIMIT 1000`,
		one:     `SELECT * FROM overviews WHERE conversation = $1`,
		newest:  `SELECT * FROM overviews ORDER BY position DESC LIMIT $1`,
		open:    listWords(fitsOpen, ` ORDER BY overviews.position`),
		sent:    `SELECT * FROM overviews WHERE appeal = 'submitted' ORDER BY position LIMIT $1`,
		refused: `SELECT * FROM overviews WHERE appeal = 'refused' AND handoff IN ('requested', 'queued', 'active') ORDER BY position DESC LIMIT $1`,
		whose:   `SELECT * FROM overviews WHERE tenant = $1 AND owner = $2 AND appeal IS NOT NULL ORDER BY position DESC LIMIT $3`,
		owned:   `SELECT * FROM overviews WHERE tenant = $1 AND owner = $2`,
		kept: `
			SELECT * FROM overviews
			WHERE last < $1 AND coalesce(handoff, '') NOT IN ('requested', 'queued', 'active') AND coalesce(appeal, '') <> 'submitted'
			ORDER BY position LIMIT $2`,
		filed: listWords(fitsFiled, ``),
		page:  `SELECT * FROM overviews WHERE conversation > $1 ORDER BY conversation LIMIT $2`,
	}
}

// postgresLists writes overviews through a connection of its own, which holds
// the lock of the node that does.
type postgresLists struct {
	config  *pgx.ConnConfig
	conn    *pgx.Conn // nil: none at the moment
	leading bool
	group   overviewColumns
}

// lead implements projects. That it asks every few seconds keeps the lock.
func (p *postgresLists) lead(ctx context.Context) (projected int64, leading bool, err error) {
	err = p.do(ctx, postgresPatience, func(ctx context.Context) error {
		return p.conn.QueryRow(ctx, postgresLead, projectorLock, p.leading).Scan(&projected, &leading)
	})
	p.leading = leading && err == nil
	return projected, p.leading, err
}

// save implements projects.
func (p *postgresLists) save(ctx context.Context, page *overviewPage) error {
	args := p.group.fill(page)
	return p.do(ctx, postgresPatience, func(ctx context.Context) error {
		var moved int
		if err := p.conn.QueryRow(ctx, postgresProject, args...).Scan(&moved); err != nil {
			return fmt.Errorf("store overviews: %w", err)
		}
		if moved != 1 {
			return errMoved
		}
		return nil
	})
}

// reset implements projects. It is done whoever leads, through a connection of
// its own.
func (p *postgresLists) reset(ctx context.Context) error {
	once := &postgresLists{config: p.config}
	err := once.do(ctx, longRead, func(ctx context.Context) error {
		_, err := once.conn.Exec(ctx, postgresNoLists, pgx.QueryExecModeSimpleProtocol)
		return err
	})
	return errors.Join(err, once.close())
}

// do runs something on the connection. After an error the connection is given
// up, and the lock with it: the node that is well shall lead.
func (p *postgresLists) do(ctx context.Context, patience time.Duration, work func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := p.connect(ctx)
	if err == nil {
		err = work(ctx)
	}
	if err != nil && !errors.Is(err, errMoved) {
		p.hangUp()
	}
	return postgresError(err)
}

func (p *postgresLists) connect(ctx context.Context) error {
	if p.conn != nil && !p.conn.IsClosed() {
		return nil
	}
	p.leading = false
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		return err
	}
	p.conn = conn
	return set(ctx, conn, projectorSettings())
}

// projectorSettings let the server notice a node that dies or sleeps.
func projectorSettings() map[string]string {
	settings := writerSettings()
	delete(settings, "transaction_timeout") // emptying a long list may take longer
	settings["statement_timeout"] = milliseconds(longRead)
	settings["idle_session_timeout"] = milliseconds(projectorSleep)
	settings["synchronous_commit"] = "off" // what is lost is projected again
	return settings
}

func (p *postgresLists) hangUp() {
	if p.conn == nil {
		return
	}
	cutOff(p.conn)
	p.conn, p.leading = nil, false
}

// close implements projects.
func (p *postgresLists) close() error { return sayGoodbye(p.conn) }

// overviewColumns are the rows of a page as the server takes them.
type overviewColumns struct {
	conversations                                     []string
	tenants, owners, products, locales, starts, lasts []*string
	anonymous                                         []*bool
	turns, positions                                  []int64
	handoffs, tickets, appeals                        []*string
}

func (c *overviewColumns) fill(page *overviewPage) []any {
	*c = overviewColumns{}
	for _, one := range page.sorted() {
		row := overviewRow(one)
		c.conversations = append(c.conversations, one.Conversation)
		for i, column := range map[int]*[]*string{1: &c.tenants, 2: &c.owners, 4: &c.products, 5: &c.locales, 6: &c.starts, 7: &c.lasts, 9: &c.handoffs, 10: &c.tickets, 12: &c.appeals} {
			*column = append(*column, known[string](row[i]))
		}
		c.anonymous = append(c.anonymous, known[bool](row[3]))
		c.turns, c.positions = append(c.turns, one.Turns), append(c.positions, one.Position)
	}
	return []any{
		positionText(page.after), positionText(page.end), c.conversations, c.tenants, c.owners, c.anonymous, c.products, c.locales, c.starts, c.lasts,
		c.turns, c.handoffs, c.tickets, c.positions, c.appeals,
	}
}

// known is a value of a row, nil when there is none.
func known[T any](value any) *T {
	if v, ok := value.(T); ok {
		return &v
	}
	return nil
}
