package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"kaitong/bot/analytics"
)

// analyticsPlaces are the places that a question means, as a piece of SQL.
type analyticsPlaces struct {
	text string
	args []any
}

// placesOf are those of a grain that a question means.
func placesOf(q analytics.Query, grain int64) analyticsPlaces {
	p := analyticsPlaces{text: `tenant = $1 AND grain = $2`, args: []any{q.Tenant, grain}}
	p.only("product", q.Product)
	p.only("locale", q.Locale)
	p.only("channel", q.Channel)
	p.only("version", q.Version)
	p.only("cause", q.Cause)
	return p
}

func (p *analyticsPlaces) only(name, value string) {
	if value != "" {
		p.text += " AND " + name + " = " + p.arg(value)
	}
}

// arg adds an argument and returns what stands for it.
func (p *analyticsPlaces) arg(value any) string {
	p.args = append(p.args, value)
	return "$" + strconv.Itoa(len(p.args))
}

// grainOf is the coarsest grain that can tell what a question means, and take
// totals apart.
func grainOf(q analytics.Query, by analytics.Group) int64 {
	version, cause := q.Version != "" || by == analytics.GroupVersion, q.Cause != "" || by == analytics.GroupCause
	channel := q.Product != "" || q.Locale != "" || q.Channel != "" ||
		by == analytics.GroupProduct || by == analytics.GroupLocale || by == analytics.GroupChannel
	switch {
	case version && !cause && !channel:
		return grainVersion
	case cause && !version && !channel:
		return grainCause
	case version || cause:
		return grainAll
	case channel:
		return grainChannel
	}
	return grainTenant
}

// Totals implements [analytics.Store].
func (a *Analytics) Totals(ctx context.Context, q analytics.Query, by analytics.Group) ([]analytics.GroupTotals, error) {
	found := map[string]*analytics.Totals{}
	places := placesOf(q, grainOf(q, by))
	var place placeRow
	var day int64
	var counts sql.RawBytes
	err := a.eachRow(ctx, func(rows *sql.Rows) error {
		if err := rows.Scan(&place.product, &place.locale, &place.channel, &place.version, &place.cause, &day, &counts); err != nil {
			return err
		}
		value := by.Of(analytics.Cell{Day: analytics.Day(day), Place: place.place()})
		if found[value] == nil {
			found[value] = &analytics.Totals{}
		}
		return unpackTotals(found[value], counts)
	}, `SELECT p.product, p.locale, p.channel, p.version, p.cause, c.day, c.counts
		FROM analytics_places p JOIN analytics_cells c ON c.place = p.id
		WHERE `+places.text+` AND c.day BETWEEN `+places.arg(int64(q.From))+` AND `+places.arg(int64(q.To)), places.args...)
	if err != nil {
		return nil, fmt.Errorf("totals by %q: %w", by, err)
	}
	return groupsInOrder(found), nil
}

// groupsInOrder leaves out those of which everything was taken away.
func groupsInOrder(found map[string]*analytics.Totals) []analytics.GroupTotals {
	var list []analytics.GroupTotals
	for value, totals := range found {
		if totals.Marks[analytics.Contacts] != 0 {
			list = append(list, analytics.GroupTotals{Value: value, Totals: *totals})
		}
	}
	slices.SortFunc(list, func(a, b analytics.GroupTotals) int { return compare(a.Value, b.Value) })
	return list
}

// Keys implements [analytics.Store].
func (a *Analytics) Keys(ctx context.Context, q analytics.Query, kind analytics.Kind, limit int) ([]analytics.KeyTotals, error) {
	list, err := a.keys(ctx, q, kind)
	if err != nil {
		return nil, fmt.Errorf("keys of kind %s: %w", kind, err)
	}
	slices.SortFunc(list, analytics.KeyTotals.Compare)
	if limit > 0 && limit < len(list) {
		list = list[:limit]
	}
	return list, nil
}

func (a *Analytics) keys(ctx context.Context, q analytics.Query, kind analytics.Kind) ([]analytics.KeyTotals, error) {
	sums, err := a.keySums(ctx, q, kind)
	if err != nil {
		return nil, err
	}
	var list []analytics.KeyTotals
	err = a.eachRow(ctx, func(rows *sql.Rows) error {
		var id uint32
		var key analytics.KeyTotals
		err := rows.Scan(&id, &key.Key)
		if bits := sums[id]; bits != nil && *bits != (keyBits{}) {
			key.Bits = *bits
			list = append(list, key)
		}
		return err
	}, `SELECT id, key FROM analytics_names WHERE kind = $1`, string(kind))
	return list, err
}

// keySums adds up the counts of the keys of a kind, by name.
func (a *Analytics) keySums(ctx context.Context, q analytics.Query, kind analytics.Kind) (map[uint32]*keyBits, error) {
	places := placesOf(q, min(grainOf(q, analytics.GroupNone), grainAll))
	text := `SELECT counts FROM analytics_keys WHERE place IN (SELECT id FROM analytics_places WHERE ` + places.text + `)
		AND kind = ` + places.arg(string(kind)) + ` AND day BETWEEN ` + places.arg(int64(q.From)) + ` AND ` + places.arg(int64(q.To))
	sums := map[uint32]*keyBits{}
	var counts sql.RawBytes
	return sums, a.eachRow(ctx, func(rows *sql.Rows) error {
		if err := rows.Scan(&counts); err != nil {
			return err
		}
		keys := keyReader{in: counts}
		for keys.next() {
			sum := sums[keys.name]
			if sum == nil {
				sum = &keyBits{}
				sums[keys.name] = sum
			}
			sum.addAll(&keys.bits)
		}
		return keys.err()
	}, text, places.args...)
}

func (a *Analytics) eachRow(ctx context.Context, take func(*sql.Rows) error, text string, args ...any) error {
	return a.tables.words.explain(eachRow(ctx, a.tables.db, take, a.tables.text(text), args...))
}
