package web

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/adapters/web/browsertest"
	"kaitong/bot"
)

// What answers are made of.
func TestChatCards(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"walks a flow", cardsSteps},
		{"saves a plan", cardsExport},
		{"hides many quick replies", cardsChoices},
		{"folds long cards", cardsFolds},
		{"takes votes", cardsVotes},
		{"takes a refused vote back", cardsVoteRefused},
		{"shows an incident", cardsIncident},
	})
}

// A flow is walked by tapping, one step in sight at a time.
func cardsSteps(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("给我一份提升建议")
	c.Click(`.choice[data-choice="flow:flow.network"]`)
	c.See(`.step-card`)
	if got := c.Text(".step-count"); got != "第 1 步，共 5 步" {
		t.Errorf("progress %q", got)
	}
	if got := c.Text(".step-card"); strings.Contains(got, "「VPN」") || !strings.Contains(got, "先关掉 VPN") {
		t.Errorf("the card should show the step and not how to do it:\n%s", got)
	}
	c.Click(".step-card .how summary")
	c.Until(`$(".step-card .how p").innerText.includes("「VPN」")`)
	for i, choice := range []string{"step.tried", "step.failed", "step.skip"} {
		c.Click(fmt.Sprintf(`.choice[data-choice="%s"]`, choice))
		c.Until(fmt.Sprintf(`$$(".step-count").at(-1).innerText === "第 %d 步，共 5 步"`, i+2))
		c.Until(fmt.Sprintf(`$$(".step-bar").at(-1).position === %d / 5`, i+2))
	}
	if n := c.Count(`.votes`); n != 1 {
		t.Errorf("%v answers can be voted on; only the plan should be", n)
	}
	c.Click(`.choice[data-choice="resolved"]`)
	c.See(`.choice[data-choice="flow.check"]`)
}

// A plan is saved as a file, under a name in the language of the page.
func cardsExport(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	dir, saved := c.Downloads()
	for i, x := range []struct{ question, file, holds string }{
		{"给我一份提升建议", "提升建议.txt", "信用提升建议 · 借呗\n\n1. 还清逾期并按时还款\n"},
		{"my improvement plan please", "improvement-plan.txt", "What may help your credit · Jiebei\n"},
	} {
		if i == 1 {
			c.english()
		}
		c.Write(x.question)
		c.answers(i + 1)
		c.Click(".message:last-child .file .save")
		saved()
		got, err := os.ReadFile(filepath.Join(dir, x.file))
		if err != nil || !strings.HasPrefix(string(got), x.holds) {
			names, _ := filepath.Glob(filepath.Join(dir, "*"))
			t.Errorf("saved %q, %v; there are %q", got, err, names)
		}
	}
}

// Many quick replies: the ways to end and to reach a human stay in sight, the
// rest unfolds, also without a mouse.
func cardsChoices(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("给我一份提升建议")
	c.See(".choices .more")
	const visible = `$$(".choice").filter((e) => e.checkVisibility()).map((e) => e.innerText).join("\n")`
	if got := browsertest.Value[string](c.Place, visible); got != "一步一步排查网络\n逾期或不良信用记录\n同时有多笔负债\n更多\n已解决\n没解决\n转人工" {
		t.Errorf("shown: %q", got)
	}
	c.JS(`$(".choices .more").focus()`)
	c.Press("\r")
	c.Until(`!$(".more") && kt.activeElement.dataset.choice === "more"`)
	if got := strings.Count(browsertest.Value[string](c.Place, visible), "\n") + 1; got != 8 {
		t.Errorf("%d quick replies after unfolding, want 8", got)
	}
	c.Press("\r")
	c.sent(2)
	if n := c.Count(`.message:nth-last-child(n+2) .choice:not(:disabled)`); n != 0 {
		t.Errorf("%d quick replies of the earlier answer can still be tapped", n)
	}
}

// Long cards beside the first steps show a title and a line until they are
// opened.
func cardsFolds(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Phone(360)
	c.Write("给我一份提升建议")
	c.See(".fold")
	if got := c.Text(".fold"); got != "请留意\n逾期记录、多笔负债" {
		t.Errorf("folded: %q", got)
	}
	if n := c.Count(`section.card .steps`); n != 1 {
		t.Errorf("%v open cards with steps", n)
	}
	c.Click(".fold summary")
	c.Until(`$(".fold dd").checkVisibility() && $(".fold").innerText.includes("征信修复")`)
	c.Write("为什么我的借呗开通不了")
	c.answers(2)
	if n := c.Count(`.message:last-child .fold`); n != 0 {
		t.Error("a short card is folded")
	}
	c.Write("有好几个原因怎么办")
	c.answers(3)
	if got := c.Text(".message:last-child .bubble, .message:last-child .card-title, .message:last-child .gist"); got != "查到 2 个原因，下面分别说。\n这次查到的原因\n证件过期会让开通停在这一步。\n更新身份信息\n还清逾期\n5 步：第 1 件事" {
		t.Errorf("in sight: %q", got)
	}
	c.Click(".message:last-child .fold summary")
	c.Until(`$(".message:last-child .fold").innerText.includes("有欠款逾期未还")`)
}

// votes is what was voted, in order. One that was sent twice under its number,
// because the acknowledgement was lost, is one.
func (w *world) votes() []bot.Vote {
	var votes []bot.Vote
	known := map[string]bool{}
	for _, say := range w.engine.heard() {
		if say.Vote != nil && !known[say.MessageID] {
			votes = append(votes, *say.Vote)
			known[say.MessageID] = true
		}
	}
	return votes
}

// A vote is sent once with the thumb, once more with a reason, and is still
// there after a reload. One that is refused is taken back.
func cardsVotes(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("为什么我的借呗开通不了")
	c.See(".votes")
	c.sent(1)
	c.JS(`$(".vote.up").focus()`)
	c.Press("\r")
	c.See(`.vote.up[aria-pressed=true]`)
	c.Click(".vote.down")
	c.See(".reason")
	c.JS(`$$(".reason")[1].dataset.test = "second"`)
	c.Click("[data-test=second]")
	c.Until(`$(".votes").innerText.includes("谢谢，记下了。") && kt.activeElement.classList.contains("down")`)
	eventually(t, "three votes", func() bool { return len(w.votes()) == 3 })
	if votes := w.votes(); !votes[0].Up || votes[1].Up || votes[1].Reason != "" || votes[2].Reason != "unclear" {
		t.Errorf("votes %+v", votes)
	}
	if n := c.Count(`.message.user`); n != 1 {
		t.Errorf("%v messages of the person: a vote is no message", n)
	}
	c.Reload()
	c.See(`.vote.down[aria-pressed=true]`)

	c.Write("心里难受")
	c.answers(2)
	if n := c.Count(`.votes`); n != 1 {
		t.Error("words of care ask for a vote")
	}
	if n := len(w.votes()); n != 3 {
		t.Errorf("%d votes after the reload", n)
	}
}

func cardsVoteRefused(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Window = 1, 3600e9 })
	c := w.chat(chromium)
	c.Write("你好")
	c.sent(1)
	c.Click(".vote.up")
	c.Until(`$(".vote.up").ariaPressed === "false" && !$(".votes").innerText.includes("谢谢")`)
	if n := len(w.votes()); n != 0 {
		t.Error("the refused vote was handled")
	}
}

// An incident stands out from other notices.
func cardsIncident(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("提示系统繁忙")
	c.See(".notice.incident")
	if got := c.Text(".notice.incident"); !strings.HasPrefix(got, "服务状态\n") || !strings.Contains(got, "系统通知") {
		t.Errorf("incident: %q", got)
	}
}
