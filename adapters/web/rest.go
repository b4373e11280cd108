package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kaitong/adapters/edge"
	"kaitong/bot"
)

// eventsBody is one page of history: the same frames a resumed socket gets.
type eventsBody struct {
	Conv   string            `json:"conv"`
	Epoch  string            `json:"epoch"`
	Events []json.RawMessage `json:"events"`
	More   bool              `json:"more"` // ask again with after = seq of the last event
}

// events is GET /v1/conversations/{id}/events?after=SEQ.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	pass, bad := s.authorised(r)
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	conv := r.PathValue("id")
	if !validID(conv) {
		s.problem(w, r, &fault{code: codeBadField, field: "id"})
		return
	}
	after, bad := afterParam(r)
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	if wait, ok := s.people.acts.take(pass.who, s.elapsed()); !ok {
		s.problem(w, r, &fault{code: codeRateLimited, wait: wait})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.TurnTimeout)
	defer cancel()
	turns, err := s.engine.History(ctx, pass.who, conv, after, s.limits.ReplayEvents+1)
	if err != nil {
		s.problem(w, r, s.faultOfHistory(conv, err))
		return
	}
	s.json(w, "application/json", http.StatusOK, s.eventsPage(conv, turns))
}

// faultOfHistory hides what is damaged: whose it is cannot be known any more.
func (s *Server) faultOfHistory(conv string, err error) *fault {
	bad := faultOf(err)
	switch bad.code {
	case codeNotFound:
	case codeErased: // only whose it was may know that there was one
		return &fault{code: codeNotFound, cause: err}
	case codeDamaged:
		s.log.Error("damaged conversation not shown", "conversation", conv, "error", err)
		return &fault{code: codeNotFound, cause: err}
	default:
		s.log.Warn("history not read", "conversation", conv, "error", err)
	}
	return bad
}

func (s *Server) eventsPage(conv string, turns []bot.Turn) eventsBody {
	frames := encodeTurns(conv, turns...)
	page := eventsBody{Conv: conv, Epoch: s.engine.Epoch(), Events: []json.RawMessage{}}
	if len(frames) > s.limits.ReplayEvents {
		frames, page.More = frames[:s.limits.ReplayEvents], true
	}
	for i := range frames {
		page.Events = append(page.Events, frames[i].bytes())
	}
	return page
}

// authorised reads "Authorization: Bearer TOKEN" for people with a host token
// and "Authorization: Anonymous TOKEN" for those without.
func (s *Server) authorised(r *http.Request) (passport, *fault) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case token == "" || len(token) > maxTokenChars:
	case strings.EqualFold(scheme, "Bearer"):
		return s.identity.fromToken(r.Context(), token)
	case strings.EqualFold(scheme, "Anonymous"):
		if bad := s.door.mayAsk(r, s.elapsed()); bad != nil {
			return passport{}, bad
		}
		return s.identity.fromAnon(token, s.home(r))
	}
	return passport{}, &fault{code: codeUnauthorized, cause: errors.New("no token")}
}

func afterParam(r *http.Request) (int64, *fault) {
	text := r.URL.Query().Get("after")
	if text == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(text, 10, 64)
	if err != nil || after < 0 {
		return 0, &fault{code: codeBadField, field: "after"}
	}
	return after, nil
}

type demoTokenBody struct {
	User      string `json:"user"`
	Token     string `json:"token"`
	ExpiresAt string `json:"expires_at"`
}

// demoToken is POST /v1/demo/token {"user":"demo-…"}, in demo mode only.
func (s *Server) demoToken(w http.ResponseWriter, r *http.Request) {
	if !s.originAllowed(r) || !s.ownHost(r) {
		s.problem(w, r, &fault{code: codeBadOrigin})
		return
	}
	var ask struct {
		User *string `json:"user"`
	}
	if bad := s.readJSON(w, r, &ask); bad != nil {
		s.problem(w, r, bad)
		return
	}
	if ask.User == nil {
		s.problem(w, r, &fault{code: codeMissingField, field: "user"})
		return
	}
	if !validDemoUser(*ask.User) {
		s.problem(w, r, &fault{code: codeBadField, field: "user"})
		return
	}
	s.giveDemoToken(w, r, *ask.User)
}

