package web

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "folder to write screenshots of the chat page to")

// TestPage drives the chat page in one real Chromium, a tab per case.
func TestPage(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes half a minute: left out in short mode")
	}
	path := findChromium()
	if path == "" {
		t.Skip("no Chromium on this machine: the chat page is not tried in a browser")
	}
	chromium := startChromium(t, path)
	for _, c := range []struct {
		name string
		try  func(*testing.T, context.Context)
	}{
		{"guides a demo user", pageGuides},
		{"speaks English, also dark", pageInEnglish},
		{"fits phones", pageOnPhones},
		{"keeps contrast", pageContrast},
		{"runs nothing it is told", pageXSS},
		{"shows markup as text", pageMarkup},
		{"survives a lost line", pageLostLine},
		{"comes back after a restart", pageGoaway},
		{"opens in several tabs", pageTabs},
		{"resends a failed message", pageResend},
		{"sends again by itself when it was too early", pagePostponed},
		{"shows the check", pageCheck},
		{"works by keyboard", pageKeyboard},
		{"works outside demo mode", pageNoDemo},
		{"speaks of what is served", pageOfThePack},
		{"claims nothing before it is told", pageWithoutServer},
		{"loads a long history", pageLongHistory},
		{"says when the line is final", pageFinal},
		{"walks a flow", pageSteps},
		{"saves a plan", pageExport},
		{"hides many quick replies", pageChoices},
		{"folds long cards", pageFolds},
		{"takes votes", pageVotes},
		{"takes a refused vote back", pageVoteRefused},
		{"shows an incident", pageIncident},
		{"looks well", pageLooks},
	} {
		t.Run(c.name, func(t *testing.T) { c.try(t, chromium) })
	}
}

func pageGuides(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.shoot("desktop-zh-start")
	if title := b.text("h1"); title != "借呗开通助手" {
		t.Errorf("title %q", title)
	}
	b.write("为什么我的借呗开通不了？")
	b.see(`.steps`)
	b.sent(1)
	answer := b.text(".message.bot:not(.greeting)")
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
	b.shoot("desktop-zh")
	b.click(`.how summary`)
	b.until(`document.querySelector('.how p').innerText.includes('立即还款')`)
	b.js(`document.querySelector('.choices').scrollIntoView({block: "end"})`)
	b.shoot("desktop-zh-more")
	b.click(`.choice[data-choice=solved]`)
	b.sent(2)
	b.until(`[...document.querySelectorAll('.message.bot')].at(-1).innerText.includes('太好了')`)
	b.shoot("desktop-zh-solved")

	owners := 0
	for _, c := range w.engine.convs {
		if c.owner.User == "demo-overdue" && len(c.turns) == 2 {
			owners++
		}
	}
	if owners != 1 {
		t.Error("the conversation is not stored as the demo user's")
	}
}

func pageInEnglish(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.theme("dark")
	b.click("#lang")
	b.until(`document.documentElement.lang === 'en' && document.querySelector('.greeting').innerText.includes('Hi, I')`)
	b.click(`[data-user="demo-kyc"]`)
	b.until(`document.querySelector('[data-user="demo-kyc"]').ariaPressed === 'true' && document.querySelector('#status').dataset.status === 'online'`)
	b.write("Why can't I open Jiebei?")
	b.see(`.steps`)
	b.shoot("desktop-en-dark")
	b.js(`document.querySelector('.choices').scrollIntoView({block: "end"})`)
	b.shoot("desktop-en-dark-more")
	b.theme("light")
	b.shoot("desktop-en")
	b.click("#lang")
	b.until(`document.documentElement.lang === 'zh-CN' && document.querySelector('.greeting').innerText.includes('你好') && document.querySelector('#status').dataset.status === 'online'`)
	b.write("开通不了")
	b.until(`document.querySelectorAll('.steps').length === 2`)
	if who := b.number(`document.querySelectorAll('.message.user').length`); who != 2 {
		t.Errorf("after the switch %v messages are shown", who)
	}
}

// Works and does not scroll sideways on narrow phones.
func pageOnPhones(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	for _, width := range []int64{390, 320} {
		b.phone(width)
		b.do(chromedp.Reload())
		b.see(`.greeting .bubble`)
		b.shoot(fmt.Sprintf("phone-%d-start", width))
		b.click("#who")
		b.see(`#picker`)
		b.shoot(fmt.Sprintf("phone-%d-picker", width))
		b.click(`[data-user="demo-vpn"]`)
		b.until(`!document.querySelector('#picker').open`)
		b.click("#fresh")
		b.online()
		b.write("为什么我的借呗开通不了？")
		b.see(`.steps`)
		b.shoot(fmt.Sprintf("phone-%d", width))
		b.js(`document.querySelector('.choices').scrollIntoView({block: "end"})`)
		b.shoot(fmt.Sprintf("phone-%d-more", width))
		if over := b.number(`document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("at %d px the page is %v px too wide", width, over)
		}
		if small := b.tooSmall(); small != "" {
			t.Errorf("at %d px too small to tap: %s", width, small)
		}
	}
	b.theme("dark")
	b.shoot("phone-320-dark")
}

// tooSmall lists buttons below 24 by 24 pixels (WCAG 2.2 AA).
func (b *browserTab) tooSmall() string {
	b.t.Helper()
	list, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("button, summary, a")].filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.width < 24 || r.height < 24) }).map(e => e.innerText).join()`))
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// Text in both themes keeps the contrast of WCAG AA.
func pageContrast(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.write("为什么我的借呗开通不了？")
	b.see(`.steps`)
	b.sent(1)
	for _, name := range []string{"light", "dark"} {
		b.theme(name)
		poor, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](contrastScript))
		if err != nil {
			t.Fatal(err)
		}
		if len(poor) > 0 {
			t.Errorf("%s: %s", name, strings.Join(poor, "\n"))
		}
		if n := b.number(`window.checkedTexts`); n < 30 {
			t.Errorf("only %v texts were looked at", n)
		}
	}
}

