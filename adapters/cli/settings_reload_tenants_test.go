package cli

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/configs"
)

const (
	bankPage  = "https://help.bank-2.example"
	otherPage = "https://www.example.com"
)

// reloads is a server of two tenants whose settings can be read again.
func reloads(t *testing.T) (*patient, *reloading) {
	t.Helper()
	p := healthy(t)
	p.config.Web.HandshakesPerSecond = 0
	p.config.Tenants = []configs.Tenant{{Name: "default"}, {
		Name: "bank-2", AllowedOrigins: []string{bankPage}, KeyFile: p.file("bank-2.key", strings.Repeat("b1", 32), 0o600),
	}}
	app, err := NewApp(t.Context(), p.config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close(t.Context()) })
	return p, &reloading{
		app: app, level: &slog.LevelVar{}, current: p.config, logger: slog.New(slog.DiscardHandler),
		read: func() (configs.Config, error) { return p.config, p.config.Validate() },
	}
}

// The pages of tenants stay allowed when the settings are read again.
func TestReloadLeavesThePagesOfTenants(t *testing.T) {
	t.Parallel()
	p, r := reloads(t)
	p.config.Web.AllowedOrigins = []string{otherPage}
	r.again()
	if !originAllowed(t, r.app, bankPage) || !originAllowed(t, r.app, otherPage) {
		t.Error("a page is not allowed any more")
	}
}

// Keys of tenants are read from their files again, too. A broken file changes
// no key of anybody.
func TestReloadOfKeysOfTenants(t *testing.T) {
	t.Parallel()
	p, r := reloads(t)
	secret := func(tenant string) string {
		t.Helper()
		source := r.app.core.ring
		if tenant != "" {
			source = r.app.core.tenantRings[tenant]
		}
		keys, err := source.Keys(t.Context(), "")
		if err != nil || len(keys) != 1 {
			t.Fatal(keys, err)
		}
		return string(keys[0].Material.([]byte))
	}
	next, usual := strings.Repeat("b2", 32), secret("")
	p.file("bank-2.key", next, 0o600)
	r.again()
	if secret("bank-2") != next {
		t.Error("the former key of a tenant counts on")
	}
	p.file("bank-2.key", "short", 0o600)
	p.file("kaitong.key", strings.Repeat("c3", 32), 0o600)
	r.again()
	if secret("bank-2") != next || secret("") != usual {
		t.Error("a broken file changed a key")
	}
}

// Keys that are written down for another algorithm, or not at all any more, wait
// for the restart that takes the rest of the settings up: with them alone nobody
// could sign in.
func TestReloadKeepsKeysOfTheAlgorithmInUse(t *testing.T) {
	t.Parallel()
	public := publicKeyFile(t)
	for name, change := range map[string]func(*configs.Config){
		"another algorithm": func(c *configs.Config) {
			c.Auth.Algorithm, c.Auth.KeyFile = configs.AlgorithmEdDSA, public
		},
		"fetched": func(c *configs.Config) {
			c.Auth.Algorithm, c.Auth.KeyFile, c.Auth.JWKSURL = configs.AlgorithmEdDSA, "", "https://keys.example.com/jwks"
		},
	} {
		p, r := reloads(t)
		p.config.Tenants = nil
		change(&p.config)
		r.read = func() (configs.Config, error) { return p.config, nil }
		r.again()
		keys, err := r.app.core.ring.Keys(t.Context(), "")
		if err != nil || len(keys) != 1 || r.current.Auth.KeyFile == p.config.Auth.KeyFile {
			t.Errorf("%s: %d keys, %v; %q is said to be in use", name, len(keys), err, r.current.Auth.KeyFile)
		}
	}
}

// publicKeyFile is a file with a public key for EdDSA.
func publicKeyFile(t *testing.T) string {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "public.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
