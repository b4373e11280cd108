package web

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
	"time"

	"kaitong/adapters/tokens"
	"kaitong/bot/access"
)

// backendAudience is what stands behind the audience in a token by which the
// host app's backend speaks for itself: no person's token is one, and none of
// those lets anybody in.
const backendAudience = "/backend"

// backendVerifier checks tokens of the backend by the rules of all tokens, for
// an audience of their own.
func backendVerifier(rules tokens.Rules, now func() time.Time) (*tokens.Verifier, error) {
	rules.Audience += backendAudience
	return tokens.NewVerifier(rules, now)
}

// revokeBody is what a backend wants revoked.
type revokeBody struct {
	User  string     `json:"user"`
	Token string     `json:"jti"`
	Since *time.Time `json:"since"` // now, when absent
}

// revoke is POST /v1/tokens/revoke {user, since?} or {jti}, for the backend of
// the host app.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	tenant, bad := s.fromBackend(r)
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	var body revokeBody
	if bad := s.readJSON(w, r, &body); bad != nil {
		s.problem(w, r, bad)
		return
	}
	now := s.now()
	since := now
	if body.Since != nil && body.Since.Before(now) {
		since = *body.Since
	}
	revocation := access.Revocation{Tenant: tenant, User: body.User, Token: body.Token, Since: since, Until: s.lapses(now)}
	if err := revocation.Validate(); err != nil {
		s.problem(w, r, &fault{code: codeBadField, cause: err})
		return
	}
	if err := s.options.Revoke(r.Context(), revocation); err != nil {
		s.log.Error("revocation not kept", "error", err)
		s.problem(w, r, &fault{code: codeInternal, cause: err})
		return
	}
	s.log.Info("tokens revoked by the backend of the host app", "tenant", tenant, "one", body.Token != "")
	w.WriteHeader(http.StatusNoContent)
}

// lapses is when every token that is good now has expired.
func (s *Server) lapses(now time.Time) time.Time {
	return now.Add(s.identity.verifier.Rules().Life + 2*tokens.Leeway)
}

// fromBackend returns the tenant that a backend speaks for.
func (s *Server) fromBackend(r *http.Request) (string, *fault) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > maxTokenChars {
		return "", &fault{code: codeUnauthorized, cause: errors.New("no token")}
	}
	backend := s.backend
	if own := s.identity.tenants.ruling(token); own != nil && own.backend != nil {
		backend = own.backend
	}
	c, err := backend.Verify(r.Context(), token)
	switch {
	case errors.Is(err, tokens.ErrNoKeys):
		return "", &fault{code: codeBusy, cause: err}
	case err != nil:
		return "", &fault{code: codeUnauthorized, cause: err}
	}
	tenant := cmp.Or(c.Tenant, s.identity.tenants.usual)
	if !s.identity.tenants.admits(tenant) {
		return "", &fault{code: codeUnauthorized, cause: errors.New("tenant is none that is served here")}
	}
	return tenant, nil
}
