package desk

import (
	"context"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// maxIDChars bounds ids of conversations and acts.
const maxIDChars = 64

func validID(id string) bool {
	return id != "" && len(id) <= maxIDChars && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("-_.:", r)
	})
}

// caseFor reads a conversation that an agent may look at.
func (s *Server) caseFor(ctx context.Context, who staff.Account, conversation, locale string) (bot.Case, *fault) {
	if !validID(conversation) {
		return bot.Case{}, &fault{code: codeNotFound}
	}
	ctx, cancel := context.WithTimeout(ctx, s.limits.ActTimeout)
	defer cancel()
	found, err := s.engine.Case(ctx, s.tenant, conversation, locale)
	switch {
	case err != nil:
		return bot.Case{}, faultOf(err)
	case !seesCase(who, found, s.now()):
		return bot.Case{}, &fault{code: codeForbidden}
	}
	return found, nil
}

type caseData struct {
	Entry   entryData  `json:"entry"`
	Turns   []turnData `json:"turns"`
	Summary []string   `json:"summary"`
	Brief   briefData  `json:"brief"`
}

// openCase is GET /v1/desk/conversations/{id}.
func (s *Server) openCase(w http.ResponseWriter, r *http.Request, who visitor) {
	locale := requestLocale(r)
	found, bad := s.caseFor(r.Context(), who.account, r.PathValue("id"), locale)
	if bad == nil {
		bad = s.audited(r, staff.Record{Who: who.account.User, Did: "opened", Conversation: r.PathValue("id")})
	}
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	s.glances.open(who.account.User, r.PathValue("id"), s.now())
	data := caseData{Entry: newEntryData(found.Entry), Turns: []turnData{}, Summary: summary(found.Brief, locale), Brief: newBriefData(found)}
	for _, turn := range found.Turns {
		one, err := newTurnData(turn)
		if err != nil {
			s.problem(w, r, faultOf(err))
			return
		}
		one.Conversation = "" // the entry has it
		data.Turns = append(data.Turns, one)
	}
	s.json(w, data)
}

const (
	minReason = 3 // letters
	maxReason = 200
)

// reveal is POST /v1/desk/conversations/{id}/reveal {"reason"}: who a person
// is, once the reason is on record.
func (s *Server) reveal(w http.ResponseWriter, r *http.Request, who visitor) {
	var ask struct {
		Reason string `json:"reason"`
	}
	if bad := read(w, r, &ask); bad != nil {
		s.problem(w, r, bad)
		return
	}
	reason := strings.TrimSpace(ask.Reason)
	if n := utf8.RuneCountInString(reason); n < minReason || n > maxReason || strings.ContainsFunc(reason, unicode.IsControl) {
		s.problem(w, r, &fault{code: codeBadField, field: "reason"})
		return
	}
	found, bad := s.caseFor(r.Context(), who.account, r.PathValue("id"), localeZH)
	if bad == nil {
		bad = s.audited(r, staff.Record{Who: who.account.User, Did: "reveal", Conversation: r.PathValue("id"), Reason: reason})
	}
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	s.json(w, map[string]string{"user": found.Entry.Owner.User})
}

const maxQuery = 200 // bytes

// findSnippets is GET /v1/desk/snippets?q=&locale=.
func (s *Server) findSnippets(w http.ResponseWriter, r *http.Request, _ visitor) {
	query := r.URL.Query()
	if len(query.Get("q")) > maxQuery || !utf8.ValidString(query.Get("q")) {
		s.problem(w, r, &fault{code: codeBadField, field: "q"})
		return
	}
	locale := requestLocale(r)
	if tag := query.Get("locale"); tag != "" {
		locale = pickLocale(tag)
	}
	var found []Snippet
	if s.snippets != nil {
		found = s.snippets(query.Get("q"), locale)
	}
	s.json(w, map[string]any{"snippets": list(found)})
}