const contrastScript = `(() => {
  const rgb = (text) => { const n = text.match(/[\d.]+/g).map(Number); return n.length > 3 ? n : [...n, 1]; };
  const light = (c) => c.slice(0, 3).map((v) => v / 255).map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; } return rgb(getComputedStyle(document.documentElement).backgroundColor); };
  window.checkedTexts = 0;
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.checkVisibility({ visibilityProperty: true }) || e.closest(".hidden, noscript, script")) continue;
    window.checkedTexts++;
    const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(ratio.toFixed(2) + " " + e.className + ": " + walk.currentNode.data.trim().slice(0, 30));
  }
  return poor;
})()`

// Text that looks like markup stays text.
func pageMarkup(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	attack := `<img src=x onerror="document.title='hit'"><script>document.title='hit'</script>`
	b.write(attack)
	b.sent(1)
	b.answers(1)
	if got := b.text(".message.user .bubble"); got != attack {
		t.Errorf("shown as %q", got)
	}
	if n := b.number(`document.querySelectorAll('.thread img, .thread script').length`); n != 0 {
		t.Error("markup became elements")
	}
}

// A public list of script injections, every line a message in the history:
// nothing runs, and every line is shown as it was written.
func pageXSS(t *testing.T, chromium context.Context) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "security", "xss-payload-list.txt"))
	if err != nil {
		t.Skip("../shared/data/security/xss-payload-list.txt is absent: the public list is not tried")
	}
	w := newWorld(t)
	b := w.open(chromium)
	b.write("第一句")
	b.sent(1)
	lines := strings.Split(strings.ToValidUTF8(string(raw), ""), "\n")
	for conv, c := range w.engine.convs {
		w.engine.tell(conv, c.owner, lines)
	}
	b.do(chromedp.Reload())
	b.answers(1 + len(lines))
	want, err := json.Marshal(lines)
	if err != nil {
		t.Fatal(err)
	}
	wrong := b.number(fmt.Sprintf(`(() => { const want = %s; return [...document.querySelectorAll(".message.bot:not(.greeting) .bubble")].slice(1).filter((e, i) => e.textContent !== want[i]).length })()`, want))
	if wrong != 0 {
		t.Errorf("%v of %d lines are shown differently", wrong, len(lines))
	}
	t.Logf("%d lines shown", len(lines))
}

// The page loses its server in mid-send, finds it again, and everything is
// there once.
func pageLostLine(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.write("第一句")
	b.sent(1)
	b.write("wait 第二句")
	<-w.engine.inside
	b.shoot("sending")
	w.everySession(func(s *session) { s.conn.Close() })
	b.until(`document.querySelector('#status').dataset.status !== 'online'`)
	b.shoot("offline")
	w.engine.gate <- struct{}{}
	b.sent(2)
	b.answers(2)

	b.do(chromedp.Reload())
	b.answers(2)
	if got := b.text(".message:not(.greeting) .bubble"); got != "第一句\n收到：第一句\nwait 第二句\n收到：wait 第二句" {
		t.Errorf("after a reload:\n%s", got)
	}
	turns := 0
	for _, c := range w.engine.convs {
		turns += len(c.turns)
	}
	if turns != 2 {
		t.Errorf("%d turns are stored", turns)
	}
}

// The page comes back when the server that restarts has said it may, not
// before, and sends what it still has to say.
func pageGoaway(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.write("第一句")
	b.answers(1)
	b.js(`window.offlineAt = 0; window.pause = 0;
		new MutationObserver(() => {
			const online = document.querySelector('#status').dataset.status === 'online';
			if (!online && !window.offlineAt) window.offlineAt = performance.now();
			if (online && window.offlineAt) window.pause = performance.now() - window.offlineAt;
		}).observe(document.querySelector('#status'), { attributes: true })`)
	w.everySession(func(s *session) {
		s.sendFrame(outFrame{Type: typeGoaway, Data: goawayData{Reason: "restart", AfterMS: 3000}})
		s.close(codeRestarting)
	})
	b.until(`document.querySelector('#status').dataset.status !== 'online'`)
	b.write("第二句")
	b.answers(2)
	if pause := b.number(`window.pause`); pause < 2500 { // by then no first try without goaway would still wait
		t.Errorf("came back after %.0f ms, asked for 3000", pause)
	}
}

