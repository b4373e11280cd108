package analytics

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kaitong/bot"
)

// Oracle is a [Store] in memory that counts contacts one by one, each time it
// is asked. It is what a projection is compared with. It is not safe for
// concurrent use.
type Oracle struct {
	zone     *time.Location
	memories map[string]*Memory
	persons  map[string]*Person
	closed   map[string][]Contact
	progress Progress
}

var (
	_ Store = (*Oracle)(nil)
	_ State = (*Oracle)(nil)
)

// NewOracle returns an empty oracle that counts the days of a zone.
func NewOracle(zone *time.Location) *Oracle {
	return &Oracle{zone: zone, memories: map[string]*Memory{}, persons: map[string]*Person{}, closed: map[string][]Contact{}}
}

// Conversation implements [State].
func (o *Oracle) Conversation(id string) (*Memory, error) {
	if o.memories[id] == nil {
		o.memories[id] = &Memory{}
	}
	return o.memories[id], nil
}

// Person implements [State].
func (o *Oracle) Person(key string) (*Person, error) {
	if o.persons[key] == nil {
		o.persons[key] = &Person{}
	}
	return o.persons[key], nil
}

// Close implements [State].
func (o *Oracle) Close(contact *Contact) error {
	o.closed[contact.Conversation] = append(o.closed[contact.Conversation], *contact)
	return nil
}

// Apply counts the next turn of the log. After an error the turn counts
// nothing, but it is read.
func (o *Oracle) Apply(turn bot.Turn) error {
	o.progress.Position, o.progress.Target, o.progress.At = turn.Position, turn.Position, turn.At
	return Apply(o, turn)
}

// Forget takes a conversation out of all figures. What others' contacts know
// of it, that the person came back, stays.
func (o *Oracle) Forget(conversation string) {
	delete(o.memories, conversation)
	delete(o.closed, conversation)
}

// Totals implements [Store].
func (o *Oracle) Totals(_ context.Context, q Query, by Group) ([]GroupTotals, error) {
	groups := map[string]*Totals{}
	for _, one := range o.counted(q) {
		value := by.Of(one.cell)
		if groups[value] == nil {
			groups[value] = &Totals{}
		}
		groups[value].Add(one.counts, 1)
	}
	list := make([]GroupTotals, 0, len(groups))
	for value, totals := range groups {
		list = append(list, GroupTotals{Value: value, Totals: *totals})
	}
	slices.SortFunc(list, func(a, b GroupTotals) int { return strings.Compare(a.Value, b.Value) })
	return list, nil
}

// Keys implements [Store].
func (o *Oracle) Keys(_ context.Context, q Query, kind Kind, limit int) ([]KeyTotals, error) {
	keys := map[string]*KeyTotals{}
	for _, one := range o.counted(q) {
		for _, keyed := range one.counts.Keys {
			if keyed.Kind != kind {
				continue
			}
			if keys[keyed.Key.Key] == nil {
				keys[keyed.Key.Key] = &KeyTotals{Key: keyed.Key.Key}
			}
			keys[keyed.Key.Key].Add(keyed.Bits, 1)
		}
	}
	list := make([]KeyTotals, 0, len(keys))
	for _, totals := range keys {
		list = append(list, *totals)
	}
	slices.SortFunc(list, KeyTotals.Compare)
	if limit > 0 {
		list = list[:min(limit, len(list))]
	}
	return list, nil
}

// Contacts implements [Store].
func (o *Oracle) Contacts(_ context.Context, q Query, which Which, page Page) ([]Contact, error) {
	var list []Contact
	for _, one := range o.counted(q) {
		if which.Admits(&one.contact, one.counts) && page.admits(one.contact.Opened, len(list)) {
			list = append(list, one.contact)
		}
	}
	return list, nil
}

// Unanswered implements [Store].
func (o *Oracle) Unanswered(_ context.Context, q Query, page Page) ([]Asked, error) {
	var list []Asked
	contacts := 0
	for _, one := range o.counted(q) {
		c := one.contact
		if len(c.Unanswered) == 0 || !page.admits(c.Opened, contacts) {
			continue
		}
		contacts++
		for _, question := range c.Unanswered {
			list = append(list, Asked{Question: question, Conversation: c.Conversation, N: c.N, Opened: c.Opened, Place: c.Place})
		}
	}
	return list, nil
}

// Named implements [Store].
func (o *Oracle) Named(_ context.Context, q Query, prefix string) (bool, error) {
	return slices.ContainsFunc(o.counted(Query{Tenant: q.Tenant, From: q.From, To: q.To}), func(one counted) bool {
		return strings.HasPrefix(one.contact.Conversation, prefix)
	}), nil
}

// Progress implements [Store].
func (o *Oracle) Progress(context.Context) (Progress, error) {
	progress := o.progress
	for _, m := range o.memories {
		progress.Broken += one(m.Broken)
	}
	return progress, nil
}

// counted is a contact with what it adds to which cell.
type counted struct {
	contact Contact
	cell    Cell
	counts  Counts
}

// counted are the contacts that a query means, the newest first.
func (o *Oracle) counted(q Query) []counted {
	var list []counted
	for id, m := range o.memories {
		contacts := slices.Clone(o.closed[id])
		if m.Contact.N > 0 {
			contacts = append(contacts, m.Contact)
		}
		for _, c := range contacts {
			if cell, counts := c.Count(o.zone); q.Admits(cell) {
				list = append(list, counted{c, cell, counts})
			}
		}
	}
	slices.SortFunc(list, func(a, b counted) int { return cmp.Compare(b.contact.Opened, a.contact.Opened) })
	return list
}
