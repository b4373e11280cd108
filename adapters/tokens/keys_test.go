package tokens

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

func publicPEM(t testing.TB, keys ...any) []byte {
	t.Helper()
	var text []byte
	for _, key := range keys {
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})...)
	}
	return text
}

func privatePEM(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func jwks(t testing.TB, keys ...jose.JSONWebKey) []byte {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestPublicKeysAreReadForOneAlgorithm(t *testing.T) {
	t.Parallel()
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Skip("no short RSA key can be made any more: ", err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	one, two := edKey(t, 1), edKey(t, 2)
	for _, c := range []struct {
		name      string
		algorithm Algorithm
		data      []byte
		keys      int    // 0: refused
		says      string // then
	}{
		{"Ed25519", EdDSA, publicPEM(t, one.Public()), 1, ""},
		{"two of Ed25519", EdDSA, publicPEM(t, one.Public(), two.Public()), 2, ""},
		{"RSA", RS256, publicPEM(t, rsaKey().Public()), 1, ""},
		{"RSA, the older way", RS256, pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey)}), 1, ""},
		{"RSA for EdDSA", EdDSA, publicPEM(t, rsaKey().Public()), 0, "none for EdDSA"},
		{"Ed25519 for RS256", RS256, publicPEM(t, one.Public()), 0, "none for RS256"},
		{"a short one", RS256, publicPEM(t, short.Public()), 0, "1024 bits"},
		{"elliptic", RS256, publicPEM(t, ec.Public()), 0, "none for RS256"},
		{"private", EdDSA, privatePEM(t, one), 0, "private key"},
		{"something behind", EdDSA, append(publicPEM(t, one.Public()), "hello"...), 0, "follows"},
		{"text", EdDSA, []byte("hello"), 0, "PEM"},
		{"JWKS", EdDSA, jwks(t, jose.JSONWebKey{Key: one.Public(), KeyID: "a"}, jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "b"}), 1, ""},
		{"JWKS for encryption", EdDSA, jwks(t, jose.JSONWebKey{Key: one.Public(), KeyID: "a", Use: "enc"}), 0, "none of the 1"},
		{"JWKS with a secret", EdDSA, jwks(t, jose.JSONWebKey{Key: []byte(secret), KeyID: "a"}, jose.JSONWebKey{Key: one.Public()}), 0, "secret"},
		{"JWKS with a private key", EdDSA, jwks(t, jose.JSONWebKey{Key: one, KeyID: "a"}), 0, "secret"},
		{"no JWKS", EdDSA, []byte(`{"keys":1}`), 0, "JWKS"},
	} {
		ring, err := ReadKeys(c.algorithm, c.data)
		switch {
		case len(ring) != c.keys:
			t.Errorf("%s: %d keys, %v", c.name, len(ring), err)
		case c.keys == 0 && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestSecretsAreLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", 40)
	binary := bytes.Repeat([]byte{0, '\n', 200}, 20)
	for _, c := range []struct {
		name, text string
		want       []string // nil: refused
	}{
		{"one", long, []string{long}},
		{"a line end behind", long + "\n", []string{long}},
		{"two", long + "\n" + secret + "\n", []string{long, secret}},
		{"from Windows", long + "\r\n" + secret + "\r\n", []string{long, secret}},
		{"binary is one, whatever it holds", string(binary), []string{string(binary)}},
		{"the second is short", long + "\nshort", nil},
		{"an empty line", long + "\n\n" + long, nil},
		{"short", "short", nil},
		{"nothing", "\n", nil},
		{"too many", strings.Repeat(long+"\n", maxKeys+1), nil},
	} {
		secrets, err := SplitSecrets([]byte(c.text))
		if (err != nil) != (c.want == nil) || len(secrets) != len(c.want) {
			t.Errorf("%s: %q, %v", c.name, secrets, err)
			continue
		}
		for i := range secrets {
			if string(secrets[i]) != c.want[i] {
				t.Errorf("%s: %q", c.name, secrets)
			}
		}
	}
}

func TestSignersAreReadFromFiles(t *testing.T) {
	t.Parallel()
	for algorithm, data := range map[Algorithm][]byte{
		HS256: []byte(secret + "\n"), EdDSA: privatePEM(t, edKey(t, 1)), RS256: privatePEM(t, rsaKey()),
	} {
		signer, err := ReadSigner(algorithm, data)
		if err != nil {
			t.Errorf("%s: %v", algorithm, err)
			continue
		}
		v := verifier(t, Rules{Algorithm: algorithm, Keys: Ring{signers(t)[algorithm].Public()}})
		if _, err := v.Verify(t.Context(), sign(t, signer, good())); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
	if _, err := ReadSigner(RS256, privatePEM(t, edKey(t, 1))); err == nil {
		t.Error("an Ed25519 key signs RS256")
	}
}

// host is a host app that publishes keys.
type host struct {
	*httptest.Server
	mu    sync.Mutex
	reply func(http.ResponseWriter, *http.Request)
	asked atomic.Int64
}

func newHost(t *testing.T) *host {
	h := &host{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.asked.Add(1)
		h.mu.Lock()
		reply := h.reply
		h.mu.Unlock()
		reply(w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *host) publish(data []byte) {
	h.answer(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) })
}

func (h *host) answer(reply func(http.ResponseWriter, *http.Request)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reply = reply
}

// clock is set by the test alone.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

func TestKeysFromAnAddress(t *testing.T) {
	t.Parallel()
	var at clock
	older, newer := edKey(t, 1), edKey(t, 2)
	h := newHost(t)
	h.publish(jwks(t, jose.JSONWebKey{Key: older.Public(), KeyID: "a"}))
	var log bytes.Buffer
	remote := NewRemote(t.Context(), RemoteOptions{URL: h.URL, Algorithm: EdDSA, Now: at.now, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	defer remote.Close()
	keys := func(kid string) int {
		t.Helper()
		found, err := remote.Keys(t.Context(), kid)
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if keys("a") != 1 || h.asked.Load() != 1 {
		t.Fatalf("after the start: %d keys, asked %d times", keys("a"), h.asked.Load())
	}
	h.publish(jwks(t, jose.JSONWebKey{Key: older.Public(), KeyID: "a"}, jose.JSONWebKey{Key: newer.Public(), KeyID: "b"}))
	if keys("b") != 0 || h.asked.Load() != 1 {
		t.Error("an unknown name makes it ask again at once")
	}
	at.advance(jwksPause)
	if keys("b") != 1 || keys("a") != 1 || h.asked.Load() != 2 {
		t.Errorf("a new key is not found, asked %d times", h.asked.Load())
	}
	for range 100 {
		keys("made up")
	}
	if h.asked.Load() != 2 {
		t.Errorf("made-up names made it ask %d times", h.asked.Load())
	}
	h.answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	at.advance(jwksPause)
	if keys("made up") != 0 || keys("a") != 1 || remote.Ready() == nil {
		t.Error("keys are lost with the address")
	}
	if !strings.Contains(log.String(), "could not be fetched") {
		t.Error("nothing is logged: ", log.String())
	}
	h.publish(jwks(t, jose.JSONWebKey{Key: newer.Public(), KeyID: "b"}))
	at.advance(jwksPause)
	if keys("made up") != 0 || keys("a") != 0 || remote.Ready() != nil {
		t.Error("a key that was taken back still counts: ", remote.Ready())
	}
}

func TestWhatAnAddressMayNotDo(t *testing.T) {
	t.Parallel()
	set := jwks(t, jose.JSONWebKey{Key: edKey(t, 1).Public(), KeyID: "a"})
	elsewhere := newHost(t)
	elsewhere.publish(set)
	for name, reply := range map[string]func(http.ResponseWriter, *http.Request){
		"leads elsewhere":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) },
		"leads in circles": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) },
		"is too long": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"x":%q}`, strings.Repeat("a", jwksBytes))
		},
		"is no JWKS": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"has gone":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
	} {
		h := newHost(t)
		h.answer(reply)
		remote := NewRemote(t.Context(), RemoteOptions{URL: h.URL, Algorithm: EdDSA})
		if _, err := remote.Keys(t.Context(), "a"); err == nil || remote.Ready() == nil {
			t.Errorf("%s: %v", name, err)
		}
		remote.Close()
	}
	if elsewhere.asked.Load() != 0 {
		t.Error("another host was asked")
	}
}

func FuzzReadKeys(f *testing.F) {
	f.Add(publicPEM(f, edKey(f, 1).Public()))
	f.Add(jwks(f, jose.JSONWebKey{Key: edKey(f, 1).Public(), KeyID: "a"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		ring, err := ReadKeys(EdDSA, data)
		if (err == nil) != (len(ring) > 0) {
			t.Errorf("%d keys, %v", len(ring), err)
		}
	})
}
