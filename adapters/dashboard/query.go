package dashboard

import (
	"net/http"
	"slices"
	"strconv"

	"kaitong/bot/analytics"
)

const (
	usualDays = 30
	mostDays  = 800
	mostRows  = 1000
	usualRows = 50
	// mostParameter is the longest value of a parameter in bytes.
	mostParameter = 200
)

// query reads the period and the filters of a request. Parameters that mean
// nothing are refused: a misspelt filter would show figures of everybody.
func (s *Server) query(r *http.Request, also ...string) (analytics.Query, error) {
	known := append([]string{"from", "to", "product", "locale", "channel", "version", "cause", "compare", "lang"}, also...)
	values := r.URL.Query()
	for name, list := range values {
		if !slices.Contains(known, name) || len(list) != 1 || len(list[0]) > mostParameter {
			return analytics.Query{}, badField{name}
		}
	}
	q := analytics.Query{
		Tenant: s.Tenant, Product: values.Get("product"), Locale: values.Get("locale"), Channel: values.Get("channel"),
		Version: values.Get("version"), Cause: values.Get("cause"),
	}
	q.To = analytics.DayOf(s.Now(), s.Zone)
	if err := day(values.Get("to"), "to", &q.To); err != nil {
		return q, err
	}
	q.From = q.To - usualDays + 1
	if err := day(values.Get("from"), "from", &q.From); err != nil {
		return q, err
	}
	if q.From > q.To || q.To-q.From >= mostDays {
		return q, badField{"from"}
	}
	return q, nil
}

// day reads a day, where one is given.
func day(text, name string, into *analytics.Day) error {
	if text == "" {
		return nil
	}
	parsed, err := analytics.ParseDay(text)
	if err != nil {
		return badField{name}
	}
	*into = parsed
	return nil
}

// limit reads how many rows are wanted.
func limit(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return usualRows, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > mostRows {
		return 0, badField{"limit"}
	}
	return n, nil
}

// queryBody is what a query was understood as.
type queryBody struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Product string `json:"product,omitempty"`
	Locale  string `json:"locale,omitempty"`
	Channel string `json:"channel,omitempty"`
	Version string `json:"version,omitempty"`
	Cause   string `json:"cause,omitempty"`
}

func bodyOf(q analytics.Query) queryBody {
	return queryBody{q.From.String(), q.To.String(), q.Product, q.Locale, q.Channel, q.Version, q.Cause}
}

// compares says whether the period before is wanted, too.
func compares(r *http.Request) bool { return r.URL.Query().Get("compare") == "true" }
