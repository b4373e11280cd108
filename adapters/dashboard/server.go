package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"kaitong/bot/analytics"
	"kaitong/bot/gaps"
	"kaitong/intents"
)

// Language is what questions are read with at the moment.
type Language struct {
	Edition string // changes with what the others say
	Source  *intents.Source
	Model   *intents.Model
	Locales []string
}

// Options are what a [Server] is made of.
type Options struct {
	Store  analytics.Store
	Tenant string
	Zone   *time.Location // whose days are meant
	// MinCell is the least number of contacts of which a row of a breakdown is
	// shown that could point at single people.
	MinCell int
	// Language is asked for each time; it must return at once.
	Language func() Language
	// Name is what a key is called for people, "" for nothing better than itself.
	Name func(kind analytics.Kind, key, locale string) string
	// Place is where a key stands among those of its kind, for kinds that have an
	// order of their own, such as the steps of a flow; nil: there is none.
	Place func(kind analytics.Kind, key string) (place int, known bool)
	// ReviewBy is when an entry of the knowledge should have been read again;
	// zero for none; nil: never.
	ReviewBy func(entry string) time.Time
	// Propose proposes a name for questions that ask the same; nil: nobody does. It
	// may take a while, and fail.
	Propose func(ctx context.Context, questions []string) (gaps.Name, error)
	// Embed turns questions into vectors, one each, so that those that mean the same
	// are grouped; nil: they are grouped by their words. It may take a while, and fail.
	Embed func(ctx context.Context, questions []string) ([][]float32, error)
	// Alerts are what is unusual at the moment; nil: nothing ever is.
	Alerts func() []Alert
	Log    *slog.Logger
	Now    func() time.Time // nil: time.Now
}

// Alert is something unusual.
type Alert struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"` // cause | unanswered
	Key      string    `json:"key,omitempty"`
	Since    time.Time `json:"since"`
	Count    int64     `json:"count"` // contacts so far
	Expected float64   `json:"expected"`
	Incident bool      `json:"incident"` // telling people may help
}

// Server answers below /v1/analytics/. It is safe for concurrent use.
type Server struct {
	Options
	handler http.Handler
	gaps    *groups
	trying  chan struct{} // held by the one draft that is tried
}

// New makes a server, or says everything that is wrong with the options.
func New(options Options) (*Server, error) {
	var problems []error
	need := func(there bool, what string) {
		if !there {
			problems = append(problems, errors.New(what+" is needed"))
		}
	}
	need(options.Store != nil, "a store")
	need(options.Tenant != "", "a tenant")
	need(options.Zone != nil, "a zone")
	need(options.Language != nil, "a language")
	need(options.Name != nil, "names")
	need(options.Log != nil, "a logger")
	if len(problems) > 0 {
		return nil, fmt.Errorf("dashboard: %w", errors.Join(problems...))
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Place == nil {
		options.Place = func(analytics.Kind, string) (int, bool) { return 0, false }
	}
	if options.ReviewBy == nil {
		options.ReviewBy = func(string) time.Time { return time.Time{} }
	}
	if options.Alerts == nil {
		options.Alerts = func() []Alert { return nil }
	}
	s := &Server{Options: options, gaps: newGroups(), trying: make(chan struct{}, 1)}
	s.handler = s.mount()
	return s, nil
}

// Handler serves all routes.
func (s *Server) Handler() http.Handler { return s.handler }

// answersWithin is how long an answer may take: a database that says nothing
// shall not collect all who ask.
const answersWithin = 30 * time.Second

// handle answers one request, or says what is wrong with it.
type handle func(r *http.Request) (any, error)

func (s *Server) mount() http.Handler {
	mux := http.NewServeMux()
	for pattern, answer := range map[string]handle{
		"GET /v1/analytics/definitions":            s.definitions,
		"GET /v1/analytics/overview":               s.overview,
		"GET /v1/analytics/keys":                   s.keys,
		"GET /v1/analytics/groups":                 s.groupsBy,
		"GET /v1/analytics/contacts":               s.contacts,
		"GET /v1/analytics/unanswered":             s.unanswered,
		"POST /v1/analytics/unanswered/{id}/draft": s.draft,
		"GET /v1/analytics/alerts":                 s.alerts,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			ctx, done := context.WithTimeout(r.Context(), answersWithin)
			defer done()
			body, err := answer(r.WithContext(ctx))
			if err != nil {
				s.refuse(w, r, s.explained(ctx, err))
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(body) // the client has gone when this fails
		})
	}
	mux.HandleFunc("GET "+exportPath, s.export)
	mux.HandleFunc("GET /v1/analytics/openapi.yaml", s.specification)
	mux.HandleFunc("/v1/analytics/", func(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, errNotFound) })
	return mux
}

// locale is the language of names: what is asked for, else what the browser
// prefers, Chinese unless that is English.
func locale(r *http.Request) string {
	asked := r.URL.Query().Get("lang")
	if asked == "" {
		asked = r.Header.Get("Accept-Language")
	}
	if strings.HasPrefix(strings.ToLower(asked), localeEN) {
		return localeEN
	}
	return localeZH
}

const (
	localeZH = "zh-CN"
	localeEN = "en"
)

// alerts says what is unusual.
func (s *Server) alerts(r *http.Request) (any, error) {
	type named struct {
		Alert
		Name string `json:"name,omitempty"`
	}
	list := []named{}
	for _, alert := range s.Alerts() {
		kind := analytics.KindCause
		list = append(list, named{alert, s.Name(kind, alert.Key, locale(r))})
	}
	return map[string]any{"alerts": list}, nil
}
