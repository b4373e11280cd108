package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/configs"
	"kaitong/knowledge"
)

// packIn copies the shipped pack into a folder of its own.
func packIn(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pack")
	if err := os.CopyFS(dir, knowledge.Shipped()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// edit replaces words in a file of a pack, which must be there.
func edit(t *testing.T, dir, file, before, after string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(file))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), before) {
		t.Fatalf("%s does not say %q", file, before)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), before, after, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// withoutModel loads a pack and trains nothing.
func withoutModel(dir string) (bot.Edition, error) {
	files := os.DirFS(dir)
	base, err := knowledge.Load(files)
	if err != nil {
		return bot.Edition{}, err
	}
	id, err := contentID(files)
	return bot.Edition{ID: id, Base: base}, err
}

// watched is a reloader whose looks the test makes itself.
type watched struct {
	*reloader
	t     *testing.T
	log   *safeBuffer
	loads int
}

func watch(t *testing.T, dir string) *watched {
	t.Helper()
	first, err := withoutModel(dir)
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{t: t, log: &safeBuffer{}}
	library := bot.NewLibrary(first)
	neutral, err := neutralCode(first.Base)
	if err != nil {
		t.Fatal(err)
	}
	w.reloader = &reloader{
		dir: dir, library: library, logger: slog.New(slog.NewTextHandler(w.log, nil)),
		accept: func(next bot.Edition) error { return takesOver(library, neutral, next) },
		load:   func(dir string) (bot.Edition, error) { w.loads++; return withoutModel(dir) },
	}
	w.settle()
	return w
}

// settle looks until a change is taken up.
func (w *watched) settle() {
	w.look()
	w.look()
}

func (w *watched) version() string { return w.library.Latest().Base.Pack().Version }

func (w *watched) wantTrouble(words string) {
	w.t.Helper()
	trouble := w.trouble()
	switch {
	case words == "" && trouble != nil:
		w.t.Errorf("trouble: %v", trouble)
	case words != "" && (trouble == nil || !strings.Contains(trouble.Error(), words)):
		w.t.Errorf("trouble: %v, want %q", trouble, words)
	case words != "" && strings.Count(w.log.String(), "level=ERROR") == 0:
		w.t.Errorf("nothing in the log:\n%s", w.log.String())
	}
}

func TestReloadWaitsUntilNobodyWrites(t *testing.T) {
	t.Parallel()
	w := watch(t, packIn(t))
	if w.loads != 0 {
		t.Errorf("an unchanged pack was loaded %d times", w.loads)
	}
	edit(t, w.dir, "pack.yaml", "version: 1.0.0", "version: 1.0.10")
	w.look()
	edit(t, w.dir, "pack.yaml", "version: 1.0.10", "version: 1.0.100")
	w.look()
	if w.loads != 0 || w.version() != "1.0.0" {
		t.Errorf("loaded %d times while somebody wrote", w.loads)
	}
	w.look()
	w.settle()
	if w.loads != 1 || w.version() != "1.0.100" {
		t.Errorf("loaded %d times, version %s", w.loads, w.version())
	}
	w.wantTrouble("")
}

// A file that was only touched is the same file.
func TestReloadLooksAtContent(t *testing.T) {
	t.Parallel()
	w := watch(t, packIn(t))
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(w.dir, "pack.yaml"), long, long); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, "notes.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if w.loads != 0 {
		t.Errorf("loaded %d times", w.loads)
	}
}

// A file that changes while the pack is read makes no edition.
func TestReloadOfAMovingFolder(t *testing.T) {
	t.Parallel()
	w := watch(t, packIn(t))
	inner := w.load
	w.load = func(dir string) (bot.Edition, error) {
		edition, err := inner(dir)
		if w.loads == 1 {
			edit(t, dir, "pack.yaml", "version: 2.0.0", "version: 2.0.10")
		}
		return edition, err
	}
	edit(t, w.dir, "pack.yaml", "version: 1.0.0", "version: 2.0.0")
	w.settle()
	if w.version() != "1.0.0" {
		t.Errorf("a mixture is in use: %s", w.version())
	}
	w.settle()
	w.look()
	if w.version() != "2.0.10" {
		t.Errorf("version %s", w.version())
	}
}

