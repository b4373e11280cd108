package natsbustest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"kaitong/adapters/natsbus"
)

// patience bounds waits that end early when all is well.
const patience = 20 * time.Second

// Folder is where the configuration is, seen from the folder of an adapter.
const Folder = "../../configs/deploy/nats"

// Site is a cluster of servers, and the keys of everybody who may connect.
type Site struct {
	Dir     string // of keys, certificates and the configuration
	Clients *Authority
	Servers []*server.Server
	Options []*server.Options // of the servers, as read from the file
	seeds   map[string]string // by role, as site.conf names it
	publics map[string]string // the role of a public key
}

// Role is whose public key it is.
func (s *Site) Role(public string) string { return s.publics[public] }

// Start starts servers that know each other, from the configuration in
// configs/deploy/nats. They end with the test.
func Start(t testing.TB, count int) *Site {
	t.Helper()
	s := &Site{Dir: t.TempDir(), seeds: map[string]string{}, publics: map[string]string{}}
	s.Clients = NewAuthority(t, s.Dir, "clients")
	conf, err := os.ReadFile(filepath.Join(Folder, "nats-server.conf"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "nats-server.conf", string(conf))
	values := s.values(t)
	routes := make([]string, count)
	for i := range routes {
		routes[i] = freeAddress(t)
	}
	values["ROUTES"] = `["tls://` + strings.Join(routes, `", "tls://`) + `"]`
	for i := range count {
		values["CLUSTER_LISTEN"] = fmt.Sprintf("%q", routes[i])
		s.start(t, i, values)
	}
	s.settle(t)
	return s
}

// values are what stands in site.conf, in its own spelling.
func (s *Site) values(t testing.TB) map[string]string {
	t.Helper()
	routes := NewAuthority(t, s.Dir, "routes")
	values := map[string]string{"CLIENT_LISTEN": `"127.0.0.1:-1"`, "MONITOR": `"127.0.0.1:-1"`}
	next := time.Now().Add(time.Hour)
	for prefix, authority := range map[string]*Authority{"": s.Clients, "ROUTE_": routes} {
		cert, key := authority.Sign(t, "server", next)
		values[prefix+"CERT_FILE"], values[prefix+"KEY_FILE"] = fmt.Sprintf("%q", cert), fmt.Sprintf("%q", key)
		values[prefix+"CA_FILE"] = fmt.Sprintf("%q", authority.CAFile)
	}
	for _, role := range Roles(t) {
		pair, err := nkeys.CreateUser()
		if err != nil {
			t.Fatal(err)
		}
		public, err := pair.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		seed, err := pair.Seed()
		if err != nil {
			t.Fatal(err)
		}
		s.publics[public] = role
		s.seeds[role], values[role] = string(seed), fmt.Sprintf("%q", public)
	}
	return values
}

// Roles are who may connect, as site.conf names them.
func Roles(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Folder, "site.conf"))
	if err != nil {
		t.Fatal(err)
	}
	var roles []string
	for _, found := range regexp.MustCompile(`(?m)^(\w+): "PUBLIC-KEY-OF-`).FindAllStringSubmatch(string(text), -1) {
		roles = append(roles, found[1])
	}
	return roles
}

func (s *Site) start(t testing.TB, i int, values map[string]string) {
	t.Helper()
	var text strings.Builder
	for name, value := range values {
		fmt.Fprintf(&text, "%s: %s\n", name, value)
	}
	s.write(t, "site.conf", text.String())
	options, err := server.ProcessConfigFile(filepath.Join(s.Dir, "nats-server.conf"))
	if err != nil {
		t.Fatal(err)
	}
	options.ServerName, options.NoSigs, options.NoLog = fmt.Sprintf("nats-%d", i+1), true, true
	one, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	one.Start()
	t.Cleanup(func() { one.Shutdown(); one.WaitForShutdown() })
	if !one.ReadyForConnections(patience) {
		t.Fatalf("nats-server %d does not start", i+1)
	}
	s.Servers, s.Options = append(s.Servers, one), append(s.Options, options)
}

// settle waits until every server has a route to every other one.
func (s *Site) settle(t testing.TB) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	late := time.After(patience)
	for !s.settled() {
		select {
		case <-ticker.C:
		case <-late:
			t.Fatal("the nats-servers do not find each other")
		}
	}
}

func (s *Site) settled() bool {
	for _, one := range s.Servers {
		if len(s.Servers) > 1 && one.NumRoutes() < len(s.Servers)-1 {
			return false
		}
	}
	return true
}

// URL is what clients are given, one server first.
func (s *Site) URL(nearest int) string {
	all := make([]string, len(s.Servers))
	for i := range all {
		all[i] = "tls://" + s.Servers[(nearest+i)%len(all)].Addr().String()
	}
	return strings.Join(all, ",")
}

// Access is what one role needs to connect. Its inbox is the one that the
// configuration gives it.
func (s *Site) Access(t testing.TB, role string) natsbus.Access {
	t.Helper()
	seed, known := s.seeds[role]
	if !known {
		t.Fatalf("there is no role %s", role)
	}
	access := natsbus.Access{CAFile: s.Clients.CAFile, NKeyFile: s.write(t, role+".nk", seed), InboxPrefix: Inbox(role)}
	access.CertFile, access.KeyFile = s.Clients.Sign(t, role, time.Now().Add(time.Hour))
	return access
}

// Inbox is the prefix of the subjects on which a role gets answers. A service
// asks nobody, and has none.
func Inbox(role string) string {
	switch {
	case strings.HasSuffix(role, "_SERVICE"):
		return ""
	case strings.HasSuffix(role, "_VERIFIER"):
		return "_INBOX_verifier"
	}
	return "_INBOX_" + strings.ToLower(role)
}

func (s *Site) write(t testing.TB, name, text string) string {
	t.Helper()
	file := filepath.Join(s.Dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil { //nolint:gosec // names of the test's own, in a folder of its own
		t.Fatal(err)
	}
	return file
}

func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }() // only to know a free port
	return listener.Addr().String()
}
