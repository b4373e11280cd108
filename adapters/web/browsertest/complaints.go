package browsertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// complaints collects what must not happen on a page: exceptions, errors and
// warnings on the console, violated policies, dialogs.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func (c *complaints) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, fmt.Sprintf(format, args...))
}

// Complaints is what the browser complained about so far. The test fails of
// them in the end, unless they were forgiven.
func (tab *Tab) Complaints() []string {
	tab.complaints.mu.Lock()
	defer tab.complaints.mu.Unlock()
	return slices.Clone(tab.complaints.list)
}

// Forgive forgets complaints with one of these parts: they belong to what was
// tried.
func (tab *Tab) Forgive(parts ...string) {
	tab.complaints.mu.Lock()
	defer tab.complaints.mu.Unlock()
	tab.complaints.list = slices.DeleteFunc(tab.complaints.list, func(complaint string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(complaint, part) })
	})
}

// Names in a world of our own, which pages do not see.
const (
	world  = "browsertest"
	report = "browsertestReport"
)

// reportScript tells of violated policies, also of those that are only to be
// reported. It runs in every frame before anything of the page.
const reportScript = `addEventListener("securitypolicyviolation", (e) => ` + report + `(
	"policy of " + location.href + ": " + e.violatedDirective + " " + e.blockedURI + " " + e.sourceFile + ":" + e.lineNumber + " " + e.sample), true)`

func (tab *Tab) watch() {
	tab.t.Helper()
	if err := chromedp.Listen(tab.ctx, tab.listen); err != nil {
		tab.t.Fatal(err)
	}
	tab.call(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, runtime.AddBinding, runtime.AddBindingParams{Name: report, ExecutionContextName: world}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: reportScript, WorldName: world})
		return err
	})
}

// listen hears everything the tab does. That a lost socket is reported is the
// browser's own habit.
func (tab *Tab) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		tab.complaints.add("exception: %s %s", e.ExceptionDetails.Text, described(e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			tab.complaints.add("console %s: %s", e.Type, spoken(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "WebSocket") {
			tab.complaints.add("log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventBindingCalled:
		if e.Name == report {
			tab.complaints.add("%s", e.Payload)
		}
	case *page.EventJavascriptDialogOpening:
		tab.complaints.add("dialog %s: %s", e.Type, e.Message)
		go tab.dismiss()
	}
}

// dismiss closes a dialog, without which the page would stand still.
func (tab *Tab) dismiss() {
	_ = chromedp.Do(tab.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
		return err
	})) // the tab may be gone
}

func spoken(args []*runtime.RemoteObject) string {
	var words []string
	for _, arg := range args {
		words = append(words, described(arg))
	}
	return strings.Join(words, " ")
}

func described(object *runtime.RemoteObject) string {
	if object == nil {
		return ""
	}
	return strings.TrimSpace(object.Description + " " + strings.Trim(string(object.Value), `"`))
}
