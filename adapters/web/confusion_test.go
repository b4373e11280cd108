package web

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"kaitong/adapters/tokens"
)

// host is a host app with a key pair for each algorithm.
type hostApp struct {
	t    *testing.T
	keys map[tokens.Algorithm]any
}

func newHostApp(t *testing.T) hostApp {
	t.Helper()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return hostApp{t, map[tokens.Algorithm]any{tokens.HS256: []byte(testKey), tokens.RS256: rsaKey, tokens.EdDSA: edKey}}
}

func (h hostApp) signer(algorithm tokens.Algorithm) tokens.Signer {
	return tokens.Signer{Algorithm: algorithm, Key: h.keys[algorithm], ID: "k1"}
}

// publicTexts are the spellings of a public key that somebody might take for a
// secret.
func (h hostApp) publicTexts(algorithm tokens.Algorithm) map[string][]byte {
	h.t.Helper()
	public := h.signer(algorithm).Public().Material
	if secret, shared := public.([]byte); shared {
		return map[string][]byte{"secret reversed": []byte(strings.ToUpper(string(secret)))}
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		h.t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return map[string][]byte{"DER": der, "PEM": text, "PEM without line end": []byte(strings.TrimSpace(string(text)))}
}

// forge signs any header and claims as they are written.
func (h hostApp) forge(algorithm tokens.Algorithm, key any, header, claims string) string {
	h.t.Helper()
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	signature, err := jwt.GetSigningMethod(string(algorithm)).Sign(text, key)
	if err != nil {
		h.t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (h hostApp) claims(change map[string]any) string {
	h.t.Helper()
	now := time.Now()
	claims := map[string]any{"sub": "user-1", "aud": "kaitong", "iss": "host", "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()}
	maps.Copy(claims, change)
	text, err := json.Marshal(claims)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

// attempts are tokens that no server may believe that is configured with own.
func (h hostApp) attempts(own tokens.Algorithm) map[string]string {
	key, plain := h.keys[own], h.claims(nil)
	header := func(more string) string { return fmt.Sprintf(`{"alg":%q,"kid":"k1"%s}`, own, more) }
	sign := func(header, claims string) string { return h.forge(own, key, header, claims) }
	valid := sign(header(""), plain)
	unsigned := func(alg string) string {
		text := valid[:strings.LastIndex(valid, ".")]
		return base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf(`{"alg":%q}`, alg))) + text[strings.Index(text, "."):] + "."
	}
	_, strangersKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		h.t.Fatal(err)
	}
	list := map[string]string{
		"none": unsigned("none"), "None": unsigned("None"), "nOnE": unsigned("nOnE"), "empty alg": unsigned(""),
		"empty signature":       valid[:strings.LastIndex(valid, ".")+1],
		"no signature part":     valid[:strings.LastIndex(valid, ".")],
		"trailing data":         valid + ".e30",
		"trailing blank":        valid + "%20",
		"trailing JSON":         sign(header(""), plain+"{}"),
		"own alg in lower case": sign(strings.Replace(header(""), string(own), strings.ToLower(string(own)), 1), plain),
		"alg twice":             sign(fmt.Sprintf(`{"alg":"none","alg":%q}`, own), plain),
		"sub twice":             sign(header(""), strings.TrimSuffix(plain, "}")+`,"sub":"root"}`),
		"crit":                  sign(header(`,"crit":["b64"],"b64":false`), plain),
		"type of another use":   sign(header(`,"typ":"at+jwt"`), plain),
		"unknown kid":           sign(strings.Replace(header(""), "k1", "../../dev/null", 1), plain),
		"kid of SQL":            sign(strings.Replace(header(""), "k1", "' OR 1=1 --", 1), plain),
		"key in the header":     h.forge(tokens.EdDSA, strangersKey, header(`,"jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"},"jku":"https://evil.example/jwks","x5u":"https://evil.example","x5c":["AAAA"]`), plain),
		"other audience":        sign(header(""), h.claims(map[string]any{"aud": "other"})),
		"audience in part":      sign(header(""), h.claims(map[string]any{"aud": "kaitong2"})),
		"no audience":           sign(header(""), h.claims(map[string]any{"aud": []string{}})),
		"other issuer":          sign(header(""), h.claims(map[string]any{"iss": "evil"})),
		"no expiry":             sign(header(""), h.claims(map[string]any{"exp": nil})),
		"lives too long":        sign(header(""), h.claims(map[string]any{"exp": time.Now().Add(time.Hour).Unix()})),
		"not yet":               sign(header(""), h.claims(map[string]any{"nbf": time.Now().Add(time.Hour).Unix()})),
		"issued tomorrow":       sign(header(""), h.claims(map[string]any{"iat": time.Now().Add(24 * time.Hour).Unix()})),
		"expiry as text":        sign(header(""), h.claims(map[string]any{"exp": "99999999999"})),
		"no subject":            sign(header(""), h.claims(map[string]any{"sub": ""})),
		"subject a number":      sign(header(""), h.claims(map[string]any{"sub": 1})),
		"anonymous subject":     sign(header(""), h.claims(map[string]any{"sub": "anon-0123"})),
	}
	for algorithm, other := range h.keys {
		if algorithm != own {
			list["signed with "+string(algorithm)] = h.forge(algorithm, other, fmt.Sprintf(`{"alg":%q}`, algorithm), plain)
			list["signed with "+string(algorithm)+", renamed"] = h.forge(algorithm, other, header(""), plain)
		}
	}
	for spelling, text := range h.publicTexts(own) {
		list["public key as a secret: "+spelling] = h.forge(tokens.HS256, text, `{"alg":"HS256","kid":"k1"}`, plain)
		list["public key as a secret, renamed: "+spelling] = h.forge(tokens.HS256, text, header(""), plain)
	}
	return list
}

// Every server believes what its own host app signs and nothing else, whatever
// the token says of itself: over the socket, as a fresh token on an open socket,
// and over HTTP. Nothing is written.
func TestTokenConfusion(t *testing.T) {
	t.Parallel()
	host := newHostApp(t)
	for _, own := range []tokens.Algorithm{tokens.HS256, tokens.RS256, tokens.EdDSA} {
		t.Run(string(own), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *Options) {
				o.Token = tokens.Rules{Algorithm: own, Keys: tokens.Ring{host.signer(own).Public()}, Audience: "kaitong", Issuer: "host"}
				o.Signer = host.signer(own)
				o.Limits.SocketsPerUser = 1000
				o.Limits.MessagesPerWindow = 1000
			})
			if c := w.dial().hello(map[string]any{"token": host.forge(own, host.keys[own], fmt.Sprintf(`{"alg":%q,"kid":"k1"}`, own), host.claims(nil))}); c.Data["expires_at"] == nil {
				t.Fatal("its own tokens are not believed")
			}
			for name, token := range host.attempts(own) {
				t.Run(name, func(t *testing.T) { w.refusesToken(t, token) })
			}
			if n := len(w.engine.convs); n != 0 {
				t.Errorf("%d conversations were touched", n)
			}
		})
	}
}

