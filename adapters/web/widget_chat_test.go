package web

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"kaitong/adapters/web/browsertest"
	"kaitong/bot"
)

// The chat as a whole page.
func TestChatPage(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"guides somebody known", chatGuides},
		{"speaks English, also dark", chatInEnglish},
		{"takes language, theme and product from its address", chatAddress},
		{"fits phones", chatOnPhones},
		{"keeps contrast", chatContrast},
		{"shows markup as text", chatMarkup},
		{"shows the check", chatCheck},
		{"works by keyboard", chatKeyboard},
		{"breaks lines", chatLines},
		{"works outside demo mode", chatNoDemo},
		{"speaks of what is served", chatOfThePack},
		{"claims nothing before it is told", chatWithoutServer},
		{"says when the line is final", chatFinal},
		{"starts a new conversation", chatFresh},
		{"asks for a person", chatHuman},
	})
}

func chatGuides(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chatAs(chromium, "demo-overdue")
	c.Until(`!location.hash.includes("token")`)
	if title := c.Text("#title"); title != "借呗开通助手" {
		t.Errorf("title %q", title)
	}
	c.Write("为什么我的借呗开通不了？")
	c.See(`.steps`)
	c.sent(1)
	answer := c.Text(".message.bot:not(.greeting)")
	for _, want := range []string{"帮你查过了", "有一笔还款已逾期", "先把逾期的那一笔还清", "注意", "已解决", "转人工"} {
		if !strings.Contains(answer, want) {
			t.Errorf("the answer lacks %q:\n%s", want, answer)
		}
	}
	if strings.Index(answer, "做完之后") < strings.Index(answer, "平时按时还款") {
		t.Errorf("the text of the steps is not below them:\n%s", answer)
	}
	if strings.Contains(answer, "立即还款") {
		t.Error("the how-to is open before anybody asked")
	}
	c.Click(`.how summary`)
	c.Until(`$(".how p").innerText.includes("立即还款")`)
	c.Click(`.choice[data-choice=solved]`)
	c.sent(2)
	c.Until(`$$(".message.bot").at(-1).innerText.includes("太好了")`)
	if _, conv := w.conversation(); conv.owner.User != "demo-overdue" || len(conv.turns) != 2 {
		t.Errorf("%d turns of %+v", len(conv.turns), conv.owner)
	}
}

func chatInEnglish(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Theme("dark")
	c.english()
	c.Write("Why can't I open Jiebei?")
	c.See(`.steps`)
	c.answers(1)
	c.wellMade("dark")
	c.Theme("light")
	c.Click("#lang")
	c.Until(`$(".greeting").innerText.includes("你好") && $("#thread").closest("[lang]").lang === "zh-CN"`)
	c.online()
	c.Write("开通不了")
	c.Until(`$$(".steps").length === 2`)
	if who := c.Count(`.message.user`); who != 2 {
		t.Errorf("after the switch %v messages are shown", who)
	}
	c.Reload()
	c.answers(2)
	if got := c.Text("#lang"); got != "EN" {
		t.Errorf("after a reload the switch offers %q", got)
	}
}

func chatAddress(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.visit(chromium, "/chat?locale=en&theme=dark&product=huabei#token="+w.token("demo-kyc"))
	c.Until(`$(".greeting").innerText.includes("Hi, I")`)
	if got := c.Number(`getComputedStyle($("#panel")).backgroundColor.match(/\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0)`); got > 3*100 {
		t.Errorf("the panel is too light for a dark theme: %v", got)
	}
	c.Write("Why can't I open Jiebei?")
	c.answers(1)
	if say := w.engine.heard()[0]; say.User.User != "demo-kyc" || say.Product != "huabei" || say.Locale != "en" {
		t.Errorf("said %+v", say)
	}
}

