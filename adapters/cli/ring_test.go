package cli

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// ring is three nats-servers that know each other, on loopback addresses of
// their own.
type ring struct {
	t       *testing.T
	servers [3]*server.Server
	clients [3]string // host:port
	routes  [3]string
}

func startRing(t *testing.T) *ring {
	t.Helper()
	r := &ring{t: t}
	for i := range r.servers {
		host := fmt.Sprintf("127.0.0.%d", i+1)
		r.clients[i], r.routes[i] = freeAddress(t, host), freeAddress(t, host)
	}
	for i := range r.servers {
		r.start(i)
	}
	r.settle()
	return r
}

// freeAddress is one that nobody listens on at the moment.
func freeAddress(t *testing.T, host string) string {
	t.Helper()
	listener, err := net.Listen("tcp", host+":0")
	if err != nil {
		t.Fatalf("the loopback address %s: %v", host, err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func (r *ring) start(i int) {
	r.t.Helper()
	host, port := addressParts(r.t, r.clients[i])
	_, routePort := addressParts(r.t, r.routes[i])
	options := &server.Options{
		ServerName: fmt.Sprintf("nats-%d", i+1), Host: host, Port: port, NoSigs: true, NoLog: true,
		// No advertising: a node finds no way around a bad wire.
		Cluster: server.ClusterOpts{Name: "test", Host: host, Port: routePort, NoAdvertise: true},
		Routes:  server.RoutesFromStr("nats-route://" + strings.Join(r.routes[:], ",nats-route://")),
	}
	one, err := server.NewServer(options)
	if err != nil {
		r.t.Fatal(err)
	}
	one.Start()
	r.servers[i] = one
	r.t.Cleanup(func() { one.Shutdown(); one.WaitForShutdown() })
	if !one.ReadyForConnections(20 * time.Second) {
		r.t.Fatalf("nats-server on %s does not start", r.clients[i])
	}
}

func (r *ring) stop(i int) {
	r.servers[i].Shutdown()
	r.servers[i].WaitForShutdown()
}

// settle waits until every server is connected with the others.
func (r *ring) settle() {
	r.t.Helper()
	eventually(r.t, "the nats-servers find each other", func() bool {
		for _, one := range r.servers {
			if one.NumRoutes() == 0 {
				return false
			}
		}
		return true
	})
}

// url is what a node is given, with its nearest server first.
func (r *ring) url(nearest int) string {
	var all []string
	for i := range r.clients {
		all = append(all, (&url.URL{Scheme: "nats", Host: r.clients[(nearest+i)%3]}).String())
	}
	return strings.Join(all, ",")
}

func addressParts(t *testing.T, address string) (string, int) {
	t.Helper()
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := net.LookupPort("tcp", text)
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}

// eventually waits for what takes a moment.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 30 s for: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