func (w *world) refusesToken(t *testing.T, token string) {
	t.Helper()
	p := w.dial()
	p.t = t
	p.send(map[string]any{"type": "hello", "data": map[string]any{"locale": "en", "token": token}})
	p.wantError(codeUnauthorized)
	p.wantClose(4501)
	q := w.join("demo-a")
	q.t = t
	q.send(map[string]any{"type": "token.refresh", "id": "r1", "data": map[string]any{"token": token}})
	q.wantError(codeUnauthorized)
	q.wantClose(4501)
	if status := w.getAs("/v1/conversations/c_1/events", "Bearer "+token).StatusCode; status != 401 {
		t.Errorf("over HTTP: %d", status)
	}
}

// A key that was exchanged must not part anybody from a conversation that goes
// on: the seal of its id is not made with it.
func TestKeysAreExchangedWhilePeopleTalk(t *testing.T) {
	t.Parallel()
	older, newer := strings.Repeat("o", 32), strings.Repeat("n", 32)
	sign := func(key string) string {
		token, err := tokens.Signer{Algorithm: tokens.HS256, Key: []byte(key)}.Sign(tokens.Claims{
			Subject: "u", Audience: []string{"kaitong"}, Expires: time.Now().Add(time.Minute),
		})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	before := newWorld(t, func(o *Options) { o.Token.Keys = tokens.Secrets([]byte(older)) })
	conv := before.dial().hello(map[string]any{"token": sign(older)}).Conv
	during := newWorld(t, func(o *Options) { o.Token.Keys = tokens.Secrets([]byte(newer), []byte(older)) })
	after := newWorld(t, func(o *Options) { o.Token.Keys = tokens.Secrets([]byte(newer)) })
	for _, c := range []struct {
		w   *world
		key string
	}{{during, older}, {during, newer}, {after, newer}} {
		resume := map[string]any{"conv": conv, "epoch": c.w.engine.epoch, "after_seq": 0}
		if got := c.w.dial().hello(map[string]any{"token": sign(c.key), "resume": resume}).Conv; got != conv {
			t.Errorf("parted from %s: %s", conv, got)
		}
	}
	p := after.dial()
	p.send(map[string]any{"type": "hello", "data": map[string]any{"token": sign(older)}})
	p.wantError(codeUnauthorized)
}
