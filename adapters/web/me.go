package web

import (
	"context"
	"net/http"
	"time"

	"kaitong/bot"
)

// Personal gives people what is kept of them, and takes it away for good.
type Personal struct {
	// Export calls each with what every conversation of a person holds.
	Export func(ctx context.Context, who bot.Identity, each func(*bot.Belongings) error) error
	// Erase takes every conversation of a person away.
	Erase func(ctx context.Context, who bot.Identity) (ErasedPerson, error)
}

// ErasedPerson is what a person is told of an erasure.
type ErasedPerson struct {
	Conversations int64    `json:"conversations"`
	Told          []string `json:"told"`  // who heard of something before and keeps it: institution, support
	Wiped         bool     `json:"wiped"` // false: nobody can read it any more, and the files are cleared soon
}

const (
	// An erasure or an export may be asked for so often in personalTime.
	personalTimes = 6
	personalTime  = 10 * time.Minute
	// personalTimeout bounds one.
	personalTimeout = 2 * time.Minute
	// confirmErase is what has to be said: no request is sent by mistake then.
	confirmErase = "erase everything"
)

// person proves who asks, and that they do not ask all the time.
func (s *Server) person(w http.ResponseWriter, r *http.Request) (bot.Identity, bool) {
	pass, bad := s.authorised(r)
	if bad == nil {
		if wait, ok := s.personal.take(pass.who, s.elapsed()); !ok {
			bad = &fault{code: codeRateLimited, wait: wait}
		}
	}
	if bad != nil {
		s.problem(w, r, bad)
	}
	return pass.who, bad == nil
}

// erase is POST /v1/me/erase {"confirm":"erase everything"}.
func (s *Server) erase(w http.ResponseWriter, r *http.Request) {
	who, ok := s.person(w, r)
	if !ok {
		return
	}
	var ask struct {
		Confirm *string `json:"confirm"`
	}
	bad := s.readJSON(w, r, &ask)
	switch {
	case bad != nil:
	case ask.Confirm == nil:
		bad = &fault{code: codeMissingField, field: "confirm"}
	case *ask.Confirm != confirmErase:
		bad = &fault{code: codeBadField, field: "confirm"}
	}
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), personalTimeout)
	defer cancel() // who hangs up has asked all the same
	gone, err := s.options.Personal.Erase(ctx, who)
	if err != nil {
		s.log.Error("a person was not erased yet; it goes on by itself", "error", err)
		s.problem(w, r, &fault{code: codeBusy, cause: err})
		return
	}
	if gone.Told == nil {
		gone.Told = []string{}
	}
	s.json(w, "application/json", http.StatusOK, gone)
}
