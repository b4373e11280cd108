package web

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/edge"
	"kaitong/adapters/tokens"
)

// twoTenants are the usual one, which shares the common key, and one that signs
// with its own.
func twoTenants(t *testing.T, change ...func(*Tenant)) (w *world, bank tokens.Signer) {
	t.Helper()
	bank = tokens.Signer{Algorithm: tokens.HS256, Key: []byte(strings.Repeat("b", 32))}
	own := Tenant{
		Name: "bank-2", Origins: []string{"https://bank-2.example"},
		Token: &tokens.Rules{Keys: tokens.Ring{bank.Public()}, Audience: "kaitong", Issuer: "bank-2"},
	}
	for _, f := range change {
		f(&own)
	}
	w = newWorld(t, func(o *Options) {
		o.Tenants = []Tenant{{Name: "default"}, own}
		o.Origins = append(o.Origins, own.Origins...)
	})
	return w, bank
}

func (w *world) tokenOf(signer tokens.Signer, user, tenant, issuer string) string {
	w.t.Helper()
	token, err := signer.Sign(tokens.Claims{Subject: user, Tenant: tenant, Issuer: issuer, Audience: []string{"kaitong"}, Expires: time.Now().Add(time.Minute)})
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// Whoever signs for one tenant signs for no other, and nobody for one that is
// not served.
func TestTokensSpeakForTheirTenantOnly(t *testing.T) {
	t.Parallel()
	w, bank := twoTenants(t)
	usual := w.server.identity.signer
	for name, c := range map[string]struct{ token, tenant string }{
		"the usual one, named":             {w.tokenOf(usual, "u", "default", ""), "default"},
		"the usual one, not named":         {w.tokenOf(usual, "u", "", ""), "default"},
		"its own":                          {w.tokenOf(bank, "u", "bank-2", "bank-2"), "bank-2"},
		"the common key for another":       {w.tokenOf(usual, "u", "bank-2", "bank-2"), ""},
		"its key for the usual one":        {w.tokenOf(bank, "u", "default", ""), ""},
		"its key for nobody":               {w.tokenOf(bank, "u", "", "bank-2"), ""},
		"its key, another issuer":          {w.tokenOf(bank, "u", "bank-2", "x"), ""},
		"a tenant that is not served":      {w.tokenOf(usual, "u", "bank-3", ""), ""},
		"one that differs in its spelling": {w.tokenOf(usual, "u", "Default", ""), ""},
	} {
		p := w.dial()
		p.send(map[string]any{"type": "hello", "data": map[string]any{"token": c.token}})
		if c.tenant == "" {
			p.wantError(codeUnauthorized)
			p.wantClose(4501)
			continue
		}
		p.conv = p.want("welcome").Conv
		p.exchange("m1", "x")
		if owner := w.engine.convs[p.conv].owner; owner.Tenant != c.tenant {
			t.Errorf("%s: %+v", name, owner)
		}
		p.conn.Close()
	}
}

// Somebody without a name is whose page they are on, over the socket and over
// HTTP.
func TestAnonymousPeopleAreOfTheirPage(t *testing.T) {
	t.Parallel()
	w, _ := twoTenants(t)
	for origin, tenant := range map[string]string{"https://bank-2.example": "bank-2", "https://help.example.com": "default", w.url: "default", "": "default"} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		p, _, err := w.tryDial(header, subprotocol)
		if err != nil {
			t.Fatal(err)
		}
		anon := p.hello(map[string]any{}).Data["anon"].(string)
		p.exchange("m1", "x")
		if owner := w.engine.convs[p.conv].owner; owner.Tenant != tenant || !owner.Anonymous {
			t.Errorf("from %q: %+v", origin, owner)
		}
		for asked, status := range map[string]int{origin: 200, other(origin): 404} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/v1/conversations/"+p.conv+"/events", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Anonymous "+anon)
			if asked != "" {
				request.Header.Set("Origin", asked)
			}
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != status {
				t.Errorf("from %q, asked from %q: %d", origin, asked, answer.StatusCode)
			}
		}
	}
}

// In iframe mode the chat's own page asks without an Origin. Behind a proxy that
// calls us by another name it is the name the browser used that counts, if the proxy
// is one of ours.
func TestAnonymousPeopleBehindAProxy(t *testing.T) {
	t.Parallel()
	for trusted, want := range map[string]int{"127.0.0.0/8": 200, "10.0.0.0/8": 404} {
		w := newWorld(t, func(o *Options) {
			o.Tenants = []Tenant{{Name: "default"}, {Name: "bank-2", Origins: []string{"https://bank-2.example"}}}
			o.Origins, o.Proxies = append(o.Origins, "https://bank-2.example"), edge.Proxies{netip.MustParsePrefix(trusted)}
		})
		p, _, err := w.tryDial(http.Header{"Origin": {"https://bank-2.example"}}, subprotocol)
		if err != nil {
			t.Fatal(err)
		}
		anon := p.hello(map[string]any{}).Data["anon"].(string)
		p.exchange("m1", "x")
		a := w.request("GET", "/v1/conversations/"+p.conv+"/events", "", "Authorization", "Anonymous "+anon, "X-Forwarded-Host", "bank-2.example")
		if a.StatusCode != want {
			t.Errorf("proxy of %s: %d", trusted, a.StatusCode)
		}
	}
}

// other is a page of the other tenant.
func other(origin string) string {
	if origin == "https://bank-2.example" {
		return "https://help.example.com"
	}
	return "https://bank-2.example"
}

// What a tenant uses up is its own: the others go on as if nothing were.
func TestOneTenantsCrowdLeavesTheOthers(t *testing.T) {
	t.Parallel()
	w, bank := twoTenants(t, func(own *Tenant) { own.Sockets, own.Messages = 2, 3 })
	crowd := make([]*peer, 2)
	for i := range crowd {
		crowd[i] = w.dial()
		crowd[i].hello(map[string]any{"token": w.tokenOf(bank, "u"+string(rune('0'+i)), "bank-2", "bank-2")})
	}
	late := w.dial()
	late.send(map[string]any{"type": "hello", "data": map[string]any{"token": w.tokenOf(bank, "late", "bank-2", "bank-2")}})
	late.wantError(codeServerFull)
	late.wantClose(4413)
	crowd[0].exchange("m1", "x")
	crowd[0].exchange("m2", "x")
	crowd[1].exchange("m3", "x")
	crowd[1].say("m4", "x")
	if refused := crowd[1].wantError(codeBusy); refused.Data["retry_after_ms"] == nil {
		t.Errorf("no word of when to come again: %s", refused.raw)
	}
	calm := w.join("demo-a")
	for range 5 {
		calm.exchange("m"+newAnonToken()[:8], "x")
	}
	crowd[0].conn.Close()
	eventually(t, "a place is free again", func() bool {
		tenant := w.server.identity.tenants.of("bank-2")
		tenant.mu.Lock()
		defer tenant.mu.Unlock()
		return tenant.open == 1
	})
	again := w.dial()
	again.hello(map[string]any{"token": w.tokenOf(bank, "late", "bank-2", "bank-2")})
}
