package intents

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestShippedUtterances(t *testing.T) {
	t.Parallel()
	corpus, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	perIntent := map[string]int{}
	for _, u := range corpus {
		if u.Locale == "zh-CN" {
			perIntent[u.Intent]++
		}
	}
	for intent, n := range perIntent {
		if n < 30 {
			t.Errorf("%s has %d utterances in Chinese, a class needs 30", intent, n)
		}
	}
}

func TestLoadCorpusLocatesProblems(t *testing.T) {
	t.Parallel()
	good := "intent: greet\nlocale: en\nutterances:\n  - hello\n  - hi there\n"
	for _, test := range []struct{ name, file, content, want string }{
		{"unknown key", "en/bye.yaml", "intent: bye\nlocale: en\nmood: sad\nutterances:\n  - bye\n", "en/bye.yaml:3:1: unknown field"},
		{"not YAML", "en/bye.yaml", "intent: [bye\n", "en/bye.yaml:1:"},
		{"wrong type", "en/bye.yaml", "intent: bye\nlocale: en\nutterances:\n  - [a]\n", "en/bye.yaml:4:"},
		{"wrong intent", "en/bye.yaml", "intent: hey\nlocale: en\nutterances:\n  - bye\n", `en/bye.yaml:1:1: intent is "hey", the file name says "bye"`},
		{"wrong locale", "en/bye.yaml", "intent: bye\nlocale: zh-CN\nutterances:\n  - bye\n", `locale is "zh-CN", the folder says "en"`},
		{"nothing said", "en/bye.yaml", "intent: bye\nlocale: en\nutterances: []\n", "no utterances"},
		{"empty utterance", "en/bye.yaml", "intent: bye\nlocale: en\nutterances:\n  - bye\n  - \"  \"\n", "en/bye.yaml:5:5: empty utterance"},
		{"twice in a file", "en/bye.yaml", "intent: bye\nlocale: en\nutterances:\n  - bye\n  - Bye!\n", `en/bye.yaml:5:5: "Bye!" is given twice, first as bye at en/bye.yaml:4:5`},
		{"twice across intents", "en/bye.yaml", "intent: bye\nlocale: en\nutterances:\n  - bye\n  - Hi, there\n", "en/greet.yaml:5:5: \"hi there\" is given twice, first as bye at en/bye.yaml:5:5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := LoadCorpus(fstest.MapFS{
				"en/greet.yaml": {Data: []byte(good)},
				test.file:       {Data: []byte(test.content)},
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestLoadCorpusReportsEveryProblem(t *testing.T) {
	t.Parallel()
	_, err := LoadCorpus(fstest.MapFS{
		"en/a.yaml": {Data: []byte("intent: b\nlocale: en\nutterances:\n  - x\n  - X\n")},
		"en/c.yaml": {Data: []byte("intent: c\nlocale: zh-CN\nutterances:\n  - y\n")},
	})
	if n := strings.Count(fmt.Sprint(err), "\n") + 1; n != 3 {
		t.Errorf("%d problems, want 3: %v", n, err)
	}
}

func FuzzLoadCorpus(f *testing.F) {
	f.Add([]byte("intent: greet\nlocale: en\nutterances:\n  - hello\n"))
	f.Add([]byte("utterances: {a: b}\n---\n- &x *x"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		corpus, err := LoadCorpus(fstest.MapFS{"en/greet.yaml": {Data: raw}})
		if err == nil && len(corpus) == 0 {
			t.Error("a file without utterances was accepted")
		}
	})
}

// evaluationLines reads evaluation data that must never be trained on.
func evaluationLines(t *testing.T, name string) []string {
	t.Helper()
	file, err := os.Open("../../shared/data/intents/" + name)
	if err != nil {
		t.Skipf("the evaluation data %s is not beside the repository; nothing to compare with", name)
	}
	defer func() { _ = file.Close() }()
	var lines []string
	for scan := bufio.NewScanner(file); scan.Scan(); {
		var u Utterance
		if json.Unmarshal(scan.Bytes(), &u) != nil {
			u.Text = scan.Text()
		}
		lines = append(lines, u.Text)
	}
	return lines
}

// A model that has seen the evaluation lines proves nothing.
func TestNoUtteranceIsAnEvaluationLine(t *testing.T) {
	t.Parallel()
	corpus, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]string{}
	for _, u := range corpus {
		ours[bare(u.Text)] = u.Intent
	}
	for _, name := range []string{"questions_dev.jsonl", "chatlog_sample.txt"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, line := range evaluationLines(t, name) {
				if intent, found := ours[bare(line)]; found {
					t.Errorf("%q is an utterance of %s", line, intent)
				}
			}
		})
	}
}
