package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kaitong/adapters/edge"
)

// fakeClock starts at the real time and moves when told.
type fakeClock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *fakeClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// answer is a response whose body was read.
type answer struct {
	*http.Response
	body []byte
}

func (w *world) do(r *http.Request) answer {
	w.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{resp, b}
}

func (w *world) request(method, path, body string, header ...string) answer {
	w.t.Helper()
	r, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return w.do(r)
}

func (w *world) get(path string) answer { return w.request("GET", path, "") }

func (w *world) getAs(path, authorization string) answer {
	return w.request("GET", path, "", "Authorization", authorization)
}

// wantProblem checks that a refusal is a problem of RFC 9457.
func wantProblem(t *testing.T, a answer, code Code) {
	t.Helper()
	mustFit(t, "http.json#/$defs/problem", a.body)
	var body edge.Problem
	if err := json.Unmarshal(a.body, &body); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
	if Code(body.Code) != code || body.Status != a.StatusCode || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %d %s, want %s", a.StatusCode, a.body, code)
	}
}

func TestEventsRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	for i := range 3 {
		p.exchange("m"+itoa(int64(i)), "x")
	}
	bearer := "Bearer " + w.token("demo-a")
	page := w.getAs("/v1/conversations/"+p.conv+"/events?after=2", bearer)
	mustFit(t, "http.json#/$defs/events", page.body)
	var body struct {
		Conv, Epoch string
		Events      []received
		More        bool
	}
	if err := json.Unmarshal(page.body, &body); err != nil || page.StatusCode != 200 {
		t.Fatalf("%d %s %v", page.StatusCode, page.body, err)
	}
	if len(body.Events) != 4 || body.Events[0].Seq != 3 || body.Events[3].Seq != 6 || body.More || body.Epoch != "epoch-1" {
		t.Errorf("%s", page.body)
	}

	// The same frames as on resume.
	back, _ := w.rejoin("demo-a", p.conv, 2)
	for _, event := range body.Events {
		if r := back.want("message"); r.ID != event.ID || r.Seq != event.Seq || r.Re != event.Re {
			t.Errorf("resume %s, route %v", r.raw, event)
		}
	}

	wantProblem(t, w.getAs("/v1/conversations/"+p.conv+"/events", "Bearer "+w.token("demo-b")), codeNotFound)
	wantProblem(t, w.getAs("/v1/conversations/c_nobody/events", bearer), codeNotFound)
	wantProblem(t, w.get("/v1/conversations/"+p.conv+"/events"), codeUnauthorized)
	wantProblem(t, w.getAs("/v1/conversations/"+p.conv+"/events", "Basic Zm9vOmJhcg=="), codeUnauthorized)
	for _, id := range []string{strings.Repeat("x", 65), "a%20b", "a%0Ab", "%7F", "%E7%BC%96", "%FF"} {
		wantProblem(t, w.getAs("/v1/conversations/"+id+"/events", bearer), codeBadField)
	}
	for _, after := range []string{"x", "-1", "1.5", "99999999999999999999"} {
		wantProblem(t, w.getAs("/v1/conversations/"+p.conv+"/events?after="+after, bearer), codeBadField)
	}
	wantProblem(t, w.request("DELETE", "/v1/conversations/"+p.conv+"/events", "", "Authorization", bearer), codeBadMethod)
}

func TestEventsRouteForAnonymous(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.dial()
	anon := p.hello(map[string]any{"locale": "en"}).Data["anon"].(string)
	p.exchange("m1", "x")
	if a := w.getAs("/v1/conversations/"+p.conv+"/events", "Anonymous "+anon); a.StatusCode != 200 {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	wantProblem(t, w.getAs("/v1/conversations/"+p.conv+"/events", "Anonymous "+newAnonToken()), codeNotFound)
	wantProblem(t, w.getAs("/v1/conversations/"+p.conv+"/events", "Bearer "+anon), codeUnauthorized)
}

// A long history comes in pages that together hold everything once.
func TestEventsRoutePages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.engine.fill("c_1", w.identity("demo-a"), 600) // 1,200 events
	if last := w.readPages("demo-a", "c_1"); last != 1200 {
		t.Errorf("%d events", last)
	}
}

