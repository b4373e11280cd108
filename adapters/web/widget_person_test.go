package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/web/browsertest"
)

// Whose words they are, when people come and go.
func TestWidgetPerson(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"believes no token that comes too late", personLate},
		{"believes none in a frame either", personLateFrame},
		{"stays signed out", personSignedOut},
		{"renews the token on the open line", personRenews},
		{"gives what is written meanwhile to who comes", personMeanwhile},
		{"waits for the token after a reload", personReloaded},
		{"follows the address of a webview", personAddress},
		{"forgets before it was opened", personForgotten},
		{"forgets before its frame is there", personForgottenFrame},
		{"does without a host that never says", personSilentHost},
	})
}

// lateTokens is a page whose tokens come when the test gives them.
const lateTokens = `<script>window.asked = []; window.later = () => new Promise((done) => { asked.push(done) }); Kaitong.setToken(later)</script>`

// give answers everybody who has asked a page for a token.
func (c *chat) give(token string) {
	c.t.Helper()
	c.Until(`asked.length > 0`)
	c.JS(fmt.Sprintf(`asked.splice(0).forEach((done) => done(%q))`, token))
}

// frames lets a page do what it still has to do.
func (c *chat) frames(n int) {
	c.t.Helper()
	c.JS(fmt.Sprintf(`for (let i = 0; i < %d; i++) await new Promise(requestAnimationFrame)`, n))
}

// saidBy is what a person said, in order.
func (w *world) saidBy(user string) []string {
	var texts []string
	for _, say := range w.engine.heard() {
		if say.User.User == user {
			texts = append(texts, say.Text)
		}
	}
	return texts
}

// saidOnly fails unless a person said just these texts.
func (w *world) saidOnly(user string, texts ...string) {
	w.t.Helper()
	if got := w.saidBy(user); !slices.Equal(got, texts) {
		w.t.Errorf("%s said %q, not %q", user, got, texts)
	}
}

// afar embeds the widget of a world by way of a line that can be cut. The page
// and the script come without it.
func (h *host) afar(w *world, page hostPage) *browsertest.Line {
	line := browsertest.NewLine(h.t, w.url)
	page.script += fmt.Sprintf(` data-host="%s"`, line.URL())
	h.embed(w, "/", page)
	return line
}

const cutOff = "ERR_" // what a browser says of a line that is cut

// One signs in while the token of another is still on its way. What the second
// cannot send yet is never sent as the first, not even after a reload.
func personLate(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	line := h.afar(w, hostPage{after: lateTokens})
	h.embed(w, "/next", hostPage{script: fmt.Sprintf(`data-host="%s"`, line.URL())})
	c := h.chat(w, chromium, "/")
	c.JS(`Kaitong.open()`)
	c.Until(`asked.length > 0`)
	c.JS(fmt.Sprintf(`Kaitong.setToken(%q)`, w.token("demo-vpn")))
	c.online()
	c.Write("第一句")
	c.answers(1)
	c.give(w.token("demo-kyc"))
	c.frames(10)
	c.online()
	if got := c.Text(thread); got != whole("第一句") {
		t.Errorf("after the late token it shows\n%s", got)
	}
	line.Cut()
	c.Until(offline)
	c.Write("只有我能说的")
	c.Until(`$$(".message.user").length === 2`)
	c.Visit(h.url + "/next")
	line.Mend()
	c.See("#launcher")
	c.JS(fmt.Sprintf(`Kaitong.setToken(%q); Kaitong.open()`, w.token("demo-kyc")))
	c.online()
	c.Write("我是另一个人")
	c.answers(1)
	w.saidOnly("demo-kyc", "我是另一个人")
	c.JS(fmt.Sprintf(`Kaitong.setToken(%q)`, w.token("demo-vpn")))
	c.answers(2)
	w.saidOnly("demo-vpn", "第一句", "只有我能说的")
	c.Forgive("[kaitong]", cutOff)
}

// Between the page and its frame a token may be late as well.
func personLateFrame(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{script: inFrame, after: lateTokens})
	c := h.chat(w, chromium, "/")
	c.JS(`Kaitong.open()`)
	c.Until(`asked.length > 0`)
	c.JS(fmt.Sprintf(`Kaitong.setToken(%q)`, w.token("demo-vpn")))
	frame := c.Frame("/chat")
	frame.Until(`$("#status")?.dataset.status === "online"`)
	frame.Write("第一句")
	answers(frame, 1)
	c.give(w.token("demo-kyc"))
	c.frames(10)
	frame.Write("第二句")
	answers(frame, 2)
	if got := frame.Text(thread); got != whole("第一句", "第二句") {
		t.Errorf("after the late token it shows\n%s", got)
	}
	c.JS(`Kaitong.setToken(later)`)
	c.Until(`asked.length > 0`)
	c.JS(`Kaitong.reset()`)
	c.give(w.token("demo-kyc"))
	frame.Until(`$$(".message.user").length === 0 && $("#status").dataset.status === "online"`)
	frame.Write("我没有登录")
	answers(frame, 1)
	w.saidOnly("demo-vpn", "第一句", "第二句")
	w.saidOnly("demo-kyc")
}

