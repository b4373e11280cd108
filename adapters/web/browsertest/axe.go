package browsertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// Violation is one rule of accessibility that a page breaks.
type Violation struct {
	Rule   string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Nodes  []string `json:"nodes"` // where, and why
}

func (v Violation) String() string {
	return fmt.Sprintf("%s (%s): %s\n\t%s", v.Rule, v.Impact, v.Help, strings.Join(v.Nodes, "\n\t"))
}

// axeSource is the checker that the widget's own tools bring along.
var axeSource = sync.OnceValues(func() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(filepath.Join(root, "adapters", "web", "ui", "node_modules", "axe-core", "axe.min.js"))
	if os.IsNotExist(err) {
		return "", fmt.Errorf("axe-core is %w", ErrMissing)
	}
	return string(source), err
})

// moduleRoot is the folder of go.mod, above that of the running test.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above the test: axe-core is %w", ErrMissing)
		}
		dir = filepath.Dir(dir)
	}
}

// Axe checks what is shown now against every rule of axe-core. It works in a
// world of its own, where the page's policy does not bind it and the page does
// not see it.
func (p *Place) Axe() []Violation {
	p.tab.t.Helper()
	source, err := axeSource()
	demand(p.tab.t, err, "npm ci, in adapters/web/ui")
	aside := &Place{tab: p.tab, root: documentRoot, frame: p.frame}
	if aside.frame == nil {
		aside.frame = &frame{tab: p.tab}
	}
	in, err := aside.context()
	if err != nil {
		p.tab.fail("axe: %v", err)
	}
	// The world outlives the look, and the checker in it, until the page goes.
	there, err := chromedp.Run(p.tab.ctx, chromedp.Evaluate[bool](`"axe" in globalThis`, in))
	if err == nil && !there {
		_, err = chromedp.Run(p.tab.ctx, chromedp.Evaluate[chromedp.Void](source, in))
	}
	if err != nil {
		p.tab.fail("axe: %v", err)
	}
	found, err := chromedp.Run(p.tab.ctx, chromedp.Evaluate[[]Violation](axeScript, chromedp.EvalAwaitPromise, in))
	if err != nil {
		p.tab.fail("axe: %v", err)
	}
	return found
}

const axeScript = `
(async () => {
	const { violations, passes } = await axe.run(document, { resultTypes: ["violations"], iframes: false, preload: false });
	if (passes.length === 0) throw new Error("axe looked at nothing");
	return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help,
		nodes: nodes.map((n) => n.target.flat().join(" >>> ") + "  " + n.html.slice(0, 160) + "  " + n.failureSummary.replace(/\s+/g, " ")) }));
})()`