func TestReloadKeepsWhatWorks(t *testing.T) {
	t.Parallel()
	const pack = "pack.yaml"
	for _, test := range []struct {
		name    string
		change  func(t *testing.T, w *watched)
		trouble string
	}{
		{"broken YAML", func(t *testing.T, w *watched) { edit(t, w.dir, pack, "id: jiebei", "id: [jiebei") }, "pack.yaml:"},
		{"a reference to nothing", func(t *testing.T, w *watched) {
			edit(t, w.dir, "answers/closed.yaml", "- status.watch", "- status.wach")
		}, "answers/closed.yaml:"},
		{"a file emptied", func(t *testing.T, w *watched) {
			if err := os.Truncate(filepath.Join(w.dir, "phrases.yaml"), 0); err != nil {
				t.Fatal(err)
			}
		}, "phrases.yaml"},
		{"GBK bytes", func(t *testing.T, w *watched) {
			edit(t, w.dir, "answers/closed.yaml", "以前有", "\xd2\xd4\xc7\xb0")
		}, "answers/closed.yaml"},
		{"another pack", func(t *testing.T, w *watched) { edit(t, w.dir, pack, "id: jiebei\n", "id: other\n") }, "restart to change what is served"},
		{"another product", func(t *testing.T, w *watched) {
			edit(t, w.dir, pack, "product:\n  id: jiebei", "product:\n  id: jiebei2")
		}, "restart to change what is served"},
		{"the neutral code stands for something else", func(t *testing.T, w *watched) {
			edit(t, w.dir, "reasons.yaml", "REVIEW_NOT_PASSED, cause: credit.review_not_passed", "REVIEW_NOT_PASSED, cause: credit.bad_record")
		}, "stands for the refusal without a reason"},
		{"folder removed", func(t *testing.T, w *watched) {
			if err := os.Rename(w.dir, w.dir+".gone"); err != nil {
				t.Fatal(err)
			}
		}, "cannot be read"},
		{"a loader that gives up", func(t *testing.T, w *watched) {
			w.load = func(string) (bot.Edition, error) { panic("too deep") }
			edit(t, w.dir, pack, "version: 1.0.0", "version: 1.0.10")
		}, "too deep"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := watch(t, packIn(t))
			before := w.library.Latest().ID
			test.change(t, w)
			w.settle()
			w.wantTrouble(test.trouble)
			if w.library.Latest().ID != before {
				t.Error("another edition is in use")
			}
			said := w.log.String()
			w.settle()
			if w.log.String() != said {
				t.Errorf("said again:\n%s", w.log.String())
			}
		})
	}
}

// What was mended is taken up, and the complaint ends.
func TestReloadAfterMending(t *testing.T) {
	t.Parallel()
	w := watch(t, packIn(t))
	edit(t, w.dir, "pack.yaml", "id: jiebei\n", "id: [jiebei\n")
	w.settle()
	w.wantTrouble("pack.yaml:")
	edit(t, w.dir, "pack.yaml", "id: [jiebei\n", "id: jiebei\n")
	w.settle()
	w.wantTrouble("")
	if w.loads != 1 {
		t.Errorf("loaded %d times: what is in use already need not be", w.loads)
	}
	edit(t, w.dir, "pack.yaml", "version: 1.0.0", "version: 1.0.10")
	w.settle()
	if w.version() != "1.0.10" {
		t.Errorf("version %s", w.version())
	}

	away := w.dir + ".away"
	if err := os.Rename(w.dir, away); err != nil {
		t.Fatal(err)
	}
	w.look()
	w.wantTrouble("cannot be read")
	if err := os.Rename(away, w.dir); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.wantTrouble("")
}

func TestToldProblemsAreFew(t *testing.T) {
	t.Parallel()
	var many knowledge.Problems
	for range 200 {
		many = append(many, knowledge.Problem{File: "a.yaml", Line: 1, Column: 2, Message: "wrong", Excerpt: "  ^"})
	}
	lines := told(&many)
	if len(lines) != maxTold+1 || lines[0] != "a.yaml:1:2: wrong" || lines[maxTold] != "and 190 more" {
		t.Errorf("%q", lines)
	}
	if lines := told(errors.New("one\ntwo")); len(lines) != 2 {
		t.Errorf("%q", lines)
	}
}

func TestReloaderEnds(t *testing.T) {
	t.Parallel()
	w := watch(t, packIn(t))
	ctx, stop := context.WithCancel(t.Context())
	ticks, ended := make(chan time.Time), make(chan struct{})
	go func() { w.run(ctx, ticks); close(ended) }()
	edit(t, w.dir, "pack.yaml", "version: 1.0.0", "version: 1.0.10")
	for range 3 { // the third is taken once the second was dealt with
		ticks <- time.Time{}
	}
	if w.version() != "1.0.10" {
		t.Errorf("version %s", w.version())
	}
	stop()
	<-ended
}

