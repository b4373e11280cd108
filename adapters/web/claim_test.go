package web

import (
	"testing"
	"time"

	"kaitong/adapters/tokens"
	"kaitong/bot"
)

// signsIn says hello with a token, the anonymous token of before, and where they
// left off.
func (w *world) signsIn(token, anon, conv string) (*peer, received) {
	w.t.Helper()
	p := w.dial()
	return p, p.hello(map[string]any{"token": token, "anon": anon,
		"resume": map[string]any{"conv": conv, "epoch": w.engine.epoch, "after_seq": 0}})
}

// stranger begins a conversation without a name, with two sockets.
func (w *world) stranger() (first, second *peer, anon string) {
	w.t.Helper()
	first = w.dial()
	anon = first.hello(map[string]any{}).Data["anon"].(string)
	first.exchange("m1", "x")
	second = w.dial()
	second.hello(map[string]any{"anon": anon, "resume": map[string]any{"conv": first.conv, "epoch": w.engine.epoch, "after_seq": 2}})
	return first, second, anon
}

func TestSigningInTakesTheConversationAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second, anon := w.stranger()
	p, welcome := w.signsIn(w.token("demo-a"), anon, first.conv)
	if p.conv != first.conv || welcome.Data["anon"] != nil || welcome.Data["recovered"] != true {
		t.Fatalf("welcomed with %s", welcome.raw)
	}
	for range 2 {
		p.want("message")
	}
	for _, former := range []*peer{first, second} {
		former.wantError(codeMoved)
		former.wantClose(4404)
	}
	p.exchange("m2", "x")
	if owner := w.engine.convs[p.conv].owner; owner != w.identity("demo-a") {
		t.Errorf("it is of %+v", owner)
	}
	if status := w.getAs("/v1/conversations/"+p.conv+"/events", "Anonymous "+anon).StatusCode; status != 404 {
		t.Errorf("the anonymous token reads it over HTTP: %d", status)
	}
	again := w.dial()
	resume := map[string]any{"conv": p.conv, "epoch": w.engine.epoch, "after_seq": 0}
	if conv := again.hello(map[string]any{"anon": anon, "resume": resume}).Conv; conv == p.conv {
		t.Error("the anonymous token opens it again")
	}
	if q, _ := w.signsIn(w.token("demo-b"), anon, first.conv); q.conv == first.conv {
		t.Error("it was claimed twice")
	}
}

func TestWhatSigningInDoesNotTake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, _, anon := w.stranger()
	foreign, err := w.server.identity.signer.Sign(tokens.Claims{
		Subject: "u", Tenant: "bank-2", Audience: []string{"kaitong"}, Expires: time.Now().Add(time.Minute),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ token, anon string }{
		"with another anonymous token": {w.token("demo-a"), newAnonToken()},
		"without one":                  {w.token("demo-a"), ""},
		"with none of ours":            {w.token("demo-a"), "hello"},
		"of another tenant":            {foreign, anon},
	} {
		if p, _ := w.signsIn(c.token, c.anon, first.conv); p.conv == first.conv {
			t.Errorf("%s: taken", name)
		}
	}
	if owner := w.engine.convs[first.conv].owner; !owner.Anonymous {
		t.Errorf("it is of %+v", owner)
	}
	first.exchange("m2", "x")
}

// Another node took it over: what is said there is not shown to who it was of,
// even before this node has heard of it.
func TestTakenOverAtAnotherNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second, anon := w.stranger()
	if err := w.engine.Claim(t.Context(), first.conv, first.whoIs(w, anon), w.identity("demo-a")); err != nil {
		t.Fatal(err)
	}
	p := w.dial()
	p.hello(map[string]any{"token": w.token("demo-a"), "resume": map[string]any{"conv": first.conv, "epoch": w.engine.epoch, "after_seq": 2}})
	p.exchange("m2", "x")
	first.wantQuiet()
	w.server.Announce(first.conv, 0)
	for _, former := range []*peer{first, second} {
		former.wantError(codeMoved)
		former.wantClose(4404)
	}
	p.exchange("m3", "x")
}

// What was missed of another node is found by comparing with the log, also where the
// one who has signed in looks at the conversation as well.
func TestTakenOverUnheardOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second, anon := w.stranger()
	if err := w.engine.Claim(t.Context(), first.conv, first.whoIs(w, anon), w.identity("demo-a")); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		p := w.dial()
		p.hello(map[string]any{"token": w.token("demo-a"), "resume": map[string]any{"conv": first.conv, "epoch": w.engine.epoch, "after_seq": 2}})
	}
	w.server.AnnounceAll()
	for _, former := range []*peer{first, second} {
		former.wantError(codeMoved)
		former.wantClose(4404)
	}
}

// whoIs is the name behind an anonymous token.
func (p *peer) whoIs(w *world, anon string) bot.Identity {
	p.t.Helper()
	pass, bad := w.server.identity.fromAnon(anon, "default")
	if bad != nil {
		p.t.Fatal(bad)
	}
	return pass.who
}
