package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/web/browsertest"
)

// Bad lines, bad luck and several windows.
func TestChatLine(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"survives a lost line", lineLost},
		{"goes offline in mid-send", lineOffline},
		{"waits out a tunnel", lineTunnel},
		{"waits for a server that says when it is back", lineGoaway},
		{"finds a server that was killed", lineKilled},
		{"opens in several tabs", lineTabs},
		{"shows two tabs the same", lineTwoTabs},
		{"keeps drafts", lineDrafts},
		{"is there when opened again", lineReopened},
		{"resends a failed message", lineResend},
		{"sends again by itself when it was too early", linePostponed},
		{"comes back from the back button", lineBack},
		{"looks again when it is looked at", lineVisible},
	})
}

const offline = `$("#status").dataset.status !== "online"`

// whole is what a conversation of some questions looks like.
func whole(texts ...string) string {
	var lines []string
	for _, text := range texts {
		lines = append(lines, text, "收到："+text)
	}
	return strings.Join(lines, "\n")
}

const thread = ".message:not(.greeting):not(.typing) .bubble"

// oneTurnEach fails unless every text was stored once, in order, whatever was
// sent how often.
func (w *world) oneTurnEach(texts ...string) {
	w.t.Helper()
	_, conv := w.conversation()
	conv.mu.Lock()
	defer conv.mu.Unlock()
	stored := 0
	for _, frame := range encodeTurns("", conv.turns...) {
		if frame.userID != "" {
			stored++
		}
	}
	if stored != len(texts) {
		w.t.Errorf("%d messages are stored of %d", stored, len(texts))
	}
	ids := map[string]map[string]bool{}
	for _, say := range w.engine.heard() {
		if ids[say.Text] == nil {
			ids[say.Text] = map[string]bool{}
		}
		ids[say.Text][say.MessageID] = true
	}
	for _, text := range texts {
		if len(ids[text]) != 1 {
			w.t.Errorf("%q was sent under %d numbers", text, len(ids[text]))
		}
	}
}

// The page loses its server in mid-send, finds it again, and everything is
// there once.
func lineLost(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("第一句")
	c.sent(1)
	c.Write("wait 第二句")
	w.stuck()
	c.See(".message.user[data-state=sending]")
	w.everySession(func(s *session) { s.conn.Close() })
	c.Until(offline)
	w.goOn()
	c.sent(2)
	c.answers(2)
	c.Reload()
	c.answers(2)
	if got, want := c.Text(thread), whole("第一句", "wait 第二句"); got != want {
		t.Errorf("after a reload:\n%s", got)
	}
	w.oneTurnEach("第一句", "wait 第二句")
}

// lined is a chat over a line that can be cut.
func (w *world) lined(chromium *browsertest.Browser) (*chat, *browsertest.Line) {
	w.t.Helper()
	line := browsertest.NewLine(w.t, w.url)
	c := &chat{world: w, Tab: chromium.Open(w.t, line.URL()+"/chat")}
	c.See(".greeting .bubble")
	return c, line
}

// The plug is pulled while a message is under way, another is written
// meanwhile, and the plug is put in again.
func lineOffline(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c, line := w.lined(chromium)
	c.Write("第一句")
	c.sent(1)
	c.Write("wait 第二句")
	w.stuck()
	line.Cut()
	c.Offline(true)
	c.Until(offline)
	c.Write("第三句")
	c.Until(`$$(".message.user").length === 3`)
	if got := browsertest.Value[[]string](c.Place, `$$(".message.user").map((m) => m.dataset.state ?? "")`); got[1] != "sending" || got[2] != "sending" {
		t.Errorf("states offline: %q", got)
	}
	w.goOn()
	line.Mend()
	c.Offline(false)
	c.sent(3)
	c.answers(3)
	w.oneTurnEach("第一句", "wait 第二句", "第三句")
	c.Reload()
	c.answers(3)
	if got, want := c.Text(thread), whole("第一句", "wait 第二句", "第三句"); got != want {
		t.Errorf("after a reload:\n%s", got)
	}
	c.Forgive("ERR_INTERNET_DISCONNECTED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION")
}

