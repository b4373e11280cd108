package web

import (
	"fmt"
	"strings"
	"testing"

	"kaitong/adapters/web/browsertest"
)

// What people are told of, and what they are asked before they lose something.
func TestWidgetNews(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"counts what came while the line was down", newsMissed},
		{"says equal answers as often as they come", newsEqual},
		{"says why something was refused", newsRefused},
		{"asks before a hand-over is left", newsLeaving},
		{"asks before unsent messages are left", newsLeavingUnsent},
		{"says how much is too much", newsTooLong},
		{"leaves Escape to those who compose", newsComposing},
		{"tells an agent of typing, not of having sent", newsTyping},
		{"lets people leave an agent", newsAgentLeft},
		{"opens by a listener of the page", newsListener},
		{"is not stopped by an element of its name", newsNamed},
	})
}

// aloud collects everything that is read to people who do not look.
const aloud = `window.aloud = [];
	new MutationObserver((changes) => changes.forEach(({ type, target, addedNodes }) =>
		(type === "characterData" ? [target] : addedNodes).forEach((node) => aloud.push(node.textContent))))
		.observe($("#announcer"), { childList: true, subtree: true, characterData: true })`

// What a thread on the screen has missed is news to it: it is counted, read
// aloud and told to the page.
func newsMissed(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{after: record})
	c := h.opened(w, chromium, "/")
	c.Write("你好")
	c.answers(1)
	c.JS(`Kaitong.close()`)
	c.Gone("#panel")
	c.JS(`heard.length = 0;` + aloud)
	c.JS(`dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))`)
	eventually(t, "the socket is closed", func() bool { return len(w.server.open()) == 0 })
	w.agent("你在吗")
	w.agent("我是客服")
	c.JS(`dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`)
	c.Until(`$(".badge")?.innerText === "2"`)
	c.Until(`aloud.some((text) => text.includes("我是客服"))`)
	got := browsertest.Value[[]string](c.Place, `heard.filter(([name]) => name === "message").map(([, { author, text }]) => author + ": " + text)`)
	if strings.Join(got, "\n") != "agent: 你在吗\nagent: 我是客服" {
		t.Errorf("messages told: %q", got)
	}
	c.Until(`heard.some(([name, { count }]) => name === "unread" && count === 2)`)
	c.JS(`Kaitong.reset()`)
	c.frames(3)
	if got := c.Text("#announcer, .badge"); strings.TrimSpace(got) != "" {
		t.Errorf("after signing out it still says %q", got)
	}
}

func newsEqual(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.JS(aloud)
	for i := range 3 {
		c.Write("你好")
		c.answers(i + 1)
	}
	c.Until(`aloud.filter((text) => text.includes("收到：你好")).length >= 3`)
	c.frames(5)
	if n := c.Number(`aloud.filter((text) => text.includes("收到：你好")).length`); n != 3 {
		t.Errorf("said %v times", n)
	}
}

func newsRefused(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Window = 1, 3600e9 })
	c := w.chat(chromium)
	c.JS(aloud)
	c.Write("第一句")
	c.sent(1)
	c.Write("第二句")
	c.See(".resend")
	c.Until(`aloud.some((text) => text.includes("发送得有点快"))`)
}

// Who has asked for a person is asked whether to give up their place.
func newsLeaving(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("你好")
	c.answers(1)
	c.Click("#human")
	c.See("#handoff")
	c.Click("#fresh")
	c.Until(`$("#banner").innerText.includes("排队也会取消")`)
	c.See(".message.user")
	c.Click("#banner button")
	c.Until(`$$(".message.user").length === 0`)
	c.Gone("#handoff")
	c.Gone("#banner")
	c.online()
	c.Click("#fresh") // nothing to lose: nothing is asked
	c.Gone("#banner")
	c.online()
	c.Write("第二句")
	c.answers(1)
}

func newsLeavingUnsent(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c, line := w.lined(chromium)
	c.Write("第一句")
	c.answers(1)
	line.Cut()
	c.Until(offline)
	c.Write("没发出去的")
	c.See(`.message.user[data-state=sending]`)
	c.Click("#fresh")
	c.Until(`$("#banner").innerText.includes("没发出去的消息")`)
	if n := c.Count(".message.user"); n != 2 {
		t.Errorf("%d messages are left before one agreed", n)
	}
	c.Click("#banner button")
	c.Until(`$$(".message.user").length === 0`)
	line.Mend()
	c.online()
	c.Write("第二句")
	c.answers(1)
	if got := strings.Join(w.texts(), "\n"); got != "第一句\n第二句" {
		t.Errorf("heard %q", got)
	}
	c.Forgive("[kaitong]", cutOff)
}

