package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"kaitong/adapters/web/browsertest"
)

// Documents for an appeal.
func TestWidgetDocuments(t *testing.T) {
	cases := []widgetCase{
		{"are attached, several at once", documentsAttached},
		{"are refused with a reason", documentsRefused},
		{"are sent again after the line was lost", documentsLineLost},
		{"are dropped on the form", documentsDropped},
		{"have hostile names", documentsHostile},
		{"are attached while an agent talks", documentsWithAgent},
		{"are attached by keyboard", documentsByKeyboard},
		{"are attached on the page of somebody", documentsOnHost},
		{"are attached in a frame", documentsInFrame},
		{"are sent for who is there now", documentsFreshToken},
		{"are not asked for where none are kept", documentsNowhere},
	}
	for _, locale := range []string{"zh-CN", "en"} {
		for _, width := range []int64{0, 320} {
			for _, theme := range []string{"light", "dark"} {
				name := fmt.Sprintf("%s-%d-%s", locale, width, theme)
				cases = append(cases, widgetCase{"can be used by everybody, " + name, func(t *testing.T, chromium *browsertest.Browser) {
					documentsAccess(t, chromium, name, locale, theme, width)
				}})
			}
		}
	}
	tryWidget(t, cases)
}

// filing is a chat in which the form of an appeal is shown.
func filing(t *testing.T, chromium *browsertest.Browser) *chat {
	t.Helper()
	c := newFilingWorld(t).chat(chromium)
	c.Write("我要申诉")
	c.See(".attach")
	return c
}

// choose has the file chooser return files: name and content in turn.
func choose(p *browsertest.Place, files ...string) {
	p.JS(fmt.Sprintf(`const input = $$(".attach input").at(-1); input.files = %s.files; input.dispatchEvent(new Event("change"));`, transfer(files)))
}

// transfer is a script of what holds files while they are chosen or dragged.
func transfer(files []string) string {
	var script strings.Builder
	script.WriteString("(() => { const data = new DataTransfer();")
	for i := 0; i < len(files); i += 2 {
		fmt.Fprintf(&script, "data.items.add(new File([%s], %s));", files[i+1], jsonString(files[i]))
	}
	script.WriteString("return data; })()")
	return script.String()
}

