package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"kaitong/bot/outbox"
)

// Outbox is an [outbox.Box] in the database of the log. Like [Staff] it has
// connections of its own and writes rarely.
type Outbox struct {
	side *Staff
	keys *keyring
	seat seat
}

// seat is of the process that leads.
type seat interface {
	take(ctx context.Context) (bool, error)
	leave() error
}

var _ outbox.Box = (*Outbox)(nil)

// OpenOutbox opens the outbox in the database that options name. With SQLite
// the process that has the log open is the only one, so it always leads.
func OpenOutbox(ctx context.Context, options Options) (*Outbox, error) {
	side, err := OpenStaff(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	keys, err := readKeys(options.KeyFile)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("outbox: %w", err), side.Close())
	}
	box := &Outbox{side: side, keys: keys, seat: onlySeat{}}
	if options.Database != "" {
		box.seat = &postgresSeat{db: side.db, lock: outboxLock}
	}
	return box, nil
}

// onlySeat is taken by the only process there is.
type onlySeat struct{}

func (onlySeat) take(context.Context) (bool, error) { return true, nil }
func (onlySeat) leave() error                       { return nil }

// Lead implements [outbox.Box].
func (o *Outbox) Lead(ctx context.Context) (bool, error) {
	leading, err := o.seat.take(ctx)
	if err != nil {
		return false, fmt.Errorf("lead the outbox: %w", o.side.words.explain(err))
	}
	return leading, nil
}

// Close implements [outbox.Box].
func (o *Outbox) Close() error { return errors.Join(o.seat.leave(), o.side.Close()) }

// State implements [outbox.Box].
func (o *Outbox) State(ctx context.Context) (outbox.State, error) {
	var state outbox.State
	err := o.side.db.QueryRowContext(ctx, `SELECT position FROM outbox_cursor`).Scan(&state.Position)
	state.Begun = err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return outbox.State{}, fmt.Errorf("outbox: position: %w", o.side.words.explain(err))
	}
	if state.Open, err = scanAll(ctx, o.side, scanName, `SELECT conversation FROM outbox_open ORDER BY conversation`); err != nil {
		return outbox.State{}, fmt.Errorf("outbox: conversations: %w", err)
	}
	state.Endpoints, err = o.Endpoints(ctx)
	return state, err
}

// Endpoints implements [outbox.Box].
func (o *Outbox) Endpoints(ctx context.Context) ([]outbox.Endpoint, error) {
	list, err := scanAll(ctx, o.side, scanEndpoint, `
		SELECT name, url, gone, EXISTS (SELECT 1 FROM outbox_notes WHERE endpoint = name AND tries > 0) FROM outbox_endpoints ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("outbox: endpoints: %w", err)
	}
	return list, nil
}

// Due implements [outbox.Box].
func (o *Outbox) Due(ctx context.Context, endpoint string, now time.Time, most int) ([]outbox.Note, error) {
	notes, err := scanAll(ctx, o.side, o.scanNote, `
		SELECT endpoint, conversation, position, nth, id, kind, body, noted, due, tries FROM outbox_notes AS n
		WHERE endpoint = $1 AND due <= $2 AND NOT EXISTS (
			SELECT 1 FROM outbox_notes AS earlier
			WHERE earlier.endpoint = n.endpoint AND earlier.conversation = n.conversation AND (earlier.position, earlier.nth) < (n.position, n.nth))
		ORDER BY due, position, nth LIMIT $3`, endpoint, now.UnixMicro(), most)
	if err != nil {
		return nil, fmt.Errorf("outbox: what is due for %s: %w", endpoint, err)
	}
	return notes, nil
}

// scanAll reads all rows of a question.
func scanAll[T any](ctx context.Context, side *Staff, scan func(*sql.Rows) (T, error), statement string, args ...any) ([]T, error) {
	rows, err := side.query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, side.words.explain(rows.Err())
}

func scanName(rows *sql.Rows) (name string, err error) {
	err = rows.Scan(&name)
	return name, err
}

func scanEndpoint(rows *sql.Rows) (e outbox.Endpoint, err error) {
	err = rows.Scan(&e.Name, &e.URL, &e.Gone, &e.Late)
	return e, err
}

func (o *Outbox) scanNote(rows *sql.Rows) (n outbox.Note, err error) {
	var noted, due int64
	err = rows.Scan(&n.Endpoint, &n.Conversation, &n.Position, &n.Nth, &n.ID, &n.Kind, &n.Body, &noted, &due, &n.Tries)
	n.Noted, n.Due = time.UnixMicro(noted).UTC(), time.UnixMicro(due).UTC()
	if err == nil {
		n.Body, err = o.keys.open(notePlace(n.Endpoint, n.Conversation, n.Position, n.Nth), n.Body)
	}
	return n, err
}
