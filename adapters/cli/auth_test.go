package cli

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/tokens"
	"kaitong/configs"
)

// Demo users get tokens that are believed, whatever the host app signs with.
func TestDemoUsersUnderEachAlgorithm(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{configs.AlgorithmHS256, configs.AlgorithmRS256, configs.AlgorithmEdDSA} {
		config := configs.Default()
		config.Data, config.Auth.Algorithm, config.Auth.Type = t.TempDir(), algorithm, "kaitong+jwt"
		a, err := openAuth(t.Context(), config, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		v, err := tokens.NewVerifier(a.rules, nil)
		if err != nil {
			t.Fatal(err)
		}
		token, err := a.signer.Sign(tokens.Claims{Subject: "demo-a", Audience: []string{"kaitong"}, Expires: time.Now().Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
}

func TestKeysThatAreNoneAreNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	for text, c := range map[string]struct{ algorithm, says string }{
		strings.Repeat("k", 40) + "\nshort": {configs.AlgorithmHS256, "auth.key_file: line 2: want at least 32 bytes, got 5"},
		"no key at all":                     {configs.AlgorithmEdDSA, "auth.key_file: want public keys as PEM, or a JWKS"},
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		config := configs.Default()
		config.Auth.Algorithm, config.Auth.KeyFile = c.algorithm, path
		if _, err := openAuth(t.Context(), config, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
