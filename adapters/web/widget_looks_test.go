package web

import (
	"fmt"
	"testing"

	"kaitong/adapters/web/browsertest"
)

// What it all looks like, in both languages and themes, on a desk and a phone:
// nothing sticks out, can be missed or not be read. With -shots DIR there are
// pictures to look at.
func TestLooks(t *testing.T) {
	cases := []widgetCase{{"a long conversation", looksLong}, {"on the page of somebody", looksHost}, {"in a frame", looksFrame}}
	for _, c := range []struct {
		locale, theme string
		width         int64
	}{{"zh-CN", "light", 0}, {"en", "dark", 0}, {"zh-CN", "dark", 390}, {"en", "light", 320}} {
		name := fmt.Sprintf("%s-%s-%d", c.locale, c.theme, c.width)
		cases = append(cases, widgetCase{name, func(t *testing.T, chromium *browsertest.Browser) {
			looksGuided(t, chromium, name, c.locale, c.theme, c.width)
		}})
	}
	tryWidget(t, cases)
}

// looksGuided shows a conversation from the first question to the last step.
func looksGuided(t *testing.T, chromium *browsertest.Browser, name, locale, theme string, width int64) {
	w := newWorld(t)
	c := resized(t, chromium, w, theme, width)
	c.Visit(w.url + "/chat?locale=" + locale)
	c.See(".greeting .bubble")
	c.Shoot(name + "-1-start")
	questions := map[string][]string{"zh-CN": {"提示系统繁忙", "为什么我的借呗开通不了", "给我一份提升建议"}, "en": {"it says system busy", "Why can't I open Jiebei?", "my improvement plan please"}}[locale]
	for i, question := range questions {
		c.Write(question)
		c.answers(i + 1)
		c.Shoot(fmt.Sprintf("%s-2-answer-%d", name, i))
		c.JS(`$(".message:last-child").scrollIntoView({ block: "end" })`)
		c.Shoot(fmt.Sprintf("%s-2-answer-%d-end", name, i))
		c.wellMade(question)
	}
	c.Click(".message:last-child .vote.down")
	c.See(".reason")
	c.Shoot(name + "-3-reasons")
	c.Click(`.choice[data-choice="flow:flow.network"]`)
	c.See(".step-card")
	c.Click(`.choice[data-choice="step.tried"]`)
	c.Until(`$$(".step-card").length === 2`)
	c.Shoot(name + "-4-step")
	c.Click("#human")
	c.See(".line")
	c.agent("你好，我是客服小林，我来看看。")
	c.See(".message.agent")
	c.Shoot(name + "-5-agent")
	c.wellMade("at the end")
}

func looksLong(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("第一句")
	c.answers(1)
	conv, stored := w.conversation()
	w.engine.fill(conv, stored.owner, 300)
	c.Reload()
	c.Until(`$$(".message.bot .bubble").at(-1)?.innerText === "收到：fill-299"`)
	c.Shoot("long-end")
	c.scrollTo(`$("#log").scrollHeight / 2`)
	c.Until(`$$(".message").some((m) => { const r = m.getBoundingClientRect(); return r.top > 100 && r.bottom < 600; })`)
	w.agent("我是客服")
	c.See("#jump")
	c.Shoot("long-middle")
	c.wellMade("long")
}

func looksHost(t *testing.T, chromium *browsertest.Browser) {
	for _, width := range []int64{0, 390} {
		w, h := hosting(t, hostPage{})
		c := resized(t, chromium, w, "light", width)
		c.Visit(h.url)
		c.See("#launcher")
		c.Shoot(fmt.Sprintf("host-%d-launcher", width))
		c.Click("#launcher")
		c.See(".greeting .bubble")
		c.Shoot(fmt.Sprintf("host-%d-panel", width))
		c.Write("为什么我的借呗开通不了")
		c.answers(1)
		c.Shoot(fmt.Sprintf("host-%d-answer", width))
		c.Click("#close")
		c.Gone("#panel")
		c.agent("在吗")
		c.See(".badge")
		c.Shoot(fmt.Sprintf("host-%d-unread", width))
	}
}

func looksFrame(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{script: inFrame})
	c := h.chat(w, chromium, "/")
	frame := inside(c)
	frame.Write("为什么我的借呗开通不了")
	answers(frame, 1)
	c.Shoot("frame-answer")
}
