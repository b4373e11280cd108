package web

import (
	"net/http"
	"strings"
	"testing"
)

// directive returns the sources that a policy lists for one directive.
func directive(a answer, name string) string {
	for part := range strings.SplitSeq(a.Header.Get("Content-Security-Policy"), ";") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(part), name+" "); ok {
			return value
		}
	}
	return ""
}

// Our own pages and those of the allowed origins may frame the chat, nobody
// may frame anything else.
func TestWhoMayFrame(t *testing.T) {
	t.Parallel()
	origins := func(o *Options) {
		o.Origins = []string{"https://help.example.com", "http://localhost:8000", "http://[::1]:8000"}
	}
	for _, demo := range []bool{true, false} {
		w := newWorld(t, origins, func(o *Options) { o.Demo = demo })
		chat := w.get("/chat?frame=1")
		if got := directive(chat, "frame-ancestors"); got != "'self' https://help.example.com http://localhost:8000" {
			t.Errorf("/chat: %q", got)
		}
		for _, path := range []string{"/", "/widget.js", "/assets/logo.svg", "/v1/spec/asyncapi.yaml", "/healthz", "/nothing"} {
			if got := directive(w.get(path), "frame-ancestors"); got != "'none'" {
				t.Errorf("%s: %q", path, got)
			}
		}
		// What a page needs that isolates itself and frames the chat.
		if chat.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || chat.Header.Get("Cross-Origin-Embedder-Policy") != "require-corp" {
			t.Errorf("%v", chat.Header)
		}
		if a := w.get("/"); a.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%v", a.Header)
		}
	}
}

func TestPagesAreStrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/", "/chat"} {
		a := w.get(path)
		for name, want := range map[string]string{
			"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'", "base-uri": "'none'", "form-action": "'none'",
			"require-trusted-types-for": "'script'", "trusted-types": "'none'",
		} {
			if got := directive(a, name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

// Old browsers want the address of the socket spelled out. Whatever a client
// calls the host, no more than a name gets into the policy.
func TestPolicyNamesTheSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for host, want := range map[string]string{
		"help.example.com":      "'self' ws://help.example.com wss://help.example.com",
		"LOCALHOST:8080":        "'self' ws://LOCALHOST:8080 wss://LOCALHOST:8080",
		"127.0.0.1:1":           "'self' ws://127.0.0.1:1 wss://127.0.0.1:1",
		"[::1]:8080":            "'self'",
		"a.example;script-src":  "'self'",
		"a.example,b.example":   "'self'",
		"*.example.com":         "'self'",
		"a.example'unsafe-eval": "'self'",
		"a%20b.example":         "'self'",
	} {
		r, err := http.NewRequest(http.MethodGet, w.url+"/chat", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		if got := directive(w.do(r), "connect-src"); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}
