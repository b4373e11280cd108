package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"kaitong/adapters/edge"
)

// Who opens sockets too fast from one address is told when to go on.
func TestHandshakesPerAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.Handshakes = 1 })
	clock := w.stopClock()
	w.dial()
	_, resp, err := w.tryDial(http.Header{"Origin": {w.url}}, subprotocol)
	if err == nil {
		t.Fatal("let in")
	}
	body := make([]byte, 1024)
	n, _ := resp.Body.Read(body)
	wantProblem(t, answer{resp, body[:n]}, codeRateLimited)
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || seconds != 1 {
		t.Errorf("Retry-After %q", resp.Header.Get("Retry-After"))
	}
	clock.advance(1e9)
	w.dial()
}

// A new anonymous name costs nothing, so those who ask over HTTP under ever new ones
// are limited by where they come from. People with a name of their own are not.
func TestNewNamesOverHTTPPerAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.Handshakes, o.Personal = 2, (&belongings{}).personal() })
	clock := w.stopClock()
	for _, route := range []string{"/v1/me/export", "/v1/conversations/c_1/events"} {
		clock.advance(time.Minute)
		refused := 0
		for range 4 {
			if a := w.request("GET", route, "", "Authorization", "Anonymous "+newAnonToken()); a.StatusCode == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused != 2 {
			t.Errorf("%s: %d of 4 new names were refused", route, refused)
		}
		for range 4 {
			if a := w.request("GET", route, "", "Authorization", "Bearer "+w.token("demo-a")); a.StatusCode == http.StatusTooManyRequests {
				t.Errorf("%s: somebody with a token is refused", route)
			}
		}
		w.dial() // and sockets are counted for themselves
	}
}

func TestAddressBehindProxies(t *testing.T) {
	t.Parallel()
	d := newDoor(DefaultLimits(), []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::1/128")})
	for _, c := range []struct {
		remote    string
		forwarded []string
		want      string
	}{
		{"203.0.113.7:1", nil, "203.0.113.7"},
		{"203.0.113.7:1", []string{"198.51.100.1"}, "203.0.113.7"}, // no proxy of ours said so
		{"10.0.0.1:1", nil, "10.0.0.1"},
		{"10.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1:1", []string{"1.2.3.4, 198.51.100.1"}, "198.51.100.1"}, // what stands before is the client's invention
		{"10.0.0.1:1", []string{"1.2.3.4", "198.51.100.1 , 10.9.9.9"}, "198.51.100.1"},
		{"10.0.0.1:1", []string{"1.2.3.4, unknown, 10.9.9.9"}, "10.9.9.9"},
		{"10.0.0.1:1", []string{""}, "10.0.0.1"},
		{"[fd00::1]:1", []string{"2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::"}, // one subscriber has them all
		{"[::ffff:10.0.0.1]:1", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"[fe80::1%eth0]:1", nil, "fe80::"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/v1/ws", nil)
		r.RemoteAddr = c.remote
		r.Header["X-Forwarded-For"] = c.forwarded
		if got := edge.Neighbourhood(d.proxies.Address(r)).String(); got != c.want {
			t.Errorf("%s, forwarded for %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

// FuzzForwarded: whatever a proxy passes on, there is an address, and a client
// without a proxy is itself.
func FuzzForwarded(f *testing.F) {
	f.Add("203.0.113.7:1", "1.2.3.4, 10.0.0.1,")
	f.Add("10.0.0.1:1", ",,::ffff:1.2.3.4%x, []")
	d := newDoor(DefaultLimits(), []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	f.Fuzz(func(t *testing.T, remote, forwarded string) {
		r := &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": {forwarded}}}
		got := d.proxies.Address(r)
		if self := edge.RemoteAddr(r); !d.proxies.Trust(self) && got != self {
			t.Errorf("%s became %s", remote, got)
		}
	})
}