// Nothing comes through for a while, though the connection stands.
func lineTunnel(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c, line := w.lined(chromium)
	c.Write("第一句")
	c.sent(1)
	line.Hold()
	c.Write("第二句")
	c.See(".message.user[data-state=sending]")
	line.Mend()
	c.sent(2)
	c.answers(2)
	w.oneTurnEach("第一句", "第二句")
}

// The page comes back when the server that restarts has said it may, not
// before, and sends what it still has to say.
func lineGoaway(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("第一句")
	c.answers(1)
	c.JS(`window.offlineAt = 0; window.pause = 0;
		new MutationObserver(() => {
			const online = $("#status").dataset.status === "online";
			if (!online && !window.offlineAt) window.offlineAt = performance.now();
			if (online && window.offlineAt && !window.pause) window.pause = performance.now() - window.offlineAt;
		}).observe($("#status"), { attributes: true })`)
	w.everySession(func(s *session) {
		s.sendFrame(outFrame{Type: typeGoaway, Data: goawayData{Reason: "restart", AfterMS: 3000}})
		s.close(codeRestarting)
	})
	c.Until(offline)
	c.Write("第二句")
	c.answers(2)
	if pause := c.Number(`window.pause`); pause < 2500 { // by then no first try without goaway would still wait
		t.Errorf("came back after %.0f ms, asked for 3000", pause)
	}
	w.oneTurnEach("第一句", "第二句")
}

// A server ends without a word and another takes its place, at the same
// address and with the same log.
func lineKilled(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c, line := w.lined(chromium)
	c.Write("第一句")
	c.answers(1)
	line.Cut()
	c.Until(offline)
	c.Write("第二句")
	c.See(".message.user[data-state=sending]")
	line.Lead(w.successor())
	line.Mend()
	c.sent(2)
	c.answers(2)
	c.Until(`$("#status").dataset.status === "online"`)
	w.oneTurnEach("第一句", "第二句")
	if got, want := c.Text(thread), whole("第一句", "第二句"); got != want {
		t.Errorf("shown:\n%s", got)
	}
	c.Forgive("ERR_EMPTY_RESPONSE", "ERR_CONNECTION")
}

// successor is another server with the same engine behind it.
func (w *world) successor() string {
	w.t.Helper()
	options := w.server.options
	server, err := New(options)
	if err != nil {
		w.t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	hosted := &http.Server{Handler: server.Handler(), ReadHeaderTimeout: patience}
	ended := make(chan error, 1)
	go func() { ended <- hosted.Serve(listener) }()
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := errors.Join(server.Drain(ctx), hosted.Close()); err != nil {
			w.t.Error(err)
		}
		<-ended
	})
	return "http://" + listener.Addr().String()
}

// One person has as many tabs as sockets are allowed. One more says so, and
// opens as soon as another is closed.
func lineTabs(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	first := w.chatAs(chromium, "demo-kyc")
	second := first.another("/chat#token=" + w.token("demo-kyc"))
	second.online()
	third := first.another("/chat#token=" + w.token("demo-kyc"))
	third.online()
	more := first.another("/chat#token=" + w.token("demo-kyc"))
	more.Until(`$("#banner").textContent.includes("聊天窗口有点多")`)
	first.Visit("about:blank")
	more.online()
	more.Gone("#banner")
	more.Write("第一句")
	more.answers(1)
}

// Two tabs of one person are one conversation. Both show everything once, in
// one order.
func lineTwoTabs(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	one := w.chat(chromium)
	one.Write("第一句")
	one.answers(1)
	two := one.another("/chat")
	two.answers(1)
	two.Write("第二句")
	two.answers(2)
	one.answers(2)
	one.Write("第三句")
	two.answers(3)
	one.answers(3)
	conv, c := w.conversation()
	w.elsewhere(w.engine.agent(conv, c.owner, "客服来了"))
	for name, tab := range map[string]*chat{"one": one, "two": two} {
		tab.See(".message.agent")
		if got, want := tab.Text(thread), whole("第一句", "第二句", "第三句")+"\n客服来了"; got != want {
			t.Errorf("tab %s shows\n%s", name, got)
		}
		if n := tab.Count(".message.user[data-state=failed], .message.user[data-state=sending]"); n != 0 {
			t.Errorf("tab %s: %d messages look unsent", name, n)
		}
	}
	w.oneTurnEach("第一句", "第二句", "第三句")
}

