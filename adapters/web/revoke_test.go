package web

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kaitong/adapters/tokens"
	"kaitong/bot"
	"kaitong/bot/access"
)

// revoking is a world that knows what was revoked.
func revoking(t *testing.T) (*world, *access.List) {
	t.Helper()
	list := access.NewList()
	w := newWorld(t, func(o *Options) {
		o.Revoked = func(who bot.Identity, token string, issued time.Time) bool {
			return list.Revoked(who.Tenant, who.User, token, issued)
		}
		o.Revoke = func(_ context.Context, r access.Revocation) error {
			list.Replace([]access.Revocation{r})
			return nil
		}
	})
	return w, list
}

func (w *world) sign(c tokens.Claims) string {
	w.t.Helper()
	token, err := w.server.identity.signer.Sign(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

func claimsOf(user, id string, issued time.Time) tokens.Claims {
	return tokens.Claims{Subject: user, ID: id, Audience: []string{"kaitong"}, Issued: issued, Expires: time.Now().Add(5 * time.Minute)}
}

func TestRevokedSocketsEnd(t *testing.T) {
	t.Parallel()
	w, list := revoking(t)
	now := time.Now()
	sign := func(user, id string, issued time.Time) string { return w.sign(claimsOf(user, id, issued)) }
	hello := func(token string) *peer {
		p := w.dial()
		p.hello(map[string]any{"token": token})
		return p
	}
	old, one, other, nobody := sign("u", "t1", now.Add(-time.Minute)), sign("v", "t2", now), sign("v", "t3", now), w.join("")
	oldSocket, oneSocket, otherSocket := hello(old), hello(one), hello(other)
	list.Replace([]access.Revocation{
		{Tenant: "default", User: "u", Since: now.Add(-time.Second), Until: now.Add(time.Hour)},
		{Tenant: "default", Token: "t2", Since: now, Until: now.Add(time.Hour)},
	})
	w.server.Recheck()
	for _, p := range []*peer{oldSocket, oneSocket} {
		p.wantError(codeRevoked)
		p.wantClose(4503)
	}
	otherSocket.wantQuiet()
	nobody.wantQuiet()
	for name, token := range map[string]string{"of a person": old, "one": one} {
		p := w.dial()
		p.send(map[string]any{"type": "hello", "data": map[string]any{"token": token}})
		p.wantError(codeRevoked)
		p.wantClose(4503)
		if status := w.getAs("/v1/conversations/c_1/events", "Bearer "+token).StatusCode; status != 401 {
			t.Errorf("%s, over HTTP: %d", name, status)
		}
	}
	fresh := hello(sign("u", "t4", now))
	fresh.exchange("m1", "x")
	fresh.send(map[string]any{"type": "token.refresh", "data": map[string]any{"token": old}})
	fresh.wantError(codeRevoked)
	fresh.wantClose(4503)
}

// A token that is revoked while it takes the place of another ends the socket, too.
func TestRevokedWhileRefreshing(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	var w *world
	w = newWorld(t, func(o *Options) {
		o.Revoked = func(_ bot.Identity, token string, _ time.Time) bool {
			if token != "late" {
				return false
			}
			first := asked.Add(1) == 1
			if first {
				w.server.Recheck() // it is revoked right after it was looked at
			}
			return !first
		}
	})
	p := w.dial()
	p.hello(map[string]any{"token": w.sign(claimsOf("u", "early", time.Now()))})
	p.send(map[string]any{"type": "token.refresh", "data": map[string]any{"token": w.sign(claimsOf("u", "late", time.Now()))}})
	p.wantError(codeRevoked)
	p.wantClose(4503)
}

// A token without iat may have been signed at any time that its exp allows.
func TestRevokedWithoutTimeOfIssue(t *testing.T) {
	t.Parallel()
	w, list := revoking(t)
	now := time.Now()
	list.Replace([]access.Revocation{{Tenant: "default", User: "u", Since: now, Until: now.Add(time.Hour)}})
	p := w.dial()
	p.send(map[string]any{"type": "hello", "data": map[string]any{"token": w.sign(claimsOf("u", "", time.Time{}))}})
	p.wantError(codeRevoked)
}

func TestBackendRevokes(t *testing.T) {
	t.Parallel()
	w, list := revoking(t)
	backend := claimsOf("backend", "", time.Now())
	backend.Audience = []string{"kaitong/backend"}
	post := func(token, body string) int {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/v1/tokens/revoke", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	for name, c := range map[string]struct {
		token, body string
		status      int
	}{
		"a person's token": {w.token("demo-a"), `{"user":"u"}`, 401},
		"no token":         {"", `{"user":"u"}`, 401},
		"nobody":           {w.sign(backend), `{}`, 400},
		"both":             {w.sign(backend), `{"user":"u","jti":"t"}`, 400},
		"anonymous":        {w.sign(backend), `{"user":"anon-1"}`, 400},
		"twice":            {w.sign(backend), `{"user":"u","user":"v"}`, 400},
		"no time":          {w.sign(backend), `{"user":"u","since":"yesterday"}`, 400},
	} {
		if got := post(c.token, c.body); got != c.status {
			t.Errorf("%s: %d", name, got)
		}
	}
	if list.Revoked("default", "u", "", time.Now().Add(-time.Minute)) {
		t.Error("something was revoked")
	}
	if got := post(w.sign(backend), `{"user":"u"}`); got != 204 || !list.Revoked("default", "u", "", time.Now().Add(-time.Minute)) {
		t.Errorf("a person: %d", got)
	}
	backend.Tenant = "bank-2"
	if got := post(w.sign(backend), `{"jti":"t"}`); got != 204 || !list.Revoked("bank-2", "x", "t", time.Now()) || list.Revoked("default", "x", "t", time.Now()) {
		t.Errorf("a token of another tenant: %d", got)
	}
	p := w.dial()
	p.send(map[string]any{"type": "hello", "data": map[string]any{"token": w.sign(backend)}})
	p.wantError(codeUnauthorized)
}