// The whole way: words of a running server change under the people who chat,
// a broken pack changes nothing, and a restart says what is broken.
func TestHotReload(t *testing.T) {
	t.Parallel()
	dir := packIn(t)
	log := &awaitedLog{grown: make(chan struct{}, 1)}
	config := configs.Default()
	config.Addr, config.Data, config.Pack = "127.0.0.1:0", t.TempDir(), dir
	app, err := NewApp(t.Context(), config, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx) }()
	address := "http://" + app.Addr().String()

	guided := newPerson(t, address, "", "zh-CN")
	guided.ask("借呗页面一直提示网络异常")
	first := guided.tap("flow:network")
	if first.About.Flow != "network" || !strings.Contains(textOf(first), "关掉 VPN") {
		t.Fatalf("the flow begins with %s", textOf(first))
	}

	edit(t, dir, "fixes/network.check.yaml", "换成手机流量或家里的 Wi-Fi。", "换一个网络再试一次看看。")
	edit(t, dir, "answers/how.documents.yaml", "text:\n  - zh-CN: ", "text:\n  - zh-CN: 【新版】")
	log.await(t, "a changed pack is in use")
	if got := textOf(newPerson(t, address, "", "zh-CN").ask("开通借呗需要什么资料")); !strings.Contains(got, "【新版】") {
		t.Errorf("after the change: %s", got)
	}
	if got := textOf(guided.tap("step.tried")); !strings.Contains(got, "家里的 Wi-Fi") {
		t.Errorf("who is being guided goes on with other words: %s", got)
	}
	fresh := newPerson(t, address, "", "zh-CN")
	fresh.ask("借呗页面一直提示网络异常")
	fresh.tap("flow:network")
	if got := textOf(fresh.tap("step.tried")); !strings.Contains(got, "换一个网络再试一次看看") {
		t.Errorf("who begins now is guided with old words: %s", got)
	}

	edit(t, dir, "answers/how.documents.yaml", "【新版】", "【坏版】\n  broken: [")
	log.await(t, "the changed pack is not in use")
	if got := textOf(newPerson(t, address, "", "zh-CN").ask("开通借呗需要什么资料")); !strings.Contains(got, "【新版】") {
		t.Errorf("while the folder is broken: %s", got)
	}
	if got := readiness(t, address); !strings.Contains(got, `"status":"ready"`) || !strings.Contains(got, "answers/how.documents.yaml:") {
		t.Errorf("readiness: %s", got)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}

	if _, err := NewApp(t.Context(), config, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "answers/how.documents.yaml:") {
		t.Errorf("restart with a broken pack: %v", err)
	}
	edit(t, dir, "answers/how.documents.yaml", "【坏版】\n  broken: [", "【好版】")
	address, end := launch(t, config)
	defer end()
	if got := textOf(newPerson(t, address, "", "zh-CN").ask("开通借呗需要什么资料")); !strings.Contains(got, "【好版】") {
		t.Errorf("after a restart: %s", got)
	}
	if got := readiness(t, address); strings.Contains(got, "degraded") {
		t.Errorf("readiness: %s", got)
	}
}

// tap answers the last message with one of its choices.
func (p *person) tap(choice string) answer {
	p.t.Helper()
	last := ""
	for _, f := range p.frames {
		if f.Type == "message" {
			last = f.ID
		}
	}
	if err := p.client.send("choice.send", map[string]string{"msg": last, "choice": choice}); err != nil {
		p.t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(p.until("message").Data, &a); err != nil {
		p.t.Fatal(err)
	}
	return a
}

// textOf is everything an answer says.
func textOf(a answer) string {
	var words strings.Builder
	for _, block := range a.Blocks {
		words.WriteString(block.Title + " " + block.Text + "\n")
		for _, item := range block.Items {
			words.WriteString(item.Label + " " + item.Text + "\n")
		}
	}
	return words.String()
}

func readiness(t *testing.T, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/readyz?verbose", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// awaitedLog can be waited on for words that are new in it.
type awaitedLog struct {
	safeBuffer
	grown chan struct{}
}

func (l *awaitedLog) Write(p []byte) (int, error) {
	n, err := l.safeBuffer.Write(p)
	select {
	case l.grown <- struct{}{}:
	default:
	}
	return n, err
}

func (l *awaitedLog) await(t *testing.T, words string) {
	t.Helper()
	limit := time.After(2 * time.Minute) // a model is trained meanwhile, on whatever machine
	for !strings.Contains(l.String(), words) {
		select {
		case <-l.grown:
		case <-limit:
			t.Fatalf("the log never says %q:\n%s", words, l.String())
		}
	}
}
