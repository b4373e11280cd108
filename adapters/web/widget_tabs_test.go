package web

import (
	"fmt"
	"testing"

	"kaitong/adapters/web/browsertest"
)

// What several tabs of one person do to each other.
func TestWidgetTabs(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"settles on one conversation", tabsSettle},
		{"leaves alone what another tab has yet to send", tabsUnsent},
		{"leaves alone what another tab drafts", tabsDraft},
		{"leaves alone who reads further up", tabsReader},
		{"sends in another tab what one that was closed could not", tabsClosed},
	})
}

// Two tabs of somebody nobody knows yet, opened at the same time, are one
// conversation before long, and do not go on swapping theirs.
func tabsSettle(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{after: `<script>
		window.conversations = []; Kaitong.on("ready", ({ conversation }) => conversations.push(conversation));
		window.both = new BroadcastChannel("both"); both.onmessage = () => Kaitong.open();
	</script>`})
	one := h.chat(w, chromium, "/")
	two := &chat{world: w, Tab: one.Another(h.url + "/")}
	two.See("#launcher")
	one.JS(`both.postMessage("now"); Kaitong.open()`)
	one.Until(`conversations.length > 0`)
	two.Until(`conversations.length > 0`)
	one.frames(60)
	one.online()
	two.online()
	now := func(c *chat) string { return browsertest.Value[string](c.Place, `conversations.at(-1)`) }
	if now(one) != now(two) {
		t.Errorf("one is in %s, the other in %s", now(one), now(two))
	}
	if n := w.server.Counters().Opened; n > 4 {
		t.Errorf("%d sockets for two tabs", n)
	}
	one.Write("第一句")
	two.answers(1)
	two.Write("第二句")
	one.answers(2)
	w.oneTurnEach("第一句", "第二句")
}

// A tab without a line has something to say. Another begins a new conversation
// and a third is opened: neither says it, and it is said where it belongs.
func tabsUnsent(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	line := h.afar(w, hostPage{script: fmt.Sprintf(`data-token="%s"`, w.token("demo-kyc"))})
	open := func(c *chat) *chat {
		c.See("#launcher")
		c.JS(`Kaitong.open()`)
		return c
	}
	one := open(h.chat(w, chromium, "/"))
	one.online()
	one.Write("第一句")
	one.answers(1)
	two := open(&chat{world: w, Tab: one.Another(h.url + "/")})
	two.answers(1)
	line.Cut()
	one.Until(offline)
	two.Until(offline)
	one.Write("只说一次")
	one.See(`.message.user[data-state=sending]`)
	two.Click("#fresh")
	two.Click("#restart")
	two.Until(`$$(".message.user").length === 0`)
	three := open(&chat{world: w, Tab: one.Another(h.url + "/")})
	line.Mend()
	for _, c := range []*chat{two, three} {
		c.online()
	}
	three.Write("第三个窗口")
	three.answers(1)
	one.answers(2)
	one.sent(2)
	if got := one.Text(thread); got != whole("第一句", "只说一次") {
		t.Errorf("the first shows\n%s", got)
	}
	for _, say := range w.engine.heard() {
		if say.Text == "只说一次" && say.Conversation != w.engine.heard()[0].Conversation {
			t.Error("it was said in another conversation")
		}
	}
	for _, c := range []*chat{one, two, three} {
		c.Forgive("[kaitong]", cutOff)
	}
}

// What is drafted in one tab is not gone because another has sent something.
func tabsDraft(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	one := w.chat(chromium)
	one.online()
	two := one.another("/chat")
	two.online()
	one.Type("想了很久的话")
	two.Write("短的")
	two.answers(1)
	one.answers(1)
	one.Reload()
	one.Until(`$("#text")?.value === "想了很久的话"`)
}

// Who reads further up stays there while another tab of theirs talks.
func tabsReader(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	one := w.chat(chromium)
	one.Write("第一句")
	one.answers(1)
	conv, stored := w.conversation()
	w.engine.fill(conv, stored.owner, 12)
	one.Reload()
	one.Until(`$$(".message.bot .bubble").at(-1)?.innerText === "收到：fill-11"`)
	two := one.another("/chat")
	two.Until(`$$(".message.bot .bubble").at(-1)?.innerText === "收到：fill-11"`)
	one.toTop()
	top := one.Number(`$(".greeting").getBoundingClientRect().top`)
	two.Write("别的窗口说的")
	one.Until(`$$(".message.bot .bubble").at(-1)?.innerText === "收到：别的窗口说的"`)
	one.See("#jump")
	one.frames(5)
	if now := one.Number(`$(".greeting").getBoundingClientRect().top`); now < top-2 || now > top+2 {
		t.Errorf("what is read moved from %v to %v", top, now)
	}
}

// The first thing somebody said was stored, but the word of that never came, and
// they closed the tab. The next tab finds it, and does not say it again.
func tabsClosed(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	line := h.afar(w, hostPage{script: fmt.Sprintf(`data-token="%s"`, w.token("demo-kyc"))})
	one := h.chat(w, chromium, "/")
	two := &chat{world: w, Tab: one.Another("about:blank")}
	one.JS(`Kaitong.open()`)
	one.online()
	one.Write("wait 第一句")
	w.stuck()
	line.Cut()
	one.Until(offline)
	one.Close()
	w.goOn()
	eventually(t, "it is stored", func() bool {
		_, conv := w.conversation()
		conv.mu.Lock()
		defer conv.mu.Unlock()
		return len(conv.turns) == 1
	})
	line.Mend()
	two.Visit(h.url + "/")
	two.See("#launcher")
	two.JS(`Kaitong.open()`)
	two.answers(1)
	two.sent(1)
	two.Write("第二句")
	two.answers(2)
	if got := two.Text(thread); got != whole("wait 第一句", "第二句") {
		t.Errorf("shown:\n%s", got)
	}
	w.oneTurnEach("wait 第一句", "第二句")
}
