package cli

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"kaitong/adapters/eligibility"
	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/configs"
)

// Every set-up is really broken, and the fault is named with its mend.
func TestDoctorNamesWhatIsBroken(t *testing.T) {
	t.Parallel()
	for problem, breaks := range map[string]func(*patient){
		"data.no-directory":   func(p *patient) { p.config.Data = p.file("plain", "x", 0o600) },
		"data.no-parent":      func(p *patient) { p.config.Data = filepath.Join(p.config.Data, "not", "mounted") },
		"data.world-readable": func(p *patient) { p.must(os.Chmod(p.config.Data, 0o755)) },
		"keys.open":           func(p *patient) { p.config.Auth.KeyFile = p.file("open.key", goodKey, 0o644) },
		"keys.short":          func(p *patient) { p.config.Blobs.KeyFile = p.file("short.key", "0badcafe", 0o600) },
		"keys.guessable":      func(p *patient) { p.config.Auth.KeyFile = p.file("typed.key", strings.Repeat("changeme", 5), 0o600) },
		"keys.unreadable":     func(p *patient) { p.config.Auth.KeyFile += ".gone" },
		"keys.demo":           demoKeyInProduction,
		"keys.public": func(p *patient) {
			p.config.Auth.Algorithm, p.config.Auth.KeyFile = configs.AlgorithmEdDSA, p.file("public.pem", goodKey, 0o644)
		},
		"database.no-key":    func(p *patient) { p.execute(`INSERT INTO meta (key, value) VALUES ('keys', '0badcafe')`) },
		"database.damaged":   func(p *patient) { p.damage() },
		"database.newer":     func(p *patient) { p.execute(`UPDATE meta SET value = '99' WHERE key = 'format'`) },
		"database.journal":   func(p *patient) { p.execute(`PRAGMA journal_mode = DELETE`) },
		"clock.behind-log":   func(p *patient) { p.turnOf(time.Now().Add(time.Hour)) },
		"nats.unreachable":   func(p *patient) { p.config.NATS.URL = "nats://" + freeAddress(p.t, "127.0.0.1") },
		"nats.refused":       func(p *patient) { p.config.NATS.URL = withPassword(p.t, startNATS(p.t, "right"), "wrong") },
		"eligibility.absent": func(p *patient) { p.config.NATS.URL = startNATS(p.t, "") },
		"nats.forbidden-checks": func(p *patient) {
			p.config.NATS.URL = startNATSDenying(p.t, server.Permissions{Publish: &server.SubjectPermission{Deny: []string{eligibility.Subject}}})
		},
		"nats.forbidden-inbox": func(p *patient) {
			p.config.NATS.URL = startNATSDenying(p.t, server.Permissions{Subscribe: &server.SubjectPermission{Deny: []string{"_INBOX.>"}}})
		},
		"blobs.directory": func(p *patient) {
			p.must(os.RemoveAll(filepath.Join(p.config.Data, blobsDir)))
			p.must(os.WriteFile(filepath.Join(p.config.Data, blobsDir), nil, 0o600))
		},
		"pack.broken":             func(p *patient) { p.config.Pack = p.brokenPack() },
		"ports.taken":             func(p *patient) { p.config.Addr = p.taken() },
		"ports.unusable":          func(p *patient) { p.config.Addr = "192.0.2.1:8080" },
		"certificates.expired":    func(p *patient) { p.issuer("127.0.0.1", -time.Hour) },
		"certificates.soon":       func(p *patient) { p.issuer("127.0.0.1", 5*24*time.Hour) },
		"certificates.other-host": func(p *patient) { p.issuer("other.example.com", 90*24*time.Hour) },
		"certificates.untrusted":  func(p *patient) { p.issuer("127.0.0.1", 90*24*time.Hour); p.look.roots = x509.NewCertPool() },
		"oidc.odd":                func(p *patient) { p.config.Desk.OIDC.Issuer = p.site() },
		"oidc.unreachable":        func(p *patient) { p.config.Desk.OIDC.Issuer = "http://" + freeAddress(p.t, "127.0.0.1") },
		"clock.off":               func(p *patient) { p.config.Desk.OIDC.Issuer = p.site(); p.look.now = ahead(10 * time.Minute) },
		"jwks.unreachable":        func(p *patient) { p.config.Auth.JWKSURL = "http://" + freeAddress(p.t, "127.0.0.1") },
		"jwks.odd":                func(p *patient) { p.config.Auth.JWKSURL = p.site() },
		"certificates.unreadable": func(p *patient) { p.config.NATS.CAFile = p.file("ca.pem", "no certificate", 0o644) },
		"webhooks.private":        func(p *patient) { p.config.Handoff.Webhooks = p.hook(p.site()) },
		"webhooks.unreachable": func(p *patient) {
			p.config.Handoff.AllowPrivate = true
			p.config.Handoff.Webhooks = p.hook("http://" + freeAddress(p.t, "127.0.0.1"))
		},
		"model.unreachable": func(p *patient) {
			p.config.LLM.Provider, p.config.LLM.BaseURL = "vllm", "http://"+freeAddress(p.t, "127.0.0.1")
		},
		"zone.missing":       func(p *patient) { p.config.Analytics.Zone = "Asia/Atlantis" },
		"config.wrong":       func(p *patient) { p.config.Mode = "prodution" },
		"keys.blobs-missing": func(p *patient) { p.config.Blobs.KeyFile = "" },
		"database.unreachable": func(p *patient) {
			p.config.Database = "postgres://x:y@" + freeAddress(p.t, "127.0.0.1") + "/z?sslmode=disable"
		},
	} {
		t.Run(problem, func(t *testing.T) {
			t.Parallel()
			p := healthy(t)
			breaks(p)
			names(t, p.examined(), problem)
		})
	}
}

