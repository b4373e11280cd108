package store

import (
	"math/bits"
	"slices"

	"kaitong/bot/analytics"
)

// analyticsLedger adds up what changes in the counts. It does so in the finest
// grain; the others follow from that when all is added up.
type analyticsLedger struct {
	words  *analyticsWords
	cells  []ledgerCell
	cellOf map[cellAt]int
	keys   []ledgerKey
	keyOf  map[ledgerKeyAt]int
}

type cellAt struct{ place, day int64 }

// ledgerCell is what is to be added to a place of the finest grain, and to those
// that it is part of.
type ledgerCell struct {
	places [grains]int64
	day    int64
	totals analytics.Totals
}

type ledgerKeyAt struct{ cell, name uint32 }

type ledgerKey struct {
	ledgerKeyAt
	bits keyBits
}

// counted is how a contact is counted, or not at all.
type counted struct {
	is     bool
	day    int64
	places [grains]int64
	marks  analytics.Marks
	sums   analytics.Sums
	keys   []countedKey
}

type countedKey struct {
	name uint32
	bits analytics.Bits
}

func (c *counted) same(other *counted) bool {
	return c.is == other.is && c.day == other.day && c.places == other.places && c.marks == other.marks && c.sums == other.sums &&
		slices.Equal(c.keys, other.keys)
}

func newAnalyticsLedger(words *analyticsWords) *analyticsLedger {
	return &analyticsLedger{words: words, cellOf: map[cellAt]int{}, keyOf: map[ledgerKeyAt]int{}}
}

// move counts a contact as it is now, and no more as it was.
func (l *analyticsLedger) move(before, after *counted) {
	if before.same(after) {
		return
	}
	l.add(before, -1)
	l.add(after, 1)
}

func (l *analyticsLedger) add(c *counted, n int64) {
	if !c.is {
		return
	}
	at := l.cell(c.places, c.day)
	totals := &l.cells[at].totals
	for marks := uint64(c.marks); marks != 0; marks &= marks - 1 {
		if mark := bits.TrailingZeros64(marks); mark < analytics.MarkCount {
			totals.Marks[mark] += n
		}
	}
	for i, sum := range c.sums {
		totals.Sums[i] += n * sum
	}
	for _, key := range c.keys {
		l.key(ledgerKeyAt{uint32(at), key.name}).add(key.bits, n)
	}
}

// cell is where a cell is in the list.
func (l *analyticsLedger) cell(places [grains]int64, day int64) int {
	where := cellAt{places[grainAll], day}
	at, known := l.cellOf[where]
	if !known {
		at = len(l.cells)
		l.cellOf[where] = at
		l.cells = append(l.cells, ledgerCell{places: places, day: day})
	}
	return at
}

func (l *analyticsLedger) key(where ledgerKeyAt) *keyBits {
	at, known := l.keyOf[where]
	if !known {
		at = len(l.keys)
		l.keyOf[where] = at
		l.keys = append(l.keys, ledgerKey{ledgerKeyAt: where})
	}
	return &l.keys[at].bits
}

// into hands over what has changed, and begins anew.
func (l *analyticsLedger) into(page *analyticsPage) {
	page.cells, page.keys = l.cellRows(), l.keyRows()
	page.places, page.names = l.words.takeNew()
	l.cells, l.keys = l.cells[:0], l.keys[:0]
	clear(l.cellOf)
	clear(l.keyOf)
}

// cellRows are the cells of all grains that change.
func (l *analyticsLedger) cellRows() []cellRow {
	rows, at := make([]cellRow, 0, len(l.cells)), map[cellAt]int{}
	for i := range l.cells {
		cell := &l.cells[i]
		for _, place := range cell.places {
			where := cellAt{place, cell.day}
			if _, known := at[where]; !known {
				at[where] = len(rows)
				rows = append(rows, cellRow{place, cell.day, &analytics.Totals{}})
			}
			addTotals(rows[at[where]].counts, &cell.totals)
		}
	}
	return slices.DeleteFunc(rows, func(r cellRow) bool { return *r.counts == analytics.Totals{} })
}

func addTotals(to, totals *analytics.Totals) {
	for i, n := range totals.Marks {
		to.Marks[i] += n
	}
	for i, n := range totals.Sums {
		to.Sums[i] += n
	}
}

// keyRows are the counts of keys, in all grains, that change.
func (l *analyticsLedger) keyRows() []keyRow {
	sums := make([]placedKey, 0, len(l.keys)*(grains+1)/2)
	for i := range l.keys {
		if key := &l.keys[i]; key.bits != (keyBits{}) {
			cell := &l.cells[key.cell]
			for _, place := range cell.places {
				sums = append(sums, placedKey{place, cell.day, l.words.kinds[key.name], key.name, &key.bits})
			}
		}
	}
	return gatherKeys(sums)
}
