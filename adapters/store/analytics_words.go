package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaitong/bot/analytics"
)

// The grains in which contacts are counted. A question is answered by the
// coarsest that can: so the usual one reads a row a day.
const (
	grainTenant  = iota // knows the tenant only
	grainChannel        // leaves version and cause out
	grainAll
	grainVersion // knows tenant and version, and counts no keys
	grainCause   // knows tenant and cause, and counts no keys
	grains
)

// grainsOfKeys are those up to grainAll.
const grainsOfKeys = grainAll + 1

// analyticsWords are the numbers that stand for places and names in the tables.
type analyticsWords struct {
	places map[analytics.Place]int64 // as a grain sees them
	counts map[analytics.Place][grains]int64
	names  map[analytics.Key]uint32
	kinds  []string // which kinds there are
	kindOf []byte   // which of them a name is of

	room      []analytics.Keyed
	lastPlace int64
	newPlaces []placeRow
	newNames  []nameRow
}

// leftOut is what a place says of what its grain does not know.
const leftOut = "*"

// coarse is a place as a grain sees it. Regions are no part of places: there the
// grain stands, so that no word of a log is taken for what is left out.
func coarse(p analytics.Place, grain int64) analytics.Place {
	p.Region = strconv.FormatInt(grain, 10)
	if grain != grainAll && grain != grainVersion {
		p.Version = leftOut
	}
	if grain != grainAll && grain != grainCause {
		p.Cause = leftOut
	}
	if grain != grainAll && grain != grainChannel {
		p.Product, p.Locale, p.Channel = leftOut, leftOut, leftOut
	}
	return p
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// loadAnalyticsWords reads all there are: some thousand.
func loadAnalyticsWords(ctx context.Context, db querier) (*analyticsWords, error) {
	w := &analyticsWords{places: map[analytics.Place]int64{}, counts: map[analytics.Place][grains]int64{}, names: map[analytics.Key]uint32{}}
	err := eachRow(ctx, db, func(rows *sql.Rows) error {
		var p placeRow
		err := rows.Scan(&p.id, &p.grain, &p.tenant, &p.product, &p.locale, &p.channel, &p.version, &p.cause)
		w.places[coarse(p.place(), p.grain)], w.lastPlace = p.id, max(w.lastPlace, p.id)
		return err
	}, `SELECT id, grain, tenant, product, locale, channel, version, cause FROM analytics_places`)
	if err != nil {
		return nil, err
	}
	return w, eachRow(ctx, db, func(rows *sql.Rows) error {
		var n nameRow
		err := rows.Scan(&n.id, &n.kind, &n.key)
		w.hold(&n)
		return err
	}, `SELECT id, kind, key FROM analytics_names`)
}

// eachRow takes every row of an answer.
func eachRow(ctx context.Context, db querier, take func(*sql.Rows) error, text string, args ...any) error {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (p *placeRow) place() analytics.Place {
	return analytics.Place{Tenant: p.tenant, Product: p.product, Locale: p.locale, Channel: p.channel, Version: p.version, Cause: p.cause}
}

// counted is how a contact is counted now.
func (w *analyticsWords) counted(contact *analytics.Contact, zone *time.Location) counted {
	if contact.N == 0 {
		return counted{}
	}
	cell, counts := contact.CountInto(zone, w.room)
	w.room = counts.Keys
	c := counted{
		is: true, day: int64(cell.Day), places: w.of(cell.Place), marks: counts.Marks, sums: counts.Sums,
		keys: make([]countedKey, len(counts.Keys)),
	}
	for i := range counts.Keys {
		c.keys[i] = countedKey{w.name(counts.Keys[i].Key), counts.Keys[i].Bits}
	}
	return c
}

// of are the numbers of a place, by grain.
func (w *analyticsWords) of(p analytics.Place) [grains]int64 {
	ids, known := w.counts[p]
	if known {
		return ids
	}
	for grain := range int64(grains) {
		ids[grain] = w.placeOf(coarse(p, grain), grain)
	}
	w.counts[p] = ids
	return ids
}

func (w *analyticsWords) placeOf(p analytics.Place, grain int64) int64 {
	p = analytics.Place{
		Tenant: storableText(p.Tenant), Product: storableText(p.Product), Locale: storableText(p.Locale), Channel: storableText(p.Channel),
		Version: storableText(p.Version), Region: p.Region, Cause: storableText(p.Cause),
	}
	id, known := w.places[p]
	if !known {
		w.lastPlace++
		id = w.lastPlace
		w.places[p] = id
		w.newPlaces = append(w.newPlaces, placeRow{id, grain, p.Tenant, p.Product, p.Locale, p.Channel, p.Version, p.Cause})
	}
	return id
}

// hold takes in the number of a key. They are given out one after the other.
func (w *analyticsWords) hold(n *nameRow) {
	w.names[analytics.Key{Kind: analytics.Kind(n.kind), Key: n.key}] = uint32(n.id)
	kind := slices.Index(w.kinds, n.kind)
	if kind < 0 {
		kind = len(w.kinds)
		w.kinds = append(w.kinds, n.kind)
	}
	if missing := int(n.id) + 1 - len(w.kindOf); missing > 0 {
		w.kindOf = append(w.kindOf, make([]byte, missing)...)
	}
	w.kindOf[n.id] = byte(kind)
}

// name is the number of a key.
func (w *analyticsWords) name(key analytics.Key) uint32 {
	id, known := w.names[key]
	if known {
		return id
	}
	clean := analytics.Key{Kind: key.Kind, Key: storableText(key.Key)}
	if id, known = w.names[clean]; !known {
		row := nameRow{int64(max(len(w.kindOf), 1)), string(clean.Kind), clean.Key}
		w.hold(&row)
		w.newNames = append(w.newNames, row)
		id = uint32(row.id)
	}
	w.names[key] = id
	return id
}

// takeNew are the words since it was last asked.
func (w *analyticsWords) takeNew() (places []placeRow, names []nameRow) {
	places, names = w.newPlaces, w.newNames
	w.newPlaces, w.newNames = nil, nil
	return places, names
}

// storableText makes a text one that any database can hold.
func storableText(text string) string { return strings.ReplaceAll(text, "\x00", "\uFFFD") }
