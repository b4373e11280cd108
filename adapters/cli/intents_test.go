package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kaitong/intents"
)

// command runs a command line as a person would and returns what it says.
func command(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err strings.Builder
	code = run(t.Context(), args, streams{in: strings.NewReader(stdin), out: &out, err: &err})
	return code, out.String(), err.String()
}

// file writes a file for a command to read.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func labelled(lines ...string) string {
	var out strings.Builder
	for _, line := range lines {
		intent, text, _ := strings.Cut(line, " ")
		fmt.Fprintf(&out, `{"text":%q,"intent":%q}`+"\n", text, intent)
	}
	return out.String()
}

// bank is a small assistant of other people, with labels of its own.
func bank() string {
	return labelled(
		"lost i lost my card", "lost my card is gone", "lost card stolen", "lost cannot find my card", "lost where did my card go", "lost my card was stolen on holiday",
		"rate what is the exchange rate", "rate rate today", "rate how many euros for a pound", "rate exchange fees", "rate currency rate", "rate is the exchange rate good",
		"pin i forgot my pin", "pin reset the pin", "pin change my pin", "pin what was my pin", "pin unblock pin", "pin my pin is blocked",
	)
}

func bankTest() string {
	return labelled("lost someone stole my card", "rate exchange rate for euros", "pin my pin please", "other sing me a song", "other tell a joke", "lost forgot the pin")
}

func TestEval(t *testing.T) {
	t.Parallel()
	train, data := file(t, "train.jsonl", bank()), file(t, "test.jsonl", bankTest())
	shipped := file(t, "q.jsonl", "\ufeff"+labelled("agent 转人工", "fail.identity 身份证过期了开不了借呗", "other 美团外卖能用花呗吗"))
	spoiled := file(t, "spoiled.jsonl", labelled("lost where is it")+"{\"text\":\n\n{\"text\":\" \",\"intent\":\"pin\"}\n{\"text\":\"\xbd\xe8\",\"intent\":\"pin\"}\n"+labelled("pni reset"))
	for _, test := range []struct {
		name     string
		args     []string
		code     int
		out, err []string
	}{
		{"shipped model", []string{"--data", shipped}, exitOK, []string{"3 lines", "accuracy", "fail.identity"}, nil},
		{"own training", []string{"--data", data, "--train", train}, exitOK, []string{"6 lines", "lost read as pin", "forgot the pin"}, nil},
		{"tuned", []string{"--data", data, "--train", train, "--tune", file(t, "val.jsonl", bankTest())}, exitOK, []string{"6 lines", "out of scope found"}, nil},
		{"every problem of every file", []string{"--data", spoiled, "--train", train, "--tune", spoiled + "x"}, exitFailed, nil, []string{
			"spoiled.jsonl:2: bad JSON", "spoiled.jsonl:4: text is empty", "spoiled.jsonl:5: the line is not UTF-8", `spoiled.jsonl:6: unknown intent "pni"`, "spoiled.jsonlx", "5 problem(s)",
		}},
		{"bad training data", []string{"--data", data, "--train", spoiled}, exitFailed, nil, []string{"spoiled.jsonl:2: bad JSON", "3 problem(s)"}},
		{"label unknown to the shipped model", []string{"--data", data}, exitFailed, nil, []string{`test.jsonl:1: unknown intent "lost"`}},
		{"one intent", []string{"--data", file(t, "d", labelled("a x")), "--train", file(t, "one", labelled("a x"))}, exitFailed, nil, []string{"at least two intents"}},
		{"no lines", []string{"--data", file(t, "empty", "\n\n")}, exitFailed, nil, []string{"no lines"}},
		{"no file", []string{"--data", "nowhere.jsonl"}, exitFailed, nil, []string{"nowhere.jsonl"}},
		{"no data", nil, exitUsage, nil, []string{"--data FILE"}},
		{"tuned on the test", []string{"--data", data, "--tune", data}, exitUsage, nil, []string{"same file"}},
		{"report into no folder", []string{"--data", shipped, "--report", filepath.Join(data, "x.html")}, exitFailed, nil, []string{"report"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, out, err := command(t, "", append([]string{"intents", "eval"}, test.args...)...)
			if code != test.code {
				t.Errorf("exit %d, want %d\n%s%s", code, test.code, out, err)
			}
			for _, want := range test.out {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in the output:\n%s", want, out)
				}
			}
			for _, want := range test.err {
				if !strings.Contains(err, want) {
					t.Errorf("no %q in the errors:\n%s", want, err)
				}
			}
		})
	}
}

