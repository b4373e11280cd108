package web

import (
	"net/http"
	"slices"
	"strings"
)

// preflightSeconds is how long a browser remembers what it was allowed. Firefox
// and Safari cap it at a day and ten minutes; ours is never cut.
const preflightSeconds = "600"

// share mounts an address that the widget asks from pages of other hosts. An
// allowed origin may read every answer, refusals too; to all others the answer
// looks as if there were no such rule. Cookies play no part: who asks says so
// in Authorization.
func (s *Server) share(mux *http.ServeMux, path string, by methods) {
	answer := s.byMethod(by)
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		allowed := r.Header.Get("Origin") != "" && s.originAllowed(r)
		if allowed {
			h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			h.Set("Access-Control-Expose-Headers", "Retry-After")
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		switch {
		case !preflight(r):
			answer(w, r)
		case !allowed:
			s.problem(w, r, &fault{code: codeBadOrigin})
		default:
			h.Set("Access-Control-Allow-Methods", strings.Join(by.names(), ", "))
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
			h.Set("Access-Control-Max-Age", preflightSeconds)
			w.WriteHeader(http.StatusNoContent)
		}
	})
}

// preflight says whether a browser asks if it may ask.
func preflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// names lists the methods in a lasting order.
func (by methods) names() []string {
	var names []string
	for name := range by {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
