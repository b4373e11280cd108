package web

import (
	"net/http"
	"strings"
	"testing"
)

// sharedAddresses are those that pages of other hosts ask, with their method.
func sharedAddresses() map[string]string {
	return map[string]string{
		"/v1/conversations/c_1/events": "GET", "/v1/demo/token": "POST", "/v1/demo/users": "GET", "/v1/demo/articles?locale=en": "GET",
	}
}

// shared lists the headers that would let another origin read an answer.
func shared(a answer) []string {
	var list []string
	for name := range a.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			list = append(list, name+": "+a.Header.Get(name))
		}
	}
	if corp := a.Header.Get("Cross-Origin-Resource-Policy"); corp != "same-origin" {
		list = append(list, corp)
	}
	return list
}

func TestAllowedOriginsReadAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, method := range sharedAddresses() {
		for _, origin := range []string{w.url, "https://help.example.com"} {
			a := w.request(method, path, "{}", "Origin", origin, "Content-Type", "application/json")
			if a.Header.Get("Access-Control-Allow-Origin") != origin || a.Header.Get("Vary") != "Origin" || a.Header.Get("Access-Control-Expose-Headers") != "Retry-After" ||
				a.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || a.Header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s %s for %s: %d %v", method, path, origin, a.StatusCode, a.Header)
			}
		}
	}
}

// Refusals can be read too, so that a client can say what is wrong.
func TestAllowedOriginsReadRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow = 1 })
	ask := func(method, path, body string, header ...string) answer {
		a := w.request(method, path, body, append(header, "Origin", "https://help.example.com")...)
		if a.Header.Get("Access-Control-Allow-Origin") != "https://help.example.com" {
			t.Errorf("%s %s: %d %v", method, path, a.StatusCode, a.Header)
		}
		return a
	}
	bearer := "Bearer " + w.token("demo-a")
	wantProblem(t, ask("GET", "/v1/conversations/c_1/events", ""), codeUnauthorized)
	wantProblem(t, ask("GET", "/v1/conversations/c_1/events", "", "Authorization", bearer), codeNotFound)
	limited := ask("GET", "/v1/conversations/c_1/events", "", "Authorization", bearer)
	wantProblem(t, limited, codeRateLimited)
	if limited.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	wantProblem(t, ask("POST", "/v1/demo/token", "nonsense", "Content-Type", "application/json"), codeBadJSON)
	wantProblem(t, ask("DELETE", "/v1/demo/users", ""), codeBadMethod)
}

// foreignOrigins get nothing, whatever they look like.
func foreignOrigins() []string {
	return []string{"https://evil.example", "null", "*", "http://help.example.com", "https://help.example.com.evil.example", "https://help.example.com:8443",
		"https://help.example.com/", "https://xhelp.example.com", "https://help.example.com https://evil.example", "file://"}
}

func TestOtherOriginsReadNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, method := range sharedAddresses() {
		for _, origin := range append(foreignOrigins(), "") {
			header := []string{"Content-Type", "application/json"}
			if origin != "" {
				header = append(header, "Origin", origin)
			}
			a := w.request(method, path, `{"user":"demo-a"}`, header...)
			if list := shared(a); len(list) > 0 || a.Header.Get("Vary") != "Origin" {
				t.Errorf("%s %s for %q: %d %v", method, path, origin, a.StatusCode, a.Header)
			}
			if origin != "" && method == "POST" {
				wantProblem(t, a, codeBadOrigin)
			}
		}
	}
}

func TestTwoOriginsAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, err := http.NewRequest(http.MethodGet, w.url+"/v1/demo/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header["Origin"] = []string{"https://help.example.com", "https://help.example.com"}
	if list := shared(w.do(r)); len(list) > 0 {
		t.Errorf("%v", list)
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, method := range sharedAddresses() {
		ask := func(origin string) answer {
			return w.request("OPTIONS", path, "", "Origin", origin, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "authorization,content-type")
		}
		a := ask("https://help.example.com")
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": "https://help.example.com", "Access-Control-Allow-Methods": method, "Access-Control-Allow-Headers": "Authorization, Content-Type",
			"Access-Control-Max-Age": "600", "Access-Control-Allow-Credentials": "", "Vary": "Origin",
		} {
			if got := a.Header.Get(name); got != want || a.StatusCode != http.StatusNoContent || len(a.body) != 0 {
				t.Errorf("%s: %d, %s is %q, want %q", path, a.StatusCode, name, got, want)
			}
		}
		for _, origin := range foreignOrigins() {
			refused := ask(origin)
			wantProblem(t, refused, codeBadOrigin)
			if list := shared(refused); len(list) > 0 {
				t.Errorf("%s for %q: %v", path, origin, list)
			}
		}
		wantProblem(t, w.request("OPTIONS", path, ""), codeBadMethod) // no browser asks like this
	}
}

// Everything else stays with its own host.
func TestNothingElseIsShared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Origins = []string{"https://help.example.com"} })
	for _, path := range []string{"/", "/assets/logo.svg", "/healthz", "/readyz", "/v1/spec/asyncapi.yaml", "/nothing", "/v1/ws"} {
		if list := shared(w.request("GET", path, "", "Origin", "https://help.example.com")); len(list) > 0 {
			t.Errorf("%s: %v", path, list)
		}
		wantProblem(t, w.request("OPTIONS", path, "", "Origin", "https://help.example.com", "Access-Control-Request-Method", "GET"), map[bool]Code{true: codeNotFound, false: codeBadMethod}[path == "/nothing"])
	}
}
