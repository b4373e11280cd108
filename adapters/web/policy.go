package web

import (
	"net/http"
	"strings"
)

// noStore is the caching rule of everything that sets none of its own.
const noStore = "no-store"

// secured sets the headers every answer carries. Pages set their own policy
// on top; for everything else nothing at all may run.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		h.Set("Cache-Control", noStore)
		next.ServeHTTP(w, r)
	})
}

// page is an HTML file with those who may show it in a frame.
type page struct {
	file      *file
	ancestors string
}

func (p page) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", pagePolicy(r.Host, p.ancestors))
	p.file.serve(w, r)
}

// pagePolicy lets a page use the files of its own server and nothing else; text
// reaches the document as text only, which Trusted Types makes the browser
// enforce.
func pagePolicy(host, ancestors string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'" + sockets(host) +
		"; base-uri 'none'; form-action 'none'; frame-ancestors " + ancestors + "; require-trusted-types-for 'script'; trusted-types 'none'"
}

// sockets names the WebSocket of our own host. Safari before 15.4, and webviews
// of that age, do not count it as 'self'. Whether TLS is spoken in front of us
// is not known here, and from an https page browsers open no ws: socket anyway.
// The name is the client's word: it ends in an answer to that client alone, and
// only when it cannot be mistaken for more than a name.
func sockets(host string) string {
	if !plainHost(host) {
		return ""
	}
	return " ws://" + host + " wss://" + host
}

// plainHost says whether a host, with or without a port, is made of letters,
// digits and what stands between them, which is all that a policy can name. It
// can name no IPv6 address.
func plainHost(host string) bool {
	return host != "" && !strings.ContainsFunc(host, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune(".-_:", r)
	})
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
	for _, origin := range s.options.Origins {
		if _, host, _ := strings.Cut(origin, "://"); plainHost(host) {
			names = append(names, origin)
		}
	}
	return strings.Join(names, " ")
}
