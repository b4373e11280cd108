package handoff

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
)

func TestAddressesOfOnesOwnNetwork(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "2606:4700::1111": true, "172.32.0.1": true, "::ffff:8.8.8.8": true, "64:ff9b::808:808": true, "2002:808:808::1": true,

		"127.0.0.1": false, "127.255.255.254": false, "::1": false, "0.0.0.0": false, "0.1.2.3": false, "::": false, "::ffff:127.0.0.1": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "::ffff:10.0.0.1": false, "fc00::1": false, "fd00:ec2::254": false,
		"169.254.169.254": false, "::ffff:169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "100.100.100.200": false, "192.0.0.192": false, "168.63.129.16": false,
		"100.64.0.1": false, "198.18.0.1": false, "203.0.113.9": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "ff02::1": false,
		"64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false, "2002:7f00:1::1": false, "2002:a9fe:a9fe::": false, "::127.0.0.1": false, "2001::1": false, "2001:db8::1": false, "fec0::1": false, "64:ff9b:1::1": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// The guard looks at what a name leads to when it is called, whatever it led to
// before.
func TestNoWayIn(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	client := newClient(false, patience)
	defer client.CloseIdleConnections()
	for _, host := range []string{"127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]", "[::]", "2130706433", "0x7f.1"} {
		response, err := client.Get("https://" + host + ":" + port)
		if err == nil {
			response.Body.Close()
		}
		if err == nil || !errors.Is(err, ErrPrivate) && !strings.Contains(err.Error(), "lookup") && !strings.Contains(err.Error(), "connect") {
			t.Errorf("%s: %v", host, err)
		}
	}
	if reached.Load() > 0 {
		t.Error("somebody came in")
	}
}

func TestAnEndpointInsideIsNotCalled(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	desk := newDesk(t, nil)
	options := s.options(Endpoint{Name: "inside", URL: strings.Replace(desk.server.URL, "http://", "https://", 1) + "?token=hunter2", Secrets: secrets(t, newSecret)})
	options.Private = false
	s.startWith(options)
	s.begun()
	s.asks("c1")
	s.until(func() bool { return strings.Contains(s.said.String(), ErrPrivate.Error()) })
	if desk.tries.Load() > 0 || strings.Contains(s.said.String(), "hunter2") {
		t.Error("called, or the address was logged:\n" + s.said.String())
	}
}

func TestAddressesAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{ // allowed, and allowed in one's own network
		"https://desk.example.com/hook": {true, true}, "https://desk.example.com:8443": {true, true}, "http://desk.example.com/": {false, true}, "http://127.0.0.1:9": {false, true},
		"": {}, "desk.example.com": {}, "ftp://desk": {}, "file:///etc/passwd": {}, "https://": {}, "https:desk": {}, "https://user:hunter2@desk/": {}, "https://desk/#a": {}, "https://de sk/": {},
	} {
		for i, private := range []bool{false, true} {
			err := CheckURL(text, private)
			if (err == nil) != want[i] || err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q, private %v: %v", text, private, err)
			}
		}
	}
	s := newStage(t)
	options := s.options(Endpoint{Name: "x", URL: "http://desk", Secrets: secrets(t, newSecret)})
	options.Private = false
	if _, err := New(options); err == nil {
		t.Error("begins with http")
	}
}