// The schema of a newer program, in its own words and in the server's.
func TestDoctorSchemaFromTheFuture(t *testing.T) {
	t.Parallel()
	p := healthy(t)
	p.execute(`INSERT INTO schema_version (version_id, is_applied) VALUES (999, 1)`)
	names(t, p.examined(), "database.newer")
	_, err := store.Open(t.Context(), storeOptions(p.config, slog.New(slog.DiscardHandler)))
	if err == nil || !strings.Contains(err.Error(), "its schema is 999") || !strings.Contains(err.Error(), "docs/operations.md#upgrade") {
		t.Errorf("the server says %v", err)
	}
}

// The profiles want an address too.
func TestDoctorLooksAtTheDebugPort(t *testing.T) {
	t.Parallel()
	p := healthy(t)
	p.config.Debug.Addr = p.taken()
	found := p.examined()
	names(t, found, "ports.taken")
	if !strings.Contains(prose(found), "debug.addr") {
		t.Error(prose(found))
	}
}

func TestDoctorBlobsUnreachable(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "y")
	p := healthy(t)
	p.config.Blobs.URL = "s3://documents?region=us-east-1&use_path_style=true&endpoint=http://" + freeAddress(t, "127.0.0.1")
	found := p.examined()
	names(t, found, "blobs.unreachable")
	if strings.Contains(prose(found), "use_path_style") {
		t.Error("the query of the address is told")
	}
}

func TestDoctorPostgres(t *testing.T) {
	t.Parallel()
	cluster := storetest.Start(t)
	p := healthy(t)
	p.config.Database = cluster.Address("postgres")
	p.begun()
	if found := p.examined(); strings.Contains(prose(found), "✗ Database") {
		t.Error(prose(found))
	}
	p.look.now = ahead(10 * time.Minute)
	names(t, p.examined(), "clock.off")
	p.look.now = time.Now
	cluster.Exec(t, `ALTER SYSTEM SET fsync = off`)
	cluster.Restart(t, "fast")
	names(t, p.examined(), "database.not-durable")
	p.config.Database = strings.Replace(p.config.Database, cluster.Password(), "wrong", 1)
	found := p.examined()
	names(t, found, "database.unreachable")
	if strings.Contains(prose(found), "wrong@") {
		t.Error("a password is told")
	}
}

func ahead(by time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(by) }
}

