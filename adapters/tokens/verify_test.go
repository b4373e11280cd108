package tokens

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "0123456789abcdef0123456789abcdef"

// rsaKey is made once: it takes a while.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func edKey(t testing.TB, n byte) ed25519.PrivateKey {
	t.Helper()
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = n
	return ed25519.NewKeyFromSeed(seed)
}

func signers(t testing.TB) map[Algorithm]Signer {
	return map[Algorithm]Signer{
		HS256: {Algorithm: HS256, Key: []byte(secret)},
		RS256: {Algorithm: RS256, Key: rsaKey()},
		EdDSA: {Algorithm: EdDSA, Key: edKey(t, 1)},
	}
}

func good() Claims {
	now := time.Now()
	return Claims{Subject: "user-1", Audience: []string{"kaitong"}, Issued: now, Expires: now.Add(5 * time.Minute)}
}

func verifier(t testing.TB, rules Rules) *Verifier {
	t.Helper()
	if rules.Audience == "" {
		rules.Audience = "kaitong"
	}
	v, err := NewVerifier(rules, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func sign(t testing.TB, s Signer, c Claims) string {
	t.Helper()
	token, err := s.Sign(c)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// forge signs any header and claims, written as they are.
func forge(t testing.TB, s Signer, header, claims string) string {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	signature, err := s.Algorithm.method().Sign(text, s.Key)
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestEachAlgorithmBelievesItsOwnTokensOnly(t *testing.T) {
	t.Parallel()
	for configured, own := range signers(t) {
		v := verifier(t, Rules{Algorithm: configured, Keys: Ring{own.Public()}})
		for algorithm, signer := range signers(t) {
			c, err := v.Verify(t.Context(), sign(t, signer, good()))
			switch {
			case algorithm == configured && (err != nil || c.Subject != "user-1"):
				t.Errorf("%s refuses its own: %+v, %v", configured, c, err)
			case algorithm != configured && !refusedFor(err, Alg):
				t.Errorf("%s, signed with %s: %v", configured, algorithm, err)
			}
		}
	}
}

func refusedFor(err error, reason Reason) bool {
	var refusal Refusal
	return errors.As(err, &refusal) && refusal.Reason == reason
}

// The public key is public: whoever takes it for a secret lets everybody in.
func TestPublicKeysAreNoSecrets(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []Algorithm{RS256, EdDSA} {
		signer := signers(t)[algorithm]
		der, err := x509.MarshalPKIXPublicKey(signer.Public().Material)
		if err != nil {
			t.Fatal(err)
		}
		text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		v := verifier(t, Rules{Algorithm: algorithm, Keys: Ring{signer.Public()}})
		for _, stolen := range [][]byte{der, text, []byte(strings.TrimSpace(string(text)))} {
			token := sign(t, Signer{Algorithm: HS256, Key: stolen}, good())
			if _, err := v.Verify(t.Context(), token); !refusedFor(err, Alg) {
				t.Errorf("%s: %v", algorithm, err)
			}
			swapped := forge(t, Signer{Algorithm: HS256, Key: stolen}, `{"alg":"`+string(algorithm)+`"}`, claimsText(t, nil))
			if _, err := v.Verify(t.Context(), swapped); !refusedFor(err, Signature) {
				t.Errorf("%s, header renamed: %v", algorithm, err)
			}
		}
	}
}

func claimsText(t testing.TB, change map[string]any) string {
	t.Helper()
	claims := map[string]any{"sub": "user-1", "aud": "kaitong", "exp": time.Now().Add(time.Minute).Unix()}
	maps.Copy(claims, change)
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTokensAreReadStrictly(t *testing.T) {
	t.Parallel()
	s := signers(t)[HS256]
	v := verifier(t, Rules{Keys: Secrets([]byte(secret))})
	plain := claimsText(t, nil)
	valid := forge(t, s, `{"alg":"HS256"}`, plain)
	body := strings.TrimSuffix(plain, "}")
	for _, c := range []struct {
		name, token string
		reason      Reason // empty: believed
	}{
		{"as it should be", valid, ""},
		{"hints where a key might be", forge(t, s, `{"alg":"HS256","jku":"https://evil.example","jwk":{"kty":"oct","k":"eA"},"x5u":"https://evil.example","x5c":["x"]}`, plain), ""},
		{"alg twice", forge(t, s, `{"alg":"none","alg":"HS256"}`, plain), Malformed},
		{"alg escaped, twice", forge(t, s, `{"alg":"none","\u0061lg":"HS256"}`, plain), Malformed},
		{"alg in another case", forge(t, s, `{"alg":"hs256"}`, plain), Alg},
		{"the name alg in another case", forge(t, s, `{"Alg":"HS256"}`, plain), Alg},
		{"alg is a list", forge(t, s, `{"alg":["HS256"]}`, plain), Malformed},
		{"alg none", forge(t, s, `{"alg":"none"}`, plain), Alg},
		{"alg empty", forge(t, s, `{"alg":""}`, plain), Alg},
		{"crit", forge(t, s, `{"alg":"HS256","crit":["exp"]}`, plain), Crit},
		{"crit null", forge(t, s, `{"alg":"HS256","crit":null}`, plain), Crit},
		{"kid is a number", forge(t, s, `{"alg":"HS256","kid":1}`, plain), Malformed},
		{"sub twice", forge(t, s, `{"alg":"HS256"}`, body+`,"sub":"root"}`), Malformed},
		{"sub twice in an object", forge(t, s, `{"alg":"HS256"}`, body+`,"x":{"a":1,"a":2}}`), Malformed},
		{"a claim in another case says nothing", forge(t, s, `{"alg":"HS256"}`, body+`,"SUB":"root"}`), ""},
		{"something behind the claims", forge(t, s, `{"alg":"HS256"}`, plain+"{}"), Malformed},
		{"claims are a list", forge(t, s, `{"alg":"HS256"}`, "["+plain+"]"), Malformed},
		{"claims are no UTF-8", forge(t, s, `{"alg":"HS256"}`, body+",\"x\":\"\xff\"}"), Malformed},
		{"nested without end", forge(t, s, `{"alg":"HS256"}`, body+`,"x":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+"}"), Malformed},
		{"exp is a text", forge(t, s, `{"alg":"HS256"}`, claimsText(t, map[string]any{"exp": "9999999999"})), Malformed},
		{"exp beyond all numbers", forge(t, s, `{"alg":"HS256"}`, `{"sub":"u","aud":"kaitong","exp":1e300}`), Malformed},
		{"exp null", forge(t, s, `{"alg":"HS256"}`, claimsText(t, map[string]any{"exp": nil})), Malformed},
		{"aud null", forge(t, s, `{"alg":"HS256"}`, claimsText(t, map[string]any{"aud": nil})), Aud},
		{"aud an object", forge(t, s, `{"alg":"HS256"}`, claimsText(t, map[string]any{"aud": map[string]any{"kaitong": 1}})), Malformed},
		{"no signature", valid[:strings.LastIndex(valid, ".")+1], Signature},
		{"a signature with padding", valid + "=", Malformed},
		{"four parts", valid + ".x", Malformed},
		{"a blank behind", valid + " ", Malformed},
		{"a line end behind", valid + "\n", Malformed},
		{"a signature cut short", valid[:len(valid)-3], Signature},
		{"too long", forge(t, s, `{"alg":"HS256"}`, claimsText(t, map[string]any{"x": strings.Repeat("a", MaxBytes)})), Malformed},
		{"nothing", "", Malformed},
	} {
		_, err := v.Verify(t.Context(), c.token)
		if c.reason == "" && err != nil || c.reason != "" && !refusedFor(err, c.reason) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.reason)
		}
	}
}

// The last character of base64 has bits that say nothing: two texts for one
// token would be two tokens for whoever compares texts.
func TestOneTokenHasOneText(t *testing.T) {
	t.Parallel()
	v := verifier(t, Rules{Keys: Secrets([]byte(secret))})
	token := sign(t, signers(t)[HS256], good())
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	believed := 0
	for _, last := range letters {
		if _, err := v.Verify(t.Context(), token[:len(token)-1]+string(last)); err == nil {
			believed++
		}
	}
	if believed != 1 {
		t.Errorf("%d texts are believed", believed)
	}
}

func TestType(t *testing.T) {
	t.Parallel()
	s := signers(t)[HS256]
	for _, c := range []struct {
		want, header string
		believed     bool
	}{
		{"", `{"alg":"HS256"}`, true},
		{"", `{"alg":"HS256","typ":"JWT"}`, true},
		{"", `{"alg":"HS256","typ":"jwt"}`, true},
		{"", `{"alg":"HS256","typ":"at+jwt"}`, false},
		{"", `{"alg":"HS256","typ":""}`, false},
		{"kaitong+jwt", `{"alg":"HS256","typ":"kaitong+jwt"}`, true},
		{"kaitong+jwt", `{"alg":"HS256","typ":"application/kaitong+jwt"}`, true},
		{"kaitong+jwt", `{"alg":"HS256","typ":"JWT"}`, false},
		{"kaitong+jwt", `{"alg":"HS256"}`, false},
		{"JWT", `{"alg":"HS256"}`, false},
	} {
		v := verifier(t, Rules{Keys: Secrets([]byte(secret)), Type: c.want})
		if _, err := v.Verify(t.Context(), forge(t, s, c.header, claimsText(t, nil))); (err == nil) != c.believed {
			t.Errorf("type %q, header %s: %v", c.want, c.header, err)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	s := signers(t)[HS256]
	now := time.Now()
	for name, c := range map[string]struct {
		change func(*Claims)
		reason Reason
	}{
		"just over":       {func(c *Claims) { c.Expires = now.Add(-10 * time.Second) }, ""},
		"over":            {func(c *Claims) { c.Expires = now.Add(-time.Minute) }, Expired},
		"over, for other": {func(c *Claims) { c.Expires, c.Audience = now.Add(-time.Minute), []string{"x"} }, Aud},
		"too long":        {func(c *Claims) { c.Expires = now.Add(11 * time.Minute) }, Life},
		"too long once":   {func(c *Claims) { c.Issued = now.Add(-6 * time.Minute) }, Life}, // whoever revoked it then thought it over by now
		"as long as may":  {func(c *Claims) { c.Issued = now.Add(-5 * time.Minute) }, ""},
		"not yet":         {func(c *Claims) { c.NotBefore = now.Add(time.Minute) }, Early},
		"from tomorrow":   {func(c *Claims) { c.Issued = now.Add(24 * time.Hour) }, Early},
		"clocks differ":   {func(c *Claims) { c.Issued, c.NotBefore = now.Add(20*time.Second), now.Add(20*time.Second) }, ""},
		"no audience":     {func(c *Claims) { c.Audience = nil }, Aud},
		"two audiences":   {func(c *Claims) { c.Audience = []string{"x", "kaitong"} }, ""},
	} {
		claims := good()
		c.change(&claims)
		_, err := verifier(t, Rules{Keys: Secrets([]byte(secret)), Life: 10 * time.Minute}).Verify(t.Context(), sign(t, s, claims))
		if c.reason == "" && err != nil || c.reason != "" && !refusedFor(err, c.reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTwoKeysLiveAtOnce(t *testing.T) {
	t.Parallel()
	older, newer := Signer{Algorithm: EdDSA, Key: edKey(t, 1), ID: "2025"}, Signer{Algorithm: EdDSA, Key: edKey(t, 2), ID: "2026"}
	v := verifier(t, Rules{Algorithm: EdDSA, Keys: Ring{older.Public(), newer.Public()}})
	for name, signer := range map[string]Signer{
		"older": older, "newer": newer, "newer, not named": {Algorithm: EdDSA, Key: newer.Key},
	} {
		if _, err := v.Verify(t.Context(), sign(t, signer, good())); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		signer Signer
		reason Reason
	}{
		"newer under the older's name": {Signer{Algorithm: EdDSA, Key: newer.Key, ID: "2025"}, Signature},
		"an unknown name":              {Signer{Algorithm: EdDSA, Key: newer.Key, ID: "../../dev/null"}, NoKey},
		"a stranger":                   {Signer{Algorithm: EdDSA, Key: edKey(t, 3)}, Signature},
	} {
		if _, err := v.Verify(t.Context(), sign(t, c.signer, good())); !refusedFor(err, c.reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	v := verifier(t, Rules{Keys: Secrets([]byte(secret)), Issuer: "host"})
	c := good()
	c.Audience, c.Issued = []string{"other"}, time.Time{}
	findings, believed := v.Explain(t.Context(), sign(t, Signer{Algorithm: HS256, Key: []byte("another secret of thirty-two byte")}, c))
	if believed {
		t.Error("believed")
	}
	said := map[string]bool{}
	for _, finding := range findings {
		if !finding.OK && finding.Mend == "" {
			t.Errorf("no mend: %+v", finding)
		}
		if !finding.OK {
			said[finding.What] = true
		}
	}
	for _, want := range []string{"signature", "audience", "issuer"} {
		if !said[want] {
			t.Errorf("nothing is said of the %s: %+v", want, findings)
		}
	}
	c = good()
	c.Issuer = "host"
	if findings, believed = v.Explain(t.Context(), sign(t, signers(t)[HS256], c)); !believed {
		t.Errorf("%+v", findings)
	}
	if _, believed = v.Explain(t.Context(), "x"); believed {
		t.Error("x is believed")
	}
}

func FuzzVerify(f *testing.F) {
	v := verifier(f, Rules{Keys: Secrets([]byte(secret))})
	f.Add(sign(f, signers(f)[HS256], good()))
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, token string) {
		c, err := v.Verify(t.Context(), token)
		findings, believed := v.Explain(t.Context(), token)
		if believed != (err == nil) || len(findings) == 0 {
			t.Errorf("%q: %v and %+v", token, err, findings)
		}
		if err == nil && (c.Expires.IsZero() || len(c.Audience) == 0) {
			t.Errorf("%q is believed: %+v", token, c)
		}
	})
}
