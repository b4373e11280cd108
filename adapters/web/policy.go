package web

import (
	"net/http"
	"strings"

	"kaitong/adapters/edge"
)

// page is an HTML file with those who may show it in a frame.
type page struct {
	file      *file
	ancestors func() string
}

func (p page) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", pagePolicy(r.Host, p.ancestors()))
	p.file.serve(w, r)
}

// pagePolicy lets a page use the files of its own server and nothing else; text
// reaches the document as text only, which Trusted Types makes the browser
// enforce.
func pagePolicy(host, ancestors string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'" + edge.Sockets(host) +
		"; base-uri 'none'; form-action 'none'; frame-ancestors " + ancestors + "; require-trusted-types-for 'script'; trusted-types 'none'"
}

// framed is a page for frames. Pages that isolate themselves (COEP) frame only
// what says that it may be used across origins and is as strict itself. Who may
// frame it at all is the business of frame-ancestors.
func framed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
		next(w, r)
	}
}

// mayFrame names our own pages and those of the allowed origins.
func (s *Server) mayFrame() string {
	names := []string{"'self'"}
	for _, origin := range s.origins() {
		if _, host, _ := strings.Cut(origin, "://"); edge.PlainHost(host) {
			names = append(names, origin)
		}
	}
	return strings.Join(names, " ")
}