// Works and does not scroll sideways on narrow phones.
func chatOnPhones(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	for _, width := range []int64{390, 320} {
		c.Phone(width)
		c.Reload()
		c.See(`.greeting .bubble`)
		if len(w.engine.heard()) > 0 {
			c.See(`.steps`)
			c.Click("#fresh")
			c.Click("#restart")
		}
		c.Gone(".steps")
		c.online()
		c.Write("为什么我的借呗开通不了？")
		c.See(`.steps`)
		c.sent(1)
		c.wellMade(fmt.Sprint(width))
		if got := c.Number(`innerHeight - $("#panel").getBoundingClientRect().bottom`); got > 1 || got < -1 {
			t.Errorf("at %d px the panel ends %v px above the edge", width, got)
		}
	}
	// The keyboard of the phone takes half of it.
	c.Window(320, 360, 2)
	c.Until(`$("#text").getBoundingClientRect().bottom <= innerHeight && $("#send").getBoundingClientRect().bottom <= innerHeight`)
}

// Text in both themes keeps the contrast of WCAG AA.
func chatContrast(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("为什么我的借呗开通不了？")
	c.See(`.steps`)
	c.sent(1)
	for _, name := range []string{"light", "dark"} {
		c.Theme(name)
		c.wellMade(name)
	}
}

// Text that looks like markup stays text.
func chatMarkup(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	attack := `<img src=x onerror="document.title='hit'"><script>document.title='hit'</script>`
	c.Write(attack)
	c.sent(1)
	c.answers(1)
	if got := c.Text(".message.user .bubble"); got != attack {
		t.Errorf("shown as %q", got)
	}
	if n := c.Count(`#thread img, #thread script`); n != 0 {
		t.Error("markup became elements")
	}
}

// While a check runs the person sees it.
func chatCheck(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("wait 为什么我的借呗开通不了")
	w.stuck()
	c.See(".typing")
	w.goOn()
	c.See(`.steps`)
	c.Gone(".typing")
}

// Without a mouse: type, send, reach the choices, choose.
func chatKeyboard(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Until(`kt.activeElement?.id === "text"`)
	c.Write("为什么我的借呗开通不了")
	c.See(`.choices`)
	for range 40 {
		if browsertest.Value[bool](c.Place, `kt.activeElement?.classList.contains("choice") ?? false`) {
			break
		}
		c.Press("\t", chromedp.ModifierShift)
	}
	c.Until(`kt.activeElement.classList.contains("choice")`)
	c.Press("\r")
	c.sent(2)
}

// Shift and Enter break the line, Enter while characters are composed chooses
// them, Enter alone sends.
func chatLines(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Type("第一行")
	c.Press("\r", chromedp.ModifierShift)
	c.Type("第二行")
	if got := browsertest.Value[string](c.Place, `$("#text").value`); got != "第一行\n第二行" {
		t.Errorf("typed %q", got)
	}
	c.JS(`const box = $("#text");
		box.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true, composed: true }));
		box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, isComposing: true, bubbles: true, composed: true, cancelable: true }));
		box.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, composed: true }));`)
	if n := c.Count(".message.user"); n != 0 {
		t.Error("the Enter of an input method sent the message")
	}
	c.Press("\r")
	c.sent(1)
	if got := c.Text(".message.user .bubble"); got != "第一行\n第二行" {
		t.Errorf("shown as %q", got)
	}
	if got := browsertest.Value[string](c.Place, `$("#text").value`); got != "" {
		t.Errorf("left in the composer: %q", got)
	}
	c.Write("   ")
	c.Write("后一句")
	c.sent(2)
}

func chatNoDemo(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t, func(o *Options) { o.Demo = false })
	c := w.chat(chromium)
	c.Write("你好")
	c.sent(1)
	if _, conv := w.conversation(); !conv.owner.Anonymous {
		t.Errorf("owner %+v", conv.owner)
	}
	c.Reload()
	c.answers(1)
	root := w.visit(chromium, "/")
	root.See(".greeting .bubble")
	root.Write("你好")
	root.sent(1)
}

