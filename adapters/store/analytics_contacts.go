package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"kaitong/bot/analytics"
)

// Contacts implements [analytics.Store]. The counts say on which days and at
// which places there is something to find, so that rare ones are found quickly.
func (a *Analytics) Contacts(ctx context.Context, q analytics.Query, which analytics.Which, page analytics.Page) ([]analytics.Contact, error) {
	list, err := a.contacts(ctx, q, which, page, func(*analytics.Contact) bool { return true })
	if err != nil {
		return nil, fmt.Errorf("contacts: %w", err)
	}
	return list, nil
}

// Unanswered implements [analytics.Store].
func (a *Analytics) Unanswered(ctx context.Context, q analytics.Query, page analytics.Page) ([]analytics.Asked, error) {
	which := analytics.Which{Term: &analytics.Term{Mark: analytics.Unanswered}}
	list, err := a.contacts(ctx, q, which, page, func(c *analytics.Contact) bool { return len(c.Unanswered) > 0 })
	if err != nil {
		return nil, fmt.Errorf("questions not answered: %w", err)
	}
	var asked []analytics.Asked
	for _, c := range list {
		for _, question := range c.Unanswered {
			asked = append(asked, analytics.Asked{Question: question, Conversation: c.Conversation, N: c.N, Opened: c.Opened, Place: c.Place})
		}
	}
	return asked, nil
}

func (a *Analytics) contacts(
	ctx context.Context, q analytics.Query, which analytics.Which, page analytics.Page, fits func(*analytics.Contact) bool,
) ([]analytics.Contact, error) {
	spans, err := a.spans(ctx, q, which)
	if err != nil {
		return nil, err
	}
	look := &contactLook{Analytics: a, which: which, fits: fits, before: page.Before, limit: page.Limit}
	if look.before <= 0 {
		look.before = math.MaxInt64
	}
	for _, one := range spans {
		if err := look.through(ctx, one); err != nil {
			return nil, err
		}
	}
	return look.found, nil
}

// span is a stretch of the log in which contacts of some days were opened.
type span struct {
	least, most  int64
	days, places []int64
	cells        []int64 // day and place in one number
}

// cellsNamed is how many cells are named one by one. Of more it is enough to say
// on which days and at which places.
const cellsNamed = 2000

// within keeps contacts of the cells apart, and some others where there are more
// cells than shall be named.
func (s *span) within(named int) string {
	if len(s.cells) > named {
		return `day IN (` + numbers(s.days) + `) AND place IN (` + numbers(s.places) + `)`
	}
	return `day * 4294967296 + place IN (` + numbers(s.cells) + `)`
}

// spans are where contacts are to be looked for, the newest first. None overlaps
// another.
func (a *Analytics) spans(ctx context.Context, q analytics.Query, which analytics.Which) ([]*span, error) {
	cells, err := a.cellsWith(ctx, q, which)
	if err != nil {
		return nil, err
	}
	var list []*span
	err = a.eachRow(ctx, func(rows *sql.Rows) error {
		var day int64
		one := &span{}
		if err := rows.Scan(&day, &one.least, &one.most); err != nil {
			return err
		}
		if one.places = cells[day]; len(one.places) > 0 {
			one.days = []int64{day}
			for _, place := range one.places {
				one.cells = append(one.cells, day<<32+place)
			}
			list = append(list, one)
		}
		return nil
	}, `SELECT day, least, most FROM analytics_days WHERE day BETWEEN $1 AND $2`, int64(q.From), int64(q.To))
	return apart(list), err
}

// apart makes one of those that overlap.
func apart(list []*span) []*span {
	slices.SortFunc(list, func(a, b *span) int { return cmp.Compare(b.most, a.most) })
	var joined []*span
	for _, one := range list {
		if len(joined) == 0 || joined[len(joined)-1].least > one.most {
			joined = append(joined, one)
			continue
		}
		last := joined[len(joined)-1]
		last.least = min(last.least, one.least)
		last.days, last.cells = append(last.days, one.days...), append(last.cells, one.cells...)
		last.places = slices.Compact(slices.Sorted(slices.Values(slices.Concat(last.places, one.places))))
	}
	return joined
}

