package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/tokens"
	"kaitong/configs"
)

// Each tenant's people are answered from its own pack, by one server.
func TestTenantsAreAnsweredFromTheirPacks(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	key := filepath.Join(data, "shared.key")
	if err := os.WriteFile(key, []byte(strings.Repeat("k", 40)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := startApp(t, func(c *configs.Config) {
		c.Data, c.Auth.KeyFile = data, key
		c.Tenants = []configs.Tenant{{Name: "default"}, {Name: "sim", Pack: filepath.FromSlash("../../knowledge/testdata/esim")}}
	})
	for tenant, want := range map[string][2]string{"default": {"Jiebei", "the assessment"}, "sim": {"eSIM", "no service"}} {
		p := tenantPerson(t, address, key, tenant)
		var welcome struct {
			Greeting json.RawMessage `json:"greeting"`
			Page     json.RawMessage `json:"page"`
		}
		if err := json.Unmarshal(p.frames[len(p.frames)-1].Data, &welcome); err != nil || !strings.Contains(string(welcome.Greeting), want[0]) {
			t.Errorf("%s is greeted with %s, %v", tenant, welcome.Greeting, err)
		}
		answer := p.ask("hello")
		if text, err := json.Marshal(answer); err != nil || !strings.Contains(string(text), want[1]) {
			t.Errorf("%s is answered %s, %v", tenant, text, err)
		}
	}
}

// tenantPerson is somebody for whom the host app of a tenant has signed.
func tenantPerson(t *testing.T, address, key, tenant string) *person {
	t.Helper()
	code, token, problems := command(t, "", "token", "mint", "--user", "u-1", "--tenant", tenant, "--key-file", key)
	if code != exitOK {
		t.Fatal(problems)
	}
	c := &client{frames: make(chan frame, 64), ended: make(chan struct{})}
	if err := c.connect(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.close() })
	go c.read()
	if err := c.send("hello", hello{Locale: "en", Token: strings.TrimSpace(token)}); err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, client: c}
	p.until("welcome")
	return p
}

func TestTenantsWhoseFilesAreNone(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	config.Tenants = []configs.Tenant{{Name: "default", Pack: t.TempDir()}}
	if _, err := readTenants(config); err == nil || !strings.Contains(err.Error(), "tenant default: no pack in") {
		t.Errorf("a folder without a pack: %v", err)
	}
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	config.Auth.Algorithm = string(tokens.EdDSA)
	config.Tenants = []configs.Tenant{{Name: "default", KeyFile: path}}
	if _, _, err := webTenants(config, nil); err == nil || !strings.Contains(err.Error(), "default: key_file: want public keys") {
		t.Errorf("a file without keys: %v", err)
	}
}

// A tenant that shares the keys of everybody may have an issuer of its own all the
// same: then nobody else's tokens speak for its people.
func TestTenantWithAnIssuerOnly(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	config.Auth.Issuer = "everybody"
	config.Tenants = []configs.Tenant{{Name: "default"}, {Name: "bank-2", Issuer: "bank-2"}}
	keys := tokens.Secrets([]byte(strings.Repeat("k", 40)))
	tenants, _, err := webTenants(config, keys)
	if err != nil || tenants[0].Token != nil || tenants[1].Token == nil {
		t.Fatal(tenants, err)
	}
	verifier, err := tokens.NewVerifier(*tenants[1].Token, nil)
	if err != nil {
		t.Fatal(err)
	}
	signer := tokens.Signer{Algorithm: tokens.HS256, Key: keys[0].Material}
	for issuer, believed := range map[string]bool{"bank-2": true, "everybody": false, "": false} {
		token, err := signer.Sign(tokens.Claims{
			Subject: "u", Tenant: "bank-2", Issuer: issuer, Audience: []string{config.Auth.Audience}, Expires: time.Now().Add(time.Minute),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verifier.Verify(t.Context(), token); (err == nil) != believed {
			t.Errorf("issued by %q: %v", issuer, err)
		}
	}
}