// Other programs read these names.
func TestEvalJSON(t *testing.T) {
	t.Parallel()
	code, out, _ := command(t, "", "intents", "eval", "--json", "--data", file(t, "test.jsonl", bankTest()), "--train", file(t, "train.jsonl", bank()))
	var report map[string]any
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitOK {
		t.Fatalf("exit %d, %v\n%s", code, err, out)
	}
	for _, name := range []string{
		"n", "accuracy", "macro_f1", "in_scope_accuracy", "in_scope_accuracy_with_rejection",
		"oos_recall", "oos_auroc", "ece", "train_ms", "ns_per_message", "per_intent",
	} {
		if _, there := report[name]; !there {
			t.Errorf("no %s", name)
		}
	}
	if report["n"] != 6.0 || report["train_ms"].(float64) <= 0 || report["ns_per_message"].(float64) <= 0 {
		t.Errorf("n %v, train_ms %v, ns_per_message %v", report["n"], report["train_ms"], report["ns_per_message"])
	}
	intent := report["per_intent"].(map[string]any)["lost"].(map[string]any)
	if intent["support"] != 2.0 || intent["recall"] != 0.5 {
		t.Errorf("lost: %v", intent)
	}
}

// Problems are listed up to a bound, and counted past it.
func TestEvalBoundsItsComplaints(t *testing.T) {
	t.Parallel()
	data := file(t, "bad.jsonl", strings.Repeat("nonsense\n", maxProblems+20))
	code, _, err := command(t, "", "intents", "eval", "--data", data)
	if code != exitFailed || strings.Count(err, "bad.jsonl:") != maxProblems || !strings.Contains(err, "… and 20 more.") || !strings.Contains(err, "120 problem(s)") {
		t.Errorf("exit %d\n%s", code, err)
	}
}

func TestEvalReadsLargeFiles(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reads a hundred thousand lines; skipped by -short")
	}
	data := file(t, "large.jsonl", strings.Repeat(labelled("agent 转人工", "fail.identity 身份证过期了开不了借呗"), 50_000))
	code, out, err := command(t, "", "intents", "eval", "--data", data, "--json")
	var report intents.Report
	if json.Unmarshal([]byte(out), &report) != nil || code != exitOK || report.N != 100_000 {
		t.Errorf("exit %d, %d lines\n%s", code, report.N, err)
	}
}

func TestEvalStopsWhenAsked(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, err strings.Builder
	args := []string{"intents", "eval", "--data", file(t, "d", bankTest()), "--train", file(t, "t", bank())}
	if code := run(ctx, args, streams{in: strings.NewReader(""), out: &out, err: &err}); code != exitFailed || out.Len() > 0 || !strings.Contains(err.String(), "stopped before the end") {
		t.Errorf("exit %d\n%s%s", code, out.String(), err.String())
	}
}

func TestEvalCompare(t *testing.T) {
	t.Parallel()
	before := file(t, "before.json", `{"n":10,"accuracy":0.5,"per_intent":{"lost":{"f1":0.5},"pin":{"f1":0.9}}}`)
	after := file(t, "after.json", `{"n":10,"accuracy":0.8,"per_intent":{"lost":{"f1":0.75},"pin":{"f1":0.6}}}`)
	for _, test := range []struct {
		name string
		args []string
		code int
		says []string
	}{
		{"for people", []string{"--compare", before, after}, exitOK, []string{"▲ better  accuracy", "+30.0", "▲ better  lost", "▼ worse   pin"}},
		{"for programs", []string{"--compare", before, after, "--json"}, exitOK, []string{`"verdict": "worse"`}},
		{"one report", []string{"--compare", before}, exitUsage, []string{"second report"}},
		{"no report", []string{"--compare", before, file(t, "x", "{}")}, exitFailed, []string{"is not a report"}},
		{"broken report", []string{"--compare", file(t, "x", "{"), after}, exitFailed, []string{"is not a report"}},
		{"no such report", []string{"--compare", before, "nowhere.json"}, exitFailed, []string{"nowhere.json"}},
		{"with data", []string{"--compare", before, after, "--data", before}, exitUsage, []string{"--compare"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, out, err := command(t, "", append([]string{"intents", "eval"}, test.args...)...)
			if code != test.code {
				t.Errorf("exit %d, want %d\n%s%s", code, test.code, out, err)
			}
			for _, want := range test.says {
				if !strings.Contains(out+err, want) {
					t.Errorf("no %q in\n%s%s", want, out, err)
				}
			}
		})
	}
}

