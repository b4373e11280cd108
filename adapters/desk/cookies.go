package desk

import (
	"encoding/base64"
	"net/http"
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
	if s.proxies.secure(r) {
		return hostPrefix + name
	}
	return name
}

// setCookie gives a browser a cookie that scripts cannot read, or takes it away
// when its value is "". Without TLS a secure cookie would never come back.
func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, cookie http.Cookie) {
	cookie.Name, cookie.Path, cookie.HttpOnly, cookie.Secure = s.cookieName(r, cookie.Name), "/", true, s.proxies.secure(r)
	if cookie.Value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, &cookie)
}

// setToken gives a browser its session, or takes it away when that is "".
func (s *Server) setToken(w http.ResponseWriter, r *http.Request, token string) {
	s.setCookie(w, r, http.Cookie{Name: sessionCookie, Value: token, SameSite: http.SameSiteStrictMode})
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
