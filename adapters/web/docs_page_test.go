package web

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"kaitong/adapters/web/browsertest"
)

func TestDocumentedPages(t *testing.T) {
	t.Parallel()
	tryWidget(t, []widgetCase{
		{"the blank page", blankPage},
		{"a page with a policy and a token address", strictPage},
	})
}

// blankPage is what a newcomer does: the page of the document, another origin,
// one click and a question.
func blankPage(t *testing.T, chromium *browsertest.Browser) {
	pages := fences(section(t, embeddingDoc(t), "## The widget in a blank page"), "html")
	if len(pages) != 1 {
		t.Fatalf("%d pages, want one", len(pages))
	}
	h := newHost(t)
	w := newWorld(t, h.allow)
	h.handle("/", func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(rw, strings.ReplaceAll(pages[0], "http://localhost:8080", w.url))
	})
	c := h.opened(w, chromium, "/")
	c.Write("开通不了")
	c.sent(1)
	if got := w.owner(); got != "demo-overdue" {
		t.Errorf("asked as %q", got)
	}
}

// strictPage has no more than the document says a policy must allow, and the
// one line it says a page needs.
func strictPage(t *testing.T, chromium *browsertest.Browser) {
	doc := embeddingDoc(t)
	policies := fences(section(t, doc, "## Content security policy"), "text")
	lines := fences(section(t, doc, "### Try it, then wire it"), "html")
	if len(policies) != 1 || len(lines) != 1 {
		t.Fatalf("%d policies, %d lines", len(policies), len(lines))
	}
	h := newHost(t)
	w := newWorld(t, h.allow)
	here := strings.NewReplacer("https://kaitong.example.com", w.url, "wss://kaitong.example.com", strings.Replace(w.url, "http", "ws", 1))
	policy := "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; " + here.Replace(strings.TrimSpace(policies[0]))
	h.embed(w, "/", hostPage{script: "-", after: here.Replace(lines[0]), policy: strings.Replace(policy, "connect-src", "connect-src 'self'", 1)})
	answer := `{"token": "` + w.token("somebody") + `"}`
	h.handle("/kaitong-token", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, answer) })
	c := h.opened(w, chromium, "/")
	c.Write("开通不了")
	c.sent(1)
	if got := w.owner(); got != "somebody" {
		t.Errorf("asked as %q", got)
	}
}
