package web

import (
	"testing"
	"time"

	"kaitong/adapters/tokens"
)

// signFor signs for user like a host app, for so long.
func (w *world) signFor(user string, life time.Duration) string {
	w.t.Helper()
	token, err := w.server.identity.signer.Sign(tokens.Claims{
		Subject: user, Audience: []string{"kaitong"}, Issued: w.server.now(), Expires: w.server.now().Add(life),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// The sweeper looks in at the very moment a token ends, not at the next ping.
func TestSocketEndsWithItsToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.dial()
	began := w.server.now()
	p.hello(map[string]any{"token": w.signFor("demo-a", 2*time.Second)})
	p.wantError(codeTokenExpired)
	p.wantClose(4401)
	if ended := w.server.now(); ended.Before(began.Add(time.Second)) {
		t.Errorf("ended after %s already", ended.Sub(began))
	}
}

// With pings half a minute apart, it is still looked after in time.
func TestSweeperIsDueWhenTheTokenEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.dial()
	p.hello(map[string]any{"token": w.signFor("demo-a", 10*time.Second)})
	w.everySession(func(s *session) {
		if due := time.Duration(s.due.Load()) - w.server.elapsed(); due > 10*time.Second {
			t.Errorf("due in %s", due)
		}
	})
}

func TestFreshTokenKeepsTheSocket(t *testing.T) {
	t.Parallel()
	var clock fakeClock
	w := newWorld(t)
	w.server.now = clock.now
	p := w.join("demo-a")
	p.exchange("m1", "x")
	for range 3 {
		clock.advance(10 * time.Minute)
		p.send(map[string]any{"type": "token.refresh", "id": "r", "data": map[string]any{"token": w.token("demo-a")}})
		if answer := p.want("token.refreshed"); answer.Re != "r" || answer.Data["expires_at"] == nil {
			t.Errorf("%s", answer.raw)
		}
	}
	p.exchange("m2", "x")
	clock.advance(tokens.DefaultLife)
	w.everySession((*session).tick)
	p.wantError(codeTokenExpired)
	p.wantClose(4401)
}

// A token may be late by a moment: the socket is not closed before its frame is
// read.
func TestFreshTokenMayComeJustAfterTheEnd(t *testing.T) {
	t.Parallel()
	var clock fakeClock
	w := newWorld(t)
	w.server.now = clock.now
	p := w.join("demo-a")
	clock.advance(tokens.DefaultLife)
	p.send(map[string]any{"type": "token.refresh", "data": map[string]any{"token": w.token("demo-a")}})
	p.want("token.refreshed")
	p.exchange("m1", "x")
}

func TestFreshTokenOfSomebodyElseEndsTheSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, who := range map[string]string{"signed in": "demo-a", "anonymous": ""} {
		p := w.join(who)
		p.send(map[string]any{"type": "token.refresh", "data": map[string]any{"token": w.token("demo-b")}})
		p.wantError(codeOtherPerson)
		p.wantClose(4403)
		t.Log(name)
	}
}

func TestFreshTokensAreRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.raw([]byte(`{"type":"token.refresh","data":{}}`))
	p.wantError(codeMissingField)
	p.raw([]byte(`{"type":"token.refresh","data":{"token":"a\nb"}}`))
	p.wantError(codeBadField)
	p.exchange("m1", "x")
	q := w.dial()
	q.send(map[string]any{"type": "token.refresh", "data": map[string]any{"token": w.token("demo-a")}})
	q.wantError(codeNotHello)
}
