package desk

import (
	"net/http"

	"kaitong/bot/staff"
)

// Guard lets through to a handler of somebody else who is signed in at this desk
// in one of the roles: by the same sessions, and with the same care of where a
// change comes from, as everything of its own. What takes says is taken away in a
// request, "" for nothing, is in the audit before it leaves.
func (s *Server) Guard(next http.Handler, takes func(*http.Request) string, roles ...staff.Role) http.Handler {
	through := func(w http.ResponseWriter, r *http.Request, who visitor) {
		if what := takes(r); what != "" {
			if bad := s.audited(r, staff.Record{Who: who.account.User, Did: "exported", Reason: what}); bad != nil {
				s.problem(w, r, bad)
				return
			}
		}
		next.ServeHTTP(w, r)
	}
	reads := s.guarded(route{method: http.MethodGet, roles: roles, handle: through})
	changes := s.guarded(route{method: http.MethodPost, roles: roles, handle: through})
	return s.secured(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			reads(w, r)
			return
		}
		changes(w, r)
	}))
}
