package cli

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/bot/dialogue"
	"kaitong/knowledge"
)

// TestDialogues plays the dialogues of the shipped pack, and of those that
// prove that a pack is data.
func TestDialogues(t *testing.T) {
	t.Parallel()
	for name, dir := range map[string]string{
		"jiebei": "", "huabei": "../../knowledge/testdata/huabei", "esim": "../../knowledge/testdata/esim",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edition, dialogues, err := loadDialogues(dir)
			if err != nil {
				t.Fatal(err)
			}
			report, err := rehearse(t.Context(), edition, dialogues, t.Output())
			if err != nil {
				t.Fatal(err)
			}
			for _, result := range report.Results {
				t.Run(result.Dialogue, func(t *testing.T) { reportFailures(t, result) })
			}
		})
	}
}

func reportFailures(t *testing.T, result dialogue.Result) {
	t.Helper()
	for _, failure := range result.Failures {
		t.Error(failure)
	}
}

// packWith is a copy of the shipped pack with dialogues of its own.
func packWith(t *testing.T, dialogues map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, knowledge.Shipped()); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "dialogues")
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	for name, text := range dialogues {
		write(t, filepath.Join(folder, name+".yaml"), fmt.Sprintf("dialogue: %s\nabout: a test\n%s", name, text))
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// kaitong runs the command line and returns what it prints.
func kaitong(t *testing.T, args ...string) (code int, out, notes string) {
	t.Helper()
	var stdout, stderr strings.Builder
	code = run(t.Context(), args, streams{in: strings.NewReader(""), out: &stdout, err: &stderr})
	return code, stdout.String(), stderr.String()
}

// everyReply makes a check end in every way it can.
const everyReply = `
eligibility:
  - {fails: timeout}
  - {fails: unavailable}
  - {fails: invalid}
  - {decision: ineligible, reasons: [LIST_MATCH]}
  - {decision: review, review_eta: 2026-12-24}
  - {decision: eligible}
turns:
  - say: 为什么我的借呗开通不了
    expect: {decision: unknown}
  - say: 再查一次
    expect: {decision: unknown}
  - say: 再查一次
    expect: {decision: unknown}
  - say: 再查一次
    expect: {decision: ineligible, reasons: [credit.review_not_passed]}
  - say: 再查一次
    expect: {decision: review, said: [2026年12月24日]}
  - say: 再查一次
    expect: {decision: eligible}
`

func TestKnowledgeTest(t *testing.T) {
	t.Parallel()
	dir := packWith(t, map[string]string{
		"replies": everyReply,
		"silent": `
eligibility: [{decision: ineligible, reasons: [REVIEW_NOT_PASSED], appealable: true}]
alike:
  - [{decision: ineligible, reasons: [AML_MATCH]}]
  - [{decision: review, reasons: [NOBODY_KNOWS], review_eta: 2027-01-01}]
turns:
  - say: 为什么我的借呗开通不了
  - say: 是不是因为我在黑名单上
  - tap: agent
`,
		"wrong": `
turns:
  - say: 你好
    expect: {move: answer, said: [再见]}
`,
	})
	tests := []struct {
		name string
		args []string
		code int
		want []string
		not  []string
	}{
		{"all", nil, exitFailed, []string{`dialogues/wrong.yaml:5: turn 1 「你好」: move is "small_talk", want "answer"`, `does not say "再见"`, "answered: 你好", "1 of 3 dialogue(s) failed, in "}, []string{"reached"}},
		{"chosen", []string{"--run", "^(replies|silent)$"}, exitOK, []string{"2 dialogue(s) passed, in "}, []string{"wrong"}},
		{"verbose", []string{"--run", "silent", "-v"}, exitOK, []string{"ok    silent", "「是不是因为我在黑名单上」", "[agent 转人工]"}, nil},
		{"coverage", []string{"--run", "silent", "--coverage"}, exitOK, []string{"never reached", "causes", "credit.bad_record", "steps"}, []string{" credit.review_not_passed"}},
		{"none", []string{"--run", "nothing"}, exitOK, []string{"No dialogues were played."}, nil},
		{"bad pattern", []string{"--run", "("}, exitUsage, nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, out, notes := kaitong(t, append([]string{"knowledge", "test", dir}, test.args...)...)
			if code != test.code {
				t.Errorf("exit code %d, want %d; %s%s", code, test.code, out, notes)
			}
			for _, words := range test.want {
				if !strings.Contains(out, words) {
					t.Errorf("the output has no %q:\n%s", words, out)
				}
			}
			for _, words := range test.not {
				if strings.Contains(out, words) {
					t.Errorf("the output has %q:\n%s", words, out)
				}
			}
		})
	}
}

func TestKnowledgeTestJSON(t *testing.T) {
	t.Parallel()
	dir := packWith(t, map[string]string{"wrong": "turns:\n  - say: 你好\n    expect: {move: answer}\n"})
	code, out, _ := kaitong(t, "knowledge", "test", dir, "--json")
	var report struct {
		Dialogues, Failed int
		Results           []dialogue.Result
		Coverage          []struct {
			Kind  string
			All   int
			Never []string
		}
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if code != exitFailed || report.Dialogues != 1 || report.Failed != 1 || report.Results[0].Failures[0].Line != 4 || len(report.Coverage) < 5 || report.Coverage[0].All == 0 {
		t.Errorf("code %d, report %+v", code, report)
	}
}

func TestLintLooksAtDialoguesAndLanguage(t *testing.T) {
	t.Parallel()
	dir := packWith(t, map[string]string{"bad": "turns:\n  - say: 你好\n    expect: {cause: credit.nothing}\n"})
	write(t, filepath.Join(dir, "intents", "base.yaml"), "take: everything\n")
	code, out, _ := kaitong(t, "knowledge", "lint", dir)
	if code != exitFailed || !strings.Contains(out, "dialogues/bad.yaml:5:") || !strings.Contains(out, "base.yaml:1:") {
		t.Errorf("code %d\n%s", code, out)
	}
	for _, pack := range []string{"huabei", "esim"} {
		folder := "../../knowledge/testdata/" + pack
		if _, err := fs.Stat(os.DirFS(folder), "pack.yaml"); err != nil {
			t.Fatal(err)
		}
		if code, out, _ := kaitong(t, "knowledge", "lint", folder); code != exitOK {
			t.Errorf("%s: %s", pack, out)
		}
	}
}

func TestKnowledgeSchema(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pack", "schema")
	code, out, notes := kaitong(t, "knowledge", "schema", dir)
	if code != exitOK || !strings.Contains(out, "schemas written to "+dir) {
		t.Fatalf("%d %s%s", code, out, notes)
	}
	for _, name := range []string{"cause", "dialogue", "flow"} {
		data, err := os.ReadFile(filepath.Join(dir, name+".schema.json"))
		if err != nil || !json.Valid(data) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if code, _, _ := kaitong(t, "knowledge", "schema", filepath.Join(dir, "cause.schema.json")); code != exitFailed {
		t.Errorf("a file in place of the folder: %d", code)
	}
}
