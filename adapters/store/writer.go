package store

import (
	"context"
	"runtime"
	"strings"

	"kaitong/bot"
)

// maxGroup bounds a transaction, so that the first of a crowd does not wait
// for all of it.
const maxGroup = 512

// write stores what arrives in the queue, group by group, until the queue is
// closed and empty.
func (l *Log) write() {
	group := make([]*pending, 0, maxGroup)
	for first := range l.queue {
		group = l.gather(append(group[:0], first))
		if l.abandoned() {
			answer(group, bot.ErrClosed)
			continue
		}
		l.commit(group)
		clear(group)
	}
}

// gather takes what waits already. It first lets the callers just answered
// come back with their next turn: that makes groups about a third larger (11
// turns instead of 8 with 16 callers, 85 instead of 64 with 128).
func (l *Log) gather(group []*pending) []*pending {
	runtime.Gosched()
	for len(group) < maxGroup {
		select {
		case turn, open := <-l.queue:
			if !open {
				return group
			}
			group = append(group, turn)
		default:
			return group
		}
	}
	return group
}

func (l *Log) abandoned() bool {
	select {
	case <-l.abandon:
		return true
	default:
		return false
	}
}

// commit stores a group in one transaction and answers every waiter: with its
// own conflict, or with what became of the transaction.
func (l *Log) commit(group []*pending) {
	l.health.begin(l.now())
	conflicts, err := l.transact(group)
	l.report(l.health.end(err), err)
	if err != nil {
		answer(group, err)
		return
	}
	for i, turn := range group {
		turn.done <- conflicts[i]
	}
}

// transact returns for each turn why it alone was not stored, or the error
// that kept the whole group out. It takes no caller's context: nobody's
// impatience may end what others wait for.
func (l *Log) transact(group []*pending) ([]error, error) {
	ctx := context.Background()
	if _, err := l.db.beginStmt.ExecContext(ctx); err != nil {
		return nil, l.db.explain(err)
	}
	alone, err := l.insertAll(ctx, group)
	if err == nil {
		_, err = l.db.commitStmt.ExecContext(ctx)
	}
	if err != nil {
		// A failed commit may have rolled back by itself; then this fails too,
		// and there is nothing left to undo. The blocks went with it.
		_, _ = l.db.rollbackStmt.ExecContext(ctx)
		l.stored.clear()
		return nil, l.db.explain(err)
	}
	return alone, nil
}

func (l *Log) insertAll(ctx context.Context, group []*pending) ([]error, error) {
	alone := make([]error, len(group))
	for i, turn := range group {
		if alone[i] = turn.ctx.Err(); alone[i] != nil { // nobody waits for it any more
			continue
		}
		stored, err := l.insert(ctx, turn)
		if err != nil {
			return nil, err
		}
		if !stored {
			alone[i] = bot.ErrConflict
		}
	}
	return alone, nil
}

func (l *Log) insert(ctx context.Context, turn *pending) (bool, error) {
	if turn.probe {
		_, err := l.db.probeStmt.ExecContext(ctx, "probe", strings.Repeat("0", probeBytes))
		return true, err
	}
	if err := l.keepBlocks(ctx, turn.sealed); err != nil {
		return false, err
	}
	result, err := l.db.insertStmt.ExecContext(ctx, turn.conversation, turn.version, turn.at, turn.events)
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows == 1, err
}

// keepBlocks stores the blocks that the log does not hold yet. It comes before
// the row, and blocks stay when that row turns out to be a conflict: they are
// needed sooner or later.
func (l *Log) keepBlocks(ctx context.Context, sealed []*bot.Sealed) error {
	for _, block := range sealed {
		if _, ok := l.stored.get(block.Key()); ok {
			continue
		}
		if _, err := l.db.keepBlockStmt.ExecContext(ctx, block.Key(), string(block.JSON())); err != nil {
			return err
		}
		l.stored.put(block.Key(), struct{}{})
	}
	return nil
}

func answer(group []*pending, err error) {
	for _, turn := range group {
		turn.done <- err
	}
}