// ownHost says whether a request can only be meant for us. A demo token is for the
// asking, so a page elsewhere whose name leads here must not get one.
func (s *Server) ownHost(r *http.Request) bool {
	host := s.door.proxies.Host(r)
	if edge.OwnHost(host, s.options.Hosts) {
		return true
	}
	s.log.Warn("no demo token is given under a name that is not known to be ours; web.allowed_origins can name it", "host", host)
	return false
}

func (s *Server) giveDemoToken(w http.ResponseWriter, r *http.Request, user string) {
	token, expires, err := s.identity.mint(user)
	if err != nil {
		s.log.Error("demo token not signed", "error", err)
		s.problem(w, r, &fault{code: codeInternal})
		return
	}
	s.json(w, "application/json", http.StatusOK, demoTokenBody{User: user, Token: token, ExpiresAt: stamp(expires)})
}

// demoUsers is GET /v1/demo/users, in demo mode only.
func (s *Server) demoUsers(w http.ResponseWriter, _ *http.Request) {
	users := s.options.DemoUsers
	if users == nil {
		users = []DemoUser{}
	}
	s.json(w, "application/json", http.StatusOK, struct {
		Users []DemoUser `json:"users"`
	}{users})
}

// demoArticles is GET /v1/demo/articles?locale=, in demo mode only. Without a
// locale it is the language of the browser.
func (s *Server) demoArticles(w http.ResponseWriter, r *http.Request) {
	locale := requestLocale(r)
	if tag := r.URL.Query().Get("locale"); tag != "" {
		locale = pickLocale(tag)
	}
	s.json(w, "application/json", http.StatusOK, s.engine.HelpCentre(locale))
}

// health says that the process answers, nothing more.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	s.json(w, "application/json", http.StatusOK, map[string]string{"status": "ok"})
}

// checkTimeout bounds each readiness check.
const checkTimeout = 2 * time.Second

type checkResult struct {
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Degraded bool   `json:"degraded,omitempty"` // not ok, but traffic is welcome all the same
	Reason   string `json:"reason,omitempty"`
	Runbook  string `json:"runbook,omitempty"` // what to do about it
}

// ready says whether traffic is welcome; with ?verbose also why not, to those in
// one's own network: it tells figures, names of tenants and what is out of order.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	results, ok := s.runChecks(r.Context())
	if !r.URL.Query().Has("verbose") || !s.door.proxies.Inside(r) {
		if !ok {
			s.problem(w, r, &fault{code: codeNotReady})
			return
		}
		s.json(w, "application/json", http.StatusOK, map[string]string{"status": "ready"})
		return
	}
	status, word := http.StatusOK, "ready"
	if !ok {
		status, word = http.StatusServiceUnavailable, "not ready"
	}
	s.json(w, "application/json", status, struct {
		Status string        `json:"status"`
		Checks []checkResult `json:"checks"`
	}{word, results})
}

func (s *Server) runChecks(ctx context.Context) (results []checkResult, ok bool) {
	serving := checkResult{Name: "serving", OK: !s.draining.Load()}
	if !serving.OK {
		serving.Reason, serving.Runbook = "the server is shutting down", runbook(serving.Name)
	}
	results, ok = append(results, serving), serving.OK
	for _, check := range s.options.Checks {
		result := s.runCheck(ctx, check)
		results, ok = append(results, result), ok && (result.OK || result.Degraded)
	}
	return results, ok
}

func (s *Server) runCheck(ctx context.Context, check Check) checkResult {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	if err := check.Run(ctx); err != nil {
		s.log.Warn("check failed", "check", check.Name, "optional", check.Optional, "error", err)
		return checkResult{Name: check.Name, Degraded: check.Optional, Reason: check.reason(check.Fault), Runbook: runbook(check.Name)}
	}
	return checkResult{Name: check.Name, OK: true, Reason: check.reason("")}
}

// runbook is the section for operators that has the name of a check.
func runbook(check string) string {
	return "docs/operations.md#" + strings.ReplaceAll(strings.ToLower(check), " ", "-")
}

// reason is the fault, if there is one, and what the check adds to it.
func (c Check) reason(fault string) string {
	if c.Note == nil {
		return fault
	}
	note := c.Note()
	if fault == "" || note == "" {
		return fault + note
	}
	return fault + ": " + note
}
