package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// digger erases conversations in a transaction that is under way.
type digger struct {
	ctx  context.Context
	tx   *sql.Tx
	side *Staff
	now  time.Time

	salt   string
	n      int64 // of the last tombstone
	before link  // its link
	gone   Erased
}

func (g *digger) do(statement string, args ...any) error {
	_, err := g.tx.ExecContext(g.ctx, g.side.text(statement), args...)
	return err
}

// all erases what was asked for. In PostgreSQL nobody stores turns meanwhile,
// and whoever projects or fills an outbox waits at what is moved first.
func (g *digger) all(asked []Asked) error {
	if g.side.words.lock != "" {
		if err := g.do(`SELECT pg_advisory_xact_lock(807001)`); err != nil {
			return err
		}
	}
	for _, step := range []func() error{g.keepLast, g.moveProjected, g.look} {
		if err := step(); err != nil {
			return err
		}
	}
	for _, one := range asked {
		if err := g.one(one); err != nil {
			return err
		}
	}
	return g.owe()
}

// keepLast notes the last position given out: none is given out twice, also when
// the newest turns go.
func (g *digger) keepLast() error {
	var last int64
	if err := g.tx.QueryRowContext(g.ctx, `SELECT coalesce(max(position), 0) FROM turns`).Scan(&last); err != nil {
		return err
	}
	var noted string
	err := g.tx.QueryRowContext(g.ctx, `SELECT value FROM meta WHERE key = 'last'`).Scan(&noted)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if known, _ := strconv.ParseInt(noted, 10, 64); known >= last {
		return nil
	}
	return g.note(metaLast, positionText(last))
}

// moveProjected goes back by one turn, which is projected again: a page that is
// on its way, with turns that are erased here, does not fit then.
func (g *digger) moveProjected() error {
	var text string
	err := g.tx.QueryRowContext(g.ctx, `SELECT value FROM meta WHERE key = 'projected'`+g.forUpdate()).Scan(&text)
	if err != nil {
		return fmt.Errorf("read what is projected: %w", err)
	}
	projected, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: the note %q is no number", ErrCorrupt, metaProjected)
	}
	if err := g.holdOutbox(); err != nil {
		return err
	}
	next := projected - 1
	if projected < 0 {
		next = 0
	}
	return g.note(metaProjected, positionText(next))
}

// holdOutbox has whoever fills the outbox wait, and see the tombstones then.
func (g *digger) holdOutbox() error {
	return eachRow(g.ctx, g.tx, func(*sql.Rows) error { return nil }, `SELECT one FROM outbox_cursor`+g.forUpdate())
}

func (g *digger) forUpdate() string {
	if g.side.words.lock != "" {
		return ` FOR UPDATE`
	}
	return ""
}

// look finds the salt and the last tombstone.
func (g *digger) look() error {
	if err := g.tx.QueryRowContext(g.ctx, `SELECT value FROM meta WHERE key = 'salt'`).Scan(&g.salt); err != nil {
		return fmt.Errorf("read the salt of tombstones: %w", err)
	}
	var chain []byte
	err := g.tx.QueryRowContext(g.ctx, `SELECT n, chain FROM erased ORDER BY n DESC LIMIT 1`).Scan(&g.n, &chain)
	copy(g.before[:], chain)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

func (g *digger) one(asked Asked) error {
	stone := &tombstone{n: g.n + 1, name: graveName(g.salt, asked.Conversation), at: g.now.UTC().Truncate(time.Microsecond), reason: asked.Reason}
	if err := g.measure(asked.Conversation, stone); err != nil {
		return err
	}
	for _, statement := range []string{
		`DELETE FROM turns WHERE conversation = $1`, `DELETE FROM overviews WHERE conversation = $1`,
		`DELETE FROM outbox_open WHERE conversation = $1`, `DELETE FROM outbox_notes WHERE conversation = $1`,
	} {
		if err := g.do(statement, asked.Conversation); err != nil {
			return err
		}
	}
	if err := g.side.eraseFromAudit(g.ctx, g.tx, asked.Conversation); err != nil {
		return fmt.Errorf("audit log: %w", err)
	}
	if stone.turns == 0 {
		return nil
	}
	return g.bury(stone)
}

// measure takes down what proves that the rest is whole.
func (g *digger) measure(conversation string, stone *tombstone) error {
	return eachRow(g.ctx, g.tx, func(rows *sql.Rows) error {
		var position int64
		var chain []byte
		err := rows.Scan(&position, &chain)
		copy(stone.last[:], chain)
		stone.positions = append(stone.positions, position)
		stone.turns++
		return err
	}, g.side.text(`SELECT position, chain FROM turns WHERE conversation = $1 ORDER BY position`), conversation)
}

func (g *digger) bury(stone *tombstone) error {
	stone.chain = stone.linked(g.before)
	err := g.do(`INSERT INTO erased (n, name, turns, highest, positions, last, at, reason, chain) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		stone.n, stone.name[:], stone.turns, stone.highest(), packPositions(stone.positions), stone.last[:], stone.at.UnixMicro(), string(stone.reason), stone.chain[:])
	if err != nil {
		return fmt.Errorf("put up a tombstone: %w", err)
	}
	g.n, g.before = stone.n, stone.chain
	g.gone.Conversations++
	g.gone.Turns += stone.turns
	return nil
}

// owe notes that what was erased is not wiped out of the files yet.
func (g *digger) owe() error { return g.note(metaUnwiped, rand.Text()) }

func (g *digger) note(key, value string) error {
	return g.do(`INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
}
