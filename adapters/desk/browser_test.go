package desk

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// tab is one tab on the desk of an office.
type tab struct {
	t   *testing.T
	ctx context.Context
	mu  sync.Mutex
	bad []string // console errors, exceptions, policy violations, dialogs
}

func openTab(t *testing.T, address string) *tab {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Skip("SKIPPED, NOT TESTED: no Chromium found; install it with: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 860), chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	limited, timeout := context.WithTimeout(ctx, time.Minute)
	b := &tab{t: t, ctx: limited}
	t.Cleanup(func() {
		timeout()
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("stop Chromium: %v", err)
		}
		cancel()
		stop()
		if len(b.bad) > 0 {
			t.Errorf("the browser complained: %q", b.bad)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, log.Enable, cdp.Empty{})
		return err
	}), chromedp.Navigate(address))
	return b
}

// listen collects what must not happen. That nobody is signed in yet, which the
// page asks first, is reported by the browser itself.
func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.bad = append(b.bad, e.ExceptionDetails.Text)
	case *page.EventJavascriptDialogOpening:
		b.bad = append(b.bad, "dialog: "+e.Message)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "401") && !strings.Contains(e.Entry.Text, "WebSocket") {
			b.bad = append(b.bad, e.Entry.Text)
		}
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("browser: %v\n%s", err, b.text())
	}
}

func (b *tab) until(expression string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience))); err != nil {
		b.t.Fatalf("waiting for %s: %v\n%s\n%q", expression, err, b.text(), b.bad)
	}
}

// sees waits until the page shows a text.
func (b *tab) sees(text string) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.body.innerText.includes(%q)", text))
}

func (b *tab) text() string {
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}

// clicks on whatever button shows a text.
func (b *tab) clicks(text string) {
	b.t.Helper()
	find := fmt.Sprintf("[...document.querySelectorAll('button')].find(e => e.innerText.includes(%q))", text)
	b.until(find + " !== undefined")
	b.do(chromedp.Evaluate[chromedp.Void](find + ".click()"))
}

// hostile are texts that would run, or call elsewhere, if they were markup.
func hostile() []string {
	return []string{
		`<img src=x onerror="alert(1)">`, `<script>alert(1)</script>`, `"><svg onload=alert(1)>`, `javascript:alert(1)`,
		`<iframe srcdoc="<script>parent.alert(1)</script>">`, `{{constructor.constructor('alert(1)')()}}`, `<style>@import'//evil.example'</style>`,
	}
}

// The page runs under its policy with nothing to complain of, and what people
// write is text wherever it is shown.
func TestTheDeskInABrowser(t *testing.T) {
	t.Parallel()
	o := open(t, func(options *Options) { options.Demo = true })
	for i, text := range hostile() {
		name := fmt.Sprint("c", i)
		o.engine.put(bot.Entry{
			Conversation: name, Owner: bot.Identity{Tenant: tenant, User: text + text}, Product: text, Locale: "zh-CN", Last: text, LastAuthor: bot.AuthorUser,
			Handoff: bot.Handoff{State: bot.HandoffQueued, Queue: "general", Reason: text, Ticket: text, Epoch: 1, Since: time.Now()},
		})
		o.engine.mu.Lock()
		o.engine.next(o.engine.cases[name], o.engine.cases[name].Entry, bot.Message{
			Seq: 9, ID: text, Author: bot.AuthorUser, Blocks: []bot.Block{{Type: bot.BlockText, Text: text}, {Type: bot.BlockLink, Text: text, URL: text}},
		})
		o.engine.mu.Unlock()
	}
	o.presence.Heard(Seat{Node: "n2", User: "zz", Name: hostile()[0], Role: staff.Agent, Status: StatusOnline})
	b := openTab(t, o.http.URL+"/desk")
	b.sees("林晓")
	b.clicks("林晓")
	for _, text := range hostile() {
		b.sees(text)
	}
	for _, text := range hostile() {
		b.clicks(text)
		b.until(fmt.Sprintf("document.body.innerText.split(%q).length > 2", text)) // in the list and in the conversation
	}
	b.until("document.querySelectorAll('iframe, img[src=x], svg[onload], script:not([src]), a[href^=\"javascript:\"]').length === 0")
}