// readPages reads the whole history, which has no gaps, and returns its last seq.
func (w *world) readPages(user, conv string) (last int64) {
	w.t.Helper()
	for more := true; more; {
		var page struct {
			Events []received
			More   bool
		}
		a := w.getAs("/v1/conversations/"+conv+"/events?after="+itoa(last), "Bearer "+w.token(user))
		if err := json.Unmarshal(a.body, &page); err != nil {
			w.t.Fatal(err)
		}
		for _, event := range page.Events {
			if last++; event.Seq != last {
				w.t.Fatalf("seq %d, want %d", event.Seq, last)
			}
		}
		more = page.More
	}
	return last
}

func TestDemoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := func(body string, header ...string) answer {
		return w.request("POST", "/v1/demo/token", body, append([]string{"Content-Type", "application/json"}, header...)...)
	}
	a := post(`{"user":"demo-overdue"}`, "Origin", w.url)
	mustFit(t, "http.json#/$defs/demo_token", a.body)
	var body demoTokenBody
	if err := json.Unmarshal(a.body, &body); err != nil || a.StatusCode != 200 || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s %v", a.StatusCode, a.body, err)
	}
	p := w.dial()
	p.hello(map[string]any{"locale": "en", "token": body.Token})
	p.exchange("m1", "x")

	wantProblem(t, post(`{"user":"admin"}`), codeBadField)
	wantProblem(t, post(`{"user":"demo-../x"}`), codeBadField)
	wantProblem(t, post(`{"user":7}`), codeBadField)
	wantProblem(t, post(`{}`), codeMissingField)
	wantProblem(t, post(`{"user":"demo-a","user":"demo-b"}`), codeDuplicateKey)
	wantProblem(t, post(`{"User":"demo-a"}`), codeBadKey)
	wantProblem(t, post(`{"user":"demo-a"} {}`), codeTrailingData)
	wantProblem(t, post(`nonsense`), codeBadJSON)
	wantProblem(t, post(`{"user":"`+strings.Repeat("x", 5000)+`"}`), codeTooLarge)
	wantProblem(t, post(`{"user":"demo-a"}`, "Origin", "https://evil.example"), codeBadOrigin)
	wantProblem(t, w.request("POST", "/v1/demo/token", `{"user":"demo-a"}`, "Content-Type", "text/plain"), codeBadMedia)
	wantProblem(t, w.get("/v1/demo/token"), codeBadMethod)
}

// A page whose name is made to lead here gets no token (DNS rebinding), though its
// origin is the host it asks.
func TestDemoTokenUnderOtherNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Hosts = []string{"demo.example.com"} })
	for host, want := range map[string]int{"evil.example": 403, "localhost.evil.example:8080": 403, "demo.example.com": 200, "localhost:8080": 200, "192.168.1.7:8080": 200} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/v1/demo/token", strings.NewReader(`{"user":"demo-a"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", "http://"+host)
		if a := w.do(r); a.StatusCode != want {
			t.Errorf("as %s: %d %s", host, a.StatusCode, a.body)
		}
	}
}

func TestDemoUsersRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.get("/v1/demo/users")
	mustFit(t, "http.json#/$defs/demo_users", a.body)
	if !strings.Contains(string(a.body), "逾期未还") {
		t.Errorf("%s", a.body)
	}
}

func TestDemoArticlesRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct{ path, language, want string }{
		{"/v1/demo/articles?locale=zh-CN", "en", "逾期或不良信用记录"},
		{"/v1/demo/articles?locale=en", "zh-CN", "Overdue payments"},
		{"/v1/demo/articles?locale=fr", "", "Overdue payments"},
		{"/v1/demo/articles", "en-GB", "Overdue payments"},
		{"/v1/demo/articles", "", "逾期或不良信用记录"},
	} {
		a := w.request("GET", test.path, "", "Accept-Language", test.language)
		mustFit(t, "http.json#/$defs/demo_articles", a.body)
		if a.StatusCode != 200 || !strings.Contains(string(a.body), test.want) {
			t.Errorf("%s in %q: %d %s", test.path, test.language, a.StatusCode, a.body)
		}
	}
	wantProblem(t, w.request("POST", "/v1/demo/articles", ""), codeBadMethod)
}

func TestNoDemoOutsideDemoMode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Demo = false })
	wantProblem(t, w.request("POST", "/v1/demo/token", `{"user":"demo-a"}`, "Content-Type", "application/json"), codeNotFound)
	wantProblem(t, w.get("/v1/demo/users"), codeNotFound)
	wantProblem(t, w.get("/v1/demo/articles"), codeNotFound)
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	var fail error
	w := newWorld(t, func(o *Options) {
		o.Checks = []Check{
			{Name: "event log", Fault: "the event log does not answer", Run: func(context.Context) error { return fail }},
			{Name: "bus", Run: func(context.Context) error { return nil }},
		}
	})
	if a := w.get("/readyz"); a.StatusCode != 200 {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	fail = errors.New("dial tcp: password=secret")
	wantProblem(t, w.get("/readyz"), codeNotReady)
	a := w.get("/readyz?verbose")
	mustFit(t, "http.json#/$defs/readiness", a.body)
	if a.StatusCode != 503 || !strings.Contains(string(a.body), "the event log does not answer") || strings.Contains(string(a.body), "secret") {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := w.get("/healthz"); a.StatusCode != 200 {
		t.Errorf("healthz: %d", a.StatusCode)
	}
}

// What is optional may be down: people still get answers, so traffic is
// welcome, and an operator sees what is missing.
func TestReadyWithoutWhatIsOptional(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) {
		o.Checks = []Check{
			{Name: "event log", Run: func(context.Context) error { return nil }},
			{Name: "message bus", Optional: true, Fault: "NATS is not connected", Run: func(context.Context) error { return errors.New("down") }},
		}
	})
	if a := w.get("/readyz"); a.StatusCode != 200 {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	a := w.get("/readyz?verbose")
	mustFit(t, "http.json#/$defs/readiness", a.body)
	var body struct {
		Status string
		Checks []checkResult
	}
	if err := json.Unmarshal(a.body, &body); err != nil || a.StatusCode != 200 || body.Status != "ready" {
		t.Fatalf("%d %s %v", a.StatusCode, a.body, err)
	}
	want := checkResult{Name: "message bus", Degraded: true, Reason: "NATS is not connected", Runbook: "docs/operations.md#message-bus"}
	if got := body.Checks[len(body.Checks)-1]; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// What the checks have to say (figures, names of tenants, what is out of order) is
// for those in one's own network. Who comes over a proxy that is not known may be
// anybody.
func TestWhyIsForOnesOwnNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) {
		o.Proxies = edge.Proxies{netip.MustParsePrefix("10.0.0.0/8")}
		o.Checks = []Check{{Name: "alerts", Run: func(context.Context) error { return nil }, Note: func() string { return "40 contacts" }}}
	})
	for _, c := range []struct {
		remote, forwarded string
		told              bool
	}{
		{"127.0.0.1:1", "", true},
		{"[::1]:1", "", true},
		{"192.168.3.4:1", "", true},
		{"[fd00::7]:1", "", true},
		{"203.0.113.7:1", "", false},
		{"10.0.0.1:1", "", true},
		{"10.0.0.1:1", "192.168.3.4", true},
		{"10.0.0.1:1", "203.0.113.7", false},
		{"10.0.0.1:1", "192.168.3.4, 203.0.113.7", false},
		{"127.0.0.1:1", "203.0.113.7", false},
		{"127.0.0.1:1", "127.0.0.1", false},
		{"203.0.113.7:1", "127.0.0.1", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/readyz?verbose", nil)
		if r.RemoteAddr = c.remote; c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		answer := httptest.NewRecorder()
		w.server.Handler().ServeHTTP(answer, r)
		if told := strings.Contains(answer.Body.String(), "40 contacts"); answer.Code != 200 || told != c.told {
			t.Errorf("%s for %q: %d %s", c.remote, c.forwarded, answer.Code, answer.Body)
		}
	}
}

