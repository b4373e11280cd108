package knowledge

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// talk is a dialogue that uses everything the format has.
const talk = `dialogue: repay-first
about: Somebody with a late payment asks why, and is guided.
locale: zh-CN
client: {os: ios, app_version: 10.4.0, network: wifi, region: 浙江}
eligibility:
  - decision: ineligible
    reasons: [OVERDUE, NEVER_HEARD_OF]
    appealable: true
  - fails: timeout
  - decision: review
    review_eta: 2026-12-05
incidents: [technical.nothing]
never: [保证]
turns:
  - say: 为什么开通不了？
    expect:
      move: answer
      intent: fail.debt
      cause: credit.record
      decision: ineligible
      reasons: [credit.record]
      fixes: [repay.on_time]
      choices: [agent, "flow:repay"]
      said: [逾期]
      not_said: [黑名单]
      missing: [flow.resume]
      not_fixes: []
      flow: none
      handoff: none
  - tap: flow:repay
    expect: {flow: repay, step: repay/ask, events: [flow_started]}
  - tap: answer:due
    expect: {step: repay.on_time/1}
alike:
  - - decision: ineligible
      reasons: [LISTED]
  - - decision: ineligible
`

// told are the dialogues of the small pack with one file.
func told(t *testing.T, text string) ([]Dialogue, error) {
	t.Helper()
	files := small()
	base := load(t, files)
	files["dialogues/repay-first.yaml"] = strings.Replace(text, "[technical.nothing]", "[credit]", 1)
	return LoadDialogues(pack(files), base)
}

