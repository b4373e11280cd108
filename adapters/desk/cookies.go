package desk

import (
	"encoding/base64"
	"net/http"
	"time"

	"kaitong/adapters/desk/sso"
)

const (
	sessionCookie = "kaitong_desk"
	flowCookie    = "kaitong_desk_flow" // of a sign-in under way at a provider
	// hostPrefix lets browsers take a cookie from this very host only, and over TLS
	// only: no neighbour of the same domain can put its own in its place.
	hostPrefix = "__Host-"
)

// cookieName is what a cookie is called in this request. Without TLS, as on one's
// own machine, browsers would not take the prefix.
func (s *Server) cookieName(r *http.Request, name string) string {
	if s.proxies.Secure(r) {
		return hostPrefix + name
	}
	return name
}

// setCookie gives a browser a cookie that scripts cannot read, for a while or, when
// that is 0, until it is closed; a value of "" takes it away. Without TLS a secure
// cookie would never come back.
func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, name, value string, site http.SameSite, life time.Duration) {
	cookie := &http.Cookie{ //nolint:gosec // Secure depends on the way the request came
		Name: s.cookieName(r, name), Value: value, Path: "/", HttpOnly: true, Secure: s.proxies.Secure(r), SameSite: site, MaxAge: int(life.Seconds()),
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

// setToken gives a browser its session, or takes it away when that is "".
func (s *Server) setToken(w http.ResponseWriter, r *http.Request, token string) {
	s.setCookie(w, r, sessionCookie, token, http.SameSiteStrictMode, 0)
}

// setFlow is setToken for a sign-in under way. It is a page of the provider that
// leads back to us, which a strict cookie would not come along with.
func (s *Server) setFlow(w http.ResponseWriter, r *http.Request, flow string) {
	s.setCookie(w, r, flowCookie, flow, http.SameSiteLaxMode, sso.FlowLife)
}

// cookieOf is the value of a cookie. Two of one name would be a trick.
func (s *Server) cookieOf(r *http.Request, name string) (string, bool) {
	cookies := r.CookiesNamed(s.cookieName(r, name))
	if len(cookies) != 1 {
		return "", false
	}
	return cookies[0].Value, true
}

// tokenOf reads the token of a session.
func (s *Server) tokenOf(r *http.Request) ([]byte, bool) {
	text, ok := s.cookieOf(r, sessionCookie)
	if !ok {
		return nil, false
	}
	token, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return token, err == nil && len(token) == tokenBytes
}