// Somebody signs out while their token is on its way.
func personSignedOut(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{after: lateTokens})
	c := h.chat(w, chromium, "/")
	c.JS(`Kaitong.open()`)
	c.Until(`asked.length > 0`)
	c.JS(`Kaitong.reset()`)
	c.give(w.token("demo-kyc"))
	c.online()
	c.frames(10)
	c.online()
	c.Write("我没有登录")
	c.answers(1)
	if _, conv := w.conversation(); !conv.owner.Anonymous {
		t.Errorf("said as %+v", conv.owner)
	}
	c.JS(fmt.Sprintf(`Kaitong.setToken(%q)`, w.token("demo-kyc")))
	eventually(t, "the conversation goes along", func() bool {
		_, conv := w.conversation()
		return conv.owner == w.identity("demo-kyc")
	})
	c.Until(`$$(".message.user").length === 1`)
	c.online()
	c.Write("又是我")
	c.answers(2)
	w.saidOnly("demo-kyc", "又是我")
	c.JS(`Kaitong.setToken(null)`)
	c.Until(`$$(".message.user").length === 0`)
}

// A fresh token is asked for before the last one ends, and the line goes on.
func personRenews(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{after: lateTokens})
	c := h.chat(w, chromium, "/")
	c.JS(`Kaitong.open()`)
	c.give(w.signFor("demo-kyc", 6*time.Second))
	c.online()
	var before []*session
	w.everySession(func(s *session) { before = append(before, s) })
	if len(before) != 1 {
		t.Fatalf("%d sockets", len(before))
	}
	ends := before[0].token.Load().expires
	c.give(w.token("demo-kyc"))
	eventually(t, "the fresh token counts", func() bool { return before[0].token.Load().expires.After(ends) })
	c.Write("还是我")
	c.answers(1)
	if opened := w.server.Counters().Opened; opened != 1 {
		t.Errorf("%d sockets were opened", opened)
	}
}

// What one writes before it is known who is there belongs to whom the page then
// names, and not to who was there before.
func personMeanwhile(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{after: lateTokens})
	c := h.signedIn(w, chromium, w.token("demo-kyc"))
	c.Write("第一个人")
	c.answers(1)
	c.JS(`Kaitong.setToken(later)`)
	c.Until(`asked.length > 0`)
	c.Write("还不知道是谁")
	c.Until(`$$(".message.user").at(-1)?.innerText.includes("还不知道是谁")`)
	c.give(w.token("demo-vpn"))
	c.Until(`$$(".message.user").length === 1`)
	c.answers(1)
	if got := c.Text(thread); got != whole("还不知道是谁") {
		t.Errorf("the second sees\n%s", got)
	}
	c.JS(fmt.Sprintf(`Kaitong.setToken(%q)`, w.token("demo-kyc")))
	c.Until(`$$(".message.user")[0]?.innerText.includes("第一个人")`)
	c.Write("又是我")
	c.answers(2)
	w.saidOnly("demo-kyc", "第一个人", "又是我")
	w.saidOnly("demo-vpn", "还不知道是谁")
}

// signedIn opens a page of late tokens as somebody.
func (h *host) signedIn(w *world, chromium *browsertest.Browser, token string) *chat {
	h.t.Helper()
	c := h.chat(w, chromium, "/")
	c.JS(`Kaitong.open()`)
	c.give(token)
	c.See(".greeting .bubble")
	c.online()
	return c
}

// While the first token after a reload is on its way, another language or
// another source of tokens leaves the conversation what it was.
func personReloaded(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{after: lateTokens})
	c := h.signedIn(w, chromium, w.token("demo-kyc"))
	c.Write("第 0 句")
	c.answers(1)
	said := []string{"第 0 句"}
	for i, meanwhile := range []string{`Kaitong.setLocale("en")`, `Kaitong.setToken(() => later())`, `Kaitong.setLocale("zh-CN"); Kaitong.setToken(later)`} {
		c.Reload()
		c.See("#launcher")
		c.JS(`Kaitong.open()`)
		c.Until(`asked.length > 0`)
		c.JS(meanwhile)
		c.give(w.token("demo-kyc"))
		c.online()
		c.answers(i + 1)
		text := fmt.Sprintf("第 %d 句", i+1)
		c.Write(text)
		c.answers(i + 2)
		said = append(said, text)
	}
	w.oneTurnEach(said...)
}

// A webview is sent to the address of another person without loading a page.
func personAddress(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chatAs(chromium, "demo-kyc")
	c.online()
	c.Write("第一个人")
	c.answers(1)
	c.JS(fmt.Sprintf(`window.same = true; location.hash = "token=" + %q`, w.token("demo-vpn")))
	c.Until(`$$(".message.user").length === 0`)
	c.Until(`!location.href.includes("token")`)
	c.online()
	c.Write("第二个人")
	c.answers(1)
	c.Until(`window.same`)
	w.saidOnly("demo-kyc", "第一个人")
	w.saidOnly("demo-vpn", "第二个人")
}

