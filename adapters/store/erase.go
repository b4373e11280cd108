package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"kaitong/bot"
)

// Reason is why a conversation is erased.
type Reason string

// The reasons there are.
const (
	ReasonRequest   Reason = "request"   // the person wants it
	ReasonRetention Reason = "retention" // it was kept as long as it may be
	ReasonOperator  Reason = "operator"
)

// Valid says whether there is such a reason.
func (r Reason) Valid() bool {
	return r == ReasonRequest || r == ReasonRetention || r == ReasonOperator
}

// Erased counts what was taken out of the log.
type Erased struct {
	Conversations int64 `json:"conversations"`
	Turns         int64 `json:"turns"`
}

// Asked is a conversation that is to be erased.
type Asked struct {
	Conversation string
	Reason       Reason
	At           time.Time
}

// Erasures take conversations out of the database for good. What is asked for is
// on record until nothing of it is left anywhere: so an erasure that was cut off
// goes on after the next start. They have connections of their own, and asking
// works beside a server.
type Erasures struct {
	options Options
	side    *Staff
	seat    seat
}

// eraseLock is the advisory lock of the node that carries out what was asked.
const eraseLock = 807010

// OpenErasures opens the erasures of the log that options name.
func OpenErasures(ctx context.Context, options Options) (*Erasures, error) {
	side, err := OpenStaff(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("erasures: %w", err)
	}
	e := &Erasures{options: withDefaults(options), side: side, seat: onlySeat{}}
	if options.Database != "" {
		e.seat = &postgresSeat{db: side.db, lock: eraseLock}
	}
	return e, nil
}

// Close lets another process lead.
func (e *Erasures) Close() error { return errors.Join(e.seat.leave(), e.side.Close()) }

// Lead says whether this process is the one to carry out what others asked for.
func (e *Erasures) Lead(ctx context.Context) (bool, error) {
	leading, err := e.seat.take(ctx)
	if err != nil {
		return false, fmt.Errorf("lead erasures: %w", e.side.words.explain(err))
	}
	return leading, nil
}

