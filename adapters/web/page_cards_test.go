package web

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"kaitong/bot"
)

// A flow is walked by tapping, one step in sight at a time.
func pageSteps(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.write("给我一份提升建议")
	b.click(`.choice[data-choice="flow:flow.network"]`)
	b.see(`.step-card`)
	if got := b.text(".step-count"); got != "第 1 步，共 5 步" {
		t.Errorf("progress %q", got)
	}
	if got := b.text(".step-card"); strings.Contains(got, "「VPN」") || !strings.Contains(got, "先关掉 VPN") {
		t.Errorf("the card should show the step and not how to do it:\n%s", got)
	}
	b.click(".step-card .how summary")
	b.until(`document.querySelector('.step-card .how p').innerText.includes('「VPN」')`)
	b.shoot("step-open")
	for i, choice := range []string{"step.tried", "step.failed", "step.skip"} {
		b.click(fmt.Sprintf(`.choice[data-choice="%s"]`, choice))
		b.until(fmt.Sprintf(`[...document.querySelectorAll('.step-count')].at(-1).innerText === '第 %d 步，共 5 步'`, i+2))
		b.until(fmt.Sprintf(`[...document.querySelectorAll('.step-bar')].at(-1).position === %d / 5`, i+2))
	}
	b.shoot("steps")
	if n := b.number(`document.querySelectorAll('.votes').length`); n != 1 {
		t.Errorf("%v answers can be voted on; only the plan should be", n)
	}
	b.click(`.choice[data-choice="resolved"]`)
	b.see(`.choice[data-choice="flow.check"]`)
	b.shoot("step-confirm")
}

// A plan is saved as a file, under a name in the language of the page.
func pageExport(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	dir, done := b.downloads()
	for i, c := range []struct{ question, file, holds string }{
		{"给我一份提升建议", "提升建议.txt", "信用提升建议 · 借呗\n\n1. 还清逾期并按时还款\n"},
		{"my improvement plan please", "kaitong-plan.txt", "What may help your credit · Jiebei\n"},
	} {
		b.write(c.question)
		b.answers(i + 1)
		b.js(`document.querySelector('.message:last-child .save').scrollIntoView({block: "center"})`)
		b.click(".message:last-child .save")
		select {
		case <-done:
		case <-b.ctx.Done():
			t.Fatal("the download did not end")
		}
		got, err := os.ReadFile(filepath.Join(dir, c.file))
		if err != nil || !strings.HasPrefix(string(got), c.holds) {
			t.Errorf("saved %q, %v", got, err)
		}
		b.english()
	}
}

// english switches the page to English.
func (b *browserTab) english() {
	b.t.Helper()
	b.js(`document.documentElement.lang === 'en' || document.querySelector('#lang').click()`)
	b.until(`document.documentElement.lang === 'en' && document.querySelector('.greeting').innerText.includes('Hi, I')`)
	b.online()
}

// downloads lets the tab save files into a folder; done is told of each that
// is complete.
func (b *browserTab) downloads() (dir string, done <-chan struct{}) {
	b.t.Helper()
	dir = b.t.TempDir()
	ended := make(chan struct{}, 4)
	if err := chromedp.Listen(b.ctx, func(event any) {
		if e, ok := event.(*browser.EventDownloadProgress); ok && e.State == browser.DownloadProgressStateCompleted {
			ended <- struct{}{}
		}
	}); err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, EventsEnabled: new(true),
		})
		return err
	}))
	return dir, ended
}

// Many quick replies: the ways to end and to reach a human stay in sight, the
// rest unfolds, also without a mouse.
func pageChoices(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.write("给我一份提升建议")
	b.see(".choices .more")
	visible := func() string {
		return b.text(`.choice:not([hidden])`)
	}
	if got := visible(); got != "一步一步排查网络\n逾期或不良信用记录\n同时有多笔负债\n更多\n已解决\n没解决\n转人工" {
		t.Errorf("shown: %q", got)
	}
	b.shoot("choices")
	b.js(`document.querySelector('.choices .more').focus()`)
	b.do(chromedp.KeyEvent("\r"))
	b.until(`!document.querySelector('.more') && document.activeElement.dataset.choice === 'more'`)
	if got := strings.Count(visible(), "\n") + 1; got != 8 {
		t.Errorf("%d quick replies after unfolding, want 8", got)
	}
	b.do(chromedp.KeyEvent("\r"))
	b.sent(2)
}

// Long cards beside the first steps show a title and a line until they are
// opened.
func pageFolds(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.phone(360)
	b.write("给我一份提升建议")
	b.see(".fold")
	if got := b.text(".fold"); got != "请留意\n逾期记录、多笔负债" {
		t.Errorf("folded: %q", got)
	}
	if n := b.number(`document.querySelectorAll('section.card .steps').length`); n != 1 {
		t.Errorf("%v open cards with steps", n)
	}
	b.click(".fold summary")
	b.until(`document.querySelector('.fold dd').checkVisibility() && document.querySelector('.fold').innerText.includes('征信修复')`)
	b.write("为什么我的借呗开通不了")
	b.answers(2)
	if n := b.number(`document.querySelectorAll('.message:last-child .fold').length`); n != 0 {
		t.Error("a short card is folded")
	}
	b.write("有好几个原因怎么办")
	b.answers(3)
	if got := b.text(".message:last-child .bubble, .message:last-child .card-title, .message:last-child .gist"); got != "查到 2 个原因，下面分别说。\n这次查到的原因\n证件过期会让开通停在这一步。\n更新身份信息\n还清逾期\n5 步：第 1 件事" {
		t.Errorf("in sight: %q", got)
	}
	b.click(".message:last-child .fold summary")
	b.until(`document.querySelector('.message:last-child .fold').innerText.includes('有欠款逾期未还')`)
}

