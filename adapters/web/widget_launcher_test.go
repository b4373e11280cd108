package web

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"kaitong/adapters/web/browsertest"
	"kaitong/bot"
)

// The button that opens the chat, and the panel that it opens.
func TestLauncher(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"opens and closes", launcherOpens},
		{"counts what is unread", launcherUnread},
		{"is where and what the page says", launcherAttributes},
		{"can be the page's own button", launcherNone},
		{"fills a phone", launcherPhone},
		{"connects when it is needed", launcherLazy},
		{"works by keyboard from end to end", launcherKeyboard},
	})
}

const onLauncher = `kt.activeElement?.id === "launcher"`

func launcherOpens(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	c := h.chat(w, chromium, "/")
	c.Gone("#panel")
	if label := c.Number(`($("#launcher").ariaLabel || $("#launcher").innerText).trim().length`); label == 0 {
		t.Error("the launcher has no name")
	}
	for name, shut := range map[string]func(){
		"Escape":       func() { c.Press("\x1b") },
		"close button": func() { c.Click("#close") },
		"API":          func() { c.JS(`Kaitong.close()`) },
	} {
		c.Click("#launcher")
		c.See("#panel")
		c.Until(`kt.activeElement?.id === "text"`)
		c.Until(`$("#launcher").ariaExpanded === "true" || !$("#launcher").checkVisibility()`)
		shut()
		c.Gone("#panel")
		c.Until(onLauncher)
		if got := browsertest.Value[string](c.Place, `$("#launcher").ariaExpanded`); got != "false" {
			t.Errorf("after closing by %s it says expanded %q", name, got)
		}
	}
	c.Click("#launcher")
	c.Write("你好")
	c.answers(1)
	c.Press("\x1b")
	c.Gone("#panel")
	c.Document().Click("#before") // nothing invisible lies over the page
	c.Click("#launcher")
	c.See("#panel")
	if n := c.Count(".message.user"); n != 1 {
		t.Errorf("%d messages after opening again", n)
	}
}

// agent lets a person of the help desk say something on another node.
func (w *world) agent(text string) {
	w.t.Helper()
	conv, c := w.conversation()
	w.elsewhere(w.engine.agent(conv, c.owner, text))
}

func launcherUnread(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{after: `<script>window.unread = []; Kaitong.on("unread", ({ count }) => unread.push(count))</script>`})
	c := h.opened(w, chromium, "/")
	c.Write("你好")
	c.answers(1)
	c.Press("\x1b")
	c.Gone("#panel")
	c.Gone(".badge")
	w.agent("我是客服")
	c.See(".badge")
	c.Until(`$(".badge").innerText === "1"`)
	w.agent("在吗")
	c.Until(`$(".badge").innerText === "2"`)
	if name := browsertest.Value[string](c.Place, `($("#launcher").ariaLabel ?? "") + $("#launcher").innerText`); !strings.Contains(name, "2") {
		t.Errorf("the launcher is called %q: the number is not heard", name)
	}
	c.Click("#launcher")
	c.Until(`$$(".message.agent").at(-1).checkVisibility()`)
	c.Gone(".badge")
	c.Until(`JSON.stringify(window.unread.slice(-3)) === "[1,2,0]"`)
	c.Press("\x1b")
	c.Gone("#panel")
	c.Reload()
	c.See("#launcher")
	c.Gone(".badge") // what was read stays read
}

func launcherAttributes(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{script: `data-position="left" data-label="有问题找我" data-locale="en" data-theme="dark" data-product="huabei"`})
	c := h.chat(w, chromium, "/")
	if got := browsertest.Value[string](c.Place, `($("#launcher").ariaLabel ?? "") + $("#launcher").innerText`); !strings.Contains(got, "有问题找我") {
		t.Errorf("labelled %q", got)
	}
	if right := c.Number(`$("#launcher").getBoundingClientRect().right`); right > 640 {
		t.Errorf("the launcher ends at %v px, right of the middle", right)
	}
	c.Click("#launcher")
	c.Until(`$(".greeting").innerText.includes("Hi, I")`)
	c.Write("hello")
	c.answers(1)
	if say := w.engine.heard()[0]; say.Product != "huabei" || say.Locale != "en" {
		t.Errorf("said %+v", say)
	}
	if right := c.Number(`$("#panel").getBoundingClientRect().right`); right > 700 {
		t.Errorf("the panel ends at %v px", right)
	}
	h.embed(w, "/open", hostPage{script: `data-open`})
	open := chromium.Open(t, h.url+"/open")
	open.See(".greeting .bubble")
	if left := open.Number(`$("#panel").getBoundingClientRect().left`); left < 580 {
		t.Errorf("the panel begins at %v px", left)
	}
}

