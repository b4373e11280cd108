package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"kaitong/adapters/web/browsertest"
)

// The widget in a frame of its own origin.
func TestFrameMode(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"asks and answers inside", frameAsks},
		{"tells the page what happens", frameEvents},
		{"passes on who is there", frameToken},
		{"lives with a strict policy", framePolicy},
		{"believes nobody else", frameForged},
		{"obeys the page around it only", frameStranger},
		{"is shown to those who may", frameRefused},
		{"works for strangers of another site", frameOtherSite},
	})
}

const inFrame = `data-mode="iframe"`

// record collects everything that is told, as window.heard.
const record = `<script>window.heard = []; for (const name of ["ready", "open", "close", "message", "unread", "handoff", "vote", "token", "error"])
	Kaitong.on(name, (detail) => heard.push([name, detail]));</script>`

// inside opens the panel of a page and waits for the chat in the frame.
func inside(c *chat) *browsertest.Place {
	c.t.Helper()
	c.Click("#launcher")
	frame := c.Frame("/chat")
	frame.See(".greeting .bubble")
	return frame
}

func frameAsks(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{script: inFrame})
	c := h.chat(w, chromium, "/")
	frame := inside(c)
	frame.Until(`kt.activeElement?.id === "text"`)
	frame.Write("为什么我的借呗开通不了")
	frame.See(".steps")
	frame.Click(`.choice[data-choice=solved]`)
	sent(frame, 2)
	c.Shoot("frame")
	if n := c.Count(".message"); n != 0 {
		t.Errorf("%d messages outside of the frame", n)
	}
	c.Press("\x1b")
	c.Until(`document.activeElement.tagName === "KAITONG-CHAT" && ` + onLauncher)
	c.Reload()
	answers(inside(c), 2)
}

func frameEvents(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{script: inFrame, after: record})
	c := h.chat(w, chromium, "/")
	frame := inside(c)
	frame.Write("你好")
	answers(frame, 1)
	frame.Click("#close")
	c.Until(`heard.some(([name]) => name === "close")`)
	w.agent("我是客服")
	c.Until(`$(".badge")?.innerText === "1"`)
	c.Until(`heard.some(([name, { count }]) => name === "unread" && count === 1)`)
	c.Click("#launcher")
	c.Gone(".badge")
	frame.See(".message.agent")
	c.JS(`Kaitong.open("第二句")`)
	answers(frame, 2)
	c.JS(`Kaitong.setLocale("en")`)
	frame.Until(`$(".greeting").innerText.includes("Hi, I")`)
	names := browsertest.Value[[]string](c.Place, `[...new Set(heard.map(([name]) => name))].sort()`)
	for _, want := range []string{"ready", "open", "close", "message", "unread"} {
		if !strings.Contains(strings.Join(names, " "), want) {
			t.Errorf("no %s among %q", want, names)
		}
	}
	if got := browsertest.Value[[]string](c.Place, `heard.filter(([name]) => name === "message").map(([, { author, text }]) => author + ": " + text)`); strings.Join(got, "\n") != "bot: 收到：你好\nagent: 我是客服\nbot: 收到：第二句" {
		t.Errorf("messages told: %q", got)
	}
}

func frameToken(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	h.embed(w, "/", hostPage{script: inFrame + fmt.Sprintf(` data-token="%s"`, w.token("demo-kyc"))})
	c := h.chat(w, chromium, "/")
	frame := inside(c)
	frame.Write("你好")
	answers(frame, 1)
	if _, conv := w.conversation(); conv.owner.User != "demo-kyc" {
		t.Errorf("owner %+v", conv.owner)
	}
	if src := c.Number(`[...document.querySelectorAll("iframe"), ...$$("iframe")].filter((f) => f.src.includes("token") || f.src.includes("eyJ")).length`); src != 0 {
		t.Error("the token is in the address of the frame")
	}
}

func framePolicy(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	policy := fmt.Sprintf("default-src 'none'; script-src %s; frame-src %s; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'", w.url, w.url)
	h.embed(w, "/", hostPage{script: inFrame, policy: policy})
	c := h.chat(w, chromium, "/")
	frame := inside(c)
	frame.Write("为什么我的借呗开通不了")
	frame.See(".steps")
}

