package store

import (
	"cmp"
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
	sorted []sortedKey // kept for its room
}

type cellAt struct{ place, day int64 }

// ledgerCell is what is to be added to a place of the finest grain, and to those
// that it is part of.
type ledgerCell struct {
	places [grains]int64
	day    int64
	totals analytics.Totals
	rows   [grains]uint32 // where it goes in the page
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
	l.gatherCells(page)
	l.gatherKeys(page)
	page.cells = slices.DeleteFunc(page.cells, func(r cellRow) bool { return *r.counts == analytics.Totals{} })
	page.places, page.names = l.words.takeNew()
	l.cells, l.keys = l.cells[:0], l.keys[:0]
	clear(l.cellOf)
	clear(l.keyOf)
}

// gatherCells makes rows of the cells of all grains.
func (l *analyticsLedger) gatherCells(page *analyticsPage) {
	rows := map[cellAt]int{}
	for i := range l.cells {
		cell := &l.cells[i]
		for grain, place := range cell.places {
			where := cellAt{place, cell.day}
			at, known := rows[where]
			if !known {
				at = len(page.cells)
				rows[where] = at
				page.cells = append(page.cells, cellRow{place, cell.day, &analytics.Totals{}})
			}
			addTotals(page.cells[at].counts, &cell.totals)
			cell.rows[grain] = uint32(at)
		}
	}
}

func addTotals(to, totals *analytics.Totals) {
	for i, n := range totals.Marks {
		to.Marks[i] += n
	}
	for i, n := range totals.Sums {
		to.Sums[i] += n
	}
}

// sortedKey is a key in a row of cells: in the order of their wheres those that
// go into one row come together, by name.
type sortedKey struct {
	where uint64
	at    int // in the list of keys
}

const (
	whereRow  = 40 // the row is in the bits from here on
	whereKind = 32 // the kind below it, and then the name
)

// gatherKeys makes rows of the keys in the grains that count them.
func (l *analyticsLedger) gatherKeys(page *analyticsPage) {
	list := l.sorted[:0]
	for i := range l.keys {
		key := &l.keys[i]
		name := uint64(l.words.kindOf[key.name])<<whereKind | uint64(key.name)
		for _, row := range l.cells[key.cell].rows[:grainsOfKeys] {
			list = append(list, sortedKey{uint64(row)<<whereRow | name, i})
		}
	}
	l.sorted = list
	slices.SortFunc(list, func(a, b sortedKey) int { return cmp.Compare(a.where, b.where) })
	for len(list) > 0 {
		group := list[0].where >> whereKind
		end := 1
		for end < len(list) && list[end].where>>whereKind == group {
			end++
		}
		if counts := l.pack(list[:end]); len(counts) > 0 {
			cell := &page.cells[group>>(whereRow-whereKind)]
			page.keys = append(page.keys, keyRow{l.words.kinds[byte(group)], cell.place, cell.day, counts})
		}
		list = list[end:]
	}
}

// pack adds up what is of the same name.
func (l *analyticsLedger) pack(list []sortedKey) []byte {
	packer := keyPacker{out: make([]byte, 0, 4*len(list))}
	for i := 0; i < len(list); {
		where, sum := list[i].where, l.keys[list[i].at].bits
		for i++; i < len(list) && list[i].where == where; i++ {
			sum.addAll(&l.keys[list[i].at].bits)
		}
		packer.add(uint32(where), &sum)
	}
	return packer.out
}
