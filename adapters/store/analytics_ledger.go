package store

import (
	"slices"

	"kaitong/bot/analytics"
)

// analyticsLedger adds up what changes in the counts.
type analyticsLedger struct {
	words *analyticsWords
	cells map[cellAt]*analytics.Totals
	keys  map[keyAt]*[analytics.MaxBits]int64
}

type cellAt struct{ place, day int64 }

type keyAt struct {
	cellAt
	kind analytics.Kind
	name int64
}

// counted is how a contact is counted, or not at all.
type counted struct {
	is     bool
	cell   analytics.Cell
	counts analytics.Counts
}

func (c *counted) same(other *counted) bool {
	return c.is == other.is && c.cell == other.cell && c.counts.Marks == other.counts.Marks && c.counts.Sums == other.counts.Sums &&
		slices.Equal(c.counts.Keys, other.counts.Keys)
}

func newAnalyticsLedger(words *analyticsWords) *analyticsLedger {
	return &analyticsLedger{words: words, cells: map[cellAt]*analytics.Totals{}, keys: map[keyAt]*[analytics.MaxBits]int64{}}
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
	for _, place := range l.words.of(c.cell.Place) {
		at := cellAt{place, int64(c.cell.Day)}
		l.cell(at).Add(c.counts, n)
		for i := range c.counts.Keys {
			l.addKey(at, &c.counts.Keys[i], n)
		}
	}
}

func (l *analyticsLedger) cell(at cellAt) *analytics.Totals {
	totals := l.cells[at]
	if totals == nil {
		totals = &analytics.Totals{}
		l.cells[at] = totals
	}
	return totals
}

func (l *analyticsLedger) addKey(at cellAt, keyed *analytics.Keyed, n int64) {
	where := keyAt{at, keyed.Kind, l.words.name(keyed.Key)}
	bits := l.keys[where]
	if bits == nil {
		bits = &[analytics.MaxBits]int64{}
		l.keys[where] = bits
	}
	for bit := range bits {
		if keyed.Bits.Has(bit) {
			bits[bit] += n
		}
	}
}

// into hands over what has changed, and begins anew.
func (l *analyticsLedger) into(page *analyticsPage) {
	for at, totals := range l.cells {
		if *totals != (analytics.Totals{}) {
			page.cells = append(page.cells, cellRow{at.place, at.day, totals})
		}
	}
	for at, bits := range l.keys {
		if *bits != ([analytics.MaxBits]int64{}) {
			page.keys = append(page.keys, keyRow{string(at.kind), at.place, at.day, at.name, *bits})
		}
	}
	page.places, page.names = l.words.takeNew()
	clear(l.cells)
	clear(l.keys)
}
