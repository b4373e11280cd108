package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Where the selectors of a place begin.
const (
	widgetRoot   = `document.querySelector("kaitong-chat")?.shadowRoot`
	documentRoot = `document`
)

// Place is something on a page that selectors are looked for in: the widget,
// the page around it, or either of them in a frame.
type Place struct {
	tab   *Tab
	root  string // a JavaScript expression
	frame *frame // nil: the page itself
}

// Document is the page without the widget.
func (p *Place) Document() *Place { return &Place{tab: p.tab, root: documentRoot, frame: p.frame} }

// Value is what a JavaScript expression comes to; a promise is waited for.
func Value[T any](p *Place, expression string) T {
	p.tab.t.Helper()
	value, err := evaluate[T](p, "return ("+expression+");")
	if err != nil {
		p.tab.fail("%s: %v", expression, err)
	}
	return value
}

// JS runs statements.
func (p *Place) JS(statements string) {
	p.tab.t.Helper()
	if _, err := evaluate[chromedp.Void](p, statements); err != nil {
		p.tab.fail("%s: %v", statements, err)
	}
}

// Number is what an expression comes to.
func (p *Place) Number(expression string) float64 {
	p.tab.t.Helper()
	return Value[float64](p, expression)
}

// Count is how many elements a selector finds.
func (p *Place) Count(selector string) int {
	p.tab.t.Helper()
	return Value[int](p, fmt.Sprintf("$$(%s).length", quote(selector)))
}

// Text is what a person reads in the elements of a selector, one a line.
func (p *Place) Text(selector string) string {
	p.tab.t.Helper()
	return Value[string](p, fmt.Sprintf(`$$(%s).map((e) => e.innerText).join("\n")`, quote(selector)))
}

// Until waits for an expression to hold, also over the loading of pages.
func (p *Place) Until(expression string) {
	p.tab.t.Helper()
	if err := p.until("return Boolean(" + expression + ");"); err != nil {
		p.tab.fail("waiting for %s: %v", expression, err)
	}
}

// See waits until an element can be seen.
func (p *Place) See(selector string) {
	p.tab.t.Helper()
	p.Until(fmt.Sprintf("$(%s)?.checkVisibility({ visibilityProperty: true })", quote(selector)))
}

// Gone waits until no element of a selector can be seen.
func (p *Place) Gone(selector string) {
	p.tab.t.Helper()
	p.Until(fmt.Sprintf("!$$(%s).some((e) => e.checkVisibility({ visibilityProperty: true }))", quote(selector)))
}

// until waits for a function body to return true. It looks from inside the
// page, so that nothing passes unseen between two looks, and again after a
// navigation has ended the page.
func (p *Place) until(body string) error {
	deadline := time.Now().Add(patience)
	for {
		left := time.Until(deadline)
		why, err := evaluate[string](p, fmt.Sprintf(untilScript, p.prelude(), body, left.Milliseconds()))
		if err == nil && why == "" {
			return nil
		}
		if err == nil && left <= 0 {
			return fmt.Errorf("not within %v; %s", patience, why)
		}
		if left <= 0 || p.tab.ctx.Err() != nil {
			return err
		}
	}
}

const untilScript = `
	const look = () => { %s %s };
	const end = performance.now() + %d;
	for (;;) {
		let why = "it is false";
		try { if (look()) return ""; } catch (e) { why = String(e); }
		if (performance.now() > end) return why;
		await new Promise((done) => setTimeout(done, 8));
	}`

// Read waits until a person can read some words anywhere.
func (p *Place) Read(words string) {
	p.tab.t.Helper()
	p.Until(fmt.Sprintf("(kt.body ?? kt).innerText.includes(%s)", quote(words)))
}

// Click clicks an element with the mouse: it is scrolled into view, has to
// stand still, and nothing may cover it.
func (p *Place) Click(selector string) {
	p.tab.t.Helper()
	p.click(fmt.Sprintf("$(%s)", quote(selector)))
}

// ClickOn clicks the first element of a selector that shows some words.
func (p *Place) ClickOn(selector, words string) {
	p.tab.t.Helper()
	p.click(fmt.Sprintf("$$(%s).find((e) => e.checkVisibility() && e.innerText.includes(%s))", quote(selector), quote(words)))
}

func (p *Place) click(element string) {
	p.tab.t.Helper()
	if err := p.until(fmt.Sprintf(reachScript, element)); err != nil {
		p.tab.fail("click %s: %v", element, err)
	}
	at := Value[[]float64](p, fmt.Sprintf("(() => { const { x, y, width, height } = %s.getClientRects()[0]; return [x + width / 2, y + height / 2]; })()", element))
	x, y := p.onPage(at[0], at[1])
	p.tab.do(chromedp.MouseClickXY(x, y))
}

// reachScript holds when the middle of an element is where a click lands on it.
const reachScript = `
	const e = %s;
	if (!e) throw "there is none";
	const before = e.getClientRects()[0];
	if (!before) throw "it is not shown";
	e.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
	const { x, y, width, height } = e.getClientRects()[0];
	if (x !== before.x || y !== before.y) throw "it moves";
	const hit = e.getRootNode().elementFromPoint(x + width / 2, y + height / 2);
	if (hit !== e && !e.contains(hit)) throw "covered by " + (hit?.outerHTML ?? "nothing").slice(0, 120);
	return true;`

// Type puts text into the composer, as an input method does: whole, not key
// by key.
func (p *Place) Type(text string) { p.tab.t.Helper(); p.Fill("#text", text) }

// Fill puts text into a field, where the caret is, as an input method does.
func (p *Place) Fill(selector, text string) {
	p.tab.t.Helper()
	if Value[bool](p, fmt.Sprintf("kt.activeElement !== $(%s)", quote(selector))) {
		p.Click(selector)
	}
	p.tab.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}

// Write types text and presses Enter.
func (p *Place) Write(text string) {
	p.tab.t.Helper()
	p.Type(text)
	p.tab.Press("\r")
}

// glance is what can be read, for the message of a failed test.
func (p *Place) glance() string {
	text, err := evaluate[string](p, `return [...(kt.body ?? kt).children].filter((e) => e.tagName !== "STYLE").map((e) => e.innerText ?? "").join("\n").trim();`)
	if err != nil {
		return err.Error()
	}
	return text
}

func (p *Place) prelude() string {
	return fmt.Sprintf("const kt = %s, $ = (s) => kt.querySelector(s), $$ = (s) => [...kt.querySelectorAll(s)];", p.root)
}

// evaluate runs a function body.
func evaluate[T any](p *Place, body string) (T, error) {
	var none T
	in, err := p.context()
	if err != nil {
		return none, err
	}
	script := fmt.Sprintf("(async () => { %s %s\n})()", p.prelude(), body)
	return chromedp.Run(p.tab.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise, in))
}

// context says where scripts run: in the page's own world, or in a world of
// the frame.
func (p *Place) context() (chromedp.EvaluateOption, error) {
	if p.frame == nil {
		return func(*runtime.EvaluateParams) {}, nil
	}
	id, err := p.frame.world()
	return func(e *runtime.EvaluateParams) { e.ContextID = id }, err
}

// quote makes a JavaScript string.
func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic("quote: " + err.Error()) // a string is always JSON
	}
	return string(b)
}
