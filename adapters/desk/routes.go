package desk

import (
	"net/http"
	"slices"

	"kaitong/adapters/edge"
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
	return s.secured(mux)
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

// secured sets the headers every answer carries; nothing of the desk is ever
// shown in a frame.
func (s *Server) secured(next http.Handler) http.Handler {
	return edge.Secured(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	}), s.proxies.Proxies)
}
