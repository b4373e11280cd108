package cli

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"kaitong/configs"
)

// everyAddress is one of every kind that the servers have: pages, files, answers,
// refusals of each kind, and what is not there.
func everyAddress() map[string][]string {
	return map[string][]string{
		"page": {"GET /", "GET /chat", "GET /chat?frame=1", "GET /desk", "GET /desk/", "GET /desk/conversations/c1", "GET /analytics"},
		"answer": {
			"GET /widget.js", "GET /assets/logo.svg", "GET /v1/spec/asyncapi.yaml", "GET /healthz", "GET /readyz", "GET /readyz?verbose", "GET /v1/ws",
			"GET /v1/conversations/c1/events", "POST /v1/conversations/c1/proofs", "GET /v1/demo/users", "GET /v1/demo/articles", "POST /v1/demo/token",
			"GET /v1/desk/demo", "GET /v1/desk/signin", "POST /v1/desk/login", "POST /v1/desk/oidc", "GET /v1/desk/oidc/callback", "POST /v1/desk/logout", "POST /v1/desk/password",
			"GET /v1/desk/me", "GET /v1/desk/ws", "GET /v1/desk/queues", "GET /v1/desk/snippets", "GET /v1/desk/conversations/c1", "POST /v1/desk/conversations/c1/reveal",
			"GET /v1/desk/conversations/c1/proofs/p1", "GET /v1/desk/audit", "GET /v1/desk/accounts", "POST /v1/desk/accounts", "PATCH /v1/desk/accounts/x",
			"GET /v1/analytics/definitions", "GET /v1/analytics/overview", "GET /v1/analytics/keys", "GET /v1/analytics/groups", "GET /v1/analytics/contacts", "GET /v1/analytics/unanswered",
			"POST /v1/analytics/unanswered/1/draft", "GET /v1/analytics/alerts", "GET /v1/analytics/export", "GET /v1/analytics/openapi.yaml", "GET /v1/analytics/nothing",
			"POST /v1/handoff/acts", "GET /v1/handoff/conversations/c1", "POST /v1/handoff/chatwoot/x", "GET /v1/handoff/nothing",
			"GET /v1/me", "GET /v1/me/export", "POST /v1/me/erase", "DELETE /v1/me", "GET /nothing", "GET /.git/config", "GET /../../etc/passwd", "DELETE /v1/ws", "TRACE /", "GET //evil.example/",
		},
	}
}

// Whatever is asked, by whomever: the answer says to browsers that nothing in it
// may run, be framed, be guessed at or be kept, but for what pages need.
func TestEveryAnswerIsWalledIn(t *testing.T) {
	t.Parallel()
	desk := openOtherDesk(t)
	w := traced(t, func(c *configs.Config) {
		c.Web.TrustedProxies = []string{"127.0.0.1"}
		c.Handoff.Webhooks = []configs.Webhook{desk.webhook()}
	})
	for kind, addresses := range everyAddress() {
		for _, address := range addresses {
			method, path, _ := strings.Cut(address, " ")
			for _, https := range []bool{false, true} {
				checkWalls(t, w.address, kind, method, path, https)
			}
		}
	}
	checkWalls(t, "http://"+w.app.metrics.String(), "answer", http.MethodGet, "/metrics", false)
	checkWalls(t, "http://"+w.app.metrics.String(), "answer", http.MethodGet, "/nothing", false)
}

func checkWalls(t *testing.T, base, kind, method, path string, https bool) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, base, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.URL.Opaque = path
	if https {
		request.Header.Set("X-Forwarded-Proto", "https")
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	h := response.Header
	csp := strings.Split(h.Get("Content-Security-Policy"), "; ")
	want := map[string]bool{
		"nosniff":         h.Get("X-Content-Type-Options") == "nosniff",
		"referrer":        h.Get("Referrer-Policy") == "no-referrer",
		"opener":          h.Get("Cross-Origin-Opener-Policy") == "same-origin",
		"resource policy": h.Get("Cross-Origin-Resource-Policy") == "same-origin" || strings.HasPrefix(path, "/chat") || strings.HasPrefix(path, "/widget.") || path == "/v1/ws",
		"permissions":     strings.Contains(h.Get("Permissions-Policy"), "camera=()"),
		"one policy":      len(h.Values("Content-Security-Policy")) == 1,
		"nothing runs":    slices.Contains(csp, "default-src 'none'"),
		"frames":          slices.Contains(csp, "frame-ancestors 'none'") || strings.HasPrefix(path, "/chat") && slices.Contains(csp, "frame-ancestors 'self'"),
		"not unsafe":      !strings.Contains(h.Get("Content-Security-Policy"), "unsafe") && !strings.Contains(h.Get("Content-Security-Policy"), "*"),
		"transport":       (h.Get("Strict-Transport-Security") != "") == https,
		"names no maker":  h.Get("Server") == "" && h.Get("X-Powered-By") == "",
		"no cookie":       len(response.Cookies()) == 0 || strings.HasPrefix(path, "/v1/desk/"),
		"shared with all": h.Get("Access-Control-Allow-Origin") == "" || path == "/widget.js",
		"not kept":        strings.Contains(h.Get("Cache-Control"), "no-store") || response.StatusCode < 300 && (!strings.HasPrefix(path, "/v1/") || strings.HasPrefix(path, "/v1/spec/")),
	}
	if kind == "page" && response.StatusCode == http.StatusOK {
		want["trusted types"] = slices.Contains(csp, "require-trusted-types-for 'script'") && slices.Contains(csp, "base-uri 'none'") && slices.Contains(csp, "form-action 'none'")
	}
	for what, held := range want {
		if !held {
			t.Errorf("%s %s (https %v), status %d: %s: %v", method, path, https, response.StatusCode, what, h)
		}
	}
}
