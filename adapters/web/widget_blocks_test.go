package web

import (
	"strings"
	"testing"

	"kaitong/adapters/web/browsertest"
)

// What every kind of block, state and author looks like.
func TestBlocks(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"draws every block", blocksAll},
		{"ignores what it does not know", blocksUnknown},
		{"links to web addresses only", blocksLinks},
		{"says what a model wrote", blocksComposed},
		{"shows where a hand-off stands", blocksHandoff},
		{"tells who speaks and when", blocksAuthors},
		{"shows that somebody is typing", blocksTyping},
		{"never parses markup", blocksMarkup},
		{"announces what is new", blocksAnnounced},
	})
}

// scriptedChat is the full page of a scripted server, welcomed.
func scriptedChat(t *testing.T, chromium *browsertest.Browser) (*scripted, *browsertest.Tab) {
	t.Helper()
	s := newScripted(t)
	tab := chromium.Open(t, s.url+"/chat")
	s.welcome()
	tab.See(".greeting .bubble")
	return s, tab
}

func blocksAll(t *testing.T, chromium *browsertest.Browser) {
	s, tab := scriptedChat(t, chromium)
	s.blocks("m1", `[
		{"type":"text","text":"一段话"},
		{"type":"facts","title":"查询结果","items":[{"label":"结果","text":"暂未开通"},{"label":"原因","text":"有逾期"}]},
		{"type":"steps","title":"可以这样做","text":"做完再看","items":[{"text":"先还清","how":"打开账单"},{"text":"再等等"}]},
		{"type":"notice","level":"info","text":"说明一下"},
		{"type":"notice","level":"warning","text":"小心骗局"},
		{"type":"notice","level":"care","text":"先别急"},
		{"type":"notice","level":"warning","source":"incident:x","text":"系统通知"},
		{"type":"notice","level":"shouting","text":"不认识的级别"},
		{"type":"link","text":"详情","url":"https://help.example.com/a?b=c"},
		{"type":"choices","text":"选一个","choices":[{"id":"a","label":"甲"},{"id":"b","label":"乙"}]}
	]`, nil)
	tab.See(".choices")
	for selector, want := range map[string]string{
		".message:last-child .facts":                     "结果\n暂未开通\n原因\n有逾期",
		".message:last-child .card-title":                "查询结果\n可以这样做",
		".message:last-child .steps .step":               "先还清怎么做\n再等等",
		".message:last-child .notice.care":               "关心你\n先别急",
		".message:last-child .notice.incident":           "服务状态\n系统通知",
		".message:last-child .notice.warning":            "注意\n小心骗局\n服务状态\n系统通知",
		".message:last-child .notice.info":               "说明\n说明一下\n说明\n不认识的级别",
		".message:last-child .choices .choice":           "甲\n乙",
		".message:last-child .choice[data-choice=b]":     "乙",
		".message:last-child a[href^='https://help.ex']": "详情",
	} {
		strip := strings.NewReplacer(" ", "", "\u2002", "", "\t", "", "↗", "", "\n\n", "\n")
		if got := strings.TrimSpace(strip.Replace(tab.Text(selector))); got != want {
			t.Errorf("%s reads %q, want %q", selector, got, want)
		}
	}
	if got := tab.Text(".message:last-child"); !strings.Contains(got, "做完再看") || !strings.Contains(got, "选一个") || strings.Index(got, "做完再看") < strings.Index(got, "再等等") {
		t.Errorf("the words around the steps: %q", got)
	}
	s.blocks("m2", `[{"type":"steps","title":"排查","at":2,"of":4,"items":[{"text":"关掉 VPN","how":"打开设置"}]}]`, map[string]any{"intent": "x", "confidence": 1, "composed": "authored", "flow": "f"})
	tab.See(".step-card")
	if got := tab.Text(".step-count"); got != "第 2 步，共 4 步" {
		t.Errorf("count: %q", got)
	}
	tab.Until(`$(".step-bar").position === 0.5`)
	s.blocks("m3", `[{"type":"steps","title":"计划","items":[{"text":"还清"}],"export":"计划\n1. 还清\n"}]`, nil)
	tab.See(".file")
	if got := tab.Text(".file"); !strings.Contains(got, "txt") && !strings.Contains(got, "保存") {
		t.Errorf("file card: %q", got)
	}
	if n := tab.Count(".choice:not(:disabled)"); n != 0 {
		t.Errorf("%d quick replies of an earlier answer can still be tapped", n)
	}
}

