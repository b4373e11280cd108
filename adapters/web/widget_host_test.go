package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kaitong/adapters/web/browsertest"
)

// host is a site of somebody else, at an origin of its own, whose pages embed
// the widget.
type host struct {
	t   *testing.T
	url string

	mu      sync.Mutex
	pages   map[string]hostPage
	handles map[string]http.HandlerFunc
}

type hostPage struct {
	policy string // Content-Security-Policy
	head   string
	script string // attributes of the widget's script tag; "-" leaves it out
	after  string // below the script tag
	from   string // where the widget is served
}

func newHost(t *testing.T) *host {
	t.Helper()
	h := &host{t: t, pages: map[string]hostPage{}, handles: map[string]http.HandlerFunc{}}
	server := httptest.NewServer(h)
	h.url = server.URL
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return h
}

// allow is an option of a world that lets the host embed it.
func (h *host) allow(o *Options) { o.Origins = append(o.Origins, h.url) }

// embed makes a page with the widget of a world.
func (h *host) embed(w *world, path string, page hostPage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	page.from = w.url
	h.pages[path] = page
}

func (h *host) handle(path string, handle http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handles[path] = handle
}

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	page, known := h.pages[r.URL.Path]
	handle := h.handles[r.URL.Path]
	h.mu.Unlock()
	if handle != nil {
		handle(w, r)
		return
	}
	if !known {
		w.WriteHeader(http.StatusNoContent) // also for the icon that browsers ask for
		return
	}
	if page.policy != "" {
		w.Header().Set("Content-Security-Policy", page.policy)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang="zh-CN"><head><title>Host</title>
<meta name="viewport" content="width=device-width, initial-scale=1">%s</head>
<body><main><h1 id="heading">Host</h1><p id="words">Words of the host. <a href="#x">A link</a></p>
<button id="before">before</button> <label>Field <input id="field"></label></main>
`, page.head)
	if page.script != "-" {
		fmt.Fprintf(w, "<script src=\"%s/widget.js\" %s></script>\n", page.from, page.script)
	}
	fmt.Fprintf(w, "%s</body></html>", page.after)
}

// chat opens a page of the host and waits for the widget.
func (h *host) chat(w *world, chromium *browsertest.Browser, path string) *chat {
	h.t.Helper()
	c := &chat{world: w, Tab: chromium.Open(h.t, h.url+path)}
	c.See("#launcher")
	return c
}

// opened is chat with the panel open and connected.
func (h *host) opened(w *world, chromium *browsertest.Browser, path string) *chat {
	h.t.Helper()
	c := h.chat(w, chromium, path)
	c.Click("#launcher")
	c.See(".greeting .bubble")
	return c
}

// hosting is a world and a page of a host that embeds it.
func hosting(t *testing.T, page hostPage) (*world, *host) {
	t.Helper()
	h := newHost(t)
	w := newWorld(t, h.allow)
	h.embed(w, "/", page)
	return w, h
}

// On the pages of others.
func TestHost(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"looks the same whatever the page's styles", hostStyles},
		{"leaves nothing behind", hostLeaks},
		{"keeps its keys to itself", hostKeys},
		{"lives with a strict policy", hostPolicy},
		{"is refused where it is not allowed", hostRefused},
		{"is one however often it is embedded", hostTwice},
		{"comes with the page in any order", hostEarly},
	})
}

const hostileStyles = `<style>
* { all: unset !important; display: none !important; color: red !important; font-size: 40px !important; letter-spacing: 9px !important; box-sizing: content-box !important }
html, head, body, main { display: block !important }
html { font-size: 4px !important; line-height: 3; text-transform: uppercase; direction: rtl; color-scheme: dark }
body { transform: scale(.5) translate(40px, 40px); overflow: hidden; direction: rtl; filter: invert(1); letter-spacing: 5px; word-spacing: 20px; text-align: right; visibility: hidden; cursor: wait; font-family: monospace; -webkit-text-size-adjust: none; zoom: 1.5; perspective: 100px }
kaitong-chat { display: none !important; position: static !important; opacity: 0 !important; visibility: hidden !important; pointer-events: none !important; width: 10px !important; height: 10px !important; contain: strict !important; z-index: -1 !important; clip-path: inset(50%) !important; transform: rotate(45deg) !important; float: left !important }
[hidden] { display: block !important }
button, textarea, input { border: 10px solid red !important; min-height: 200px !important; text-indent: 50px !important }
::placeholder { color: red !important } ::selection { background: red !important }
:root { --accent: red; --background: red; --color: red; --text: red; --radius: 99px; --kt-x: 1 }
</style>`

// snapshot is how every element of the widget is styled and where it is.
const snapshot = `(() => {
	const out = [];
	for (const e of $$("*")) {
		if (e.closest("style, .time")) continue;
		const name = e.tagName.toLowerCase() + (e.id && "#" + e.id) + [...e.classList].map((c) => "." + c).join("");
		const r = e.getBoundingClientRect(), style = getComputedStyle(e);
		if (r.width * r.height > 0) out.push(name + " at " + [r.x, r.y, r.width, r.height].map((n) => Math.round(n * 10) / 10).join(" "));
		for (const property of style) if (!property.startsWith("--")) out.push(name + " { " + property + ": " + style.getPropertyValue(property) + " }");
	}
	return out;
})()`

// A page may style what it likes as it likes: the widget looks as on a page
// with no styles at all.
func hostStyles(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	h.embed(w, "/hostile", hostPage{head: hostileStyles})
	looks := map[string][]string{}
	for _, path := range []string{"/", "/hostile"} {
		c := &chat{world: w, Tab: chromium.Blank(t)}
		c.LessMotion()
		c.Visit(h.url + path)
		c.See("#launcher")
		closed := browsertest.Value[[]string](c.Place, snapshot)
		c.Click("#launcher")
		c.See(".greeting .bubble")
		c.Write("为什么我的借呗开通不了")
		c.answers(1)
		c.sent(1)
		c.Shoot("host-" + strings.Trim(path, "/"))
		looks[path] = append(closed, browsertest.Value[[]string](c.Place, snapshot)...)
	}
	blank, hostile := looks["/"], looks["/hostile"]
	var differ []string
	for i := range min(len(blank), len(hostile)) {
		if blank[i] != hostile[i] {
			differ = append(differ, blank[i]+" became "+hostile[i])
		}
	}
	if len(differ) > 0 || len(blank) != len(hostile) || len(blank) < 1000 {
		t.Errorf("%d facts on a blank page, %d on a hostile one, %d differ:\n%s", len(blank), len(hostile), len(differ), strings.Join(differ[:min(20, len(differ))], "\n"))
	}
}

// The page is as it was, but for one element and one name.
func hostLeaks(t *testing.T, chromium *browsertest.Browser) {
	const state = `({
		names: Object.getOwnPropertyNames(window).filter((n) => !/^\d+$/.test(n)).sort(),
		styles: [...document.querySelectorAll("html, head, body, main, #heading, #words, #before, #field")].flatMap((e) => [...getComputedStyle(e)].map((p) => e.tagName + " " + p + ":" + getComputedStyle(e)[p])),
		boxes: [...document.querySelectorAll("main, #heading, #words, #before, #field")].map((e) => JSON.stringify(e.getBoundingClientRect())),
		head: document.head.innerHTML, root: document.documentElement.cloneNode().outerHTML, body: document.body.cloneNode().outerHTML,
		children: [...document.body.children, ...document.documentElement.children].map((e) => e.tagName).filter((n) => n !== "SCRIPT"),
		address: location.href, title: document.title, cookies: document.cookie, sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
		prototypes: [Array, Object, String, Promise, EventTarget, Node, Element, HTMLElement].map((c) => Object.getOwnPropertyNames(c.prototype).join()),
	})`
	w, h := hosting(t, hostPage{script: "-"})
	h.embed(w, "/with", hostPage{})
	type facts struct {
		Names, Styles, Boxes, Children, Prototypes []string
		Head, Root, Body, Title, Cookies           string
		Sheets                                     int
	}
	plain := chromium.Open(t, h.url+"/")
	before := browsertest.Value[facts](plain.Document(), state)
	c := h.opened(w, chromium, "/with")
	c.Write("你好")
	c.answers(1)
	c.Click("#close")
	c.Gone("#panel")
	after := browsertest.Value[facts](c.Document(), state)
	before.Names, before.Children = append(before.Names, "Kaitong"), append(before.Children, "KAITONG-CHAT")
	names := map[string]bool{}
	for _, name := range before.Names {
		names[name] = true
	}
	for _, name := range after.Names {
		if !names[name] {
			t.Errorf("a new global: %s", name)
		}
	}
	before.Names, after.Names = nil, nil
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the page has changed: %s", diff)
	}
}

// What is typed into the widget is no shortcut of the page, for which it would
// look like typing outside of any field; and the page's own keys still work.
func hostKeys(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{head: `<script>window.keys = []; for (const kind of ["keydown", "keypress", "keyup"]) document.addEventListener(kind, (e) => { keys.push(e.key); if (e.key === "/") e.preventDefault(); })</script>`})
	c := h.opened(w, chromium, "/")
	c.Click("#text")
	c.Press("a/b")
	if got := browsertest.Value[string](c.Place, `$("#text").value`); got != "a/b" {
		t.Errorf("typed a/b, got %q", got)
	}
	if got := browsertest.Value[[]string](c.Place, `window.keys`); len(got) > 0 {
		t.Errorf("the page heard %q", got)
	}
	c.Document().Click("#field")
	c.Press("x/y")
	if got := browsertest.Value[string](c.Document(), `$("#field").value`); got != "xy" {
		t.Errorf("the page's own field holds %q", got)
	}
	if got := browsertest.Value[[]string](c.Place, `window.keys`); len(got) == 0 {
		t.Error("the page's own keys are not heard any more")
	}
}

// Under the strictest policy that names nothing but where the widget is
// served, it works and nothing is reported.
func hostPolicy(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	policy := fmt.Sprintf("default-src 'none'; script-src %s; connect-src %s ws%s; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
		w.url, w.url, strings.TrimPrefix(w.url, "http"))
	h.embed(w, "/strict", hostPage{policy: policy})
	c := h.opened(w, chromium, "/strict")
	c.Write("为什么我的借呗开通不了")
	c.See(".steps")
	c.Click(".how summary")
	c.Click(".vote.down")
	c.Click(`.choice[data-choice=solved]`)
	c.sent(2)
	c.Shoot("host-strict")
	if got := c.Complaints(); len(got) > 0 {
		t.Errorf("%d complaints: %q", len(got), got)
	}
}

// A site that nobody allowed gets no conversation.
func hostRefused(t *testing.T, chromium *browsertest.Browser) {
	h := newHost(t)
	w := newWorld(t)
	h.embed(w, "/", hostPage{})
	c := h.chat(w, chromium, "/")
	c.Click("#launcher")
	c.Until(`$("#status").dataset.status === "offline"`)
	if n := len(w.server.open()); n != 0 {
		t.Errorf("%d sockets are open", n)
	}
	c.Forgive("403", "CORS", "ERR_FAILED")
}

// A page that embeds the widget twice has one.
func hostTwice(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	h.embed(w, "/", hostPage{after: fmt.Sprintf(`<script src="%s/widget.js" data-locale="en"></script>`, w.url)})
	c := h.opened(w, chromium, "/")
	if n := c.Document().Count("kaitong-chat"); n != 1 {
		t.Errorf("%d widgets", n)
	}
	c.Write("你好")
	c.answers(1)
	c.Forgive("[kaitong]") // it tells the developer
}

// The script may be loaded before there is a body, or put in later.
func hostEarly(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	for path, head := range map[string]string{
		"/head":  `<script src="%s/widget.js" data-locale="en"></script>`,
		"/defer": `<script defer src="%s/widget.js" data-locale="en"></script>`,
		"/async": `<script async src="%s/widget.js" data-locale="en"></script>`,
		"/later": `<script>setTimeout(() => { const s = document.createElement("script"); s.src = "%s/widget.js"; s.dataset.locale = "en"; document.head.append(s) }, 30)</script>`,
	} {
		h.embed(w, path, hostPage{script: "-", head: fmt.Sprintf(head, w.url)})
		c := h.opened(w, chromium, path)
		c.Until(`$(".greeting").innerText.includes("Hi, I")`)
		c.Close()
	}
}
