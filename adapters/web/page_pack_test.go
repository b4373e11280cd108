package web

import (
	"context"
	"strings"
	"testing"

	"kaitong/bot"
)

// A welcome says what the page shows, in the language of the person, and the
// next one says what has changed since.
func TestWelcomeNamesThePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	titles := func(data map[string]any) string {
		p := w.dial()
		page := p.hello(data).Data["page"].(map[string]any)
		return page["title"].(string) + " " + page["ask"].([]any)[0].(string)
	}
	for locale, want := range map[string]string{"zh-CN": "借呗开通助手 为什么我的借呗开通不了？", "en": "Jiebei helper Why can’t I open Jiebei?"} {
		if got := titles(map[string]any{"locale": locale}); got != want {
			t.Errorf("%s: %q", locale, got)
		}
	}
	w.engine.publish(bot.Page{Title: "花呗小助手", Ask: []string{"花呗为什么付不了款？"}})
	if got := titles(map[string]any{"locale": "zh-CN"}); got != "花呗小助手 花呗为什么付不了款？" {
		t.Errorf("after a change: %q", got)
	}
}

// The page speaks of what is served: its heading and questions are those of
// the last welcome, as text, and a person is always offered besides.
func pageOfThePack(t *testing.T, chromium context.Context) {
	w := newWorld(t)
	attack := `<img src=x onerror="document.title='hit'">`
	w.engine.publish(bot.Page{Title: "eSIM 激活助手", Ask: []string{"eSIM 为什么激活不了？", attack}})
	b := w.open(chromium)
	if got, want := b.text("h1, .chip"), "eSIM 激活助手\neSIM 为什么激活不了？\n"+attack+"\n转人工"; got != want {
		t.Errorf("shows %q, want %q", got, want)
	}
	b.until(`document.title === 'eSIM 激活助手'`)
	b.click(`.chip`)
	b.sent(1)
	if got := b.text(".message.user .bubble"); got != "eSIM 为什么激活不了？" {
		t.Errorf("sent %q", got)
	}
	w.engine.publish(bot.Page{Title: "花呗小助手", Ask: []string{"花呗为什么付不了款？"}})
	b.click(`#fresh`)
	b.until(`document.querySelector('h1').innerText === '花呗小助手'`)
	if got := b.text(".chip"); !strings.HasPrefix(got, "花呗为什么付不了款？") {
		t.Errorf("suggests %q", got)
	}
}

// Before the server has said what the page is about, it claims nothing.
func pageWithoutServer(t *testing.T, chromium context.Context) {
	w := newWorld(t, func(o *Options) { o.Limits.Sockets = 1 })
	taken := w.join("demo-kyc")
	b := w.visit(chromium)
	b.until(`document.querySelector('#status').dataset.status === 'offline'`)
	if got := b.text("h1"); got != "在线帮助" {
		t.Errorf("titled %q", got)
	}
	if got := b.text(".chip"); got != "" {
		t.Errorf("suggests %q", got)
	}
	taken.conn.Close()
	b.until(`document.title === '借呗开通助手'`)
}