// Kinds that only later servers know are left out; what is known is shown.
func blocksUnknown(t *testing.T, chromium *browsertest.Browser) {
	s, tab := scriptedChat(t, chromium)
	s.event("surprise", "x1", map[string]any{"author": "bot"})
	s.send(map[string]any{"type": "weather", "data": map[string]any{"rain": true}})
	s.blocks("m1", `[{"type":"video","url":"https://example.com/v.mp4","text":"看视频"},{"type":"constructor"},{"type":"__proto__"},{"type":"text","text":"看得懂的","colour":"red"},{}]`, nil)
	tab.See(".message:not(.greeting) .bubble")
	if got := tab.Text(".message:not(.greeting) .bubble"); got != "看得懂的" {
		t.Errorf("shown: %q", got)
	}
	if n := tab.Count("video, iframe, object, embed"); n != 0 {
		t.Error("something strange was drawn")
	}
	s.blocks("m2", `[]`, nil)
	s.blocks("m3", `[{"type":"facts"},{"type":"steps"},{"type":"choices"},{"type":"notice"},{"type":"link"},{"type":"text"}]`, nil)
	s.blocks("m4", `[{"type":"text","text":"还在"}]`, nil)
	tab.Until(`$$(".message .bubble").at(-1).innerText === "还在"`)
}

func blocksLinks(t *testing.T, chromium *browsertest.Browser) {
	s, tab := scriptedChat(t, chromium)
	s.blocks("m1", `[
		{"type":"link","text":"一","url":"javascript:alert(1)"},{"type":"link","text":"二","url":" JaVaScript:alert(1)"},{"type":"link","text":"三","url":"data:text/html,<script>alert(1)</script>"},
		{"type":"link","text":"四","url":"vbscript:x"},{"type":"link","text":"五","url":"file:///etc/passwd"},{"type":"link","text":"六","url":"blob:https://x/y"},{"type":"link","text":"七","url":"//evil.example"},
		{"type":"link","text":"八","url":"java\nscript:alert(1)"},{"type":"link","text":"九"},{"type":"link","text":"十","url":"https://good.example/x"},{"type":"link","text":"11","url":"http://good.example/"}]`, nil)
	tab.Until(`$(".message:last-child")?.innerText.includes("11")`)
	type link struct{ Text, Href, Target, Rel string }
	links := browsertest.Value[[]link](tab.Place, `$$("#thread a").map((a) => ({ Text: a.innerText.replace("↗", "").trim(), Href: a.href, Target: a.target, Rel: a.rel }))`)
	if len(links) != 2 || links[0].Href != "https://good.example/x" || links[1].Href != "http://good.example/" {
		t.Errorf("links: %+v", links)
	}
	for _, l := range links {
		if l.Target != "_blank" || !strings.Contains(l.Rel, "noopener") {
			t.Errorf("%+v", l)
		}
	}
	for _, word := range []string{"一", "七", "九"} {
		if !strings.Contains(tab.Text(".message:last-child"), word) {
			t.Errorf("the words %q of a refused link are gone", word)
		}
	}
}

func blocksComposed(t *testing.T, chromium *browsertest.Browser) {
	s, tab := scriptedChat(t, chromium)
	s.blocks("m1", `[{"type":"text","text":"人写的"}]`, map[string]any{"intent": "x", "confidence": 1, "composed": "authored"})
	s.blocks("m2", `[{"type":"text","text":"模型写的"}]`, map[string]any{"intent": "x", "confidence": 1, "composed": "llm"})
	tab.See(".composed")
	if got := tab.Text(".composed"); got != "由 AI 生成" || tab.Count(".message:last-child .composed") != 1 {
		t.Errorf("labelled %q", got)
	}
}

func blocksHandoff(t *testing.T, chromium *browsertest.Browser) {
	s, tab := scriptedChat(t, chromium)
	for _, x := range []struct {
		data map[string]any
		want []string
	}{
		{map[string]any{"state": "requested"}, []string{"人工"}},
		{map[string]any{"state": "queued", "position": 3}, []string{"排队", "3"}},
		{map[string]any{"state": "queued", "position": 1}, []string{"1"}},
		{map[string]any{"state": "active", "agent": "小林"}, []string{"小林", "接入"}},
		{map[string]any{"state": "resolved"}, []string{"结束"}},
		{map[string]any{"state": "cancelled"}, []string{"取消"}},
	} {
		s.event("handoff.state", "", x.data)
		for _, want := range x.want {
			tab.Until(`$$(".line").at(-1)?.innerText.includes("` + want + `")`)
		}
		if x.data["state"] == "queued" {
			tab.Shoot("handoff-queued")
		}
	}
	s.event("handoff.state", "", map[string]any{"state": "levitating"})
	s.blocks("m1", `[{"type":"text","text":"继续"}]`, nil)
	tab.See(".message.bot:last-child")
	if got := tab.Text(".line"); strings.Contains(got, "undefined") || strings.Contains(got, "null") || strings.Contains(got, "levitating") {
		t.Errorf("lines: %q", got)
	}
}