// The page speaks of what is served: its heading and questions are those of
// the last welcome, as text, and a person is always offered besides.
func chatOfThePack(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	attack := `<img src=x onerror="document.title='hit'">`
	w.engine.publish(bot.Page{Title: "eSIM 激活助手", Ask: []string{"eSIM 为什么激活不了？", attack}})
	c := w.chat(chromium)
	if got, want := c.Text("#title, .chip"), "eSIM 激活助手\neSIM 为什么激活不了？\n"+attack+"\n转人工"; got != want {
		t.Errorf("shows %q, want %q", got, want)
	}
	c.Until(`document.title === "eSIM 激活助手"`)
	c.Click(`.chip`)
	c.sent(1)
	if got := c.Text(".message.user .bubble"); got != "eSIM 为什么激活不了？" {
		t.Errorf("sent %q", got)
	}
	w.engine.publish(bot.Page{Title: "花呗小助手", Ask: []string{"花呗为什么付不了款？"}})
	c.Click(`#fresh`)
	c.Click(`#restart`)
	c.Until(`$("#title").innerText === "花呗小助手"`)
	c.See(".chip")
	if got := c.Text(".chip"); !strings.HasPrefix(got, "花呗为什么付不了款？") {
		t.Errorf("suggests %q", got)
	}
}

// Before the server has said what the page is about, it claims nothing.
func chatWithoutServer(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t, func(o *Options) { o.Limits.Sockets = 1 })
	taken := w.join("demo-kyc")
	c := w.visit(chromium, "/chat")
	c.Until(`$("#status").dataset.status === "offline"`)
	if got := c.Text("#title"); got != "在线帮助" {
		t.Errorf("titled %q", got)
	}
	if n := c.Count(".chip"); n != 0 {
		t.Errorf("suggests %q", c.Text(".chip"))
	}
	taken.conn.Close()
	c.Until(`$("#title").innerText === "借呗开通助手"`)
	c.Until(`document.title === "借呗开通助手"`)
	c.Forgive("503")
}

// When the server will never take the connection, the page says so and offers
// to start over.
func chatFinal(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("你好")
	c.sent(1)
	forged := c.Number(`[localStorage, sessionStorage].map((store) => Object.keys(store).filter((key) => {
		const text = store[key], bad = text.replace(/("anon":")[^"]+"/, '$1forged"');
		store[key] = bad;
		return bad !== text;
	}).length).reduce((a, b) => a + b)`)
	if forged == 0 {
		t.Fatal("found no token to forge")
	}
	c.JS(`addEventListener("pagehide", (e) => e.stopImmediatePropagation(), true)`) // nothing is put right at the last moment
	c.Reload()
	c.See("#banner button")
	if got := c.Text("#banner"); !strings.Contains(got, "没能确认你的身份") {
		t.Errorf("banner: %q", got)
	}
	c.Click("#banner button")
	c.online()
	c.Gone("#banner")
	c.Write("重新来过")
	c.sent(1)
}

// Another conversation begins empty, and the old one stays stored.
func chatFresh(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("第一句")
	c.answers(1)
	c.Click("#fresh")
	c.Click("#restart")
	c.Until(`$$(".message:not(.greeting)").length === 0`)
	c.See(".greeting .bubble")
	c.See(".chip")
	c.online()
	c.Write("第二句")
	c.answers(1)
	if n := len(w.engine.convs); n != 2 {
		t.Errorf("%d conversations", n)
	}
	c.Reload()
	c.answers(1)
	if got := c.Text(".message.user .bubble"); got != "第二句" {
		t.Errorf("after a reload: %q", got)
	}
}

// A person is asked for with the protocol's own word for it.
func chatHuman(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("你好")
	c.answers(1)
	c.Click("#human")
	c.See(".line")
	c.See(".notice")
	if got := c.Text(".line"); !strings.Contains(got, "人工") {
		t.Errorf("line: %q", got)
	}
	if heard := w.engine.heard(); heard[len(heard)-1].Handoff != bot.HandoffRequest {
		t.Errorf("said %+v", heard[len(heard)-1])
	}
}
