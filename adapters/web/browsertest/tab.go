package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Tab is one tab. As a [Place] it is the widget on its page.
type Tab struct {
	*Place
	t          testing.TB
	ctx        context.Context
	browser    *Browser
	media      map[string]string
	complaints complaints
}

// Open shows an address in a new tab of somebody nobody knows yet: cookies and
// storage are shared with no other test.
func (b *Browser) Open(t testing.TB, address string) *Tab {
	t.Helper()
	tab := b.Blank(t)
	tab.Visit(address)
	return tab
}

// Blank is Open without going anywhere.
func (b *Browser) Blank(t testing.TB) *Tab {
	t.Helper()
	return b.newTab(t, chromedp.WithNewBrowserContext())
}

// Another opens a second tab of the same person.
func (tab *Tab) Another(address string) *Tab {
	tab.t.Helper()
	other := tab.browser.newTab(tab.t, chromedp.WithExistingBrowserContext(chromedp.FromContext(tab.ctx).BrowserContextID))
	other.Visit(address)
	return other
}

func (b *Browser) newTab(t testing.TB, option chromedp.ContextOption) *Tab {
	t.Helper()
	ctx, end := chromedp.NewContext(b.ctx, option)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open tab: %v", err)
	}
	ctx, timeout := context.WithTimeout(ctx, lifetime)
	tab := &Tab{t: t, ctx: ctx, browser: b, media: map[string]string{}}
	tab.Place = &Place{tab: tab, root: widgetRoot}
	t.Cleanup(func() {
		timeout()
		end()
		for _, complaint := range tab.Complaints() {
			t.Errorf("the browser complained: %s", complaint)
		}
	})
	tab.watch()
	tab.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	})
	return tab
}

// Beforehand has a script run in every page from now on, before anything of
// the page's own.
func (tab *Tab) Beforehand(script string) {
	tab.t.Helper()
	tab.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	})
}

// Visit goes to an address and waits until its page has loaded.
func (tab *Tab) Visit(address string) {
	tab.t.Helper()
	tab.do(chromedp.Navigate(address))
}

// Reload loads the page again.
func (tab *Tab) Reload() { tab.t.Helper(); tab.do(chromedp.Reload()) }

// Back is the back button. What was there may be shown as it was left, so there
// is no load to wait for.
func (tab *Tab) Back() { tab.t.Helper(); tab.Document().JS("setTimeout(() => history.back())") }

// Close closes the tab as a person does. What it complained of still counts.
func (tab *Tab) Close() {
	tab.t.Helper()
	tab.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.Close, cdp.Empty{})
		return err
	})
}

// Press strikes keys one after the other; modifiers are held meanwhile.
func (tab *Tab) Press(keys string, modifiers ...chromedp.Modifier) {
	tab.t.Helper()
	tab.call(func(ctx context.Context, t *chromedp.Target) error {
		for _, key := range keys {
			for _, event := range strike(key, modifiers) {
				if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, *event); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// strike is a key going down and up. What it writes belongs to its going down,
// so that a page that deals with the key keeps it from being written.
func strike(key rune, modifiers []chromedp.Modifier) []*input.DispatchKeyEventParams {
	events := kb.Encode(key)
	for _, event := range events {
		chromedp.KeyModifiers(modifiers...)(event)
	}
	if len(events) < 3 {
		return events
	}
	down, char, up := events[0], events[1], events[2]
	if down.Modifiers&^int64(chromedp.ModifierShift) == 0 {
		down.Text, down.UnmodifiedText = char.Text, char.UnmodifiedText
	}
	return []*input.DispatchKeyEventParams{down, up}
}

// Phone makes the tab a phone of so many CSS pixels across.
func (tab *Tab) Phone(width int64) {
	tab.t.Helper()
	tab.do(chromedp.EmulateViewport(width, 740, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch))
}

// Window makes the tab a window on a desk. What zooming to 200 % leaves of
// 1280 by 1024 is 640 by 512 at scale 2.
func (tab *Tab) Window(width, height int64, scale float64) {
	tab.t.Helper()
	tab.do(chromedp.EmulateViewport(width, height, chromedp.EmulateScale(scale)))
}

// Theme is what the system prefers, "light" or "dark".
func (tab *Tab) Theme(name string) { tab.t.Helper(); tab.emulate("prefers-color-scheme", name) }

// LessMotion is what people ask for whom movement makes sick.
func (tab *Tab) LessMotion() { tab.t.Helper(); tab.emulate("prefers-reduced-motion", "reduce") }

func (tab *Tab) emulate(feature, value string) {
	tab.t.Helper()
	tab.media[feature] = value
	var features []*emulation.MediaFeature
	for name, value := range tab.media {
		features = append(features, &emulation.MediaFeature{Name: name, Value: value})
	}
	tab.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		return err
	})
}

// Offline pulls the plug of the machine, or puts it in again: the page is told
// and no new request gets out. A [Line] cuts what is open, too.
func (tab *Tab) Offline(off bool) {
	tab.t.Helper()
	tab.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}},
		})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, network.OverrideNetworkState, network.OverrideNetworkStateParams{
			Offline: off, DownloadThroughput: -1, UploadThroughput: -1,
		})
		return err
	})
}

// Downloads lets the tab save files into a folder; saved waits until one more
// is complete.
func (tab *Tab) Downloads() (dir string, saved func()) {
	tab.t.Helper()
	dir = tab.t.TempDir()
	ended := make(chan struct{}, 4)
	known := map[string]bool{} // told of twice
	if err := chromedp.Listen(tab.ctx, func(event any) {
		e, ok := event.(*browser.EventDownloadProgress)
		if !ok || e.State != browser.DownloadProgressStateCompleted || known[e.GUID] {
			return
		}
		known[e.GUID] = true
		ended <- struct{}{}
	}); err != nil {
		tab.t.Fatal(err)
	}
	tab.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, EventsEnabled: new(true),
			BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
		})
		return err
	})
	return dir, func() {
		tab.t.Helper()
		select {
		case <-ended:
		case <-time.After(patience):
			tab.fail("no file was saved")
		}
	}
}

// Shoot takes a screenshot when the tests were asked for some.
func (tab *Tab) Shoot(name string) {
	if tab.browser.shots == "" {
		return
	}
	settled := chromedp.Evaluate[chromedp.Void](`new Promise(done => setTimeout(done, 400))`, chromedp.EvalAwaitPromise)
	_ = chromedp.Do(tab.ctx, settled) // a page that is gone is photographed all the same
	png, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(tab.browser.shots, name+".png"), png, 0o600)
	}
	if err != nil {
		tab.t.Logf("screenshot %s: %v", name, err)
	}
}

func (tab *Tab) call(f func(context.Context, *chromedp.Target) error) {
	tab.t.Helper()
	tab.do(chromedp.Func(f))
}

func (tab *Tab) do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, 2*patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		tab.fail("browser: %v", err)
	}
}

// fail ends the test with a picture and what could be read.
func (tab *Tab) fail(format string, args ...any) {
	tab.t.Helper()
	tab.Shoot("failed-" + strings.NewReplacer("/", "-", " ", "-").Replace(tab.t.Name()))
	tab.t.Logf("on the page: %s", tab.Document().glance())
	tab.t.Logf("in the widget: %s", tab.Place.glance())
	tab.t.Fatalf(format, args...)
}