// A vote is sent once with the thumb, once more with a reason, and is still
// there after a reload. One that is refused is taken back.
func pageVotes(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.write("为什么我的借呗开通不了")
	b.see(".votes")
	b.js(`document.querySelector('.vote.up').focus()`)
	b.do(chromedp.KeyEvent("\r"))
	b.see(`.vote.up[aria-pressed=true]`)
	b.click(".vote.down")
	b.see(".reasons")
	b.shoot("vote-reasons")
	b.click(".reason:nth-of-type(2)")
	b.until(`document.querySelector('.votes-after').innerText === '谢谢，记下了。' && document.activeElement.classList.contains('down')`)
	b.until(`JSON.parse(sessionStorage['kaitong.chat']).acts.length === 0`)
	var votes []bot.Vote
	for _, say := range w.engine.heard() {
		if say.Vote != nil {
			votes = append(votes, *say.Vote)
		}
	}
	if len(votes) != 3 || !votes[0].Up || votes[1].Up || votes[1].Reason != "" || votes[2].Reason != "unclear" {
		t.Errorf("votes %+v", votes)
	}
	if n := b.number(`document.querySelectorAll('.message.user').length`); n != 1 {
		t.Errorf("%v messages of the person: a vote is no message", n)
	}
	b.do(chromedp.Reload())
	b.see(`.vote.down[aria-pressed=true]`)

	b.write("心里难受")
	b.answers(2)
	if n := b.number(`document.querySelectorAll('.votes').length`); n != 1 {
		t.Error("words of care ask for a vote")
	}
}

func pageVoteRefused(t *testing.T, chromium context.Context) {
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Window = 1, 3600e9 })
	b := w.open(chromium)
	b.write("你好")
	b.sent(1)
	b.click(".vote.up")
	b.until(`document.querySelector('.vote.up').ariaPressed === 'false' && document.querySelector('.votes-after').innerText === ''`)
	if slices.ContainsFunc(w.engine.heard(), func(say bot.Say) bool { return say.Vote != nil }) {
		t.Error("the refused vote was handled")
	}
}

// An incident stands out from other notices.
func pageIncident(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	b := w.open(chromium)
	b.write("提示系统繁忙")
	b.see(".incident")
	if got := b.text(".incident"); !strings.HasPrefix(got, "服务状态\n") || !strings.Contains(got, "系统通知") {
		t.Errorf("incident: %q", got)
	}
	b.shoot("incident")
}

// What a guided conversation looks like, in both languages and themes, on a
// desk and a phone: nothing sticks out, can be missed or not be read.
func pageLooks(t *testing.T, chromium context.Context) {
	for _, c := range []struct {
		locale, theme string
		width         int64
	}{{"zh", "light", 0}, {"en", "dark", 0}, {"zh", "dark", 360}, {"en", "light", 360}} {
		b := newWorld(t).open(chromium)
		name := fmt.Sprintf("look-%s-%s-%d", c.locale, c.theme, c.width)
		if c.width > 0 {
			b.phone(c.width)
		}
		b.theme(c.theme)
		questions := map[string][]string{"zh": {"提示系统繁忙", "给我一份提升建议"}, "en": {"it says system busy", "my improvement plan please"}}[c.locale]
		if c.locale == "en" {
			b.english()
		}
		b.write(questions[0])
		b.see(".incident")
		b.shoot(name + "-incident")
		b.write(questions[1])
		b.see(".save")
		b.shoot(name + "-plan")
		b.js(`document.querySelector('.message:last-child').scrollIntoView({block: "end"})`)
		b.shoot(name + "-plan-end")
		b.click(`.choice[data-choice="flow:flow.network"]`)
		b.see(".step-card")
		b.click(`.choice[data-choice="step.tried"]`)
		b.until(`document.querySelectorAll('.step-card').length === 2`)
		b.shoot(name + "-step")
		b.wellMade(name)
	}
}

// wellMade holds what can be measured of a look.
func (b *browserTab) wellMade(name string) {
	b.t.Helper()
	if over := b.number(`document.documentElement.scrollWidth - innerWidth`); over > 0 {
		b.t.Errorf("%s: the page is %v px too wide", name, over)
	}
	if small := b.tooSmall(); small != "" {
		b.t.Errorf("%s: too small to tap: %s", name, small)
	}
	poor, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](contrastScript))
	if err != nil || len(poor) > 0 {
		b.t.Errorf("%s: %v %s", name, err, strings.Join(poor, "\n"))
	}
}
