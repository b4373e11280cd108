package web

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/web/browsertest"
)

var shots = flag.String("shots", "", "folder to write screenshots of the widget to")

// widgetCase is one thing tried in a tab of its own.
type widgetCase struct {
	name string
	try  func(*testing.T, *browsertest.Browser)
}

// tryWidget tries cases in one Chromium, some at the same time.
func tryWidget(t *testing.T, cases []widgetCase) {
	t.Helper()
	chromium := browsertest.Start(t, *shots)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.try(t, chromium)
		})
	}
}

// chat is a tab that shows the widget of a world.
type chat struct {
	*world
	*browsertest.Tab
}

// chat opens the full page as nobody in particular and waits for the greeting.
func (w *world) chat(chromium *browsertest.Browser) *chat {
	w.t.Helper()
	c := w.visit(chromium, "/chat")
	c.See(".greeting .bubble")
	return c
}

// chatAs opens the full page as somebody the host app knows.
func (w *world) chatAs(chromium *browsertest.Browser, user string) *chat {
	w.t.Helper()
	c := w.visit(chromium, "/chat#token="+w.token(user))
	c.See(".greeting .bubble")
	return c
}

func (w *world) visit(chromium *browsertest.Browser, path string) *chat {
	w.t.Helper()
	return &chat{world: w, Tab: chromium.Open(w.t, w.url+path)}
}

// another is a second tab of the same person.
func (c *chat) another(path string) *chat {
	c.t.Helper()
	return &chat{world: c.world, Tab: c.Another(c.url + path)}
}

// sent waits until n messages of the person are stored.
func (c *chat) sent(n int) {
	c.t.Helper()
	sent(c.Place, n)
}

// answers waits until n answers are shown.
func (c *chat) answers(n int) {
	c.t.Helper()
	answers(c.Place, n)
}

func (c *chat) online() {
	c.t.Helper()
	c.Until(`$("#status").dataset.status === "online"`)
}

func sent(p *browsertest.Place, n int) {
	p.Until(fmt.Sprintf(`$$(".message.user").length === %d && $$(".message.user").every((m) => !["sending", "postponed", "failed"].includes(m.dataset.state))`, n))
}

func answers(p *browsertest.Place, n int) {
	p.Until(fmt.Sprintf(`$$(".message.bot:not(.greeting):not(.typing)").length === %d`, n))
}

// conversation is the only one there is.
func (w *world) conversation() (id string, c *fakeConv) {
	w.t.Helper()
	w.engine.mu.Lock()
	defer w.engine.mu.Unlock()
	if len(w.engine.convs) != 1 {
		w.t.Fatalf("%d conversations, want one", len(w.engine.convs))
	}
	id = slices.Collect(maps.Keys(w.engine.convs))[0]
	return id, w.engine.convs[id]
}

// stuck waits until a message with "wait" in it is inside the engine, where it
// stays until goOn.
func (w *world) stuck() {
	w.t.Helper()
	select {
	case <-w.engine.inside:
	case <-time.After(patience):
		w.t.Fatal("the message did not come")
	}
}

func (w *world) goOn() {
	w.t.Helper()
	select {
	case w.engine.gate <- struct{}{}:
	case <-time.After(patience):
		w.t.Fatal("nobody waits inside the engine any more")
	}
}

// texts is what people said, in order, as the engine stored it.
func (w *world) texts() []string {
	var texts []string
	for _, say := range w.engine.heard() {
		if say.Text != "" {
			texts = append(texts, say.Text)
		}
	}
	return texts
}

// eventually waits for something that no page shows.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", patience, what)
		}
	}
}

// english switches the widget to English.
func (c *chat) english() {
	c.t.Helper()
	c.Click("#lang")
	c.Until(`$(".greeting").innerText.includes("Hi, I") && $("#thread").closest("[lang]").lang === "en"`)
	c.online()
}

// wellMade holds what can be measured of a look.
func (c *chat) wellMade(name string) {
	c.t.Helper()
	if over := c.Number(`document.documentElement.scrollWidth - innerWidth`); over > 0 {
		c.t.Errorf("%s: the page is %v px too wide", name, over)
	}
	if over := c.Number(`$("#log").scrollWidth - $("#log").clientWidth`); over > 0 {
		c.t.Errorf("%s: the conversation is %v px too wide", name, over)
	}
	if small := browsertest.Value[string](c.Place, tooSmallScript); small != "" {
		c.t.Errorf("%s: too small to tap: %s", name, small)
	}
	if poor := browsertest.Value[[]string](c.Place, contrastScript); len(poor) > 0 {
		c.t.Errorf("%s: %s", name, strings.Join(poor, "\n"))
	}
}

// tooSmallScript lists what is to be tapped and smaller than 24 by 24 pixels
// (WCAG 2.2 AA).
const tooSmallScript = `$$("button, summary, a").filter((e) => {
	const r = e.getBoundingClientRect();
	return r.width > 0 && (r.width < 24 || r.height < 24);
}).map((e) => (e.id || e.className) + " " + e.innerText).join()`

// contrastScript lists texts below the contrast of WCAG AA.
const contrastScript = `(() => {
	const rgb = (text) => { const n = text.match(/[\d.]+/g).map(Number); return n.length > 3 ? n : [...n, 1]; };
	const light = (c) => c.slice(0, 3).map((v) => v / 255).map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	const up = (e) => e.parentElement ?? e.getRootNode().host;
	const behind = (e) => { for (; e; e = up(e)) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; } return [255, 255, 255, 1]; };
	const poor = [];
	let looked = 0;
	const walk = document.createTreeWalker(kt, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!e || e.closest("style, .hidden, :disabled") || !walk.currentNode.data.trim() || !e.checkVisibility({ visibilityProperty: true })) continue;
		if (e.getBoundingClientRect().width <= 1) continue; // for screen readers only
		looked++;
		const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
		const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (ratio < 4.5) poor.push(ratio.toFixed(2) + " " + e.className + ": " + walk.currentNode.data.trim().slice(0, 30));
	}
	return looked > 3 ? poor : ["only " + looked + " texts were looked at"];
})()`