func (p *patient) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func demoKeyInProduction(p *patient) {
	key := p.file("data/"+demoKeyFile, goodKey, 0o600)
	p.config.Auth.KeyFile = key
}

func openStore(t *testing.T, config configs.Config) *store.Log {
	t.Helper()
	log, err := store.Open(t.Context(), storeOptions(config, slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// damage overwrites pages in the middle of a database that holds something.
func (p *patient) damage() {
	log := openStore(p.t, p.config)
	for i := range 200 {
		p.must(log.Append(p.t.Context(), bottest.Turn("c", int64(i+1), strings.Repeat("字", 400))))
	}
	p.must(log.Close(context.Background()))
	file, err := os.OpenFile(filepath.Join(p.config.Data, "kaitong.db"), os.O_RDWR, 0)
	p.must(err)
	info, err := file.Stat()
	p.must(err)
	_, err = file.WriteAt([]byte(strings.Repeat("damage", 40_000)), info.Size()/3)
	p.must(err)
	p.must(file.Close())
}

func (p *patient) execute(statement string) {
	p.t.Helper()
	p.begun()
	db, err := sql.Open("sqlite", filepath.Join(p.config.Data, "kaitong.db"))
	p.must(err)
	_, err = db.ExecContext(p.t.Context(), statement)
	p.must(err)
	p.must(db.Close())
}

func (p *patient) turnOf(at time.Time) {
	log := openStore(p.t, p.config)
	p.must(log.Append(p.t.Context(), bot.Turn{Conversation: "c", Version: 1, At: at, Events: bottest.Turn("c", 1, "x").Events}))
	p.must(log.Close(context.Background()))
}

func (p *patient) brokenPack() string {
	dir := filepath.Join(filepath.Dir(p.config.Data), "pack")
	p.must(os.Mkdir(dir, 0o700))
	p.must(os.WriteFile(filepath.Join(dir, "pack.yaml"), []byte("id: [\n"), 0o600))
	return dir
}

// taken is an address where another program listens.
func (p *patient) taken() string {
	other := httptest.NewServer(http.NotFoundHandler())
	p.t.Cleanup(other.Close)
	return other.Listener.Addr().String()
}

func (p *patient) site() string { return "http://" + p.taken() }

func (p *patient) hook(address string) []configs.Webhook {
	return []configs.Webhook{{Name: "crm", URL: address, SecretFile: p.file("crm.secret", "whsec_"+goodKey, 0o600)}}
}

// issuer is a provider with a certificate for a name, that expires at a time.
func (p *patient) issuer(name string, lasts time.Duration) {
	p.t.Helper()
	provider := httptest.NewUnstartedServer(http.NotFoundHandler())
	provider.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	certificate, roots := selfSigned(p.t, name, lasts)
	provider.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	provider.StartTLS()
	p.t.Cleanup(provider.Close)
	p.config.Desk.OIDC.Issuer, p.look.roots = provider.URL, roots
}

func selfSigned(t *testing.T, name string, lasts time.Duration) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(lasts),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// startNATS runs a nats-server; with a password it wants that of the user bot.
func startNATS(t *testing.T, password string) string {
	t.Helper()
	options := &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true}
	if password != "" {
		options.Username, options.Password = "bot", password
	}
	return runNATS(t, options)
}

// startNATSDenying has one user, who may do everything but a little.
func startNATSDenying(t *testing.T, may server.Permissions) string {
	t.Helper()
	address := runNATS(t, &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
		Users: []*server.User{{Username: "bot", Password: "right", Permissions: &may}},
	})
	return withPassword(t, address, "right")
}

func runNATS(t *testing.T, options *server.Options) string {
	t.Helper()
	one, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	one.Start()
	t.Cleanup(func() {
		one.Shutdown()
		one.WaitForShutdown()
	})
	if !one.ReadyForConnections(30 * time.Second) {
		t.Fatal("nats-server does not start")
	}
	return one.ClientURL()
}

func withPassword(t *testing.T, address, password string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	parsed.User = url.UserPassword("bot", password)
	return parsed.String()
}