// The report of hostile data is one page that runs nothing and loads nothing.
func TestEvalReport(t *testing.T) {
	t.Parallel()
	hostile := `<script>alert(1)</script><img src=x onerror=alert(2)>"'forgot the pin`
	data := file(t, "<b>test.jsonl", bankTest()+labelled("lost "+hostile))
	path := filepath.Join(t.TempDir(), "report.html")
	code, _, errs := command(t, "", "intents", "eval", "--data", data, "--train", file(t, "train.jsonl", bank()), "--report", path)
	raw, err := os.ReadFile(path)
	if code != exitOK || err != nil {
		t.Fatalf("exit %d, %v\n%s", code, err, errs)
	}
	page := string(raw)
	for _, want := range []string{
		"意图识别评估", "How well questions are understood", `id="pick-zh" checked`, `id="pick-en"`, "prefers-color-scheme: dark", "default-src 'none'",
		`id="reliability-title"`, `id="coverage-desc"`, `id="scope-title"`, `<th scope="row">`, `<th scope="col">`, "&lt;script&gt;alert(1)", "&lt;b&gt;test.jsonl", "forgot the pin", "AUROC",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, never := range []string{"<script", "<img", "<link", "<iframe", "http:", "https:", "url(", "@import", "ZgotmplZ", "NaN", "%!"} {
		if strings.Contains(strings.ReplaceAll(page, "&#34;", ""), never) {
			t.Errorf("%q in the page", never)
		}
	}
	if zh, en := strings.Count(page, `lang="zh-CN"`), strings.Count(page, `lang="en"`); zh != en+1 { // and the page itself
		t.Errorf("%d texts in Chinese, %d in English", zh, en)
	}
	for _, svg := range regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1) {
		if !strings.Contains(svg, "<title ") || !strings.Contains(svg, "<desc ") || !strings.Contains(svg, `role="img"`) {
			t.Errorf("a drawing without words: %.80s", svg)
		}
	}
}

// A dataset without mistakes, or without anything out of scope, has a page too.
func TestEvalReportWithLittleToShow(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "report.html")
	code, _, errs := command(t, "", "intents", "eval", "--data", file(t, "d", labelled("agent 转人工")), "--report", path)
	raw, err := os.ReadFile(path)
	if code != exitOK || err != nil || strings.Contains(string(raw), `id="scope"`) || strings.Contains(string(raw), "NaN") {
		t.Errorf("exit %d, %v\n%s", code, err, errs)
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	log := "美团点外卖能用花呗付款吗\n转人工\n\n为什么美团外卖不能用花呗付款\nqwrtz\n美团外卖怎么用花呗付款，我电话13812345678\n"
	objects := "{\"text\":\"美团点外卖能用花呗付款吗\",\"at\":5}\n{\"text\":\"为什么美团外卖不能用花呗付款\"}\n"
	for _, test := range []struct {
		name, stdin string
		args        []string
		code        int
		says        []string
		never       string
	}{
		{"text", "", []string{"--log", file(t, "log.txt", log)}, exitOK, []string{"Questions read                      5", "no intent fits                      4", "      3, in groups: 1", "No intent fits", "3 ×  leans to other", "***"}, "13812345678"},
		{"objects", "", []string{"--log", file(t, "log.jsonl", objects)}, exitOK, []string{"Questions read                      2", "2 ×"}, ""},
		{"standard input", log, []string{"--log", "-"}, exitOK, []string{"Questions read                      5"}, ""},
		{"GBK", "", []string{"--log", file(t, "log", "你好\n\xbd\xe8\xdf\xc2\n")}, exitFailed, []string{"log:2: the line is not UTF-8"}, ""},
		{"bad object", "", []string{"--log", file(t, "log", objects+"{\n{\"text\":\"\"}\n")}, exitFailed, []string{"log:3: bad JSON", "log:4: text is empty", "2 problem(s)"}, ""},
		{"long line", "", []string{"--log", file(t, "log", "a\n"+strings.Repeat("x", maxLogLine+1))}, exitFailed, []string{"log:2: the line is longer"}, ""},
		{"nothing", "", []string{"--log", file(t, "log", "\n")}, exitFailed, []string{"no lines"}, ""},
		{"no file", "", []string{"--log", "nowhere"}, exitFailed, []string{"nowhere"}, ""},
		{"no log", "", nil, exitUsage, []string{"--log"}, ""},
		{"wrong bar", "", []string{"--log", "-", "--below", "60"}, exitUsage, []string{"--below"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, out, err := command(t, test.stdin, append([]string{"intents", "suggest"}, test.args...)...)
			if code != test.code {
				t.Errorf("exit %d, want %d\n%s%s", code, test.code, out, err)
			}
			for _, want := range test.says {
				if !strings.Contains(out+err, want) {
					t.Errorf("no %q in\n%s%s", want, out, err)
				}
			}
			if test.never != "" && strings.Contains(out, test.never) {
				t.Errorf("%q in\n%s", test.never, out)
			}
		})
	}
}

