package natsbus_test

import (
	"bufio"
	"encoding/base64"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"kaitong/adapters/natsbus"
	"kaitong/adapters/natsbus/natsbustest"
)

// Who cannot get in is told which setting to look at, and no secret is told to
// anybody.
func TestRefusedWithAWordOnTheSetting(t *testing.T) {
	t.Parallel()
	site := natsbustest.Start(t, 1)
	stranger := natsbustest.NewAuthority(t, t.TempDir(), "stranger")
	plain := runServer(t, server.RANDOM_PORT)
	hour, access := time.Now().Add(time.Hour), site.Access(t, "NODE_1")
	for name, test := range map[string]struct {
		change func(*natsbus.Options)
		want   string
	}{
		"a key nobody knows": {func(o *natsbus.Options) { o.NKeyFile = newSeed(t) }, "nats.nkey_file"},
		"no key":             {func(o *natsbus.Options) { o.NKeyFile = "" }, "set nats.nkey_file"},
		"a token":            {func(o *natsbus.Options) { o.NKeyFile, o.TokenFile = "", save(t, "a-token-of-16-bytes-secret") }, "nats.token_file"},
		"expired":            {func(o *natsbus.Options) { o.CertFile, o.KeyFile = site.Clients.Sign(t, "old", hour.Add(-2*time.Hour)) }, "nats.cert_file"},
		"foreign":            {func(o *natsbus.Options) { o.CertFile, o.KeyFile = stranger.Sign(t, "node", hour) }, "nats.cert_file"},
		"no certificate":     {func(o *natsbus.Options) { o.CertFile, o.KeyFile = "", "" }, "set nats.cert_file"},
		"another authority":  {func(o *natsbus.Options) { o.CAFile = stranger.CAFile }, "nats.ca_file"},
		"no authority":       {func(o *natsbus.Options) { o.CAFile = "" }, "nats.ca_file"},
		"another name":       {func(o *natsbus.Options) { o.URL = strings.Replace(o.URL, "127.0.0.1", "127.0.0.9", 1) }, "nats.url"},
		"plain server": {func(o *natsbus.Options) {
			o.NKeyFile, o.URL = "", strings.Replace(plain.ClientURL(), "nats://", "tls://", 1)
		}, "speaks no TLS"},
		"plain, with a CA":  {func(o *natsbus.Options) { o.NKeyFile, o.URL = "", plain.ClientURL() }, "nats.ca_file"},
		"plain, with a key": {func(o *natsbus.Options) { o.URL = plain.ClientURL() }, "nats.nkey_file"},
		"no such key file":  {func(o *natsbus.Options) { o.NKeyFile = "nowhere" }, "nats.nkey_file"},
		"no such CA":        {func(o *natsbus.Options) { o.CAFile = "nowhere" }, "nowhere"},
		"no such token":     {func(o *natsbus.Options) { o.NKeyFile, o.TokenFile = "", "nowhere" }, "nats.token_file"},
		"an account's key":  {func(o *natsbus.Options) { o.NKeyFile = newAccountSeed(t) }, "nats.nkey_file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "another name" {
				needsLoopback9(t, site)
			}
			var log syncBuffer
			options := natsbus.Options{URL: site.URL(0), Access: access, Logger: slog.New(slog.NewTextHandler(&log, nil))}
			test.change(&options)
			bus, err := natsbus.Start(t.Context(), options)
			if err == nil {
				stop(t, bus)
				t.Fatal("let in")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q does not say %q", err, test.want)
			}
			for _, told := range []string{err.Error(), log.String()} {
				if strings.Contains(told, "secret") || strings.Contains(told, "SU") || strings.Contains(told, "PRIVATE") {
					t.Errorf("a secret is told: %s", told)
				}
			}
		})
	}
}

