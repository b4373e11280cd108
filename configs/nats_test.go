package configs_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"kaitong/configs"
)

// Everything wrong with the way to the NATS servers is found before anything
// starts, named by its setting, and nothing secret is quoted.
func TestNATSProblems(t *testing.T) {
	t.Parallel()
	files := natsFiles(t)
	for name, test := range map[string]struct {
		change func(*configs.Config)
		want   string // "": it is right
	}{
		"everything":            {func(c *configs.Config) { c.NATS = files.all() }, ""},
		"embedded":              {func(*configs.Config) {}, ""},
		"a token inside":        {func(c *configs.Config) { c.NATS = configs.NATS{Listen: ":4222", TokenFile: files.token} }, ""},
		"token and nkey":        {func(c *configs.Config) { c.NATS = files.all(); c.NATS.TokenFile = files.token }, "nats.nkey_file"},
		"nkey and creds":        {func(c *configs.Config) { c.NATS = files.all(); c.NATS.CredsFile = files.creds }, "nats.creds_file"},
		"creds":                 {func(c *configs.Config) { c.NATS = files.all(); c.NATS.NKeyFile, c.NATS.CredsFile = "", files.creds }, ""},
		"creds of a seed alone": {func(c *configs.Config) { c.NATS = files.all(); c.NATS.NKeyFile, c.NATS.CredsFile = "", files.seed }, "nats.creds_file"},
		"token for nobody":      {func(c *configs.Config) { c.NATS.TokenFile = files.token }, "nats.token_file"},
		"short token":           {func(c *configs.Config) { c.NATS = configs.NATS{Listen: "127.0.0.1:1", TokenFile: files.short} }, "nats.token_file"},
		"no server":             {func(c *configs.Config) { c.NATS = files.all(); c.NATS.URL = "" }, "nats.nkey_file"},
		"no such seed":          {func(c *configs.Config) { c.NATS = files.all(); c.NATS.NKeyFile = "nowhere" }, "nats.nkey_file"},
		"a token for a seed":    {func(c *configs.Config) { c.NATS = files.all(); c.NATS.NKeyFile = files.token }, "nats.nkey_file"},
		"an account's seed":     {func(c *configs.Config) { c.NATS = files.all(); c.NATS.NKeyFile = files.account }, "nats.nkey_file"},
		"no such authority":     {func(c *configs.Config) { c.NATS = files.all(); c.NATS.CAFile = "nowhere" }, "nats.ca_file"},
		"a key for authority":   {func(c *configs.Config) { c.NATS = files.all(); c.NATS.CAFile = files.key }, "nats.ca_file"},
		"certificate alone":     {func(c *configs.Config) { c.NATS = files.all(); c.NATS.KeyFile = "" }, "nats.key_file"},
		"key alone":             {func(c *configs.Config) { c.NATS = files.all(); c.NATS.CertFile = "" }, "nats.cert_file"},
		"swapped":               {func(c *configs.Config) { c.NATS = files.all(); c.NATS.CertFile, c.NATS.KeyFile = files.key, files.cert }, "nats.cert_file"},
		"inbox with a star":     {func(c *configs.Config) { c.NATS = files.all(); c.NATS.InboxPrefix = "_INBOX.*" }, "nats.inbox_prefix"},
		"inbox with an end":     {func(c *configs.Config) { c.NATS = files.all(); c.NATS.InboxPrefix = "_INBOX." }, "nats.inbox_prefix"},
		"URL of the web":        {func(c *configs.Config) { c.NATS = files.all(); c.NATS.URL = "https://a" }, "nats.url"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := configs.Default()
			test.change(&config)
			err := config.Validate()
			if err == nil != (test.want == "") {
				t.Fatalf("%v, want %q", err, test.want)
			}
			if err == nil {
				return
			}
			if !strings.Contains(err.Error(), test.want+": ") {
				t.Errorf("%q does not name %s", err, test.want)
			}
			if strings.Contains(err.Error(), "SU") || strings.Contains(err.Error(), "SA") || strings.Contains(err.Error(), "secret") {
				t.Errorf("a secret is quoted: %v", err)
			}
		})
	}
}

// In production, other machines get no open door to the requests.
func TestProductionListensWithAToken(t *testing.T) {
	t.Parallel()
	files := natsFiles(t)
	for listen, open := range map[string]bool{
		":4222": true, "0.0.0.0:4222": true, "10.0.0.5:4222": true, "[::]:4222": true, "nats.example:4222": true,
		"127.0.0.1:4222": false, "[::1]:4222": false, "localhost:4222": false,
	} {
		for _, token := range []string{"", files.token} {
			config := configs.Default()
			config.Mode, config.Auth.Key, config.Eligibility.Responder = configs.ModeProduction, strings.Repeat("k", 40), configs.ResponderExternal
			config.NATS = configs.NATS{Listen: listen, TokenFile: token}
			var problems configs.Problems
			if errors.As(config.Validate(), &problems) != (open && token == "") {
				t.Errorf("%s with token %t: %v", listen, token != "", problems)
			}
		}
	}
}

type natsPaths struct{ seed, account, creds, token, short, cert, key string }

func (p natsPaths) all() configs.NATS {
	return configs.NATS{URL: "tls://a:4222, nats://b:4222", NKeyFile: p.seed, CAFile: p.cert, CertFile: p.cert, KeyFile: p.key, InboxPrefix: "_INBOX_node-1.x"}
}

func natsFiles(t *testing.T) natsPaths {
	t.Helper()
	user, account := seed(t, nkeys.CreateUser), seed(t, nkeys.CreateAccount)
	cert, key := certificate(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	return natsPaths{
		seed: write("seed", user), account: write("account", account), token: write("token", "a secret of 16 bytes\n"), short: write("short", "secret"),
		creds: write("creds", "-----BEGIN NATS USER JWT-----\neyJ\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n"+user+"\n------END USER NKEY SEED------\n"),
		cert:  write("cert", cert), key: write("key", key),
	}
}

func seed(t *testing.T, create func() (nkeys.KeyPair, error)) string {
	t.Helper()
	pair, err := create()
	if err != nil {
		t.Fatal(err)
	}
	text, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, pair.Public(), pair)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}