// cellsWith are the places, by day, that count something of which a question
// asks.
func (a *Analytics) cellsWith(ctx context.Context, q analytics.Query, which analytics.Which) (map[int64][]int64, error) {
	cells := map[int64][]int64{}
	keyed, err := a.cellsOfKey(ctx, q, which)
	if err != nil {
		return nil, err
	}
	places := placesOf(q, grainAll)
	var counts sql.RawBytes
	return cells, a.eachRow(ctx, func(rows *sql.Rows) error {
		var day, place int64
		var totals analytics.Totals
		if err := rows.Scan(&day, &place, &counts); err != nil {
			return err
		}
		if keyed != nil && !keyed[cellAt{place, day}] {
			return nil
		}
		err := unpackTotals(&totals, counts)
		if err == nil && totals.Marks[analytics.Contacts] != 0 && (which.Term == nil || which.Term.Of(&totals) != 0) {
			cells[day] = append(cells[day], place)
		}
		return err
	}, `SELECT c.day, c.place, c.counts FROM analytics_places p JOIN analytics_cells c ON c.place = p.id WHERE `+places.text+
		` AND c.day BETWEEN `+places.arg(int64(q.From))+` AND `+places.arg(int64(q.To)), places.args...)
}

// cellsOfKey are those that count each bit asked for of the key asked for, nil
// where none is.
func (a *Analytics) cellsOfKey(ctx context.Context, q analytics.Query, which analytics.Which) (map[cellAt]bool, error) {
	if which.Kind == "" {
		return nil, nil
	}
	places := placesOf(q, grainAll)
	text := `SELECT k.place, k.day, k.counts, n.id FROM analytics_places p JOIN analytics_keys k ON k.place = p.id, analytics_names n
		WHERE ` + places.text + ` AND k.kind = ` + places.arg(string(which.Kind)) + ` AND k.day BETWEEN ` + places.arg(int64(q.From)) + ` AND ` + places.arg(int64(q.To)) +
		` AND n.kind = ` + places.arg(string(which.Kind)) + ` AND n.key = ` + places.arg(storableText(which.Key))
	cells := map[cellAt]bool{}
	var counts sql.RawBytes
	return cells, a.eachRow(ctx, func(rows *sql.Rows) error {
		var at cellAt
		var key uint32
		if err := rows.Scan(&at.place, &at.day, &counts, &key); err != nil {
			return err
		}
		keys := keyReader{in: counts}
		for keys.next() {
			if keys.name == key && which.Bits&^keys.bits.set() == 0 {
				cells[at] = true
			}
		}
		return keys.err()
	}, text, places.args...)
}

// contactLook goes through contacts, the newest first.
type contactLook struct {
	*Analytics
	which  analytics.Which
	fits   func(*analytics.Contact) bool
	before int64
	limit  int
	found  []analytics.Contact
}

// contactsAtOnce is how many rows are read at a time.
const contactsAtOnce = 200

// through looks through one stretch.
func (l *contactLook) through(ctx context.Context, s *span) error {
	for !l.full() && l.before > s.least {
		count := 0
		err := l.eachRow(ctx, func(rows *sql.Rows) error {
			count++
			return l.take(rows)
		}, `SELECT opened, closed, body FROM analytics_contacts
			WHERE opened >= $1 AND opened <= $2 AND opened < $3 AND `+s.within(l.named)+l.marked()+`
			ORDER BY opened DESC LIMIT $4`, max(s.least, 1), s.most, l.before, contactsAtOnce)
		if err != nil || count < contactsAtOnce {
			return err
		}
	}
	return nil
}

func (l *contactLook) full() bool { return l.limit > 0 && len(l.found) >= l.limit }

// marked keeps those apart that have a mark.
func (l *contactLook) marked() string {
	if l.which.Term == nil || l.which.Term.IsSum {
		return ""
	}
	return fmt.Sprintf(` AND (marks & %d) <> 0`, int64(uint64(1)<<l.which.Term.Mark))
}

func (l *contactLook) take(rows *sql.Rows) error {
	var closed int64
	var body sql.RawBytes
	if err := rows.Scan(&l.before, &closed, &body); err != nil || l.full() {
		return err
	}
	memory, err := l.tables.storedContact(closed, body)
	if err != nil {
		return err
	}
	contact := &memory.Contact
	if _, counts := contact.Count(l.zone); l.which.Admits(contact, counts) && l.fits(contact) {
		l.found = append(l.found, *contact)
	}
	return nil
}

// contactPlace is where what is remembered of a contact is stored.
const contactPlace = "contact"

// storedContact reads a row: the contact, and what is remembered with it.
func (t *analyticsTables) storedContact(closed int64, body []byte) (memory analytics.Memory, err error) {
	if body, err = t.keys.open(contactPlace, body); err != nil {
		return memory, err
	}
	if closed != 0 {
		err = memory.Contact.UnmarshalBinary(body)
	} else {
		err = memory.UnmarshalBinary(body)
	}
	return memory, err
}

// numbers are numbers as SQL lists them.
func numbers(list []int64) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(texts, ", ")
}
