package desk

import (
	"net/http"
	"slices"

	"kaitong/bot/staff"
)

// handler mounts the table.
func (s *Server) mount() http.Handler {
	paths := map[string]map[string]http.HandlerFunc{}
	for _, row := range s.routes() {
		if paths[row.path] == nil {
			paths[row.path] = map[string]http.HandlerFunc{}
		}
		paths[row.path][row.method] = s.guarded(row)
	}
	mux := http.NewServeMux()
	for path, methods := range paths {
		mux.HandleFunc(path, s.byMethod(methods))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.problem(w, r, &fault{code: codeNotFound}) })
	return secured(mux)
}

// byMethod refuses a method it does not take as a problem, like every other
// refusal.
func (s *Server) byMethod(methods map[string]http.HandlerFunc) http.HandlerFunc {
	var names []string
	for name := range methods {
		names = append(names, name)
	}
	slices.Sort(names)
	return func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if handle := methods[method]; handle != nil {
			handle(w, r)
			return
		}
		w.Header()["Allow"] = names
		s.problem(w, r, &fault{code: codeBadMethod})
	}
}

// guarded lets through whom the row names.
func (s *Server) guarded(row route) http.HandlerFunc {
	changes := row.method != http.MethodGet
	return func(w http.ResponseWriter, r *http.Request) {
		if (changes || r.Header.Get("Upgrade") != "") && !s.proxies.ownOrigin(r) {
			s.problem(w, r, &fault{code: codeBadOrigin})
			return
		}
		if row.roles == nil {
			row.handle(w, r, visitor{})
			return
		}
		who, bad := s.visitor(r)
		if bad == nil {
			bad = mayAsk(row.roles, who, changes, r)
		}
		if bad != nil {
			s.problem(w, r, bad)
			return
		}
		row.handle(w, r, who)
	}
}

func mayAsk(roles []staff.Role, who visitor, changes bool, r *http.Request) *fault {
	switch {
	case !slices.Contains(roles, who.account.Role):
		return &fault{code: codeForbidden}
	case changes && !who.vouched(r):
		return &fault{code: codeCSRF}
	}
	return nil
}

// noStore is the caching rule of everything that sets none of its own.
const noStore = "no-store"

// secured sets the headers every answer carries. The page sets its own policy
// on top; for everything else nothing at all may run.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		h.Set("Cache-Control", noStore)
		next.ServeHTTP(w, r)
	})
}
