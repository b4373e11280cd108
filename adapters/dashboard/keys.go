package dashboard

import (
	"context"
	"net/http"
	"slices"
	"time"

	"kaitong/bot/analytics"
)

type keysBody struct {
	Kind       analytics.Kind `json:"kind"`
	Rows       []keyBody      `json:"rows"`
	Suppressed int            `json:"suppressed"` // rows of too few contacts
}

type keyBody struct {
	Key      string           `json:"key"`
	Label    string           `json:"label"`
	Counts   map[string]int64 `json:"counts"`
	Previous map[string]int64 `json:"previous,omitempty"`
	Place    *int             `json:"place,omitempty"`     // in the order of the knowledge
	ReviewBy string           `json:"review_by,omitempty"` // day
	Stale    bool             `json:"stale,omitempty"`     // the day is over
}

// keys takes contacts apart by one kind of key.
func (s *Server) keys(r *http.Request) (any, error) {
	q, err := s.query(r, "kind", "limit")
	if err != nil {
		return nil, err
	}
	kind, err := kindOf(r)
	if err != nil {
		return nil, err
	}
	most, err := limit(r)
	if err != nil {
		return nil, err
	}
	body, err := s.breakdown(r.Context(), q, kind, most, locale(r))
	if err != nil || !compares(r) {
		return body, err
	}
	return body, s.addPrevious(r.Context(), q.Previous(), kind, body.Rows)
}

func kindOf(r *http.Request) (analytics.KindInfo, error) {
	kinds := analytics.Kinds()
	i := slices.IndexFunc(kinds, func(k analytics.KindInfo) bool { return string(k.Kind) == r.URL.Query().Get("kind") })
	if i < 0 {
		return analytics.KindInfo{}, badField{"kind"}
	}
	return kinds[i], nil
}

func (s *Server) breakdown(ctx context.Context, q analytics.Query, kind analytics.KindInfo, most int, locale string) (keysBody, error) {
	body := keysBody{Kind: kind.Kind, Rows: []keyBody{}}
	rows, err := s.Store.Keys(ctx, q, kind.Kind, 0)
	for _, row := range rows {
		if row.Bits == [analytics.MaxBits]int64{} {
			continue
		}
		if s.tooFew(kind.Kind, row) {
			body.Suppressed++
			continue
		}
		if len(body.Rows) < most {
			body.Rows = append(body.Rows, s.row(kind, row, locale))
		}
	}
	return body, err
}

func (s *Server) row(kind analytics.KindInfo, row analytics.KeyTotals, locale string) keyBody {
	body := keyBody{Key: row.Key, Label: s.called(kind.Kind, row.Key, locale), Counts: countsOf(kind, row)}
	if place, known := s.Place(kind.Kind, row.Key); known {
		body.Place = &place
	}
	if kind.Kind != analytics.KindEntry {
		return body
	}
	if by := s.ReviewBy(row.Key); !by.IsZero() {
		body.ReviewBy, body.Stale = by.Format(time.DateOnly), s.Now().After(by)
	}
	return body
}

// pointsAtPeople says whether a row of few contacts may say who they were: where
// somebody is, with what, and what is the matter with them.
func pointsAtPeople(kind analytics.Kind) bool {
	switch kind {
	case analytics.KindRegion, analytics.KindCauseRegion, analytics.KindCauseVersion, analytics.KindPath:
		return true
	}
	return false
}

func countsOf(kind analytics.KindInfo, row analytics.KeyTotals) map[string]int64 {
	counts := map[string]int64{}
	for i, name := range kind.Bits {
		counts[name] = row.Bits[i]
	}
	return counts
}

// addPrevious adds what the same keys were in the period before.
func (s *Server) addPrevious(ctx context.Context, q analytics.Query, kind analytics.KindInfo, rows []keyBody) error {
	before, err := s.Store.Keys(ctx, q, kind.Kind, 0)
	known := map[string]analytics.KeyTotals{}
	for _, row := range before {
		known[row.Key] = row
	}
	for i := range rows {
		if row := known[rows[i].Key]; !s.tooFew(kind.Kind, row) {
			rows[i].Previous = countsOf(kind, row)
		}
	}
	return err
}

// tooFew says whether a row is kept back: it may point at people, and there are
// some, but few.
func (s *Server) tooFew(kind analytics.Kind, row analytics.KeyTotals) bool {
	return pointsAtPeople(kind) && row.Bits != [analytics.MaxBits]int64{} && row.Bits[0] < int64(s.MinCell)
}

// keptBack says whether a list is of the contacts of a row that is kept back.
func (s *Server) keptBack(ctx context.Context, q analytics.Query, which analytics.Which) (bool, error) {
	if !pointsAtPeople(which.Kind) {
		return false, nil
	}
	rows, err := s.Store.Keys(ctx, q, which.Kind, 0)
	i := slices.IndexFunc(rows, func(row analytics.KeyTotals) bool { return row.Key == which.Key })
	return i >= 0 && s.tooFew(which.Kind, rows[i]), err
}

type groupsBody struct {
	By         analytics.Group `json:"by"`
	Rows       []groupBody     `json:"rows"`
	Suppressed int             `json:"suppressed"` // rows of too few contacts
}

type groupBody struct {
	Value   string       `json:"value"`
	Label   string       `json:"label"`
	Figures []figureBody `json:"figures"`
}

// crosses says whether groups are those of a cause by version, which are kept
// back as keys where they are few.
func crosses(q analytics.Query, by analytics.Group) bool {
	return by == analytics.GroupVersion && q.Cause != "" || by == analytics.GroupCause && q.Version != ""
}

// groupsBy takes all figures apart by a filter.
func (s *Server) groupsBy(r *http.Request) (any, error) {
	q, err := s.query(r, "by")
	if err != nil {
		return nil, err
	}
	by := analytics.Group(r.URL.Query().Get("by"))
	if !slices.Contains([]analytics.Group{
		analytics.GroupDay, analytics.GroupProduct, analytics.GroupLocale, analytics.GroupChannel, analytics.GroupVersion, analytics.GroupCause,
	}, by) {
		return nil, badField{"by"}
	}
	groups, err := s.Store.Totals(r.Context(), q, by)
	body := groupsBody{By: by, Rows: []groupBody{}}
	for _, group := range groups {
		if crosses(q, by) && group.Totals.Marks[analytics.Contacts] < int64(s.MinCell) {
			body.Suppressed++
			continue
		}
		label := group.Value
		if by == analytics.GroupCause {
			label = s.called(analytics.KindCause, group.Value, locale(r))
		}
		body.Rows = append(body.Rows, groupBody{group.Value, label, figuresOf(&group.Totals, nil)})
	}
	return body, err
}
