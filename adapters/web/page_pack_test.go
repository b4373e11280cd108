package web

import (
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
