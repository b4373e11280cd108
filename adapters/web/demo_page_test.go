package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"kaitong/adapters/web/browsertest"
)

func TestDemoPage(t *testing.T) {
	t.Parallel()
	tryWidget(t, []widgetCase{
		{"a question opens the widget", demoAsks},
		{"each person has a situation of their own", demoPersons},
		{"articles have addresses and lead to the helper", demoArticles},
		{"both languages", demoLanguages},
		{"everybody can use it", demoForEverybody},
		{"articles come late", demoRetries},
		{"the widget does not come", demoWithoutWidget},
	})
}

// demo opens the demo page and returns it with the widget beside it.
func (w *world) demo(chromium *browsertest.Browser, path string) (*chat, *browsertest.Place) {
	w.t.Helper()
	c := w.visit(chromium, path)
	page := c.Document()
	page.Until(`$$(".group").length > 0 && $$("#people .person").length > 2`)
	return c, page
}

func (w *world) owner() string {
	_, conv := w.conversation()
	return conv.owner.User
}

func demoAsks(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c, page := w.demo(chromium, "/")
	page.Click("#question")
	c.Press("cannot open\r")
	c.sent(1)
	if got := c.Text(".message.user .bubble"); got != "cannot open" {
		t.Errorf("asked %q", got)
	}
	if got := w.owner(); got != "demo-kyc" {
		t.Errorf("asked as %q", got)
	}
	c.Click("#close")
	page.Click(".chip")
	c.sent(2)
	if got, want := c.Text(".message.user .bubble"), "cannot open\n"+page.Text(".asks li:first-child"); got != want {
		t.Errorf("asked %q, want %q", got, want)
	}
}

func demoPersons(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c, page := w.demo(chromium, "/")
	page.Click(`#people [data-user="demo-kyc"]`)
	page.Click("#next button")
	c.sent(1)
	if got := w.owner(); got != "demo-kyc" {
		t.Errorf("asked as %q", got)
	}
	c.Reload()
	page.See(`#people [data-user="demo-kyc"][aria-pressed="true"]`)
	page.Click("#who")
	page.See(`#everybody [data-user="demo-kyc"]:focus`)
	c.Press("\x1b")
	page.Gone("#everybody")
	page.Click(".everybody-open")
	page.Click(`#everybody [data-user=""]`)
	page.Gone("#everybody")
	page.See(`#people [data-user=""][aria-pressed="true"]`)
}

func demoArticles(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c, page := w.demo(chromium, "/")
	page.Click(`[data-article="credit.bad_record"]`)
	page.See("#reading h1:focus")
	page.Gone("#home")
	if got, want := pageTitle(page), page.Text("#reading h1"); !strings.HasPrefix(got, want) {
		t.Errorf("the title is %q, want %q first", got, want)
	}
	page.Click(".ask-article")
	c.sent(1)
	if got := c.Text(".message.user .bubble"); got != "有逾期，开通不了" {
		t.Errorf("asked %q", got)
	}
	c.Click("#close")
	page.Click("#back")
	page.See(`[data-article="credit.bad_record"]:focus`)
	c.Back()
	page.See("#reading h1")
	c.Visit(w.url + "/?#how.activate")
	page.Until(`$("#reading h1")?.innerText === "怎么开通借呗"`)
	c.Visit(w.url + "/?#there.is.none")
	page.See("#gone")
	page.See(".group")
}

// pageTitle is what the browser calls the page.
func pageTitle(page *browsertest.Place) string {
	return browsertest.Value[string](page, "document.title")
}

func demoLanguages(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c, page := w.demo(chromium, "/")
	page.Until(`document.documentElement.lang === "zh-CN"`)
	page.Click("#lang")
	page.Until(`document.documentElement.lang === "en" && $("#groups").innerText.includes("Overdue payments")`)
	c.Reload()
	page.Until(`$("#groups").innerText.includes("Overdue payments")`)
	if text := page.Text("body"); strings.ContainsFunc(strings.ReplaceAll(text, "中文", ""), han) {
		t.Errorf("Chinese is left: %q", text)
	}
	page.Click(".chip")
	c.Until(`$("#title").innerText === "Jiebei helper"`)
}

func han(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

// demoForEverybody looks at every view in both languages, both themes and on
// all widths: no rule of accessibility is broken and nothing sticks out.
func demoForEverybody(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c, page := w.demo(chromium, "/")
	c.LessMotion() // what is half faded in has half the contrast
	views := []struct{ name, open, close string }{
		{"home", "", ""},
		{"article", `location.hash = "credit.bad_record"`, `location.hash = ""`},
		{"everybody", `$("#who").click()`, `$("#everybody-close").click()`},
	}
	for _, theme := range []string{"light", "dark"} {
		c.Theme(theme)
		for _, language := range []string{"zh-CN", "en"} {
			page.Until(fmt.Sprintf(`document.documentElement.lang === %q || void $("#lang").click()`, language))
			for _, width := range []int64{320, 1280} {
				c.Window(width, 800, 1)
				for _, view := range views {
					page.JS(view.open)
					c.Shoot(fmt.Sprintf("demo-%s-%s-%s-%d", view.name, language, theme, width))
					for _, violation := range page.Axe() {
						t.Errorf("%s, %s, %s, %d px: %s", view.name, language, theme, width, violation)
					}
					if wide := page.Number("document.documentElement.scrollWidth"); wide > float64(width) {
						t.Errorf("%s, %s: %v px wide in a window of %d", view.name, language, wide, width)
					}
					page.JS(view.close)
				}
			}
		}
	}
}

// troubled serves a world, and answers one address with a failure while bad.
func troubled(w *world, path string, bad *atomic.Bool) string {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == path && bad.Load() {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.server.Handler().ServeHTTP(rw, r)
	}))
	w.t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL
}

func demoRetries(t *testing.T, chromium *browsertest.Browser) {
	var bad atomic.Bool
	bad.Store(true)
	tab := chromium.Open(t, troubled(newWorld(t), "/v1/demo/articles", &bad))
	page := tab.Document()
	page.See("#groups .trouble button")
	tab.Forgive("503")
	bad.Store(false)
	page.Click("#groups .trouble button")
	page.See(".group")
	page.See(".chip")
}

func demoWithoutWidget(t *testing.T, chromium *browsertest.Browser) {
	var bad atomic.Bool
	bad.Store(true)
	tab := chromium.Open(t, troubled(newWorld(t), "/widget.js", &bad))
	page := tab.Document()
	page.Click(".chip")
	page.See("#no-widget-link:focus")
	tab.Forgive("503")
}
