package storetest

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// ErrMissing says that there is no PostgreSQL on this machine.
var ErrMissing = errors.New("no PostgreSQL found")

// Cluster is a running PostgreSQL.
type Cluster struct {
	programs string // folder of initdb and pg_ctl
	dir      string // holds everything
	port     int
	password string
	guard    *os.File // its end is the end of the cluster
}

// shared is the cluster of this test binary, started by the first who asks.
var shared = sync.OnceValues(start)

// Database returns the address of a new, empty database in a cluster that all
// tests of the binary share. It is dropped when the test ends.
func Database(t testing.TB) string {
	t.Helper()
	cluster, err := shared()
	demand(t, err)
	return cluster.Database(t)
}

// Start starts a cluster for this test alone, which may restart and pause it.
func Start(t testing.TB) *Cluster {
	t.Helper()
	cluster, err := start()
	demand(t, err)
	t.Cleanup(func() {
		cluster.Resume(t)
		if err := cluster.guard.Close(); err != nil {
			t.Error(err)
		}
	})
	return cluster
}

// demand skips a test that needs what is not installed, and fails it where
// everything has to be.
func demand(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, ErrMissing) && os.Getenv("CI") == "":
		t.Skipf("SKIPPED, NOT TESTED: %v; install it with: apt-get install postgresql", err)
	default:
		t.Fatal(err)
	}
}

func start() (*Cluster, error) {
	programs, err := programs()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "kaitong-postgres-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{programs: programs, dir: dir, port: port, password: rand.Text()}
	if err := c.begin(); err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL in %s: %w", dir, err), os.RemoveAll(dir))
	}
	return c, nil
}

// programs finds the newest installed PostgreSQL.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	more, err := filepath.Glob("/usr/local/pgsql/bin/initdb")
	if err != nil {
		return "", err
	}
	slices.SortFunc(found, func(a, b string) int { // 9 before 15
		return cmp.Or(len(a)-len(b), strings.Compare(a, b))
	})
	if found = append(more, found...); len(found) == 0 {
		return "", fmt.Errorf("%w in /usr/lib/postgresql", ErrMissing)
	}
	return filepath.Dir(found[len(found)-1]), nil
}

func freePort() (int, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}

func (c *Cluster) begin() error {
	secret := filepath.Join(c.dir, "password")
	if err := os.WriteFile(secret, []byte(c.password), 0o600); err != nil {
		return err
	}
	for _, path := range []string{c.dir, secret} {
		if err := giveAway(path); err != nil {
			return err
		}
	}
	err := c.run("initdb", "-D", c.data(), "-U", "kaitong", "-A", "scram-sha-256", "--pwfile="+secret, "-E", "UTF8", "--locale=C", "--no-sync")
	if err != nil {
		return err
	}
	if err := c.watch(); err != nil {
		return err
	}
	if err := c.start(); err != nil {
		return errors.Join(err, c.guard.Close())
	}
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) start() error {
	settings := fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=32MB -c max_connections=200", c.port)
	return c.run("pg_ctl", "-D", c.data(), "-l", filepath.Join(c.dir, "log"), "-o", settings, "-w", "-t", "60", "start")
}

// Address returns the address of a database of the cluster.
func (c *Cluster) Address(database string) string {
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword("kaitong", c.password),
		Host: net.JoinHostPort("127.0.0.1", fmt.Sprint(c.port)), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return address.String()
}

// Password is the one in every address, for tests that look for it where it
// must not be.
func (c *Cluster) Password() string { return c.password }

// Database makes an empty database and returns its address. It is dropped when
// the test ends.
func (c *Cluster) Database(t testing.TB) string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text())
	c.Exec(t, "CREATE DATABASE "+name)
	t.Cleanup(func() { c.Exec(t, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return c.Address(name)
}

// Exec runs a statement as the superuser, in no test's database.
func (c *Cluster) Exec(t testing.TB, text string) {
	t.Helper()
	Exec(t, c.Address("postgres"), text)
}

// Exec runs statements in a database.
func Exec(t testing.TB, address, text string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, text, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// Restart stops the server the way given, "fast" or "immediate" (as if it
// crashed), and starts it again.
func (c *Cluster) Restart(t testing.TB, how string) {
	t.Helper()
	if err := c.run("pg_ctl", "-D", c.data(), "-m", how, "-w", "-t", "60", "stop"); err != nil {
		t.Fatal(err)
	}
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
}
