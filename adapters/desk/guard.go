package desk

import (
	"net/http"

	"kaitong/bot/staff"
)

// Guard lets through to a handler of somebody else who is signed in at this desk
// in one of the roles: by the same sessions, and with the same care of where a
// change comes from, as everything of its own.
func (s *Server) Guard(next http.Handler, roles ...staff.Role) http.Handler {
	through := func(w http.ResponseWriter, r *http.Request, _ visitor) { next.ServeHTTP(w, r) }
	reads := s.guarded(route{method: http.MethodGet, roles: roles, handle: through})
	changes := s.guarded(route{method: http.MethodPost, roles: roles, handle: through})
	return secured(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			reads(w, r)
			return
		}
		changes(w, r)
	}))
}
