package desk

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"kaitong/bot/staff"
)

// crowd is an office behind a proxy of ours, so that guesses come from anywhere.
func crowd(t *testing.T) (*office, *clock) {
	t.Helper()
	watch := &clock{at: time.Now()}
	o := open(t, func(options *Options) {
		options.Now, options.Proxies = watch.now, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	o.hire("lin", staff.Agent)
	return o, watch
}

func (o *office) from(address string) *browser {
	b := o.browser()
	b.header.Set("X-Forwarded-For", address)
	return b
}

// Somebody elsewhere who guesses does not keep an agent out.
func TestGuessersElsewhereLockNobodyOut(t *testing.T) {
	t.Parallel()
	o, _ := crowd(t)
	for i := range guessesFromOne {
		if got := o.from("192.0.2.1").ask("POST", "/v1/desk/login", loginAsk{"lin", "wrong"}); got.code() != "bad_login" {
			t.Fatalf("guess %d: %+v", i, got)
		}
	}
	if got := o.from("192.0.2.1").ask("POST", "/v1/desk/login", loginAsk{"lin", password}); got.code() != "locked" {
		t.Errorf("from there: %+v", got)
	}
	if got := o.from("198.51.100.7").ask("POST", "/v1/desk/login", loginAsk{"lin", password}); got.status != http.StatusOK {
		t.Errorf("from elsewhere: %+v", got)
	}
}

// Guessers with many addresses are slowed down together, and still do not keep
// out who signs in from where they did before.
func TestGuessersWithManyAddresses(t *testing.T) {
	t.Parallel()
	o, watch := crowd(t)
	if got := o.from("198.51.100.7").ask("POST", "/v1/desk/login", loginAsk{"lin", password}); got.status != http.StatusOK {
		t.Fatalf("at the beginning: %+v", got)
	}
	for i := range guessesOfAccount {
		if got := o.from(fmt.Sprint("192.0.2.", i)).ask("POST", "/v1/desk/login", loginAsk{"lin", "wrong"}); got.code() != "bad_login" {
			t.Fatalf("guess %d: %+v", i, got)
		}
	}
	if got := o.from("203.0.113.1").ask("POST", "/v1/desk/login", loginAsk{"lin", password}); got.code() != "locked" {
		t.Errorf("from a new address: %+v", got)
	}
	if got := o.from("198.51.100.7").ask("POST", "/v1/desk/login", loginAsk{"lin", password}); got.status != http.StatusOK {
		t.Errorf("from where they are at home: %+v", got)
	}
	watch.pass(guessWindow / guessesOfAccount)
	if got := o.from("203.0.113.1").ask("POST", "/v1/desk/login", loginAsk{"lin", password}); got.status != http.StatusOK {
		t.Errorf("from a new address, seconds later: %+v", got)
	}
}

func TestHomesAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	h := &homes{known: map[attempt]time.Time{}}
	for i := range mostHomes + 5 {
		h.learn(attempt{user: fmt.Sprint("u", i)}, now.Add(time.Duration(i)*time.Millisecond))
	}
	if len(h.known) != mostHomes || h.has(attempt{user: "u0"}, now) || !h.has(attempt{user: fmt.Sprint("u", mostHomes+4)}, now) {
		t.Errorf("%d are known", len(h.known))
	}
	if h.has(attempt{user: fmt.Sprint("u", mostHomes)}, now.Add(2*homeLife)) {
		t.Error("known for ever")
	}
}

// Over TLS a page of the same name without it is somebody else's.
func TestTheSchemeOfPages(t *testing.T) {
	t.Parallel()
	o, _ := crowd(t)
	for name, test := range map[string]struct {
		spoken, origin, want string
	}{
		"TLS, and so is the page":             {"https", "https:", ""},
		"TLS, and the page is not":            {"https", "http:", "bad_origin"},
		"no TLS":                              {"", "http:", ""},
		"a proxy that we were not told about": {"", "https:", ""},
	} {
		b := o.browser()
		b.origin = strings.Replace(b.origin, "http:", test.origin, 1)
		if test.spoken != "" {
			b.header.Set("X-Forwarded-Proto", test.spoken)
		}
		if got := b.ask("POST", "/v1/desk/login", loginAsk{"lin", password}); got.code() != test.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A page whose name is made to lead here does not meet the demo agents.
func TestDemoAgentsUnderOtherNames(t *testing.T) {
	t.Parallel()
	o := open(t, func(options *Options) { options.Demo, options.Hosts = true, []string{"demo.example.com"} })
	for host, want := range map[string]int{
		"evil.example:8080": http.StatusUnauthorized, "demo.example.com": http.StatusOK, "localhost:8080": http.StatusOK, "192.168.1.7:8080": http.StatusOK,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, o.http.URL+"/v1/desk/login", strings.NewReader(`{"user":"demo-lin"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		request.Header.Set("Origin", "http://"+host)
		request.Header.Set("Content-Type", "application/json")
		response, err := o.http.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("as %s: %d", host, response.StatusCode)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.http.URL+"/v1/desk/demo", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "evil.example"
	response, err := o.http.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNotFound {
		t.Errorf("the list: %d", response.StatusCode)
	}
}