// What is suggested can be edited and learned from as it is.
func TestSuggestedLinesCanBeLearned(t *testing.T) {
	t.Parallel()
	log := "美团点外卖能用花呗付款吗\n为什么美团外卖不能用花呗付款\n美团外卖怎么用花呗付款\n共享单车押金能用花呗交吗\n骑共享单车的押金用花呗交\n花呗交共享单车押金\n"
	code, out, _ := command(t, log, "intents", "suggest", "--log", "-", "--json", "--limit", "0")
	if code != exitOK || strings.Count(out, "\n") != 6 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	clusters := map[int][]string{}
	for scanner := bufio.NewScanner(strings.NewReader(out)); scanner.Scan(); {
		var line struct {
			Text, Intent  string
			Cluster, Size int
		}
		decoder := json.NewDecoder(bytes.NewReader(scanner.Bytes()))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&line); err != nil || line.Size != 3 || line.Intent == "" {
			t.Errorf("%+v, %v", line, err)
		}
		clusters[line.Cluster] = append(clusters[line.Cluster], line.Text)
	}
	if len(clusters) != 2 || len(clusters[1]) != 3 || len(clusters[2]) != 3 {
		t.Errorf("%v", clusters)
	}
	edited := strings.NewReplacer(`"intent":"other","cluster":1`, `"intent":"first","cluster":1`, `"intent":"other","cluster":2`, `"intent":"second","cluster":2`).Replace(out)
	code, out, err := command(t, "", "intents", "eval", "--train", file(t, "groups.jsonl", edited), "--data", file(t, "d", labelled("first 美团外卖", "first 共享单车押金")), "--json")
	var report intents.Report
	if json.Unmarshal([]byte(out), &report) != nil || code != exitOK || report.Accuracy != 0.5 {
		t.Errorf("exit %d, accuracy %v\n%s", code, report.Accuracy, err)
	}
}

// Thousands of real questions are grouped, most of what is unclear with others.
func TestSuggestOnRealQuestions(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("groups thousands of questions; skipped by -short")
	}
	lines := chatlog(t)
	code, out, err := command(t, strings.Join(lines, "\n"), "intents", "suggest", "--log", "-", "--json", "--limit", "0")
	again, same, _ := command(t, strings.Join(lines, "\n"), "intents", "suggest", "--log", "-", "--json", "--limit", "0")
	if code != exitOK || again != exitOK || out != same {
		t.Fatalf("exits %d, %d; the same: %v\n%s", code, again, out == same, err)
	}
	var clusters []int
	for scanner := bufio.NewScanner(strings.NewReader(out)); scanner.Scan(); {
		var line suggestedLine
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil || line.Text == "" || line.Size < 2 {
			t.Fatalf("%s: %v", scanner.Text(), err)
		}
		clusters = append(clusters, line.Cluster)
	}
	t.Logf("%d of %d questions in %d groups", len(clusters), len(lines), slices.Max(clusters))
	if !slices.IsSorted(clusters) || clusters[0] != 1 || len(clusters) < 1000 || slices.Max(clusters) < 100 {
		t.Errorf("%d questions in %d groups", len(clusters), slices.Max(clusters))
	}
}