func TestLoadDialogues(t *testing.T) {
	t.Parallel()
	got, err := told(t, talk)
	if err != nil {
		t.Fatal(err)
	}
	eta := Date{time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC)}
	want := []Dialogue{{
		ID: "repay-first", About: "Somebody with a late payment asks why, and is guided.", Locale: Chinese, File: "dialogues/repay-first.yaml",
		Client: Client{OS: "ios", AppVersion: "10.4.0", Network: "wifi", Region: "浙江"},
		Replies: []Reply{
			{Decision: "ineligible", Reasons: []string{"OVERDUE", "NEVER_HEARD_OF"}, Appealable: true},
			{Fails: "timeout"}, {Decision: "review", ReviewETA: eta},
		},
		Incidents: []string{"credit"}, Never: []string{"保证"},
		Turns: []Exchange{
			{Line: 15, Say: "为什么开通不了？", Expect: Expect{
				Move: "answer", Intent: "fail.debt", Cause: "credit.record", Decision: "ineligible", Reasons: []string{"credit.record"},
				Fixes: []string{"repay.on_time"}, Choices: []string{"agent", "flow:repay"}, Said: []string{"逾期"}, NotSaid: []string{"黑名单"},
				Missing: []string{"flow.resume"}, NotFixes: []string{}, Flow: "none", Handoff: "none",
			}},
			{Line: 30, Tap: "flow:repay", Expect: Expect{Flow: "repay", Step: "repay/ask", Events: []string{"flow_started"}}},
			{Line: 32, Tap: "answer:due", Expect: Expect{Step: "repay.on_time/1"}},
		},
		Alike: [][]Reply{{{Decision: "ineligible", Reasons: []string{"LISTED"}}}, {{Decision: "ineligible"}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadDialoguesReports(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, old, new string
		want           []string // without the file
	}{
		{"file name", "dialogue: repay-first", "dialogue: other", []string{
			`1:11: dialogue is "other" but the file is named "repay-first.yaml" (rename the one or the other)`}},
		{"no about", "about: Somebody with a late payment asks why, and is guided.\n", "", []string{`1:1: about is missing`}},
		{"foreign locale", "locale: zh-CN", "locale: fr", []string{`3:9: locale cannot be "fr" (allowed: zh-CN, en)`}},
		{"unknown key", "never:", "nevr:", []string{
			`13:1: unknown key "nevr" (did you mean "never"?)`}},
		{"unknown wish", "      cause: credit.record", "      causes: credit.record", []string{
			`19:7: unknown key "causes" (did you mean "cause"?)`}},
		{"no turns", talk[strings.Index(talk, "turns:"):strings.Index(talk, "alike:")], "turns: []\n", []string{
			`14:8: turns is an empty list (write at least one entry)`}},
		{"said and tapped", "  - tap: answer:due\n", "  - tap: answer:due\n    say: 有\n", []string{
			`32:10: a turn is either said or tapped (make it two turns)`}},
		{"neither said nor tapped", "  - tap: answer:due\n    expect", "  - expect", []string{
			`32:5: the turn has neither say nor tap (write what the person types, or the id of the choice they tap)`}},
		{"unknown cause", "cause: credit.record", "cause: credit.recrod", []string{
			`19:14: there is no cause "credit.recrod" (did you mean "credit.record"?)`}},
		{"code for a reason", "reasons: [credit.record]", "reasons: [OVERDUE]", []string{
			`21:17: there is no cause "OVERDUE" (correct it, or add causes/OVERDUE.yaml)`}},
		{"unknown fix", "fixes: [repay.on_time]", "fixes: [repay.ontime]", []string{
			`22:15: there is no fix "repay.ontime" (did you mean "repay.on_time"?)`}},
		{"unknown flow", "flow: repay,", "flow: pay,", []string{`31:20: there is no flow "pay" (correct it, or add flows/pay.yaml)`}},
		{"unknown step", "step: repay/ask", "step: repay/aks", []string{`31:33: there is no step "repay/aks" (did you mean "repay/ask"?)`}},
		{"unknown flow of a choice", `"flow:repay"`, `"flow:repai"`, []string{
			`23:24: there is no flow "repai" (did you mean "repay"?)`}},
		{"unknown symptom", "      flow: none", "      symptom: limit", []string{
			`28:16: there is no symptom "limit" (correct it, or add symptoms/limit.yaml)`}},
		{"unknown decision", "      decision: ineligible", "      decision: refused", []string{
			`20:17: turns[0].expect.decision cannot be "refused" (allowed: eligible, ineligible, review, unknown, none)`}},
		{"unknown decision of a reply", "  - decision: review", "  - decision: maybe", []string{
			`10:15: eligibility[2].decision cannot be "maybe" (allowed: eligible, ineligible, review, unknown)`}},
		{"unknown failure", "fails: timeout", "fails: slow", []string{
			`9:12: eligibility[1].fails cannot be "slow" (allowed: timeout, unavailable, invalid)`}},
		{"failure with a decision", "  - fails: timeout", "  - fails: timeout\n    decision: eligible", []string{
			`10:15: a reply that fails has no decision (keep fails alone)`}},
		{"reply without a decision", "  - - decision: ineligible\n      reasons", "  - - reasons", []string{`35:7: alike[0][0].decision is missing`}},
		{"unknown area", "[technical.nothing]", "[weather]", []string{
			`12:13: there is no area "weather" (write all, the category of a cause, or the id of a cause)`}},
		{"unknown state of a hand-off", "handoff: none", "handoff: gone", []string{
			`29:16: turns[0].expect.handoff cannot be "gone" (allowed: none, requested, queued, active, resolved, cancelled)`}},
		{"wanted and unwanted", "not_said: [黑名单]", "not_said: [逾期]", []string{
			`24:14: "逾期" must be there and must not (delete one of the two)`}},
		{"nothing expected", talk[strings.Index(talk, "never:"):], "turns:\n  - say: 你好\n", []string{
			`14:3: nothing is expected of any answer (add expect: to a turn, or never: to the dialogue)`}},
		{"number for a code", "[OVERDUE, NEVER", "[12, NEVER", []string{
			`7:15: eligibility[0].reasons[0] must be text (put it in quotes: "12")`}},
		{"not a dialogue", talk, "- a\n", []string{`1:1: the file must be keys and values`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(talk, test.old) {
				t.Fatalf("no %q in the dialogue", test.old)
			}
			dialogues, err := told(t, strings.Replace(talk, test.old, test.new, 1))
			var want []string
			for _, problem := range test.want {
				want = append(want, "dialogues/repay-first.yaml:"+problem)
			}
			if diff := cmp.Diff(want, found(err)); diff != "" || dialogues != nil {
				t.Errorf("%d dialogues\n%s", len(dialogues), diff)
			}
		})
	}
}

func TestLoadDialoguesFiles(t *testing.T) {
	t.Parallel()
	base := load(t, small())
	second := strings.Replace(strings.Replace(talk, "repay-first", "a-second", 1), "[technical.nothing]", "[all]", 1)
	tests := []struct {
		name  string
		files map[string]string
		want  string // problems, or the ids of the dialogues
	}{
		{"none", nil, ""},
		{"in order", map[string]string{"dialogues/repay-first.yaml": strings.Replace(second, "a-second", "repay-first", 1), "dialogues/a-second.yaml": second},
			"a-second repay-first"},
		{"notes and hidden files", map[string]string{"dialogues/README.md": "x", "dialogues/.x.yaml": "x", "dialogues/.x/y.yaml": "x"}, ""},
		{"deeper", map[string]string{"dialogues/zh/x.yaml": second},
			"[dialogues/zh/x.yaml:1:1: the file is not read (dialogues are dialogues/ID.yaml)]"},
		{"other extension", map[string]string{"dialogues/x.yml": second},
			"[dialogues/x.yml:1:1: the file is not read (dialogues are dialogues/ID.yaml)]"},
		{"GBK", map[string]string{"dialogues/x.yaml": "about: \xd0\xc5\xd3\xc3\xbc\xc7\xc2\xbc\n"},
			"[dialogues/x.yaml:1:8: the file is written in GBK, not in UTF-8 (save it as UTF-8)]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dialogues, err := LoadDialogues(pack(test.files), base)
			var ids []string
			for _, dialogue := range dialogues {
				ids = append(ids, dialogue.ID)
			}
			got := strings.Join(ids, " ")
			if err != nil {
				got = fmt.Sprint(found(err))
			}
			if got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}

// Whatever a dialogue holds, it is read or refused with a place.
func FuzzLoadDialogues(f *testing.F) {
	f.Add(talk)
	for _, text := range trickyTexts() {
		f.Add(text)
	}
	base, err := Load(pack(small()))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const name = "dialogues/repay-first.yaml"
		fsys := pack(map[string]string{name: text})
		dialogues, err := LoadDialogues(fsys, base)
		if (len(dialogues) == 1) == (err != nil) {
			t.Fatalf("%d dialogues, error %v", len(dialogues), err)
		}
		for _, problem := range found(err) {
			if !strings.HasPrefix(problem, name+":") {
				t.Errorf("%q is not in the file", problem)
			}
		}
	})
}
