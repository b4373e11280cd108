package store

import (
	"cmp"
	"slices"
	"time"

	"kaitong/bot/analytics"
)

// analyticsMark is how far the tables go.
type analyticsMark struct {
	position   int64
	generation int64 // what was projected before it grew is not there any more
	at         time.Time
}

// is says whether two marks mean the same.
func (m analyticsMark) is(other analyticsMark) bool {
	return m.position == other.position && m.generation == other.generation
}

// analyticsPage is what the turns after a mark, up to another, change in the
// tables.
type analyticsPage struct {
	from, to analyticsMark
	broken   int64      // conversations found to have a hole
	places   []placeRow // new ones
	names    []nameRow  // new ones
	contacts []contactRow
	persons  []personRow
	days     []dayRow
	cells    []cellRow
	keys     []keyRow
}

// placeRow is a place as one grain sees it.
type placeRow struct {
	id, grain                                        int64
	tenant, product, locale, channel, version, cause string
}

// nameRow is the name of something that is counted.
type nameRow struct {
	id        int64
	kind, key string
}

type contactRow struct {
	conversation          string
	n, opened, day, place int64
	marks, closed         int64
	body                  []byte // of the contact when it is closed, else what is remembered of the conversation
}

// personRow is where the latest contact of a person is.
type personRow struct {
	person       string // hash
	conversation string
	n            int64
}

// dayRow is between which positions contacts of a day were opened.
type dayRow struct{ day, least, most int64 }

// cellRow is what is to be added to a cell.
type cellRow struct {
	place, day int64
	counts     *analytics.Totals
}

// keyRow is what is to be added to the counts of the keys of a kind.
type keyRow struct {
	kind       string
	place, day int64
	counts     []byte // packed
}

// sort brings the rows into the order of the tables, in which storing them is
// quicker.
func (p *analyticsPage) sort() {
	slices.SortFunc(p.contacts, func(a, b contactRow) int {
		return cmp.Or(compare(a.conversation, b.conversation), cmp.Compare(a.n, b.n))
	})
	slices.SortFunc(p.persons, func(a, b personRow) int { return compare(a.person, b.person) })
	slices.SortFunc(p.cells, func(a, b cellRow) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.day, b.day))
	})
	slices.SortFunc(p.keys, func(a, b keyRow) int {
		return cmp.Or(cmp.Compare(a.place, b.place), compare(a.kind, b.kind), cmp.Compare(a.day, b.day))
	})
}

// opened takes note of where a contact of a day was opened.
func (p *analyticsPage) opened(day, position int64) {
	for i := range p.days {
		if known := &p.days[i]; known.day == day {
			known.least, known.most = min(known.least, position), max(known.most, position)
			return
		}
	}
	p.days = append(p.days, dayRow{day, position, position})
}