// Ask puts on record that conversations are to be erased. From then on it will
// happen, whatever becomes of this process.
func (e *Erasures) Ask(ctx context.Context, reason Reason, at time.Time, conversations ...string) error {
	if !reason.Valid() {
		return fmt.Errorf("%w: %q is no reason to erase", bot.ErrInvalid, reason)
	}
	err := e.side.change(ctx, func(tx *sql.Tx) error {
		for _, name := range conversations {
			if !storable(name) {
				continue // no log holds it
			}
			if _, err := tx.ExecContext(ctx, e.side.text(`INSERT INTO erasing (conversation, reason, asked) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`),
				name, string(reason), at.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ask to erase %d conversations: %w", len(conversations), err)
	}
	return nil
}

// Due returns what was asked for and is not done, what waits longest first.
func (e *Erasures) Due(ctx context.Context, most int) ([]Asked, error) {
	due, err := scanAll(ctx, e.side, scanAsked, `SELECT conversation, reason, asked FROM erasing ORDER BY asked, conversation LIMIT $1`, most)
	if err != nil {
		return nil, fmt.Errorf("read what is to be erased: %w", err)
	}
	return due, nil
}

func scanAsked(rows *sql.Rows) (a Asked, err error) {
	var at int64
	err = rows.Scan(&a.Conversation, &a.Reason, &at)
	a.At = time.UnixMicro(at).UTC()
	return a, err
}

// Erase takes the turns of conversations out of a log, and what is kept beside
// it about them: their overviews and what other desks had yet to be told. A
// tombstone stays. All of it is one transaction. A conversation that is not
// there is passed over; of one that was erased the name is never taken again.
func (e *Erasures) Erase(ctx context.Context, log *Log, asked ...Asked) (Erased, error) {
	names := make([]string, len(asked))
	for i, one := range asked {
		names[i] = one.Conversation
	}
	var gone Erased
	err := log.alone(ctx, names, func() error {
		gone = Erased{}
		log.KnowErased(1) // tombstones are looked for from now on, whatever becomes of this
		return e.side.change(ctx, func(tx *sql.Tx) error {
			g := &digger{ctx: ctx, tx: tx, side: e.side, now: log.now()}
			err := g.all(asked)
			gone = g.gone
			return err
		})
	})
	if err != nil {
		return Erased{}, fmt.Errorf("erase %d conversations: %w", len(asked), err)
	}
	return gone, nil
}

// Done forgets that conversations were to be erased: nothing of them is left
// but what [Erasures.Wipe] takes away.
func (e *Erasures) Done(ctx context.Context, asked ...Asked) error {
	err := e.side.change(ctx, func(tx *sql.Tx) error {
		g := &digger{ctx: ctx, tx: tx, side: e.side}
		for _, one := range asked {
			if err := g.do(`DELETE FROM erasing WHERE conversation = $1`, one.Conversation); err != nil {
				return err
			}
		}
		return g.owe()
	})
	if err != nil {
		return fmt.Errorf("note that %d conversations are erased: %w", len(asked), err)
	}
	return nil
}

// Waiting says whether any of some conversations is still to be erased.
func (e *Erasures) Waiting(ctx context.Context, conversations []string) (bool, error) {
	for _, name := range conversations {
		var waits bool
		err := e.side.db.QueryRowContext(ctx, e.side.text(`SELECT EXISTS (SELECT 1 FROM erasing WHERE conversation = $1)`), name).Scan(&waits)
		if err != nil || waits {
			return waits, e.side.words.explain(err)
		}
	}
	return false, nil
}

// Buried are the names on the tombstones after number n, and the last number.
// They are told from others by [Erasures.Namer].
func (e *Erasures) Buried(ctx context.Context, n int64) (names map[[32]byte]bool, last int64, err error) {
	names, last = map[[32]byte]bool{}, n
	list, err := scanAll(ctx, e.side, func(rows *sql.Rows) (t tombstone, err error) {
		var name []byte
		err = rows.Scan(&t.n, &name)
		copy(t.name[:], name)
		return t, err
	}, `SELECT n, name FROM erased WHERE n > $1 ORDER BY n`, n)
	if err != nil {
		return nil, n, fmt.Errorf("read tombstones: %w", err)
	}
	for _, one := range list {
		names[one.name], last = true, one.n
	}
	return names, last, nil
}

// Namer returns what makes the name on a tombstone of an id.
func (e *Erasures) Namer(ctx context.Context) (func(conversation string) [32]byte, error) {
	var salt string
	if err := e.side.db.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'salt'`).Scan(&salt); err != nil {
		return nil, fmt.Errorf("read the salt of tombstones: %w", e.side.words.explain(err))
	}
	return func(conversation string) [32]byte { return graveName(salt, conversation) }, nil
}

// Tail is the number of the last tombstone.
func (e *Erasures) Tail(ctx context.Context) (n int64, err error) {
	if err := e.side.db.QueryRowContext(ctx, `SELECT coalesce(max(n), 0) FROM erased`).Scan(&n); err != nil {
		return 0, fmt.Errorf("read tombstones: %w", e.side.words.explain(err))
	}
	return n, nil
}

// alone runs work while nothing is being stored in this process, and forgets
// what is remembered of conversations.
func (l *Log) alone(ctx context.Context, conversations []string, work func() error) error {
	return l.await(&pending{ctx: ctx, alone: func() error {
		l.projector.fresh.clear() // what it holds may be erased when it is asked for
		err := work()
		for _, name := range conversations {
			l.group.ends.remove(name)
		}
		return err
	}, done: make(chan error, 1)})
}

// runAlone does what is to be done while nothing is stored, and returns the
// turns of a group.
func (l *Log) runAlone(group []*pending) []*pending {
	return slices.DeleteFunc(group, func(one *pending) bool {
		if one.alone == nil {
			return false
		}
		one.result = one.ctx.Err()
		if one.result == nil {
			one.result = one.alone()
		}
		one.done <- one.result
		return true
	})
}

// gone says of a conversation without turns whether it was erased.
func (l *Log) gone(ctx context.Context, conversation string) error {
	if l.graves.Load() == 0 {
		return nil
	}
	var one int
	err := l.db.persist(ctx, func(ctx context.Context) error {
		name := graveName(l.salt, conversation)
		return l.db.pool.QueryRowContext(ctx, l.db.grave, name[:]).Scan(&one)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return bot.ErrErased
}

// saltOfGraves is empty while there are no tombstones.
func (l *Log) saltOfGraves() string {
	if l.graves.Load() == 0 {
		return ""
	}
	return l.salt
}

// knowGraves finds out how many conversations were erased.
func (l *Log) knowGraves(ctx context.Context) (err error) {
	if l.salt, err = getMeta(ctx, l.db.pool, l.db.words, metaSalt); err != nil {
		return err
	}
	count, err := l.countGraves(ctx)
	l.graves.Store(count)
	return err
}

// KnowErased says that tombstones up to a number are known of, which other nodes
// may have put up.
func (l *Log) KnowErased(n int64) { l.graves.Store(max(n, l.graves.Load())) }

func (l *Log) countGraves(ctx context.Context) (count int64, err error) {
	err = l.db.pool.QueryRowContext(ctx, `SELECT coalesce(max(n), 0) FROM erased`).Scan(&count)
	return count, l.db.explain(err)
}
