package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// maxNamed bounds what is logged at start; `verify` names the rest.
const maxNamed = 20

// lookBack verifies what was appended since the log was last noted as whole:
// after a clean stop nothing, after a crash some thousand turns. It does not
// keep the log from opening: conversations that are whole are served.
func (l *Log) lookBack(ctx context.Context) error {
	sound, err := getNumber(ctx, l.db.pool, l.db.words, metaSound)
	if err != nil {
		return err
	}
	q := &quickLook{reads: l.db.reads, ends: newRecent[string, head](maxHeads), position: sound}
	if err := q.all(ctx); err != nil {
		return fmt.Errorf("look through what came after position %d: %w", sound, err)
	}
	l.tell(q.report)
	return nil
}

// tell names the holes to the operator.
func (l *Log) tell(found Report) {
	for i, hole := range found.Holes {
		if i == maxNamed {
			l.logger.Error("event log has more holes", "database", l.name, "count", int64(len(found.Holes)-i)+found.More, "remedy", "Run `kaitong verify`.")
			return
		}
		l.logger.Error("event log has a hole", "database", l.name, "conversation", hole.Conversation, "version", hole.Version,
			"position", hole.Position, "problem", hole.Problem, "remedy", hole.Remedy)
	}
}

// quickLook goes along the log in the order of positions.
type quickLook struct {
	*reads
	ends     *recent[string, head]
	position int64 // the last one looked at
	chainer  chainer
	report   Report
	graves   *graves // nil: not asked for yet
}

func (q *quickLook) all(ctx context.Context) error {
	last, err := lastKnown(ctx, q.pool, q.words) // before the end, which other nodes move on
	if err != nil {
		return err
	}
	var end int64
	if err := q.pool.QueryRowContext(ctx, q.reached).Scan(&end); err != nil {
		return q.explain(err)
	}
	for _, hole := range missingEnd(end, last) {
		q.report.add(hole)
	}
	if end > q.position { // it was not stopped in peace
		if err := q.complaints(ctx); err != nil {
			return err
		}
	}
	for {
		page, err := q.records(ctx, q.tailStmt, q.position, verifyPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return q.gap(ctx, end)
		}
		for _, one := range page {
			if err := q.look(ctx, one); err != nil {
				return err
			}
		}
	}
}

// complaints are what the database finds wrong with itself when asked briefly.
func (q *quickLook) complaints(ctx context.Context) error {
	list, err := q.briefly(ctx, q.pool)
	for _, complaint := range list {
		q.report.add(Hole{Problem: complaint, Remedy: restoreAll})
	}
	return q.explain(err)
}

// look checks one record. What is wrong with it goes into the report.
func (q *quickLook) look(ctx context.Context, one record) error {
	if err := q.gap(ctx, one.position-1); err != nil {
		return err
	}
	q.position = one.position
	along, err := q.before(ctx, one)
	if err != nil {
		return err
	}
	wrong := along.next(one)
	if wrong == nil {
		_, wrong = one.turn(q.blocks.finder(ctx))
	}
	if wrong != nil {
		q.report.addFailure(one, wrong)
	}
	q.ends.put(one.conversation, head{version: one.version, chain: one.chain})
	return nil
}

// gap reports what is missing up to a position and was not erased.
func (q *quickLook) gap(ctx context.Context, last int64) (err error) {
	if last <= q.position {
		return nil
	}
	if q.graves == nil {
		if q.graves, err = gravesAfter(ctx, q.pool, q.words, q.position); err != nil {
			return err
		}
	}
	q.graves.except(q.position+1, last, func(first, last int64) { q.report.add(missingHole(first, last)) })
	return nil
}

// before finds what a record hangs on.
func (q *quickLook) before(ctx context.Context, one record) (walk, error) {
	along := walk{chainer: q.chainer}
	if one.version == 1 {
		return along, nil
	}
	if end, ok := q.ends.get(one.conversation); ok {
		along.version, along.link = end.version, end.chain
		return along, nil
	}
	var chain []byte
	err := q.pool.QueryRowContext(ctx, q.words.before, one.conversation, one.version).Scan(&along.version, &chain)
	if errors.Is(err, sql.ErrNoRows) {
		return along, nil
	}
	copy(along.link[:], chain)
	return along, q.explain(err)
}
