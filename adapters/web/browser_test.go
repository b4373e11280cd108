package web

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

func findChromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func startChromium(t *testing.T, path string) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 860),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("stop Chromium: %v", err)
		}
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// browserTab is one tab on the page of a world.
type browserTab struct {
	*world
	ctx context.Context
	mu  sync.Mutex
	bad []string // console errors, exceptions, policy violations
}

// open loads the page in a new tab and waits for the greeting.
func (w *world) open(chromium context.Context) *browserTab {
	w.t.Helper()
	b := w.visit(chromium)
	b.see(".greeting .bubble")
	return b
}

// visit loads the page in a new tab.
func (w *world) visit(chromium context.Context) *browserTab {
	w.t.Helper()
	tab, close := chromedp.NewContext(chromium)
	if err := chromedp.Do(tab); err != nil {
		w.t.Fatalf("open tab: %v", err)
	}
	ctx, timeout := context.WithTimeout(tab, time.Minute)
	b := &browserTab{world: w, ctx: ctx}
	w.t.Cleanup(func() {
		timeout()
		close()
		if len(b.bad) > 0 {
			w.t.Errorf("the browser complained: %q", b.bad)
		}
	})
	if err := chromedp.Listen(tab, b.listen); err != nil {
		w.t.Fatal(err)
	}
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, log.Enable, cdp.Empty{})
		return err
	}), chromedp.Navigate(w.url))
	return b
}

// listen collects what must not happen on the page. That a lost socket is
// reported is the browser's own habit.
func (b *browserTab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.bad = append(b.bad, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "WebSocket") {
			b.bad = append(b.bad, e.Entry.Text)
		}
	}
}

// forgive forgets the complaints that belong to what was tried.
func (b *browserTab) forgive() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bad = nil
}

func (b *browserTab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.shoot("failed")
		b.t.Fatalf("browser: %v\n%s", err, b.text("body"))
	}
}

func (b *browserTab) js(script string) { b.t.Helper(); b.do(chromedp.Evaluate[chromedp.Void](script)) }

// until waits for a JavaScript expression to hold.
func (b *browserTab) until(expression string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience))); err != nil {
		b.shoot("failed")
		b.t.Fatalf("waiting for %s: %v\n%s", expression, err, b.text("body"))
	}
}

func (b *browserTab) see(selector string) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.querySelector(%q)?.checkVisibility() === true", selector))
}

func (b *browserTab) text(selector string) string {
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf("[...document.querySelectorAll(%q)].map(e => e.innerText).join('\\n')", selector)))
	if err != nil {
		return err.Error()
	}
	return text
}

func (b *browserTab) number(expression string) float64 {
	b.t.Helper()
	n, err := chromedp.Run(b.ctx, chromedp.Evaluate[float64](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return n
}

func (b *browserTab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// write types into the composer and presses Enter.
func (b *browserTab) write(text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS("#text"), text+"\r"))
}

// sent waits until n messages of the person are stored.
func (b *browserTab) sent(n int) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.querySelectorAll('.message.user[data-state=sent]').length === %d", n))
}

// answers waits until n answers are shown.
func (b *browserTab) answers(n int) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.querySelectorAll('.message.bot:not(.greeting):not(.typing)').length === %d", n))
}

func (b *browserTab) online() {
	b.t.Helper()
	b.until("document.querySelector('#status').dataset.status === 'online'")
}

func (b *browserTab) shoot(name string) {
	if *shots == "" {
		return
	}
	_ = chromedp.Do(b.ctx, chromedp.Evaluate[chromedp.Void](`new Promise(done => setTimeout(done, 300))`, chromedp.EvalAwaitPromise))
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o644)
	}
	if err != nil {
		b.t.Logf("screenshot %s: %v", name, err)
	}
}

func (b *browserTab) phone(width int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 740, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch))
}

func (b *browserTab) theme(name string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
		})
		return err
	}))
}