func jsonString(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// shownNames are those of the documents the latest form shows.
const shownNames = `[...$$(".form").at(-1).querySelectorAll(".file-name")].map((e) => e.innerText).join("|")`

// holds waits until the latest form shows these documents, and none on its way.
func holds(p *browsertest.Place, documents string) {
	p.Until(fmt.Sprintf(`%s === %s && !$(".form .file[data-state]")`, shownNames, jsonString(documents)))
}

// kept are the documents of the only conversation.
func (w *world) kept() string {
	w.t.Helper()
	_, c := w.conversation()
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, proof := range c.proofs {
		names = append(names, proof.Name)
	}
	return strings.Join(names, "|")
}

func documentsAttached(t *testing.T, chromium *browsertest.Browser) {
	c := filing(t, chromium)
	if input := browsertest.Value[string](c.Place, `(({ type, multiple, accept }) => [type, multiple, accept].join())($(".attach input"))`); input != "file,true,image/jpeg,image/png,application/pdf" {
		t.Errorf("the chooser: %s", input)
	}
	choose(c.Place, "收入证明.pdf", `"%PDF-1"`, "结清证明.pdf", `"%PDF-two"`)
	holds(c.Place, "收入证明.pdf|结清证明.pdf")
	if got := c.Text(".message:last-child .form"); got != "申诉\n\n收入证明.pdf\n\n6 B\n\n结清证明.pdf\n\n8 B\n\n＋ 添加文件\n\njpg、png 或 pdf，每份不超过 10 MB。" {
		t.Errorf("the form: %q", got)
	}
	if n := c.Count(".form"); n != 1 || c.Count(".attach") != 1 {
		t.Errorf("%d forms are shown, documents can be attached in %d places", n, c.Count(".attach"))
	}
	c.Until(`$("#text").matches(":focus")`)
	c.Reload()
	holds(c.Place, "收入证明.pdf|结清证明.pdf")
	choose(c.Place, "三.pdf", `"%PDF-3"`)
	holds(c.Place, "收入证明.pdf|结清证明.pdf|三.pdf")
	c.Write("在吗")
	c.answers(5)
	if n := c.Count(".attach"); n != 1 {
		t.Errorf("after something else was said documents can be attached in %d places", n)
	}
	c.Write("申诉")
	c.Click(`.message:last-child .choice[data-choice="appeal.submit"]`)
	c.Until(`$("#thread").innerText.includes("提交好了") && !$(".attach")`)
	if got := c.kept(); got != "收入证明.pdf|结清证明.pdf|三.pdf" {
		t.Errorf("kept: %s", got)
	}
}

// Every refusal says why, in the language of the page; what was refused for good
// goes with the next choice.
func documentsRefused(t *testing.T, chromium *browsertest.Browser) {
	c := filing(t, chromium)
	for _, x := range []struct{ content, zh, en string }{
		{`"GIF89a"`, "只能上传完整的 jpg、png 或 pdf 文件", "Only whole jpg, png or pdf files"},
		{`"%PDF- virus"`, "没有通过安全检查", "did not pass the safety check"},
		{`""`, "这份文件是空的", "This file is empty"},
		{`new Uint8Array(10 * 1024 * 1024 + 1)`, "超过 10 MB 了", "Larger than 10 MB"},
	} {
		for _, words := range []string{x.zh, x.en} {
			choose(c.Place, "a.pdf", x.content)
			c.Until(fmt.Sprintf(`$$(".form .file").length === 1 && $(".form .file[data-state=failed]")?.innerText.includes(%q)`, words))
			c.Until(fmt.Sprintf(`$("#announcer").innerText.includes(%q)`, words))
			if n := c.Count(".form .resend"); n != 0 {
				t.Errorf("%s: it can be sent again", words)
			}
			c.Click("#lang")
			c.online()
		}
	}
	if got := c.kept(); got != "" {
		t.Errorf("kept: %s", got)
	}
	choose(c.Place, "1.pdf", `"%PDF-1"`, "2.pdf", `"%PDF-2"`, "3.pdf", `"%PDF-3"`, "4.pdf", `"%PDF-4"`)
	c.Until(`$$(".form").at(-1).innerText.includes("已经满 5 份了")`)
	if got := browsertest.Value[string](c.Place, shownNames); got != "1.pdf|2.pdf|3.pdf|4.pdf" || c.kept() != "1.pdf|2.pdf|3.pdf" {
		t.Errorf("shown %s, kept %s", got, c.kept())
	}
	c.Forgive("409", "422")
}

// The line breaks in the middle of a document: that is said, and it is sent
// once more by a tap.
func documentsLineLost(t *testing.T, chromium *browsertest.Browser) {
	w := newFilingWorld(t)
	c, line := w.lined(chromium)
	c.Write("我要申诉")
	c.See(".attach")
	line.Hold()
	choose(c.Place, "大.pdf", `"%PDF-", new Uint8Array(9 * 1024 * 1024)`)
	c.See(".form .file[data-state=sending] progress")
	c.Until(`$(".form .file").innerText.includes("发送中…")`)
	line.Cut()
	c.Until(`$(".form .file[data-state=failed]")?.innerText.includes("没有发出去")`)
	line.Mend()
	c.online()
	c.Click(".form .resend")
	holds(c.Place, "大.pdf")
	if got := w.kept(); got != "大.pdf" {
		t.Errorf("kept: %s", got)
	}
	c.Forgive("ERR_", "[kaitong]", "WebSocket")
}

func documentsDropped(t *testing.T, chromium *browsertest.Browser) {
	c := filing(t, chromium)
	c.JS(fmt.Sprintf(`const data = %s;
		for (const type of ["dragover", "drop"]) {
			const event = new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
			if ($(".form").dispatchEvent(event)) throw "the browser would open the file";
		}`, transfer([]string{"拖.pdf", `"%PDF-1"`})))
	holds(c.Place, "拖.pdf")
}

func documentsHostile(t *testing.T, chromium *browsertest.Browser) {
	c := filing(t, chromium)
	choose(c.Place, `<img src=x onerror=alert(1)>.pdf`, `"%PDF-1"`, "\u202egpj.exe.pdf", `"%PDF-2"`, strings.Repeat("长", 300)+".pdf", `"%PDF-3"`)
	c.Until(`$$(".form").at(-1).querySelectorAll(".file:not([data-state])").length === 3`)
	if got := browsertest.Value[string](c.Place, shownNames); !strings.HasPrefix(got, "<img src=x onerror=alert(1)>.pdf|gpj.exe.pdf|长长") {
		t.Errorf("shown as %q", got)
	}
	if n := c.Count("img"); n != 0 {
		t.Error("a name became markup")
	}
	c.wellMade("long names")
}

// The bot is silent then: the form stays where documents go in, and shows what
// has gone.
func documentsWithAgent(t *testing.T, chromium *browsertest.Browser) {
	c := filing(t, chromium)
	c.agent("你好，请把证明传上来。")
	c.See(".message.agent")
	choose(c.Place, "证明.pdf", `"%PDF-1"`)
	holds(c.Place, "证明.pdf")
	if got := c.kept(); got != "证明.pdf" {
		t.Errorf("kept: %s", got)
	}
}

func documentsByKeyboard(t *testing.T, chromium *browsertest.Browser) {
	c := filing(t, chromium)
	c.JS(`$("#log").focus()`)
	for range 20 {
		c.Press("\t")
		if browsertest.Value[bool](c.Place, `kt.activeElement.type === "file"`) {
			break
		}
	}
	if got := browsertest.Value[string](c.Place, `kt.activeElement.closest("label")?.innerText ?? kt.activeElement.outerHTML`); got != "＋ 添加文件" {
		t.Fatalf("the Tab key ends at %s", got)
	}
	if ring := browsertest.Value[string](c.Place, `getComputedStyle($(".attach")).outlineStyle`); ring != "solid" {
		t.Errorf("the focus is shown as %q", ring)
	}
	if top := c.Number(`$("#log").scrollTop`); top < 0 || !browsertest.Value[bool](c.Place, `(({ top, bottom }) => top >= 0 && bottom <= innerHeight)($(".attach").getBoundingClientRect())`) {
		t.Error("what has the focus is out of sight")
	}
}

// On a page with the strictest policy there is.
func documentsOnHost(t *testing.T, chromium *browsertest.Browser) {
	h := newHost(t)
	w := newFilingWorld(t, h.allow)
	policy := fmt.Sprintf("default-src 'none'; script-src %s; connect-src %s ws%s; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
		w.url, w.url, strings.TrimPrefix(w.url, "http"))
	h.embed(w, "/", hostPage{policy: policy})
	c := h.opened(w, chromium, "/")
	c.Write("我要申诉")
	c.See(".attach")
	choose(c.Place, "a.pdf", `"%PDF-1"`)
	holds(c.Place, "a.pdf")
	choose(c.Place, "b.gif", `"GIF"`)
	c.Until(`$(".form .file[data-state=failed]")?.innerText.includes("只能上传")`)
	c.Forgive("422")
}

func documentsInFrame(t *testing.T, chromium *browsertest.Browser) {
	h := newHost(t)
	w := newFilingWorld(t, h.allow)
	h.embed(w, "/", hostPage{script: inFrame, policy: fmt.Sprintf("default-src 'none'; script-src %s; frame-src %s; require-trusted-types-for 'script'; trusted-types 'none'", w.url, w.url)})
	c := h.chat(w, chromium, "/")
	frame := inside(c)
	frame.Write("我要申诉")
	frame.See(".attach")
	choose(frame, "a.pdf", `"%PDF-1"`)
	holds(frame, "a.pdf")
	if got := w.kept(); got != "a.pdf" {
		t.Errorf("kept: %s", got)
	}
}

// The host app is asked for a token once more: the one of the connection may be
// over by the time somebody has found their document.
func documentsFreshToken(t *testing.T, chromium *browsertest.Browser) {
	h := newHost(t)
	w := newFilingWorld(t, h.allow)
	h.embed(w, "/", hostPage{script: `data-token-url="/token"`})
	var asked atomic.Int32
	token := w.token("demo-kyc")
	h.handle("/token", func(rw http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = fmt.Fprintf(rw, `{"token": %q}`, token)
	})
	c := h.opened(w, chromium, "/")
	c.Write("我要申诉")
	c.See(".attach")
	before := asked.Load()
	choose(c.Place, "a.pdf", `"%PDF-1"`)
	holds(c.Place, "a.pdf")
	if asked.Load() != before+1 {
		t.Errorf("asked for a token %d times before and %d after", before, asked.Load())
	}
	if owner := w.owner(); owner != "demo-kyc" {
		t.Errorf("of %s", owner)
	}
}

func documentsNowhere(t *testing.T, chromium *browsertest.Browser) {
	c := newWorld(t).chat(chromium)
	c.Write("我要申诉")
	c.answers(1)
	c.See(`.choice[data-choice="appeal.submit"]`)
	if n := c.Count(".attach, .form"); n != 0 {
		t.Error("a document could be chosen, and would be refused")
	}
}

// The form with a document, one on its way and one refused, as everybody sees it.
func documentsAccess(t *testing.T, chromium *browsertest.Browser, name, locale, theme string, width int64) {
	w := newFilingWorld(t)
	c := resized(t, chromium, w, theme, width)
	line := browsertest.NewLine(t, w.url)
	c.Visit(line.URL() + "/chat?locale=" + locale)
	c.See(".greeting .bubble")
	c.Write(map[string]string{"zh-CN": "我要申诉", "en": "I want to appeal"}[locale])
	c.See(".attach")
	c.Shoot("form-" + name + "-1-empty")
	c.axe("empty form")
	choose(c.Place, "2026 年 3 月到 10 月的工资流水和完税证明.pdf", `"%PDF-1"`)
	holds(c.Place, "2026 年 3 月到 10 月的工资流水和完税证明.pdf")
	choose(c.Place, "screenshot.gif", `"GIF"`)
	c.See(".form .file[data-state=failed]")
	c.Shoot("form-" + name + "-2-refused")
	c.axe("refused")
	c.wellMade("refused")
	line.Hold()
	choose(c.Place, "结清证明.pdf", `"%PDF-", new Uint8Array(9 * 1024 * 1024)`)
	c.See(".form progress")
	if !browsertest.Value[bool](c.Place, `(({ top, bottom }) => top > 0 && bottom < $("#composer").getBoundingClientRect().top)($(".form progress").getBoundingClientRect())`) {
		t.Error("what is on its way is out of sight")
	}
	c.Shoot("form-" + name + "-3-busy")
	c.axe("busy")
	line.Cut()
	c.See(".form .resend")
	c.Shoot("form-" + name + "-4-failed")
	c.axe("failed")
	c.wellMade("failed")
	line.Mend()
	c.online()
	c.Forgive("422", "ERR_", "[kaitong]", "WebSocket")
}
