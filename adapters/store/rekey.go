package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// rekeyBatch is how many rows are written anew in one transaction, which turns
// wait for.
const rekeyBatch = 200

// Rekeyed counts what was written anew.
type Rekeyed struct {
	Turns int64 `json:"turns"`
	Notes int64 `json:"notes"`
}

// Rekey writes everything anew that is not written with the first key of the key
// file: encrypted, or plain where that line is the word plain. Then the other
// keys are not needed any more. It may run beside servers, which must know all
// keys. The chain of turns is over what people said, so it stays as it is. show is
// told how many positions of the log are done.
func Rekey(ctx context.Context, options Options, show func(done, total int64)) (done Rekeyed, err error) {
	ring, err := readKeys(options.KeyFile)
	if err != nil {
		return Rekeyed{}, err
	}
	if ring == nil {
		return Rekeyed{}, errors.New("there is no key file (encryption.key_file)")
	}
	erasures, err := OpenErasures(ctx, options)
	if err != nil {
		return Rekeyed{}, err
	}
	defer func() { err = errors.Join(err, erasures.Close()) }()
	r := &rekeyer{ctx: ctx, side: erasures.side, ring: ring, show: show}
	if err := r.all(); err != nil {
		return r.done, fmt.Errorf("rekey %s: %w", options.name(), erasures.side.words.explain(err))
	}
	return r.done, erasures.Wipe(ctx)
}

type rekeyer struct {
	ctx  context.Context
	side *Staff
	ring *keyring
	show func(done, total int64)
	done Rekeyed
}

func (r *rekeyer) all() error {
	if err := r.note(); err != nil {
		return err
	}
	var end int64
	if err := r.side.db.QueryRowContext(r.ctx, `SELECT coalesce(max(position), 0) FROM turns`).Scan(&end); err != nil {
		return err
	}
	for after := int64(0); after < end; {
		next, err := r.turns(after)
		if err != nil {
			return err
		}
		if next == after {
			break
		}
		after = next
		r.show(after, end)
	}
	if err := r.notes(); err != nil {
		return err
	}
	return r.drop()
}

// writeID is the id of the key that rows shall have, "" for none.
func (r *rekeyer) writeID() string {
	if r.ring.writes == nil {
		return ""
	}
	return r.ring.writes.id
}

// note keeps that there are rows with the key, before there are.
func (r *rekeyer) note() error {
	w := words{metaGet: r.side.text(`SELECT value FROM meta WHERE key = $1`), explain: r.side.words.explain}
	set := r.side.text(`INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`)
	return ensureKeys(r.ctx, r.side.db, w, set, r.ring)
}

// turns writes some turns anew and returns the position of the last one seen.
func (r *rekeyer) turns(after int64) (last int64, err error) {
	last = after
	err = r.side.change(r.ctx, func(tx *sql.Tx) error {
		var list []record
		err := eachRow(r.ctx, tx, func(rows *sql.Rows) error {
			var one record
			err := rows.Scan(&one.position, &one.conversation, &one.version, &one.events)
			list = append(list, one)
			return err
		}, r.side.text(`SELECT position, conversation, version, events FROM turns WHERE position > $1 ORDER BY position LIMIT $2`), after, rekeyBatch)
		for _, one := range list {
			last = one.position
			if err == nil {
				err = r.turn(tx, one)
			}
		}
		return err
	})
	return last, err
}

func (r *rekeyer) turn(tx *sql.Tx, one record) error {
	if keyOf([]byte(one.events)) == r.writeID() {
		return nil
	}
	place := turnPlace(one.conversation, one.version)
	events, err := r.ring.open(place, []byte(one.events))
	if err != nil {
		return one.failure(err)
	}
	r.done.Turns++
	_, err = tx.ExecContext(r.ctx, r.side.text(`UPDATE turns SET events = $1 WHERE position = $2`), r.ring.seal(place, string(events)), one.position)
	return err
}

// notes writes anew what other desks have yet to be told: there is not much.
func (r *rekeyer) notes() error {
	return r.side.change(r.ctx, func(tx *sql.Tx) error {
		type note struct {
			endpoint, conversation string
			position               int64
			nth                    int
			body                   []byte
		}
		var list []note
		err := eachRow(r.ctx, tx, func(rows *sql.Rows) error {
			var n note
			err := rows.Scan(&n.endpoint, &n.conversation, &n.position, &n.nth, &n.body)
			list = append(list, n)
			return err
		}, `SELECT endpoint, conversation, position, nth, body FROM outbox_notes`)
		for _, n := range list {
			place := notePlace(n.endpoint, n.conversation, n.position, n.nth)
			if err != nil || keyOf(n.body) == r.writeID() {
				continue
			}
			var body []byte
			if body, err = r.ring.open(place, n.body); err != nil {
				break
			}
			r.done.Notes++
			_, err = tx.ExecContext(r.ctx, r.side.text(`UPDATE outbox_notes SET body = $1 WHERE endpoint = $2 AND conversation = $3 AND position = $4 AND nth = $5`),
				[]byte(r.ring.seal(place, string(body))), n.endpoint, n.conversation, n.position, n.nth)
		}
		return err
	})
}

// drop forgets the other keys, unless rows with them came meanwhile from a server
// that writes with another key.
func (r *rekeyer) drop() error {
	return r.side.change(r.ctx, func(tx *sql.Tx) error {
		g := &digger{ctx: r.ctx, tx: tx, side: r.side, now: time.Now()}
		var other int64
		prefix := sealedMark + r.writeID() + "."
		if r.ring.writes == nil {
			prefix = "["
		}
		err := tx.QueryRowContext(r.ctx, r.side.text(`SELECT count(*) FROM turns WHERE substr(events, 1, $1) <> $2`), len(prefix), prefix).Scan(&other)
		if err != nil {
			return err
		}
		if other > 0 {
			return fmt.Errorf("%d turns were written with another key meanwhile: restart the servers with this key file, and do it again", other)
		}
		if err := g.note(metaKeys, r.writeID()); err != nil {
			return err
		}
		return g.owe()
	})
}
