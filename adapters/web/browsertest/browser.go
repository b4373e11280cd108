package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// ErrMissing says that something the tests need is not on this machine.
var ErrMissing = errors.New("not installed")

// patience is how long is waited for what must come. It decides nothing: a
// test that runs into it has failed.
const patience = 20 * time.Second

// lifetime is how long one tab may be used, so that a test that hangs ends
// with a word about where.
const lifetime = 4 * time.Minute

// Browser is a running Chromium. Its tabs may be used at the same time.
type Browser struct {
	ctx   context.Context
	shots string
}

// Start starts a Chromium that ends with the test. Screenshots are written to
// the folder shots unless that is empty.
func Start(t testing.TB, shots string) *Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time: left out in short mode")
	}
	return StartInShort(t, shots)
}

// StartInShort is Start for a test so quick that short mode has it, too.
func StartInShort(t testing.TB, shots string) *Browser {
	t.Helper()
	path, err := find()
	demand(t, err, "apt-get install chromium")
	allocator, stop := chromedp.NewExecAllocator(context.Background(), flags(path)...)
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
	return &Browser{ctx: ctx, shots: shots}
}

// flags keep every frame in the process of its page, whatever its origin:
// storage, policies and messages are those of strangers all the same, and a
// test can look into it.
func flags(path string) []chromedp.ExecAllocatorOption {
	return append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 860),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN"),
		chromedp.Flag("disable-site-isolation-trials", true),
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,IsolateOrigins,site-per-process,OriginKeyedProcessesByDefault"),
	)
}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("Chromium is %w", ErrMissing) //nolint:staticcheck // a name
}

// demand skips a test that needs what is not installed, and fails it where
// everything has to be.
func demand(t testing.TB, err error, remedy string) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, ErrMissing) && os.Getenv("CI") == "":
		t.Skipf("SKIPPED, NOT TESTED: %v; install it with: %s", err, remedy)
	default:
		t.Fatal(err)
	}
}
