package web

import (
	"net/http"

	"kaitong/adapters/edge"
)

// routes is every address of the server.
func (s *Server) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	s.route(mux, "/v1/ws", methods{http.MethodGet: s.socket})
	s.share(mux, "/v1/conversations/{id}/events", methods{http.MethodGet: s.events})
	if s.options.Uploads != nil {
		s.share(mux, "/v1/conversations/{id}/proofs", methods{http.MethodPost: s.proofs})
	}
	if s.options.Personal != nil {
		s.share(mux, "/v1/me/erase", methods{http.MethodPost: s.erase})
		s.share(mux, "/v1/me/export", methods{http.MethodGet: s.export})
	}
	if s.options.Revoke != nil {
		s.route(mux, "/v1/tokens/revoke", methods{http.MethodPost: s.revoke})
	}
	if s.options.Demo {
		s.share(mux, "/v1/demo/token", methods{http.MethodPost: s.demoToken})
		s.share(mux, "/v1/demo/users", methods{http.MethodGet: s.demoUsers})
		s.share(mux, "/v1/demo/articles", methods{http.MethodGet: s.demoArticles})
	}
	s.route(mux, "/healthz", methods{http.MethodGet: s.health})
	s.route(mux, "/readyz", methods{http.MethodGet: s.ready})
	if err := s.mountFiles(mux); err != nil {
		return nil, err
	}
	for pattern, handler := range s.options.Mounts {
		mux.Handle(pattern, handler)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.problem(w, r, &fault{code: codeNotFound}) })
	return edge.Secured(mux, s.door.proxies), nil
}

type methods map[string]http.HandlerFunc

// route mounts one address.
func (s *Server) route(mux *http.ServeMux, path string, by methods) {
	mux.HandleFunc(path, s.byMethod(by))
}

// byMethod refuses a method it does not take as a problem, like every other
// refusal.
func (s *Server) byMethod(by methods) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		handle := by[method]
		if handle == nil {
			w.Header()["Allow"] = by.names()
			s.problem(w, r, &fault{code: codeBadMethod})
			return
		}
		handle(w, r)
	}
}