// One person has as many tabs as sockets are allowed. One more says so, and
// opens as soon as another is closed.
func pageTabs(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	tabs := []*browserTab{w.open(chromium), w.open(chromium), w.open(chromium)}
	more := w.visit(chromium)
	more.until(`document.querySelector('#banner').textContent.includes('聊天窗口有点多')`)
	tabs[0].do(chromedp.Navigate("about:blank"))
	more.online()
	more.until(`document.querySelector('#banner').hidden`)
	more.write("第一句")
	more.answers(1)

	// Kept for the back button, and shown again.
	tabs[1].js(`dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('pageshow'))`)
	tabs[1].write("第一句")
	tabs[1].answers(1)
}

// A refused message can be sent again by hand.
func pageResend(t *testing.T, chromium context.Context) {
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Window = 1, 3600e9 })
	b := w.open(chromium)
	b.write("第一句")
	b.sent(1)
	b.write("第二句")
	b.see(`.resend`)
	if got := b.text(`[data-state=failed] .progress`); !strings.Contains(got, "有点快") {
		t.Errorf("reason shown: %q", got)
	}
	b.shoot("failed-message")
	w.server.people.acts.mu.Lock()
	clear(w.server.people.acts.spent)
	w.server.people.acts.mu.Unlock()
	b.click(`.resend`)
	b.sent(2)
	b.until(`!document.querySelector('.resend')`)
}

// Who was a little too fast need not do anything: the message waits, and goes
// out once, under the number it would have had.
func pagePostponed(t *testing.T, chromium context.Context) {
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Window = 1, 3*time.Second })
	b := w.open(chromium)
	b.write("第一句")
	b.sent(1)
	b.write("第二句")
	b.see(`[data-state=postponed]`)
	if got := b.text(`[data-state=postponed] .progress`); !strings.Contains(got, "自动重新发送") {
		t.Errorf("shown meanwhile: %q", got)
	}
	b.shoot("postponed-message")
	b.sent(2)
	b.until(`!document.querySelector('.resend') && !document.querySelector('[data-state=postponed]')`)
}

// While a check runs the person sees it.
func pageCheck(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.js(`window.seen = []; new MutationObserver(() => { const t = document.querySelector('.typing-word'); if (t) window.seen.push(t.textContent) }).observe(document.querySelector('#thread'), {subtree: true, childList: true, characterData: true})`)
	b.write("为什么我的借呗开通不了")
	b.see(`.steps`)
	b.until(`window.seen.includes('正在查询…')`)
	b.until(`!document.querySelector('.typing')`)
}

// Without a mouse: type, send, reach the choices, choose.
func pageKeyboard(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.until(`document.activeElement.id === 'text'`)
	b.do(chromedp.KeyEvent("为什么我的借呗开通不了"), chromedp.KeyEvent("\r"))
	b.see(`.choices`)
	for range 40 {
		if b.number(`document.activeElement.classList.contains('choice') ? 1 : 0`) == 1 {
			break
		}
		b.do(chromedp.KeyEvent("\t", chromedp.KeyModifiers(chromedp.ModifierShift)))
	}
	b.until(`document.activeElement.classList.contains('choice')`)
	b.do(chromedp.KeyEvent("\r"))
	b.sent(2)
}

func pageNoDemo(t *testing.T, chromium context.Context) {
	t.Skip("outside demo mode the page is chat.html: this waits for the widget it shows")
	w := newWorld(t, func(o *Options) { o.Demo = false })
	b := w.open(chromium)
	b.write("你好")
	b.sent(1)
	for _, c := range w.engine.convs {
		if !c.owner.Anonymous {
			t.Errorf("owner %+v", c.owner)
		}
	}
	b.shoot("no-demo")
	b.do(chromedp.Reload())
	b.answers(1)
	b.forgive() // that there is no list of demo users
}

// More than a replay holds is fetched in pages.
func pageLongHistory(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.write("第一句")
	b.sent(1)
	for conv, c := range w.engine.convs {
		w.engine.fill(conv, c.owner, 400) // 800 events
	}
	b.do(chromedp.Reload())
	b.answers(401)
	b.write("还在吗")
	b.sent(1)
	b.answers(402)
	if got := b.text(".message.user:first-child .bubble, .greeting + .message.user .bubble"); got != "第一句" {
		t.Errorf("the first message is %q", got)
	}
}

// When the server will never take the connection, the page says so and offers
// to start over.
func pageFinal(t *testing.T, chromium context.Context) {
	t.Skip("outside demo mode the page is chat.html: this waits for the widget it shows")
	w := newWorld(t, func(o *Options) { o.Demo = false })
	b := w.open(chromium)
	b.js(`const key = "kaitong.chat", s = JSON.parse(sessionStorage[key]); s.anon = "forged"; sessionStorage[key] = JSON.stringify(s)`)
	b.do(chromedp.Reload())
	b.see("#banner button")
	if got := b.text("#banner"); !strings.Contains(got, "没能确认你的身份") {
		t.Errorf("banner: %q", got)
	}
	b.click("#banner button")
	b.online()
	b.forgive() // that there is no list of demo users
}
