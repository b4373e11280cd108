package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	postgresHeads = `
		SELECT w.name, t.version, t.chain FROM unnest($1::text[]) AS w (name)
		CROSS JOIN LATERAL (SELECT version, chain FROM turns WHERE conversation = w.name ORDER BY version DESC LIMIT 1) AS t`
	postgresAppend = `SELECT append_turns($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	postgresProbe  = `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`

	// reconnectEvery is how long the writer rests between attempts to reach a
	// server that restarts.
	reconnectEvery = 100 * time.Millisecond
)

// postgresWriter writes through one connection, which it makes again when it
// was lost.
type postgresWriter struct {
	config *pgx.ConnConfig
	conn   *pgx.Conn // nil: none at the moment
	ill    bool      // the last thing asked of the server failed for good
	group  columns
}

// columns are the rows of a batch as the server takes them.
type columns struct {
	conversations, ats, bodies []string
	versions                   []int64
	befores, chains            [][]byte
	waves                      []int32
	keys, blocks               []string
}

// heads implements writes.
func (p *postgresWriter) heads(names []string, found func(string, head)) error {
	return p.do(func(ctx context.Context, conn *pgx.Conn, _ bool) error {
		rows, err := conn.Query(ctx, postgresHeads, names)
		if err != nil {
			return err
		}
		var name string
		var end head
		var chain []byte
		_, err = pgx.ForEachRow(rows, []any{&name, &end.version, &chain}, func() error {
			copy(end.chain[:], chain)
			found(name, end)
			return nil
		})
		return err
	})
}

// write implements writes. When the connection is lost nobody knows whether the
// server still stored the batch; asking again with the same links finds out.
func (p *postgresWriter) write(batch *batch) error {
	return p.do(func(ctx context.Context, conn *pgx.Conn, again bool) error {
		if batch.probe {
			if _, err := conn.Exec(ctx, postgresProbe, metaProbe, strings.Repeat("0", probeBytes)); err != nil {
				return err
			}
		}
		if len(batch.rows) == 0 && !batch.note {
			return nil
		}
		var stored []int32
		if err := conn.QueryRow(ctx, postgresAppend, p.group.fill(batch, again)...).Scan(&stored); err != nil {
			return err
		}
		for _, place := range stored {
			if place < 0 {
				batch.rows[-place-1].erased = true
				continue
			}
			batch.rows[place-1].stored = true
		}
		return nil
	})
}

func (c *columns) fill(batch *batch, again bool) []any {
	*c = columns{
		c.conversations[:0], c.ats[:0], c.bodies[:0], c.versions[:0], c.befores[:0], c.chains[:0], c.waves[:0], c.keys[:0], c.blocks[:0],
	}
	for i := range batch.rows {
		one := &batch.rows[i]
		c.conversations = append(c.conversations, one.conversation)
		c.versions = append(c.versions, one.version)
		c.ats = append(c.ats, one.at)
		c.befores = append(c.befores, one.before[:])
		c.chains = append(c.chains, one.chain[:])
		c.bodies = append(c.bodies, one.body)
		c.waves = append(c.waves, int32(one.wave))
	}
	for _, block := range batch.blocks {
		c.keys = append(c.keys, block.Key())
		c.blocks = append(c.blocks, string(block.JSON()))
	}
	return []any{c.conversations, c.versions, c.ats, c.befores, c.chains, c.bodies, c.waves, c.keys, c.blocks, batch.note, again}
}

// do runs something on the connection. A connection that is lost is made again
// and the thing done again, while the writer's patience lasts; a server that
// was away before is tried once.
func (p *postgresWriter) do(work func(ctx context.Context, conn *pgx.Conn, again bool) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), postgresPatience)
	defer cancel()
	for attempt := 0; ; attempt++ {
		err := p.attempt(ctx, work, attempt > 0)
		if err == nil || p.ill || !lost(err) || !rest(ctx, attempt) {
			p.ill = err != nil
			return postgresError(err)
		}
	}
}

func (p *postgresWriter) attempt(ctx context.Context, work func(context.Context, *pgx.Conn, bool) error, again bool) error {
	if err := p.connect(ctx); err != nil {
		return err
	}
	err := work(ctx, p.conn, again)
	if err != nil && lost(err) {
		p.hangUp()
	}
	return err
}

func (p *postgresWriter) connect(ctx context.Context) error {
	if p.conn != nil && !p.conn.IsClosed() {
		return nil
	}
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		return err
	}
	p.conn = conn
	if err := p.agree(ctx); err != nil {
		p.hangUp()
		return err
	}
	return nil
}

// agree makes the settings and sees to it that a commit waits for the disk,
// whatever is the default of the server or of the role.
func (p *postgresWriter) agree(ctx context.Context) error {
	if err := set(ctx, p.conn, writerSettings()); err != nil {
		return err
	}
	var commit, fsync string
	err := p.conn.QueryRow(ctx, `
		SELECT set_config('synchronous_commit', CASE setting WHEN 'off' THEN 'on' ELSE setting END, false), current_setting('fsync')
		FROM pg_settings WHERE name = 'synchronous_commit'`).Scan(&commit, &fsync)
	if err != nil {
		return err
	}
	if commit == "off" || fsync != "on" {
		return fmt.Errorf("%w: synchronous_commit = %s, fsync = %s", ErrNotDurable, commit, fsync)
	}
	return nil
}

// rest waits a little before all attempts but the second; false means that
// there is no time left.
func rest(ctx context.Context, attempt int) bool {
	if attempt == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(reconnectEvery)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (p *postgresWriter) hangUp() {
	cutOff(p.conn)
	p.conn = nil
}

// close implements writes.
func (p *postgresWriter) close() error { return sayGoodbye(p.conn) }

// cutOff ends a connection without waiting for a server that may be away.
func cutOff(conn *pgx.Conn) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = conn.Close(ctx) // it is closed either way
}

// sayGoodbye ends a connection, nil for none, as the server likes it.
func sayGoodbye(conn *pgx.Conn) error {
	if conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := conn.Close(ctx)
	if lost(err) {
		return nil // it is closed either way
	}
	return err
}

// lost says whether an error means that the connection is gone, rather than
// that the server said no.
func lost(err error) bool { return errors.Is(postgresError(err), errLost) }
