package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// graves are the positions of turns that were erased, in their order.
type graves struct{ positions []int64 }

// except tells what is missing from first to last and was not erased.
func (g *graves) except(first, last int64, missing func(first, last int64)) {
	at, _ := slices.BinarySearch(g.positions, first)
	for next := first; next <= last; next++ {
		if at < len(g.positions) && g.positions[at] == next {
			at++
			continue
		}
		end := last
		if at < len(g.positions) {
			end = min(end, g.positions[at]-1)
		}
		missing(next, end)
		next = end
	}
}

// gravesAfter reads what was erased after a position.
func gravesAfter(ctx context.Context, db *sql.DB, w words, position int64) (*graves, error) {
	g := &graves{}
	err := eachRow(ctx, db, func(rows *sql.Rows) (err error) {
		var packed sql.RawBytes
		if err := rows.Scan(&packed); err != nil {
			return err
		}
		g.positions, err = unpackPositions(g.positions, packed)
		return err
	}, w.graves, position)
	slices.Sort(g.positions)
	return g, w.explain(err)
}

// graveVerifier holds tombstones against each other and against the turns.
type graveVerifier struct {
	graves
	names map[link]int64 // on tombstones, and their numbers
	salt  string
}

const restoreGraves = "What says that conversations were erased was changed: compare with a backup."

// erased reads all tombstones.
func (v *verifier) erased() (err error) {
	if v.graves.salt, err = getMeta(v.ctx, v.db, v.words, metaSalt); err != nil {
		return err
	}
	v.graves.names = map[link]int64{}
	before := tombstone{}
	for more := true; more; {
		page, err := v.graveyard(before.n)
		if err != nil {
			return v.explain(err)
		}
		for i := range page {
			v.tombstone(&page[i], &before)
			before = page[i]
		}
		more = len(page) > 0
	}
	slices.Sort(v.graves.positions)
	return nil
}

// tombstone checks one.
func (v *verifier) tombstone(stone, before *tombstone) {
	switch {
	case stone.n != before.n+1:
		v.report.add(Hole{Problem: fmt.Sprintf("tombstones %d to %d are missing", before.n+1, stone.n-1), Remedy: restoreGraves})
	case stone.linked(before.chain) != stone.chain || stone.turns != int64(len(stone.positions)):
		v.report.add(Hole{Problem: fmt.Sprintf("tombstone %d was changed", stone.n), Remedy: restoreGraves})
	}
	v.report.Erased.Conversations++
	v.report.Erased.Turns += stone.turns
	v.graves.names[stone.name] = stone.n
	v.graves.positions = append(v.graves.positions, stone.positions...)
}

func (v *verifier) graveyard(after int64) (page []tombstone, err error) {
	err = eachRow(v.ctx, v.db, func(rows *sql.Rows) error {
		var stone tombstone
		var highest, at int64
		var name, packed, last, chain []byte
		if err := rows.Scan(&stone.n, &name, &stone.turns, &highest, &packed, &last, &at, &stone.reason, &chain); err != nil {
			return err
		}
		copy(stone.name[:], name)
		copy(stone.last[:], last)
		copy(stone.chain[:], chain)
		stone.at = time.UnixMicro(at).UTC()
		var broken error
		if stone.positions, broken = unpackPositions(nil, packed); broken != nil || stone.highest() != highest {
			stone.turns = -1 // it is told that it was changed
		}
		page = append(page, stone)
		return nil
	}, v.words.graveyard, after)
	return page, err
}

// risen complains of a conversation that is there and has a tombstone.
func (v *verifier) risen(one record) {
	if len(v.graves.names) == 0 {
		return
	}
	if n, erased := v.graves.names[graveName(v.graves.salt, one.conversation)]; erased {
		v.report.add(Hole{Conversation: one.conversation, Version: one.version, Position: one.position,
			Problem: fmt.Sprintf("the conversation is there and tombstone %d says that it was erased", n), Remedy: restoreGraves})
	}
}

// missingPositions names what is missing from after to end and was not erased.
func (v *verifier) missingPositions(after int64) error {
	told := func(first, last int64) { v.report.add(missingHole(first, last)) }
	reached := after
	for more := true; more; {
		more = false
		err := eachRow(v.ctx, v.db, func(rows *sql.Rows) error {
			var before, next int64
			if err := rows.Scan(&before, &next); err != nil {
				return err
			}
			v.graves.except(before+1, next-1, told)
			reached, more = next, true
			return nil
		}, v.gaps, reached, v.end)
		if err != nil {
			return v.explain(err)
		}
	}
	var last int64
	if err := v.db.QueryRowContext(v.ctx, v.words.end).Scan(&last); err != nil {
		return v.explain(err)
	}
	v.graves.except(max(last, after)+1, v.end, told)
	return nil
}
