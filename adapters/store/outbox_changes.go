package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"kaitong/bot/outbox"
)

// Advance implements [outbox.Box].
func (o *Outbox) Advance(ctx context.Context, step outbox.Step) error {
	err := o.side.change(ctx, func(tx *sql.Tx) error {
		if err := o.move(ctx, tx, step); err != nil {
			return err
		}
		return o.keepAll(ctx, tx, step)
	})
	if err != nil {
		return fmt.Errorf("outbox: move on from %d to %d: %w", step.From, step.To, err)
	}
	return nil
}

// move is first: who comes second waits here, and sees that it is.
func (o *Outbox) move(ctx context.Context, tx *sql.Tx, step outbox.Step) error {
	statement, args := `UPDATE outbox_cursor SET position = $2 WHERE one = 1 AND position = $1`, []any{step.From, step.To}
	if step.Begin {
		statement, args = `INSERT INTO outbox_cursor (one, position) VALUES (1, $1) ON CONFLICT DO NOTHING`, []any{step.To}
	}
	result, err := tx.ExecContext(ctx, o.side.text(statement), args...)
	if err != nil {
		return err
	}
	if moved, err := result.RowsAffected(); err != nil || moved == 1 {
		return err
	}
	return outbox.ErrMoved
}

func (o *Outbox) keepAll(ctx context.Context, tx *sql.Tx, step outbox.Step) error {
	do := func(statement string, args ...any) error {
		_, err := tx.ExecContext(ctx, o.side.text(statement), args...)
		return err
	}
	erased, err := o.erased(ctx, tx, step)
	if err != nil {
		return err
	}
	for _, name := range step.Opened {
		if erased[name] { // since it was read
			continue
		}
		if err := do(`INSERT INTO outbox_open (conversation) VALUES ($1) ON CONFLICT DO NOTHING`, name); err != nil {
			return err
		}
	}
	for _, name := range step.Closed {
		if err := do(`DELETE FROM outbox_open WHERE conversation = $1`, name); err != nil {
			return err
		}
	}
	for _, e := range step.Met {
		if err := do(`INSERT INTO outbox_endpoints (name, url, gone) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET url = excluded.url, gone = excluded.gone`, e.Name, e.URL, e.Gone); err != nil {
			return err
		}
	}
	behind, err := o.queued(ctx, tx, step.Notes)
	if err != nil {
		return err
	}
	for _, n := range step.Notes {
		if erased[n.Conversation] {
			continue
		}
		if err := do(`INSERT INTO outbox_notes (endpoint, conversation, position, nth, id, kind, body, noted, due, tries)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			n.Endpoint, n.Conversation, n.Position, n.Nth, n.ID, n.Kind, []byte(o.keys.seal(notePlace(n.Endpoint, n.Conversation, n.Position, n.Nth), string(n.Body))), n.Noted.UnixMicro(), max(n.Due.UnixMicro(), behind[n.Endpoint+"\x00"+n.Conversation]), n.Tries); err != nil {
			return err
		}
	}
	return nil
}

// erased are the conversations of a step that have a tombstone.
func (o *Outbox) erased(ctx context.Context, tx *sql.Tx, step outbox.Step) (map[string]bool, error) {
	var salt string
	if err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'salt'`).Scan(&salt); err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, name := range step.Opened {
		names[name] = false
	}
	for _, n := range step.Notes {
		names[n.Conversation] = false
	}
	for conversation := range names {
		var erased bool
		name := graveName(salt, conversation)
		if err := tx.QueryRowContext(ctx, o.side.text(`SELECT EXISTS (SELECT 1 FROM erased WHERE name = $1)`), name[:]).Scan(&erased); err != nil {
			return nil, err
		}
		names[conversation] = erased
	}
	return names, nil
}

// queued is when the last note of each conversation is due, in microseconds.
// What comes behind it is due no earlier: so what cannot be told yet is not
// looked at again and again.
func (o *Outbox) queued(ctx context.Context, tx *sql.Tx, notes []outbox.Note) (map[string]int64, error) {
	found := map[string]int64{}
	for _, n := range notes {
		key := n.Endpoint + "\x00" + n.Conversation
		if _, known := found[key]; known {
			continue
		}
		var due int64
		err := tx.QueryRowContext(ctx, o.side.text(`SELECT due FROM outbox_notes WHERE endpoint = $1 AND conversation = $2 ORDER BY position DESC, nth DESC LIMIT 1`),
			n.Endpoint, n.Conversation).Scan(&due)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		found[key] = due
	}
	return found, nil
}

const thisNote = ` WHERE endpoint = $1 AND conversation = $2 AND position = $3 AND nth = $4`

// Done implements [outbox.Box].
func (o *Outbox) Done(ctx context.Context, n outbox.Note) error {
	if _, err := o.side.exec(ctx, `DELETE FROM outbox_notes`+thisNote, n.Endpoint, n.Conversation, n.Position, n.Nth); err != nil {
		return fmt.Errorf("outbox: forget note %s for %s: %w", n.ID, n.Endpoint, err)
	}
	return nil
}

// Later implements [outbox.Box]. What waits behind the note is put off too.
func (o *Outbox) Later(ctx context.Context, n outbox.Note) error {
	err := o.side.change(ctx, func(tx *sql.Tx) error {
		due := n.Due.UnixMicro()
		if _, err := tx.ExecContext(ctx, o.side.text(`UPDATE outbox_notes SET due = $5, tries = $6`+thisNote), n.Endpoint, n.Conversation, n.Position, n.Nth, due, n.Tries); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, o.side.text(`UPDATE outbox_notes SET due = $3 WHERE endpoint = $1 AND conversation = $2 AND due < $3 AND (position, nth) > ($4, $5)`),
			n.Endpoint, n.Conversation, due, n.Position, n.Nth)
		return err
	})
	if err != nil {
		return fmt.Errorf("outbox: put off note %s for %s: %w", n.ID, n.Endpoint, err)
	}
	return nil
}

// Gone implements [outbox.Box].
func (o *Outbox) Gone(ctx context.Context, endpoint string) error {
	return o.leave(ctx, endpoint, `UPDATE outbox_endpoints SET gone = TRUE WHERE name = $1`)
}

// Forget implements [outbox.Box].
func (o *Outbox) Forget(ctx context.Context, endpoint string) error {
	return o.leave(ctx, endpoint, `DELETE FROM outbox_endpoints WHERE name = $1`)
}

func (o *Outbox) leave(ctx context.Context, endpoint, statement string) error {
	err := o.side.change(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, o.side.text(statement), endpoint); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, o.side.text(`DELETE FROM outbox_notes WHERE endpoint = $1`), endpoint)
		return err
	})
	if err != nil {
		return fmt.Errorf("outbox: endpoint %s: %w", endpoint, err)
	}
	return nil
}