// Nothing of what is pasted is cut off. What is too long is not sent, and one
// reads by how much.
func newsTooLong(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.online()
	long := strings.Repeat("长", 4007)
	c.Type(long)
	c.Until(`$("#text").value.length === 4007 && $(".fine").innerText.includes("7")`)
	c.Press("\r")
	c.Click("#send")
	if got := browsertest.Value[string](c.Place, `$("#text").value`); got != long {
		t.Errorf("%d bytes are left in the box", len(got))
	}
	c.JS(`$("#text").focus()`)
	for range 7 {
		c.Press("\b")
	}
	c.Until(`!$(".fine").innerText.includes("7")`)
	c.Press("\r")
	c.sent(1)
	c.answers(1)
	if got := w.texts(); len(got) != 1 || got[0] != strings.Repeat("长", 4000) {
		t.Errorf("%d messages were sent", len(got))
	}
}

// Safari says of a key that an input method took only by its number.
func newsComposing(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	c := h.opened(w, chromium, "/")
	const escape = `$("#text").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", keyCode: %d, bubbles: true, composed: true, cancelable: true }))`
	c.JS(fmt.Sprintf(escape, 229))
	c.frames(5)
	if n := browsertest.Value[bool](c.Place, `$("#panel").hidden`); n {
		t.Error("the panel closed under somebody who composes")
	}
	c.JS(fmt.Sprintf(escape, 27))
	c.Gone("#panel")
}

// An agent is told that somebody writes while they do: neither an empty box nor
// a message that is out counts as that.
func newsTyping(t *testing.T, chromium *browsertest.Browser) {
	s, tab := scriptedChat(t, chromium)
	tab.JS(`window.out = []; const real = WebSocket.prototype.send, now = Date.now; let ahead = 0;
		WebSocket.prototype.send = function (text) { out.push(JSON.parse(text).type); return real.call(this, text) };
		Date.now = () => now() + (ahead += 5000)`) // it is always long ago that they were told
	tab.Write("还没有人")
	tab.Until(`out.includes("message.send")`)
	s.event("handoff.state", "", map[string]any{"state": "active", "agent": "小林"})
	tab.See("#handoff.active")
	tab.Type("你好")
	tab.Press("\b")
	tab.Press("\b")
	tab.Write("在吗")
	tab.Until(`out.filter((type) => type === "message.send").length === 2`)
	tab.JS(`await new Promise(requestAnimationFrame)`)
	if got := browsertest.Value[string](tab.Place, `out.filter((type) => type !== "ping" && type !== "pong").join(" ")`); got != "message.send typing typing typing message.send" {
		t.Errorf("the server was sent: %s", got)
	}
}

// Who talks to an agent can leave them.
func newsAgentLeft(t *testing.T, chromium *browsertest.Browser) {
	s, tab := scriptedChat(t, chromium)
	tab.JS(`window.out = []; const real = WebSocket.prototype.send;
		WebSocket.prototype.send = function (text) { out.push(JSON.parse(text).type); return real.call(this, text) };`)
	s.event("handoff.state", "", map[string]any{"state": "active", "agent": "小林"})
	tab.See("#handoff.active")
	if got := tab.Text("#cancel-human"); got != "结束人工服务" {
		t.Errorf("offered: %q", got)
	}
	tab.Click("#cancel-human")
	tab.Until(`out.includes("handoff.cancel")`)
	s.event("handoff.state", "", map[string]any{"state": "cancelled"})
	tab.Gone("#handoff")
}

// A page may hand Kaitong.open over as it is: the event is no question.
func newsListener(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{script: `data-launcher="none"`, after: `<script>document.querySelector("#before").addEventListener("click", Kaitong.open)</script>`})
	c := &chat{world: w, Tab: chromium.Open(t, h.url+"/")}
	c.Document().Click("#before")
	c.See(".greeting .bubble")
	c.online()
	if n := c.Count(".message.user"); n != 0 {
		t.Errorf("asked %q", c.Text(".message.user"))
	}
	c.Press("\x1b")
	c.Gone("#panel")
}

// An element with an id is a variable of that name on its page.
func newsNamed(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{head: `<div id="Kaitong">开通</div>`})
	c := h.opened(w, chromium, "/")
	c.JS(`Kaitong.open("你好")`)
	c.answers(1)
}
