package analytics

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// Query says which contacts are meant. An empty field means all.
type Query struct {
	Tenant   string // never empty
	From, To Day    // both inclusive
	Product  string
	Locale   string
	Channel  string
	Version  string
	Cause    string
}

// Previous is the same query for the period of the same length before.
func (q Query) Previous() Query {
	length := q.To - q.From + 1
	q.From, q.To = q.From-length, q.To-length
	return q
}

// Admits says whether a query means what is counted in a cell.
func (q Query) Admits(cell Cell) bool {
	place := cell.Place
	return q.Tenant == place.Tenant && q.From <= cell.Day && cell.Day <= q.To &&
		admits(q.Product, place.Product) && admits(q.Locale, place.Locale) && admits(q.Channel, place.Channel) &&
		admits(q.Version, place.Version) && admits(q.Cause, place.Cause)
}

func admits(want, is string) bool { return want == "" || want == is }

// Group is what totals are taken apart by.
type Group string

// The groups.
const (
	GroupNone    Group = ""
	GroupDay     Group = "day"
	GroupProduct Group = "product"
	GroupLocale  Group = "locale"
	GroupChannel Group = "channel"
	GroupVersion Group = "version"
	GroupCause   Group = "cause"
)

// Of is the group that a cell belongs to.
func (g Group) Of(cell Cell) string {
	switch g {
	case GroupDay:
		return cell.Day.String()
	case GroupProduct:
		return cell.Place.Product
	case GroupLocale:
		return cell.Place.Locale
	case GroupChannel:
		return cell.Place.Channel
	case GroupVersion:
		return cell.Place.Version
	case GroupCause:
		return cell.Place.Cause
	}
	return ""
}

// GroupTotals are the totals of one group.
type GroupTotals struct {
	Value  string // 2026-11-01, zh-CN …; "" for all, and for contacts without one
	Totals Totals
}

// KeyTotals is in how many contacts each bit of a key is set.
type KeyTotals struct {
	Key  string
	Bits [MaxBits]int64
}

// Add adds the bits of a contact n times; -1 takes them away.
func (k *KeyTotals) Add(bits Bits, n int64) {
	for bit := range k.Bits {
		if bits.Has(bit) {
			k.Bits[bit] += n
		}
	}
}

// Compare orders keys: by their first bit, the most frequent first, then by
// name.
func (k KeyTotals) Compare(other KeyTotals) int {
	return cmp.Or(cmp.Compare(other.Bits[0], k.Bits[0]), strings.Compare(k.Key, other.Key))
}

// Which says which contacts of a query are listed. The zero value is all.
type Which struct {
	Term *Term // those a figure counts
	Kind Kind  // "": of any; else those where Key has all of Bits
	Key  string
	Bits Bits
}

// Admits says whether a contact is among those, given its counts.
func (w Which) Admits(c *Contact, counts Counts) bool {
	if w.Term != nil && !w.Term.In(c) {
		return false
	}
	if w.Kind == "" {
		return true
	}
	for _, keyed := range counts.Keys {
		if keyed.Kind == w.Kind && keyed.Key.Key == w.Key {
			return keyed.Bits&w.Bits == w.Bits
		}
	}
	return false
}

// Page is a part of a list, the newest first.
type Page struct {
	Before int64 // Opened of the last one seen; 0: from the newest
	Limit  int   // 0: no limit
}

// admits says whether an entry belongs to a page that has so many.
func (p Page) admits(opened int64, have int) bool {
	return (p.Before == 0 || opened < p.Before) && (p.Limit == 0 || have < p.Limit)
}

// Asked is a question that was not answered, and where.
type Asked struct {
	Question
	Conversation string
	N            int
	Opened       int64 // position of the contact
	Place        Place
}

// Progress is how far the log has been read.
type Progress struct {
	Position   int64     // of the last turn counted
	At         time.Time // of that turn; zero before any
	Target     int64     // the newest position known
	Rebuilding bool      // figures are incomplete until Position reaches Target
	Broken     int64     // conversations of which turns are missing
}

// Store answers queries. It is a projection, or the oracle of its tests.
type Store interface {
	// Totals are in the order of their values, those of one group first.
	Totals(ctx context.Context, q Query, by Group) ([]GroupTotals, error)
	// Keys are those of one kind in the order of KeyTotals.Compare; limit 0 is
	// all.
	Keys(ctx context.Context, q Query, kind Kind, limit int) ([]KeyTotals, error)
	// Contacts lists contacts, the newest first; fewer than the limit means
	// that there are no more.
	Contacts(ctx context.Context, q Query, which Which, page Page) ([]Contact, error)
	// Unanswered lists questions that were not answered, by contact, the newest
	// contact first, and within one in the order of their turns. Contacts are
	// never split: Limit counts contacts.
	Unanswered(ctx context.Context, q Query, page Page) ([]Asked, error)
	// Named says whether a conversation whose name begins so has a contact in the
	// period of a query, whatever else is filtered by.
	Named(ctx context.Context, q Query, prefix string) (bool, error)
	Progress(ctx context.Context) (Progress, error)
}