func TestUngrouped(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"suggested", `{"text":"a","intent":"x","cluster":3,"size":2}` + "\n", `{"text":"a","intent":"x"}` + "\n"},
		{"without an end", `{"text":"a","intent":"x","cluster":3}`, `{"text":"a","intent":"x"}` + "\n"},
		{"plain", `{"text":"\u0061","intent":"x"}` + "\r\n", `{"text":"\u0061","intent":"x"}` + "\r\n"},
		{"a text about clusters", `{"text":"my \"cluster\"","intent":"x"}`, `{"text":"my \"cluster\"","intent":"x"}`},
		{"unknown key", `{"text":"a","cluster":3,"colour":2}`, `{"text":"a","cluster":3,"colour":2}`},
		{"broken", `{"cluster":`, `{"cluster":`},
		{"several", "x\n{\"text\":\"a\",\"intent\":\"y\",\"cluster\":1}\n\nz", "x\n{\"text\":\"a\",\"intent\":\"y\"}\n\nz"},
		{"long", strings.Repeat("y", 200_000) + "\nz", strings.Repeat("y", 200_000) + "\nz"},
		{"nothing", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			if _, err := got.ReadFrom(newUngrouped(strings.NewReader(test.in))); err != nil || got.String() != test.want {
				t.Errorf("%.200q, want %.200q; %v", got.String(), test.want, err)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		terminal bool
		every    time.Duration
		want     []string
		never    string
	}{
		{"quick", true, 50 * time.Millisecond, nil, "Training"},
		{"slow on a terminal", true, 500 * time.Millisecond, []string{"\rTraining ███", "50 %", "about 3s left", "\r\x1b[K"}, "\n"},
		{"slow elsewhere", false, 500 * time.Millisecond, []string{"Training: 20 %, about 4s left\n"}, "█"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			at := time.Unix(0, 0)
			bar := startProgress(&out, "Training", func() time.Time { return at })
			bar.terminal = test.terminal
			for step := range 11 {
				bar.update(step, 10)
				at = at.Add(test.every)
			}
			bar.finish()
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in %q", want, out.String())
				}
			}
			if strings.Contains(out.String(), test.never) {
				t.Errorf("%q in %q", test.never, out.String())
			}
		})
	}
}

// Whatever a file holds, no line may vanish or appear, and plain files pass.
func FuzzUngrouped(f *testing.F) {
	f.Add([]byte("{\"text\":\"a\",\"intent\":\"x\",\"cluster\":3,\"size\":2}\nplain\n"))
	f.Add([]byte("{\"cluster\":\n\n\xff"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got bytes.Buffer
		if _, err := got.ReadFrom(newUngrouped(bytes.NewReader(raw))); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(raw, []byte(`"cluster"`)) && !bytes.Equal(raw, got.Bytes()) {
			t.Errorf("%q became %q", raw, got.Bytes())
		}
		if before, after := bytes.Count(raw, []byte("\n")), bytes.Count(got.Bytes(), []byte("\n")); after != before && after != before+1 {
			t.Errorf("%d lines became %d", before, after)
		}
	})
}

// Every line of a log is read, blank, or a problem with its number.
func FuzzLogTexts(f *testing.F) {
	f.Add("a\n\nb")
	f.Add("{\"text\":\"a\"}\n{\n{}\n\xff")
	f.Fuzz(func(t *testing.T, raw string) {
		found, read := &problems{}, 0
		found.texts(strings.NewReader(raw), "log", func(text string) bool {
			if text == "" || !utf8.ValidString(text) {
				t.Errorf("read %q", text)
			}
			read++
			return true
		})
		if read == 0 && len(found.listed) == 0 {
			t.Error("nothing read and nothing said")
		}
	})
}