// What was typed and not sent is still there after a reload, and gone once it
// is sent.
func lineDrafts(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Type("我想问的是")
	c.Reload()
	c.Until(`$("#text")?.value === "我想问的是"`)
	c.online()
	c.Write("借呗")
	c.sent(1)
	if got := c.Text(".message.user .bubble"); got != "我想问的是借呗" {
		t.Errorf("sent %q", got)
	}
	c.Reload()
	c.answers(1)
	if got := browsertest.Value[string](c.Place, `$("#text").value`); got != "" {
		t.Errorf("the draft came back: %q", got)
	}
}

// Somebody closes the tab, and opens another one some time later.
func lineReopened(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	elsewhere := c.Another("about:blank")
	c.Write("第一句")
	c.answers(1)
	c.Close()
	conv, stored := w.conversation()
	w.engine.agent(conv, stored.owner, "这是你不在的时候说的")
	elsewhere.Visit(w.url + "/chat")
	answers(elsewhere.Place, 1)
	elsewhere.See(".message.agent")
	if got, want := elsewhere.Text(thread), whole("第一句")+"\n这是你不在的时候说的"; got != want {
		t.Errorf("shown:\n%s", got)
	}
}

// A refused message can be sent again by hand, under the number it had.
func lineResend(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Window = 1, 3600e9 })
	c := w.chat(chromium)
	c.Write("第一句")
	c.sent(1)
	c.Write("第二句")
	c.See(`.resend`)
	if got := c.Text(`[data-state=failed] .progress`); !strings.Contains(got, "有点快") {
		t.Errorf("reason shown: %q", got)
	}
	w.server.people.acts.mu.Lock()
	clear(w.server.people.acts.spent)
	w.server.people.acts.mu.Unlock()
	c.Click(`.resend`)
	c.sent(2)
	c.Gone(`.resend`)
	if n := c.Count(".message.user"); n != 2 {
		t.Errorf("%d messages", n)
	}
	w.oneTurnEach("第一句", "第二句")
}

// Who was a little too fast need not do anything: the message waits, and goes
// out once, under the number it would have had.
func linePostponed(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Window = 1, 3*time.Second })
	c := w.chat(chromium)
	c.Write("第一句")
	c.sent(1)
	c.Write("第二句")
	c.See(`[data-state=postponed]`)
	if got := c.Text(`[data-state=postponed] .progress`); !strings.Contains(got, "自动重新发送") {
		t.Errorf("shown meanwhile: %q", got)
	}
	c.sent(2)
	c.Until(`!$(".resend") && !$("[data-state=postponed]")`)
	w.oneTurnEach("第一句", "第二句")
}

// A page that is kept for the back button gives its socket up, and has what
// came meanwhile when it is shown again.
func lineBack(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("第一句")
	c.answers(1)
	c.JS(`dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))`)
	eventually(t, "the socket is closed", func() bool { return len(w.server.open()) == 0 })
	conv, stored := w.conversation()
	w.elsewhere(w.engine.agent(conv, stored.owner, "客服来了"))
	c.JS(`dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`)
	c.See(".message.agent")
	c.Visit("about:blank")
	c.Back()
	c.See(".message.agent")
	c.online()
	c.Write("第二句")
	c.answers(2)
	w.oneTurnEach("第一句", "第二句")
}

// A tab that is looked at again does not wait for its next try.
func lineVisible(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c, line := w.lined(chromium)
	line.Cut()
	c.Until(offline)
	c.JS(`window.tries = 0; const Real = WebSocket; window.WebSocket = class extends Real { constructor(...all) { super(...all); window.tries++; } }`)
	line.Mend()
	for _, event := range []string{`document.dispatchEvent(new Event("visibilitychange"))`, `dispatchEvent(new Event("online"))`} {
		c.JS(event)
	}
	c.online()
	if n := c.Number(`window.tries`); n > 1 {
		t.Errorf("%v sockets were opened at once", n)
	}
	c.Write("第一句")
	c.answers(1)
	if !slices.Equal(w.texts(), []string{"第一句"}) {
		t.Errorf("heard %q", w.texts())
	}
	c.Forgive("ERR_EMPTY_RESPONSE", "ERR_CONNECTION")
}