// Operators read what a check has to say, whether or not it holds.
func TestReadinessNotes(t *testing.T) {
	t.Parallel()
	works, down := func(context.Context) error { return nil }, func(context.Context) error { return errors.New("down") }
	note := func(text string) func() string { return func() string { return text } }
	w := newWorld(t, func(o *Options) {
		o.Checks = []Check{
			{Name: "works", Run: works, Note: note("one incident")},
			{Name: "silent", Run: works, Note: note("")},
			{Name: "fails", Optional: true, Fault: "not in use", Run: down, Note: note("pack.yaml:1:1")},
			{Name: "fails silently", Optional: true, Fault: "not in use", Run: down, Note: note("")},
		}
	})
	a := w.get("/readyz?verbose")
	mustFit(t, "http.json#/$defs/readiness", a.body)
	var body struct{ Checks []checkResult }
	if err := json.Unmarshal(a.body, &body); err != nil {
		t.Fatal(err)
	}
	want := []checkResult{
		{Name: "serving", OK: true},
		{Name: "works", OK: true, Reason: "one incident"},
		{Name: "silent", OK: true},
		{Name: "fails", Degraded: true, Reason: "not in use: pack.yaml:1:1", Runbook: "docs/operations.md#fails"},
		{Name: "fails silently", Degraded: true, Reason: "not in use", Runbook: "docs/operations.md#fails-silently"},
	}
	if !slices.Equal(body.Checks, want) {
		t.Errorf("got %+v, want %+v", body.Checks, want)
	}
}

func TestFavicon(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, logo := w.get("/favicon.ico"), w.get("/assets/logo.svg")
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "image/svg+xml" || string(a.body) != string(logo.body) {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
}

func TestHeadersEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paths := []string{"/", "/assets/demo.js", "/assets/demo.css", "/healthz", "/readyz", "/v1/demo/users", "/v1/spec/asyncapi.yaml", "/v1/spec/schemas/server.json", "/nothing", "/v1/ws"}
	for _, path := range paths {
		a := w.get(path)
		policy := a.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, a.Header)
		}
		if a.Header.Get("Content-Type") == "" {
			t.Errorf("%s has no content type", path)
		}
	}
	for _, path := range paths[:8] {
		if a := w.get(path); a.StatusCode != 200 || len(a.body) == 0 {
			t.Errorf("%s: %d with %d bytes", path, a.StatusCode, len(a.body))
		}
	}
	wantProblem(t, w.get("/nothing"), codeNotFound)
	wantProblem(t, w.get("/v1/ws"), codeNotWebSocket)
	wantProblem(t, w.request("POST", "/", ""), codeBadMethod)
	if a := w.get("/"); !strings.Contains(a.Header.Get("Content-Security-Policy"), "require-trusted-types-for 'script'") {
		t.Error("the page does without trusted types")
	}
}

func TestNewListsEveryProblem(t *testing.T) {
	t.Parallel()
	_, err := New(Options{Origins: []string{"help.example.com", "https://x/path", "https://*.example.com", "https://a;script-src"}, Seals: [][]byte{[]byte("short")}})
	if err == nil {
		t.Fatal("made from nothing")
	}
	for _, want := range []string{"engine", "logger", "tenant", "26 bytes", "audience", `"help.example.com"`, `"https://x/path"`, `"https://*.example.com"`, `"https://a;script-src"`, "limit"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not mentioned in: %v", want, err)
		}
	}
	options := testOptions()
	options.Engine, options.Log = newFakeEngine(), slog.New(slog.DiscardHandler)
	if _, err := New(options); err != nil {
		t.Error(err)
	}
}