func blocksAuthors(t *testing.T, chromium *browsertest.Browser) {
	s, tab := scriptedChat(t, chromium)
	for _, author := range []string{"bot", "agent", "system", "user", "martian"} {
		s.event("message", "by-"+author, map[string]any{"author": author, "blocks": []any{map[string]any{"type": "text", "text": "来自 " + author}}})
	}
	tab.Until(`$("#thread").innerText.includes("来自 martian")`)
	for author, want := range map[string]string{"bot": "助手", "agent": "客服", "user": "你"} {
		if got := browsertest.Value[string](tab.Place, `((e) => (e.ariaLabel ?? "") + e.textContent)($$(".message.`+author+`").at(-1))`); !strings.Contains(got, want) {
			t.Errorf("a screen reader hears %q of %s, want %q", got, author, want)
		}
	}
	if n := tab.Count(".time"); n == 0 {
		t.Error("no time is shown")
	}
}

func blocksTyping(t *testing.T, chromium *browsertest.Browser) {
	s, tab := scriptedChat(t, chromium)
	s.send(map[string]any{"type": "typing", "conv": "c1", "data": map[string]any{}})
	tab.See(".typing")
	s.send(map[string]any{"type": "check.state", "conv": "c1", "data": map[string]any{"state": "checking"}})
	tab.Until(`$(".typing").innerText.includes("正在查询")`)
	s.send(map[string]any{"type": "check.state", "conv": "c1", "data": map[string]any{"state": "unavailable"}})
	tab.Until(`$(".typing").innerText.includes("暂时查不到")`)
	s.blocks("m1", `[{"type":"text","text":"好了"}]`, nil)
	tab.Gone(".typing")
}

func blocksMarkup(t *testing.T, chromium *browsertest.Browser) {
	s, tab := scriptedChat(t, chromium)
	const evil = `<img src=x onerror=alert(1)><svg onload=alert(2)>&lt;b&gt; \u202Eevil`
	s.blocks("m1", strings.ReplaceAll(`[{"type":"text","text":"E"},{"type":"facts","title":"E","items":[{"label":"E","text":"E"}]},{"type":"steps","title":"E","text":"E","items":[{"text":"E","how":"E"}]},
		{"type":"notice","level":"E","title":"E","text":"E"},{"type":"link","text":"E","url":"https://x.example/E"},{"type":"choices","text":"E","choices":[{"id":"x","label":"E"}]}]`, "E", evil), nil)
	s.event("handoff.state", "", map[string]any{"state": "active", "agent": "<img src=x onerror=alert(3)>"})
	tab.See(".choice")
	tab.Until(`$$(".line").length === 1`)
	tab.JS(`for (const d of $$("details")) d.open = true`)
	if n := tab.Count("#thread :is(img, b, script, [onerror], [onload])"); n != 0 {
		t.Errorf("%d elements were made of text", n)
	}
	if n := strings.Count(browsertest.Value[string](tab.Place, `$("#thread").textContent`), "<img src=x onerror=alert(1)>"); n < 12 {
		t.Errorf("the text is shown %d times, as it is", n)
	}
	if got := browsertest.Value[string](tab.Place, `$(".message.bot:not(.greeting) .bubble").textContent`); got != "<img src=x onerror=alert(1)><svg onload=alert(2)>&lt;b&gt; \u202Eevil" {
		t.Errorf("shown as %q", got)
	}
}

// A screen reader is told of new answers once, and of nothing that was there
// before.
func blocksAnnounced(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("第一句")
	c.answers(1)
	c.sent(1)
	if got := browsertest.Value[string](c.Place, `$("#log").getAttribute("role")`); got != "log" {
		t.Errorf("role %q", got)
	}
	// Everything that changes in a live region that is not busy, from the first
	// moment of the page on.
	c.Reload()
	c.JS(`window.announced = [];
		const live = (node) => { for (let e = node.nodeType === 1 ? node : node.parentElement; e; e = e.parentElement) { if (e.ariaBusy === "true") return false; const l = e.ariaLive ?? ({ log: "polite", status: "polite", alert: "assertive" })[e.role]; if (l) return l !== "off"; } return false; };
		const meant = (node) => [...(node.nodeType === 1 ? [node] : [])].every((e) => !e.closest("[aria-hidden=true]"));
		new MutationObserver((list) => { for (const m of list) for (const n of m.type === "characterData" ? [m.target] : m.addedNodes) if (live(m.target) && meant(n) && n.textContent.trim()) announced.push(n.textContent); }).observe(kt, { subtree: true, childList: true, characterData: true })`)
	c.answers(1)
	c.online()
	if got := browsertest.Value[string](c.Place, `announced.join("|")`); strings.Contains(got, "收到：第一句") {
		t.Errorf("the history is announced: %q", got)
	}
	c.Write("第二句")
	c.answers(2)
	c.Until(`announced.some((text) => text.includes("收到：第二句"))`)
	if n := c.Number(`announced.filter((text) => text.includes("收到：第二句")).length`); n != 1 {
		t.Errorf("announced %v times: %q", n, browsertest.Value[[]string](c.Place, `announced`))
	}
}
