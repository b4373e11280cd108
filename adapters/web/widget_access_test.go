package web

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"kaitong/adapters/web/browsertest"
)

// Everybody can use it: what axe-core finds, large text, little motion, narrow
// windows.
func TestAccess(t *testing.T) {
	cases := []widgetCase{
		{"fits at 200 %", accessZoom},
		{"moves little where that is asked for", accessMotion},
		{"shows where the focus is", accessFocus},
	}
	for _, locale := range []string{"zh-CN", "en"} {
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int64{0, 320} {
				name := fmt.Sprintf("%s-%s-%d", locale, theme, width)
				cases = append(cases, widgetCase{"breaks no rule of axe, " + name, func(t *testing.T, chromium *browsertest.Browser) {
					accessAxe(t, chromium, locale, theme, width)
				}})
			}
		}
	}
	tryWidget(t, cases)
}

func (c *chat) axe(where string) {
	c.t.Helper()
	for _, violation := range c.Axe() {
		c.t.Errorf("%s: %v", where, violation)
	}
}

// resized is a blank tab that looks like that.
func resized(t *testing.T, chromium *browsertest.Browser, w *world, theme string, width int64) *chat {
	t.Helper()
	c := &chat{world: w, Tab: chromium.Blank(t)}
	if width > 0 {
		c.Phone(width)
	}
	c.Theme(theme)
	c.LessMotion() // a colour on its way to another is no colour to judge
	return c
}

// A conversation with everything in it, on a page of somebody and as a page.
func accessAxe(t *testing.T, chromium *browsertest.Browser, locale, theme string, width int64) {
	h := newHost(t)
	w := newWorld(t, h.allow, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Window = 6, 3600e9 })
	h.embed(w, "/", hostPage{script: fmt.Sprintf(`data-locale="%s"`, locale)})
	c := resized(t, chromium, w, theme, width)
	c.Visit(h.url)
	c.See("#launcher")
	c.axe("launcher")
	c.Click("#launcher")
	c.See(".greeting .bubble")
	c.axe("empty panel")
	c.everything(locale)
	c.axe("panel")
	c.wellMade("panel")

	c.Visit(w.url + "/chat?locale=" + locale)
	c.See(".greeting .bubble")
	c.axe("page")
	c.wellMade("page")
}

// everything fills the thread with all there is: cards, notices, steps, votes,
// reasons, a hand-over, an agent, a failed message.
func (c *chat) everything(locale string) {
	c.t.Helper()
	say := map[string][]string{
		"zh-CN": {"提示系统繁忙", "为什么我的借呗开通不了", "给我一份提升建议"},
		"en":    {"it says system busy", "Why can't I open Jiebei?", "my improvement plan please"},
	}[locale]
	for i, text := range say {
		c.Write(text)
		c.answers(i + 1)
	}
	c.JS(`for (const d of $$("details")) d.open = true`)
	c.Click(".message:last-child .vote.down")
	c.See(".reason")
	c.Click(`.choice[data-choice="flow:flow.network"]`)
	c.See(".step-card")
	c.Click("#human")
	c.See(".line")
	c.agent("我是客服小林")
	c.See(".message.agent")
	c.Write("太快了")
	c.See(".resend")
}

// What zooming to 200 % leaves of a window: everything can be read and reached
// by scrolling one way.
func accessZoom(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	for _, address := range []string{h.url + "/", w.url + "/chat"} {
		c := &chat{world: w, Tab: chromium.Blank(t)}
		c.Window(640, 512, 2)
		c.Visit(address)
		if address == h.url+"/" {
			c.Click("#launcher")
		}
		c.See(".greeting .bubble")
		c.Write("为什么我的借呗开通不了")
		c.answers(1)
		c.wellMade(address)
		for _, id := range []string{"#title", "#text", "#send", "#lang", "#fresh", "#human"} {
			if out := c.Number(fmt.Sprintf(`(({ left, top, right, bottom }) => Math.max(-left, -top, right - innerWidth, bottom - innerHeight))($(%q).getBoundingClientRect())`, id)); out > 1 {
				t.Errorf("%s: %s sticks out %v px", address, id, out)
			}
		}
		if room := c.Number(`$("#log").clientHeight`); room < 120 {
			t.Errorf("%s: %v px are left for the conversation", address, room)
		}
	}
}

func accessMotion(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	for _, less := range []bool{false, true} {
		c := &chat{world: w, Tab: chromium.Blank(t)}
		if less {
			c.LessMotion()
		}
		c.Visit(h.url)
		c.Click("#launcher")
		c.See(".greeting .bubble")
		c.Write("wait 一下")
		w.stuck()
		c.See(".typing")
		moving := c.Number(`kt.getAnimations().filter((a) => a.effect.getComputedTiming().activeDuration === Infinity || a.effect.getComputedTiming().activeDuration > 10).length`)
		if less && moving > 0 {
			t.Errorf("%v things move though little motion was asked for", moving)
		}
		if !less && moving == 0 {
			t.Error("nothing moves while one waits: this test looks for the wrong thing")
		}
		w.goOn()
		c.answers(1)
	}
}

// Every stop of the Tab key can be seen.
func accessFocus(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	c := h.opened(w, chromium, "/")
	c.Write("为什么我的借呗开通不了")
	c.answers(1)
	c.Press("\x1b")
	c.Gone("#panel")
	c.Press("\r") // on the launcher
	c.See("#panel")
	stops := map[string]bool{}
	for range 40 {
		c.Press("\t", chromedp.ModifierShift)
		at := browsertest.Value[string](c.Place, `kt.activeElement ? kt.activeElement.id || kt.activeElement.className || kt.activeElement.tagName : ""`)
		if at == "" {
			break
		}
		stops[at] = true
		if !c.visiblyFocused() && at != "text" { // its frame is around the row
			t.Errorf("%s does not show that it has the focus", at)
		}
	}
	if len(stops) < 8 {
		t.Errorf("only %v can be reached", stops)
	}
}