// keptKeys is what the widget keeps of people, besides the language.
const keptKeys = `Object.keys(localStorage).filter((key) => key.startsWith("kaitong:") && !key.endsWith(":locale"))`

// Who signs out on a page where nobody opened the chat is forgotten as well.
func personForgotten(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	h.embed(w, "/", hostPage{script: fmt.Sprintf(`data-token="%s"`, w.token("demo-kyc"))})
	h.embed(w, "/out", hostPage{})
	h.embed(w, "/blank", hostPage{script: "-"})
	c := h.opened(w, chromium, "/")
	c.Click("#lang")
	c.online()
	c.Write("我的事情")
	c.answers(1)
	c.Type("还没说完")
	c.Until(`JSON.stringify(localStorage).includes("还没说完")`)
	c.Visit(h.url + "/blank")
	c.JS(`for (const key of Object.keys(localStorage)) if (key.endsWith(":last")) localStorage.removeItem(key)`) // as if it were long ago
	c.Visit(h.url + "/out")
	c.See("#launcher")
	sockets := w.server.Counters().Opened
	c.JS(`Kaitong.reset()`)
	if left := browsertest.Value[[]string](c.Place, keptKeys); len(left) > 0 {
		t.Errorf("left on the device: %q", left)
	}
	if !browsertest.Value[bool](c.Place, `JSON.stringify(localStorage).includes("en")`) {
		t.Error("the language is forgotten, too")
	}
	if now := w.server.Counters().Opened; now != sockets {
		t.Errorf("%d sockets were opened to forget", now-sockets)
	}
	c.Visit(h.url + "/")
	c.Click("#launcher")
	c.online()
	c.Type("还有一句")
	c.JS(`setTimeout(() => { Kaitong.reset(); location.href = "/out" })`) // as the link to sign out does
	c.Until(`location.pathname === "/out" && $("#launcher")`)
	if browsertest.Value[bool](c.Place, `JSON.stringify(localStorage).includes("还有一句")`) {
		t.Error("what was left in the box when they signed out is kept")
	}
}

func personForgottenFrame(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	h.embed(w, "/", hostPage{script: inFrame + fmt.Sprintf(` data-token="%s"`, w.token("demo-kyc"))})
	h.embed(w, "/out", hostPage{script: inFrame})
	c := h.chat(w, chromium, "/")
	frame := inside(c)
	frame.Write("我的事情")
	answers(frame, 1)
	frame.Type("还没说完")
	frame.Until(`JSON.stringify(localStorage).includes("还没说完")`)
	before := browsertest.Value[[]string](frame, keptKeys)
	c.Visit(h.url + "/out")
	c.See("#launcher")
	c.JS(`Kaitong.reset()`)
	frame = inside(c)
	frame.Until(`$("#status").dataset.status === "online"`)
	if n := frame.Count(".message:not(.greeting)"); n != 0 {
		t.Errorf("%d messages of the one who signed out", n)
	}
	for _, key := range browsertest.Value[[]string](frame, keptKeys) {
		if slices.Contains(before, key) && !strings.HasSuffix(key, ":last") {
			t.Errorf("%s is still on the device", key)
		}
	}
	if browsertest.Value[bool](frame, `JSON.stringify(localStorage).includes("还没说完")`) {
		t.Error("the draft is still on the device")
	}
	c.Visit(h.url + "/")
	c.See("#launcher")
	frame = inside(c)
	frame.Type("还有一句")
	c.JS(`setTimeout(() => { Kaitong.reset(); location.href = "/out" })`)
	c.Until(`location.pathname === "/out" && $("#launcher")`)
	frame = inside(c)
	if browsertest.Value[bool](frame, `JSON.stringify(localStorage).includes("还有一句")`) {
		t.Error("what was left in the box of the frame when they signed out is kept")
	}
}

// hurry makes long waits of a page a tenth as long.
const hurry = `<script>{ const real = setTimeout; window.setTimeout = (call, ms, ...rest) => real(call, ms < 10000 ? ms : ms / 10, ...rest) }</script>`

// A host that does not answer is asked again.
func personSilentHost(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	h.embed(w, "/", hostPage{head: hurry, after: fmt.Sprintf(`<script>window.calls = 0; Kaitong.setToken(() => ++calls === 1 ? new Promise(() => {}) : %q)</script>`, w.token("demo-kyc"))})
	c := h.chat(w, chromium, "/")
	c.JS(`Kaitong.open("有人吗")`)
	c.answers(1)
	w.saidOnly("demo-kyc", "有人吗")
	if n := c.Number(`calls`); n != 2 {
		t.Errorf("asked %v times", n)
	}
}
