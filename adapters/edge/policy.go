package edge

import (
	"net/http"
	"strings"
)

// NoStore is the caching rule of everything that sets none of its own.
const NoStore = "no-store"

// Secured sets the headers every answer carries, and bounds how long one may take. Pages set their own policy
// on top; for everything else nothing at all may run. Where TLS is spoken, to us or
// to a proxy of ours, browsers are told never to come without.
func Secured(next http.Handler, proxies Proxies) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		h.Set("Cache-Control", NoStore)
		if proxies.Secure(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		pace(w, r)
		next.ServeHTTP(w, r)
	})
}

// Sockets names the WebSocket of our own host. Safari before 15.4, and webviews
// of that age, do not count it as 'self'. Whether TLS is spoken in front of us
// is not known here, and from an https page browsers open no ws: socket anyway.
// The name is the client's word: it ends in an answer to that client alone, and
// only when it cannot be mistaken for more than a name.
func Sockets(host string) string {
	if !PlainHost(host) {
		return ""
	}
	return " ws://" + host + " wss://" + host
}

// PlainHost says whether a host, with or without a port, is made of letters,
// digits and what stands between them, which is all that a policy can name. It
// can name no IPv6 address.
func PlainHost(host string) bool {
	return host != "" && !strings.ContainsFunc(host, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune(".-_:", r)
	})
}