func launcherNone(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{
		script: `data-launcher="none"`,
		after:  `<script>document.querySelector("#before").onclick = () => Kaitong.open("为什么我的借呗开通不了")</script>`,
	})
	c := &chat{world: w, Tab: chromium.Open(t, h.url+"/")}
	c.Document().Click("#before")
	c.See(".steps")
	if n := c.Number(`$("#launcher")?.checkVisibility() ? 1 : 0`); n != 0 {
		t.Error("there is a launcher all the same")
	}
	c.Press("\x1b")
	c.Gone("#panel")
	c.Until(`document.activeElement.id === "before"`)
	c.Document().Click("#before")
	c.sent(2)
}

// On a phone the panel is the whole window, and its close button shows the
// page again.
func launcherPhone(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	c := &chat{world: w, Tab: chromium.Blank(t)}
	c.Phone(360)
	c.Visit(h.url)
	c.Click("#launcher")
	c.See(".greeting .bubble")
	c.Until(`(({ x, y, width, height }) => x === 0 && y === 0 && width === innerWidth && Math.abs(height - innerHeight) <= 1)($("#panel").getBoundingClientRect())`)
	c.Write("为什么我的借呗开通不了")
	c.See(".steps")
	c.sent(1)
	c.wellMade("phone")
	c.Click("#close")
	c.Gone("#panel")
	c.See("#launcher")
	c.Document().Click("#before")
}

// Somebody who only reads the page costs no socket.
func launcherLazy(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	c := h.chat(w, chromium, "/")
	c.JS(`await new Promise((done) => setTimeout(done, 300))`)
	if n := w.server.Counters().Opened; n != 0 {
		t.Errorf("%d sockets before anybody asked", n)
	}
	c.Click("#launcher")
	c.Write("你好")
	c.answers(1)
	c.Reload()
	c.See("#launcher")
	eventually(t, "who has talked is connected again", func() bool { return w.server.Counters().Opened == 2 })
}

// Without a mouse through a whole conversation: from the page to the launcher,
// in, ask, choose, vote, out, and back where one was.
func launcherKeyboard(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	c := h.chat(w, chromium, "/")
	c.Document().Click("#field")
	tabTo(c, onLauncher)
	c.Press("\r")
	c.Until(`kt.activeElement?.id === "text"`)
	c.Write("为什么我的借呗开通不了")
	c.See(".steps")
	c.answers(1)
	tabTo(c, `kt.activeElement?.matches(".how summary")`, chromedp.ModifierShift)
	c.Press(" ")
	c.Until(`kt.activeElement.parentElement.querySelector("p").checkVisibility()`)
	tabTo(c, `kt.activeElement?.matches(".vote.up")`, chromedp.ModifierShift)
	c.Press(" ")
	c.Until(`$(".vote.up").ariaPressed === "true"`)
	tabTo(c, `kt.activeElement?.dataset.choice === "solved"`)
	c.Press("\r")
	c.answers(2)
	// The focus is not lost with the quick replies that went away.
	c.Until(`kt.activeElement !== null && kt.activeElement.checkVisibility()`)
	if n := c.Number(`kt.activeElement.matches("#text, #log") ? 1 : 0`); n != 1 {
		t.Errorf("after a quick reply the focus is on %v", browsertest.Value[string](c.Place, `kt.activeElement.outerHTML.slice(0, 80)`))
	}
	c.Press("\x1b")
	c.Gone("#panel")
	c.Until(onLauncher)
	if !c.visiblyFocused() {
		t.Error("the launcher does not show that it has the focus")
	}
	tabTo(c, `document.activeElement.id === "field"`, chromedp.ModifierShift)
	eventually(t, "one vote", func() bool {
		return len(w.votes()) == 1 && w.votes()[0] == bot.Vote{Message: w.votes()[0].Message, Up: true}
	})
}

// tabTo presses Tab until an expression holds.
func tabTo(c *chat, holds string, modifiers ...chromedp.Modifier) {
	c.t.Helper()
	for range 60 {
		if browsertest.Value[bool](c.Place, "Boolean("+holds+")") {
			return
		}
		c.Press("\t", modifiers...)
	}
	c.t.Fatalf("60 times Tab, and never %s", holds)
}

func (c *chat) visiblyFocused() bool {
	c.t.Helper()
	return browsertest.Value[bool](c.Place, `(({ outlineStyle, outlineWidth, boxShadow }) => (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none")(getComputedStyle(kt.activeElement))`)
}
