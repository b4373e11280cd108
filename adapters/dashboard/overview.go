package dashboard

import (
	"context"
	"net/http"
	"time"

	"kaitong/bot/analytics"
)

// definitions says what every figure and key means.
func (s *Server) definitions(*http.Request) (any, error) {
	type figure struct {
		ID          string            `json:"id"`
		Unit        analytics.Unit    `json:"unit"`
		Better      analytics.Better  `json:"better"`
		Name        map[string]string `json:"name"`
		Means       map[string]string `json:"means"`
		Numerator   string            `json:"numerator"`
		Denominator string            `json:"denominator,omitempty"`
		Source      string            `json:"source,omitempty"`
	}
	type kind struct {
		Kind  analytics.Kind    `json:"kind"`
		Bits  []string          `json:"bits"`
		Means map[string]string `json:"means"`
	}
	figures, kinds := []figure{}, []kind{}
	for _, f := range analytics.Figures() {
		one := figure{f.ID, f.Unit, f.Better, f.Name, f.Means, f.Numerator.String(), "", f.Source}
		if f.Unit != analytics.UnitCount {
			one.Denominator = f.Denominator.String()
		}
		figures = append(figures, one)
	}
	for _, k := range analytics.Kinds() {
		kinds = append(kinds, kind{k.Kind, k.Bits, k.Means})
	}
	return map[string]any{"zone": s.Zone.String(), "figures": figures, "kinds": kinds, "min_cell": s.MinCell}, nil
}

// overviewBody is every figure of a period, and how it came about.
type overviewBody struct {
	Query       queryBody    `json:"query"`
	ProjectedAt *time.Time   `json:"projected_at"`
	Behind      int64        `json:"behind"` // turns that are not counted yet
	Rebuilding  bool         `json:"rebuilding"`
	Provisional time.Time    `json:"provisional_from"`
	Demo        bool         `json:"demo"`
	Figures     []figureBody `json:"figures"`
	Series      []seriesBody `json:"series"`
	Filters     filtersBody  `json:"filters"`
}

type figureBody struct {
	ID string `json:"id"`
	valueBody
	Previous *valueBody `json:"previous"`
}

type valueBody struct {
	Value *float64 `json:"value"` // null: there is nothing to divide by
	Num   int64    `json:"num"`
	Den   int64    `json:"den,omitempty"`
	Low   float64  `json:"low,omitempty"`
	High  float64  `json:"high,omitempty"`
}

type seriesBody struct {
	Day    string               `json:"day"`
	Values map[string]valueBody `json:"values"`
}

type filtersBody struct {
	Products []string `json:"products"`
	Locales  []string `json:"locales"`
	Channels []string `json:"channels"`
	Versions []string `json:"versions"`
	Causes   []named  `json:"causes"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func valueOf(v analytics.Value) valueBody {
	body := valueBody{Num: v.Num, Den: v.Den, Low: v.Low, High: v.High}
	if v.Known {
		body.Value = &v.Value
	}
	return body
}

// overview answers with all figures.
func (s *Server) overview(r *http.Request) (any, error) {
	q, err := s.query(r)
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	body := overviewBody{Query: bodyOf(q), Provisional: s.Now().Add(-24 * time.Hour).UTC()}
	if err := s.progress(ctx, &body); err != nil {
		return nil, err
	}
	days, err := s.Store.Totals(ctx, q, analytics.GroupDay)
	if err != nil {
		return nil, err
	}
	var before *analytics.Totals
	if compares(r) {
		if before, err = s.total(ctx, q.Previous()); err != nil {
			return nil, err
		}
	}
	body.Series = seriesOf(q, days)
	body.Figures = figuresOf(sumOf(days), before)
	body.Demo, err = s.Store.Named(ctx, q, demoMark) // however few they are
	if err == nil {
		body.Filters, err = s.filters(ctx, q, locale(r))
	}
	return body, err
}

func (s *Server) progress(ctx context.Context, body *overviewBody) error {
	progress, err := s.Store.Progress(ctx)
	if err != nil {
		return err
	}
	if !progress.At.IsZero() {
		body.ProjectedAt = &progress.At
	}
	body.Behind, body.Rebuilding = max(0, progress.Target-progress.Position), progress.Rebuilding
	return nil
}

func (s *Server) total(ctx context.Context, q analytics.Query) (*analytics.Totals, error) {
	groups, err := s.Store.Totals(ctx, q, analytics.GroupNone)
	return sumOf(groups), err
}

func sumOf(groups []analytics.GroupTotals) *analytics.Totals {
	var sum analytics.Totals
	for _, group := range groups {
		for i, n := range group.Totals.Marks {
			sum.Marks[i] += n
		}
		for i, n := range group.Totals.Sums {
			sum.Sums[i] += n
		}
	}
	return &sum
}

func figuresOf(now, before *analytics.Totals) []figureBody {
	list := []figureBody{}
	for _, figure := range analytics.Figures() {
		one := figureBody{ID: figure.ID, valueBody: valueOf(figure.Of(now))}
		if before != nil {
			previous := valueOf(figure.Of(before))
			one.Previous = &previous
		}
		list = append(list, one)
	}
	return list
}

// seriesOf has every day of the period, also those on which nothing happened.
func seriesOf(q analytics.Query, days []analytics.GroupTotals) []seriesBody {
	known := map[string]*analytics.Totals{}
	for i := range days {
		known[days[i].Value] = &days[i].Totals
	}
	series := []seriesBody{}
	for day := q.From; day <= q.To; day++ {
		totals := known[day.String()]
		if totals == nil {
			totals = &analytics.Totals{}
		}
		values := map[string]valueBody{}
		for _, figure := range analytics.Figures() {
			values[figure.ID] = valueOf(figure.Of(totals))
		}
		series = append(series, seriesBody{day.String(), values})
	}
	return series
}

// filters are what a query can be narrowed to: what there is in the period,
// whatever is filtered by now.
func (s *Server) filters(ctx context.Context, q analytics.Query, locale string) (filtersBody, error) {
	all := analytics.Query{Tenant: q.Tenant, From: q.From, To: q.To}
	body := filtersBody{Causes: []named{}}
	for group, into := range map[analytics.Group]*[]string{
		analytics.GroupProduct: &body.Products, analytics.GroupLocale: &body.Locales,
		analytics.GroupChannel: &body.Channels, analytics.GroupVersion: &body.Versions,
	} {
		values, err := s.values(ctx, all, group)
		if err != nil {
			return body, err
		}
		*into = values
	}
	causes, err := s.values(ctx, all, analytics.GroupCause)
	for _, cause := range causes {
		body.Causes = append(body.Causes, named{cause, s.called(analytics.KindCause, cause, locale)})
	}
	return body, err
}

func (s *Server) values(ctx context.Context, q analytics.Query, by analytics.Group) ([]string, error) {
	groups, err := s.Store.Totals(ctx, q, by)
	values := []string{}
	for _, group := range groups {
		if group.Value != "" && group.Totals.Marks[analytics.Contacts] > 0 {
			values = append(values, group.Value)
		}
	}
	return values, err
}

// called is the name of a key, or the key itself.
func (s *Server) called(kind analytics.Kind, key, locale string) string {
	if name := s.Name(kind, key, locale); name != "" {
		return name
	}
	return key
}