// Whoever repeats what frame and page say to each other is heard by neither:
// not the page itself, not another frame in it.
func frameForged(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	// Copies of everything that is posted, kept before the widget sees it.
	h.embed(w, "/", hostPage{script: inFrame + fmt.Sprintf(` data-token="%s"`, w.token("demo-kyc")),
		head: `<script>window.posted = []; addEventListener("message", (e) => posted.push({ data: e.data, origin: e.origin }), true)</script>`, after: record})
	evil := newHost(t)
	evil.handle("/evil", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		fmt.Fprint(rw, `<!doctype html><script>addEventListener("message", (e) => {
			window.stolen ??= [];
			if (e.data.steal) for (const data of e.data.steal) {
				const channel = new MessageChannel();
				channel.port1.onmessage = (m) => stolen.push(m.data);
				parent.postMessage(data, "*", [channel.port2]);
				parent.postMessage(data, "*");
			} else stolen.push(e.data);
		})</script>`)
	})
	c := h.chat(w, chromium, "/")
	frame := inside(c)
	frame.Write("你好")
	answers(frame, 1)
	before := c.Number(`heard.length`)

	c.JS(fmt.Sprintf(`const evil = document.createElement("iframe"); evil.src = %q; document.body.append(evil); await new Promise((done) => { evil.onload = done });
		evil.contentWindow.postMessage({ steal: [...posted.map((p) => p.data), { type: "open" }, { type: "close" }, { kaitong: true }] }, "*");
		const inner = (document.querySelector("kaitong-chat").shadowRoot.querySelector("iframe") ?? document.querySelector("iframe")).contentWindow;
		for (const { data } of posted) { postMessage(data, "*"); const channel = new MessageChannel(); channel.port1.onmessage = (m) => { window.fooled = m.data }; inner.postMessage(data, "*", [channel.port2]); }
		for (const data of [{ type: "open" }, { type: "setToken", token: "x" }, { type: "reset" }]) inner.postMessage(data, "*");
		await new Promise((done) => setTimeout(done, 300));`, evil.url+"/evil"))
	if got := browsertest.Value[string](c.Frame("/evil").Document(), `JSON.stringify(window.stolen ?? [])`); got != "[]" {
		t.Errorf("the frame of others was told %s", got)
	}
	if n := c.Number(`heard.length`); n != before {
		t.Errorf("%v events after the forgery, %v before", n, before)
	}
	frame.Write("第二句")
	answers(frame, 2)
	if n := c.Number(`posted.length`); n == 0 {
		t.Error("nothing was posted at all: this test tries nothing")
	}
	if _, conv := w.conversation(); len(conv.turns) != 2 {
		t.Errorf("%d turns", len(conv.turns))
	}
}

// The chat in a frame does what the page around it says. Another frame beside
// it, which knows the words and comes first, is not heard.
func frameStranger(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	const greet = `(chat) => {
		const { port1, port2 } = new MessageChannel();
		window.told = [];
		port1.onmessage = (e) => told.push(e.data);
		chat.postMessage("kaitong.frame.v1", "*", [port2]);
		port1.postMessage({ call: "open", value: "谁在说话" });
	}`
	evil := newHost(t)
	evil.handle("/evil", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(rw, `<!doctype html><script>addEventListener("message", () => (%s)(parent.frames[0]))</script>`, greet)
	})
	h.embed(w, "/", hostPage{script: "-", after: fmt.Sprintf(`<iframe title="chat" src="%s/chat?frame=1" width="400" height="600"></iframe><iframe title="evil" src="%s/evil"></iframe>`, w.url, evil.url)})
	c := chromium.Open(t, h.url+"/")
	frame := c.Frame("/chat")
	frame.Until(`kt !== undefined`)
	c.JS(`frames[1].postMessage("now", "*"); await new Promise((done) => setTimeout(done, 300))`)
	if got := browsertest.Value[string](c.Frame("/evil").Document(), `JSON.stringify(window.told ?? null)`); got != "[]" && got != "null" {
		t.Errorf("the frame beside it was told %s", got)
	}
	if n := w.server.Counters().Opened; n != 0 || len(w.engine.heard()) != 0 {
		t.Errorf("the chat began: %d sockets, %d messages", n, len(w.engine.heard()))
	}
	c.JS("(" + greet + ")(frames[0])")
	answers(frame, 1)
	c.Until(`told.some((m) => m.event === "ready")`)
}

// Only the origins that were allowed may show the chat in a frame.
func frameRefused(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	stranger := newHost(t)
	for _, site := range []*host{h, stranger} {
		site.embed(w, "/frame", hostPage{script: "-", after: fmt.Sprintf(`<iframe title="chat" src="%s/chat" width="400" height="600"></iframe>`, w.url)})
	}
	good := chromium.Open(t, h.url+"/frame")
	good.Frame("/chat").See(".greeting .bubble")

	bad := chromium.Open(t, stranger.url+"/frame")
	eventually(t, "the browser refuses the frame", func() bool { return strings.Contains(strings.Join(bad.Complaints(), " "), "frame-ancestors") })
	if n := bad.Number(`document.querySelector("iframe").contentDocument === null ? 1 : 0`); n != 1 {
		t.Error("the frame can be looked into")
	}
	bad.Forgive("frame-ancestors")
}

// A page of another site than Kaitong's, where storage is kept apart.
func frameOtherSite(t *testing.T, chromium *browsertest.Browser) {
	h := newHost(t)
	other := strings.Replace(h.url, "127.0.0.1", "localhost", 1)
	w := newWorld(t, func(o *Options) { o.Origins = append(o.Origins, other) })
	h.embed(w, "/", hostPage{script: inFrame})
	c := &chat{world: w, Tab: chromium.Open(t, other+"/")}
	c.See("#launcher")
	frame := inside(c)
	frame.Write("你好")
	answers(frame, 1)
	c.Reload()
	c.See("#launcher")
	answers(inside(c), 1)
}
