package web

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"kaitong/adapters/tokens"
)

// signed makes a token with any header, claims and key.
func signed(t *testing.T, method jwt.SigningMethod, key any, claims jwt.MapClaims, header map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	maps.Copy(token.Header, header)
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTokens(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	good := func(change ...any) jwt.MapClaims {
		c := jwt.MapClaims{"sub": "user-1", "aud": "kaitong", "iss": "host", "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix()}
		for i := 0; i < len(change); i += 2 {
			if change[i+1] == nil {
				delete(c, change[i].(string))
			} else {
				c[change[i].(string)] = change[i+1]
			}
		}
		return c
	}
	key := []byte(testKey)
	hs := func(c jwt.MapClaims) string { return signed(t, jwt.SigningMethodHS256, key, c, nil) }
	valid := hs(good())
	parts := strings.Split(valid, ".")
	cases := []struct {
		name, token string
		code        Code // empty: believed
	}{
		{"good", valid, ""},
		{"good, several audiences", hs(good("aud", []string{"other", "kaitong"})), ""},
		{"good, just expired", hs(good("exp", now.Add(-10*time.Second).Unix())), ""},
		{"none", signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good(), nil), codeUnauthorized},
		{"None in another case", reheader(parts, `{"alg":"nOnE","typ":"JWT"}`), codeUnauthorized},
		{"no signature", parts[0] + "." + parts[1] + ".", codeUnauthorized},
		{"RS256", signed(t, jwt.SigningMethodRS256, rsaKey, good(), nil), codeUnauthorized},
		{"HS256 renamed RS256", reheader(parts, `{"alg":"RS256","typ":"JWT"}`), codeUnauthorized},
		{"HS512 with the right key", signed(t, jwt.SigningMethodHS512, key, good(), nil), codeUnauthorized},
		{"wrong key", signed(t, jwt.SigningMethodHS256, []byte("another key of thirty-two bytes!"), good(), nil), codeUnauthorized},
		{"wrong key, expired", signed(t, jwt.SigningMethodHS256, []byte("another key of thirty-two bytes!"), good("exp", 1), nil), codeUnauthorized},
		{"empty key", signed(t, jwt.SigningMethodHS256, []byte{}, good(), nil), codeUnauthorized},
		{"key in the header", signed(t, jwt.SigningMethodHS256, []byte("x"), good(), map[string]any{"jwk": map[string]string{"kty": "oct", "k": "eA"}, "jku": "https://evil.example", "kid": "../../dev/null"}), codeUnauthorized},
		{"a critical extension we do not know", signed(t, jwt.SigningMethodHS256, key, good(), map[string]any{"crit": []string{"b64"}, "b64": true}), codeUnauthorized},
		{"an empty list of critical extensions", signed(t, jwt.SigningMethodHS256, key, good(), map[string]any{"crit": []string{}}), codeUnauthorized},
		{"expired", hs(good("exp", now.Add(-time.Minute).Unix())), codeTokenExpired},
		{"expired and for others", hs(good("exp", 1, "aud", "other")), codeUnauthorized},
		{"other audience", hs(good("aud", "other")), codeUnauthorized},
		{"no audience", hs(good("aud", nil)), codeUnauthorized},
		{"other issuer", hs(good("iss", "evil")), codeUnauthorized},
		{"no issuer", hs(good("iss", nil)), codeUnauthorized},
		{"no expiry", hs(good("exp", nil)), codeUnauthorized},
		{"lives for days", hs(good("exp", now.Add(48*time.Hour).Unix())), codeUnauthorized},
		{"not yet", hs(good("nbf", now.Add(time.Hour).Unix())), codeUnauthorized},
		{"issued tomorrow", hs(good("iat", now.Add(24*time.Hour).Unix())), codeUnauthorized},
		{"no subject", hs(good("sub", nil)), codeUnauthorized},
		{"subject with newline", hs(good("sub", "a\nb")), codeUnauthorized},
		{"subject of an anonymous person", hs(good("sub", "anon-0123")), codeUnauthorized},
		{"tenant with blank", hs(good("tenant", "a b")), codeUnauthorized},
		{"payload changed", parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"root","aud":"kaitong","exp":9999999999}`)) + "." + parts[2], codeUnauthorized},
		{"not a token", "hello", codeUnauthorized},
	}
	w := newWorld(t, func(o *Options) { o.Token.Issuer = "host"; o.Limits.SocketsPerUser = 10 })
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := w.dial()
			p.send(map[string]any{"type": "hello", "data": map[string]any{"locale": "en", "token": c.token}})
			status := w.getAs("/v1/conversations/c_1/events", "Bearer "+c.token).StatusCode
			if c.code == "" {
				p.want("welcome")
				if status != 404 {
					t.Errorf("over HTTP: %d", status)
				}
				return
			}
			p.wantError(c.code)
			p.wantClose(w.server.codes[c.code].close)
			if status != 401 {
				t.Errorf("over HTTP: %d", status)
			}
		})
	}
	if n := len(w.engine.convs); n != 0 {
		t.Errorf("%d conversations were touched", n)
	}
}

func reheader(parts []string, header string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1] + "." + parts[2]
}

func TestTenantComesFromTheToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := signed(t, jwt.SigningMethodHS256, []byte(testKey), jwt.MapClaims{"sub": "u", "aud": "kaitong", "tenant": "bank-2", "exp": time.Now().Add(time.Minute).Unix()}, nil)
	p := w.dial()
	p.hello(map[string]any{"locale": "en", "token": token})
	p.exchange("m1", "x")
	if owner := w.engine.convs[p.conv].owner; owner.Tenant != "bank-2" || owner.User != "u" || owner.Anonymous {
		t.Errorf("owner: %+v", owner)
	}
}

// A socket does not outlive its token.
func TestTokenExpiresWhileOpen(t *testing.T) {
	t.Parallel()
	var clock fakeClock
	w := newWorld(t)
	w.server.now = clock.now
	p := w.join("demo-a")
	p.exchange("m1", "x")
	clock.advance(tokens.DefaultLife)
	p.say("m2", "x")
	p.wantError(codeTokenExpired)
	p.wantClose(4401)
}

func TestExpiryIsNoticedWithoutTraffic(t *testing.T) {
	t.Parallel()
	var clock fakeClock
	w := newWorld(t)
	w.server.now = clock.now
	p := w.join("demo-a")
	clock.advance(tokens.DefaultLife)
	w.everySession((*session).tick)
	p.wantClose(4401)
}

func TestDemoUserNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"demo-overdue": true, "demo-a1-b2": true, "demo-": false, "demo": false, "admin": false, "Demo-x": false,
		"demo-X": false, "demo-x y": false, "demo-é": false, "xdemo-a": false, "demo-" + strings.Repeat("a", 60): false, "demo-a\n": false,
	} {
		if got := validDemoUser(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func TestMintedTokensAreShortLived(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, expires, err := w.server.identity.mint("demo-a")
	if err != nil || time.Until(expires) > 15*time.Minute {
		t.Errorf("expires %v %v", expires, err)
	}
	if a, b := newAnonToken(), newAnonToken(); a == b {
		t.Error(fmt.Sprint("two anonymous tokens are the same: ", a))
	}
}