// needsLoopback9 skips where the servers cannot be reached under another
// address than those in their certificates.
func needsLoopback9(t *testing.T, site *natsbustest.Site) {
	t.Helper()
	_, port, err := net.SplitHostPort(site.Servers[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.9", port))
	if err != nil {
		t.Skipf("SKIPPED: the servers cannot be reached under another name: %v", err)
	}
	_ = conn.Close()
}

// Whoever speaks in plain text gets no word in.
func TestPlainTextIsRefused(t *testing.T) {
	t.Parallel()
	site := natsbustest.Start(t, 1)
	conn, err := net.Dial("tcp", site.Servers[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, `"tls_required":true`) {
		t.Fatalf("greeting %q, %v", line, err)
	}
	if _, err := conn.Write([]byte("CONNECT {\"verbose\":true}\r\nPING\r\n")); err != nil {
		t.Fatal(err)
	}
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return // thrown out
		}
		if strings.HasPrefix(line, "PONG") || strings.HasPrefix(line, "+OK") {
			t.Fatalf("the server answers %q", line)
		}
	}
}

// Renewed files are taken up by the next connection, without a restart.
func TestRenewedFilesAreTakenUp(t *testing.T) {
	t.Parallel()
	site := natsbustest.Start(t, 1)
	access := site.Access(t, "NODE_1")
	bus := start(t, natsbus.Options{URL: site.URL(0), Access: access})
	stranger := natsbustest.NewAuthority(t, t.TempDir(), "stranger")
	cert, key := stranger.Sign(t, "node", time.Now().Add(time.Hour))
	good := [2][]byte{contents(t, access.CertFile), contents(t, access.KeyFile)}
	overwrite(t, access, [2][]byte{contents(t, cert), contents(t, key)})
	lost, back := bus.Conn().StatusChanged(nats.RECONNECTING), bus.Conn().StatusChanged(nats.CONNECTED)
	if err := bus.Conn().ForceReconnect(); err != nil {
		t.Fatal(err)
	}
	await(t, "the loss", lost)
	overwrite(t, access, good)
	await(t, "the return", back)
}

func overwrite(t *testing.T, access natsbus.Access, pair [2][]byte) {
	t.Helper()
	for i, file := range []string{access.CertFile, access.KeyFile} {
		if err := os.WriteFile(file, pair[i], 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A server inside that listens can ask for a token; this process gets in
// without being asked.
func TestEmbeddedAsksForAToken(t *testing.T) {
	t.Parallel()
	token := base64.StdEncoding.EncodeToString([]byte("sixteen bytes and more"))
	file := save(t, token+"\n")
	bus := start(t, natsbus.Options{Listen: "127.0.0.1:0", Access: natsbus.Access{TokenFile: file}})
	echo(t, bus.Conn(), "kaitong.test.echo")
	if got := ask(t, bus.Conn(), "kaitong.test.echo", "hi"); got != "hi" {
		t.Errorf("echo answered %q", got)
	}
	if strings.Contains(bus.ClientURL(), token) {
		t.Error("the address tells the token")
	}
	for name, test := range map[string]struct {
		access natsbus.Access
		in     bool
	}{
		"nothing":     {natsbus.Access{}, false},
		"wrong token": {natsbus.Access{TokenFile: save(t, "another token, as long")}, false},
		"the token":   {natsbus.Access{TokenFile: file}, true},
	} {
		conn, err := natsbus.Dial(t.Context(), natsbus.Options{URL: bus.ClientURL(), Access: test.access})
		if (err == nil) != test.in {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			conn.Close()
		} else if !strings.Contains(err.Error(), "nats.token_file") {
			t.Errorf("%s: %q names no setting", name, err)
		}
	}
	if bus, err := natsbus.Start(t.Context(), natsbus.Options{Listen: "127.0.0.1:0", Access: natsbus.Access{TokenFile: save(t, " \n")}}); err == nil {
		stop(t, bus)
		t.Error("starts with an empty token")
	}
}

func save(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func contents(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func newSeed(t *testing.T) string { return seedOf(t, nkeys.CreateUser) }

func newAccountSeed(t *testing.T) string { return seedOf(t, nkeys.CreateAccount) }

func seedOf(t *testing.T, create func() (nkeys.KeyPair, error)) string {
	t.Helper()
	pair, err := create()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	return save(t, string(seed))
}
