package knowledge

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadReportsFlows(t *testing.T) {
	t.Parallel()
	const flow, fix = "flows/repay.yaml", "fixes/repay.on_time.yaml"
	tests := []struct {
		name, file, old, new string
		want                 []string
	}{
		{"fine", flow, "go: wait", "go: end", nil},
		{"no title", flow, "title:\n  zh-CN: 一步步还款\n  en: Repay step by step\n", "", []string{
			flow + `:1:1: title is missing`}},
		{"no steps", flow, small()[flow][strings.Index(small()[flow], "steps:"):], "steps: []\n" + signed, []string{
			flow + `:8:8: steps is an empty list (write at least one entry)`}},
		{"file name", flow, "id: repay", "id: pay", []string{
			flow + `:1:5: id is "pay" but the file is named "repay.yaml" (rename the one or the other)`}},
		{"offer to an unknown cause", flow, "    - credit.record", "    - credit.recrod", []string{
			flow + `:7:7: there is no cause "credit.recrod" (did you mean "credit.record"?)`}},
		{"offer to an unknown symptom", flow, "offer:\n", "offer:\n  symptoms:\n    - limit.gon\n", []string{
			flow + `:7:7: there is no symptom "limit.gon" (did you mean "limit.gone"?)`}},
		{"unknown fix", flow, "fix: repay.on_time", "fix: repay.on_tyme", []string{
			flow + `:23:10: there is no fix "repay.on_tyme" (did you mean "repay.on_time"?)`}},
		{"unknown flow after it", flow, "steps:\n", "then: rapay\nsteps:\n", []string{
			flow + `:8:7: there is no flow "rapay" (did you mean "repay"?)`}},
		{"text beside a fix", flow, "  - fix: repay.on_time\n", "  - fix: repay.on_time\n    text: {zh-CN: 好的, en: Fine}\n", []string{
			flow + `:24:11: a step that takes over a fix has no text (the fix brings its own texts)`}},
		{"sign beside a question", flow, "    answers:\n", "    expect: {zh-CN: 好的, en: Fine}\n    answers:\n", []string{
			flow + `:13:13: a question has no expect (what follows depends on the answer)`}},
		{"step without text", flow, "    text:\n      zh-CN: 等几天再看。\n      en: Look again in some days.\n", "", []string{
			flow + `:27:5: steps[2].text is missing`}},
		{"step without id", flow, "  - id: wait\n    text:", "  - text:", []string{
			flow + `:22:13: there is no step "wait" in this flow (known: ask, repay.on_time, end, done)`,
			flow + `:27:5: steps[2].id is missing`}},
		{"one answer", flow, "      - id: due\n        label:\n          zh-CN: 有\n          en: Yes\n", "", []string{
			flow + `:14:7: a question needs two answers or more (add one, or make it a step)`}},
		{"answer without label", flow, "        label:\n          zh-CN: 没有\n          en: No\n", "", []string{
			flow + `:18:9: steps[0].answers[1].label is missing`}},
		{"answer twice", flow, "- id: none", "- id: due", []string{
			flow + `:18:13: the answer "due" is already in flows/repay.yaml:14 (keep one of the two)`}},
		{"answer in one language", flow, "          en: No\n", "", []string{
			flow + `:20:11: steps[0].answers[1].label has no words in en (add en: …)`}},
		{"step twice", flow, "- id: wait", "- id: ask", []string{
			flow + `:22:13: there is no step "wait" in this flow (known: ask, repay.on_time, end, done)`,
			flow + `:27:9: the step "ask" is already in flows/repay.yaml:9 (keep one of the two)`}},
		{"fix twice", flow, "  - id: wait\n", "  - fix: repay.on_time\n  - id: wait\n", []string{
			flow + `:27:10: the fix "repay.on_time" is already in flows/repay.yaml:23 (keep one of the two)`}},
		{"step named end", flow, "- id: ask", "- id: end", []string{
			flow + `:9:9: "end" is where a flow ends (give the step another id)`}},
		{"back to itself", flow, "go: wait", "go: ask", []string{
			flow + `:22:13: the answer leads back to "ask", so that the flow would never end (name a later step, end or done)`}},
		{"into nothing", flow, "go: wait", "go: wiat", []string{
			flow + `:22:13: there is no step "wiat" in this flow (did you mean "wait"?)`}},
		{"unreachable", flow, "          en: Yes\n", "          en: Yes\n        go: wait\n", []string{
			flow + `:24:5: no answer leads to the step "repay.on_time" (let an answer go to it, or delete it)`}},
		{"unknown system", flow, "[ios, android]", "[iphone]", []string{
			flow + `:25:12: steps[1].when.os[0] cannot be "iphone" (allowed: ios, android, harmony, unknown)`}},
		{"system twice", flow, "[ios, android]", "[ios, ios]", []string{
			flow + `:25:17: "ios" is listed twice (delete one of the two)`}},
		{"no system", flow, "[ios, android]", "[]", []string{
			flow + `:25:11: steps[1].when.os is an empty list (write at least one entry)`}},
		{"no version", flow, "10.5.0", "10.x", []string{
			flow + `:26:18: "10.x" is not a version (write numbers with dots between them: 10.5.0)`}},
		{"version as a number", flow, "10.5.0", "10.5", []string{
			flow + `:26:18: steps[1].when.app_below must be text (put it in quotes: "10.5")`}},
		{"empty range of versions", flow, "      app_below: 10.5.0", "      app_below: 10.5.0\n      app_from: 10.5.0", []string{
			flow + `:26:18: no version is below 10.5.0 and from 10.5.0 on (correct steps[1].when.app_from or steps[1].when.app_below)`}},
		{"last day first", flow, "      app_below: 10.5.0", "      valid_from: 2026-12-02\n      until: 2026-12-01", []string{
			flow + `:27:14: the last day is before the first (valid_from is 2026-12-02)`}},
		{"unknown decision", flow, "      app_below: 10.5.0", "      decision: [refused]", []string{
			flow + `:26:18: steps[1].when.decision[0] cannot be "refused" (allowed: eligible, ineligible, review, unknown, none)`}},
		{"foreign locale", flow, "      app_below: 10.5.0", "      locale: [fr]", []string{
			flow + `:26:16: steps[1].when.locale[0] cannot be "fr" (allowed: zh-CN, en)`}},
		{"unknown symptom", flow, "      app_below: 10.5.0", "      says: [limit.gon]", []string{
			flow + `:26:14: there is no symptom "limit.gon" (did you mean "limit.gone"?)`}},
		{"unknown condition", flow, "app_below", "app_belo", []string{
			flow + `:26:7: unknown key "app_belo" (did you mean "app_below"?)`}},
		{"steps of a fix", fix, "  - text:\n      zh-CN: 打开账单", "  - id: Open\n    text:\n      zh-CN: 打开账单", []string{
			fix + `:6:9: "Open" is not an id (write small letters, digits, dots and underscores: credit.bad_record)`}},
		{"step of a fix twice", fix, small()[fix], strings.ReplaceAll(small()[fix], "  - text:", "  - id: same\n    text:"), []string{
			fix + `:13:9: the step "same" is already in fixes/repay.on_time.yaml:6 (keep one of the two)`}},
		{"half a translation", fix, "owner: content", "why:\n  en: It matters.\nowner: content", []string{
			fix + `:21:3: why has no words in zh-CN (add zh-CN: …)`}},
		{"condition of a step", fix, "      en: Tap Me\n", "      en: Tap Me\n    when: {os: [linux]}\n    if_not: {en: Try again}\n", []string{
			fix + `:12:17: steps[0].when.os[0] cannot be "linux" (allowed: ios, android, harmony, unknown)`,
			fix + `:13:13: steps[0].if_not has no words in zh-CN (add zh-CN: …)`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(changed(t, test.file, test.old, test.new))
			if diff := cmp.Diff(test.want, found(err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoadReportsSymptoms(t *testing.T) {
	t.Parallel()
	const symptom = "symptoms/limit.gone.yaml"
	tests := []struct {
		name, old, new string
		want           []string
	}{
		{"signs of patterns", "    - limit … gone", "    - limit|credit … gone+away\n    - vanish*", nil},
		{"no wordings", "says:\n  zh-CN:\n    - 额度 … 没了|清零\n  en:\n    - limit … gone\n", "", []string{
			symptom + `:1:1: says is missing`}},
		{"no wordings in one language", "  en:\n    - limit … gone\n", "", []string{
			symptom + `:6:3: says has no wordings in en (add en: […])`}},
		{"empty wordings", "  en:\n    - limit … gone\n", "  en: []\n", []string{
			symptom + `:8:7: says.en is an empty list (write at least one entry)`}},
		{"foreign wordings", "  en:\n    - limit … gone\n", "  en:\n    - limit … gone\n  fr:\n    - limite\n", []string{
			symptom + `:10:3: unknown locale "fr" (the pack is written in zh-CN, en)`}},
		{"wordings without a language", "says:\n  zh-CN:\n    - 额度 … 没了|清零\n  en:\n    - limit … gone\n", "says:\n  - 额度\n", []string{
			symptom + `:6:3: says must be keys and values`}},
		{"wording twice", "    - limit … gone", "    - limit … gone\n    - limit … gone", []string{
			symptom + `:10:7: "limit … gone" is listed twice (delete one of the two)`}},
		{"part without words", "    - limit … gone", "    - limit … | gone", []string{
			symptom + `:9:7: "limit … | gone" has a part without words (write words before and after each … | and +)`}},
		{"nothing behind a sign", "    - limit … gone", "    - limit …", []string{
			symptom + `:9:7: "limit …" has a part without words (write words before and after each … | and +)`}},
		{"three dots", "    - limit … gone", "    - limit ... gone", []string{
			symptom + `:9:7: "limit ... gone" is written with other signs (the signs are … | + *)`}},
		{"full-width sign", "没了|清零", "没了｜清零", []string{
			symptom + `:7:7: "额度 … 没了｜清零" is written with other signs (the signs are … | + *)`}},
		{"endless wording", "    - limit … gone", "    - " + strings.Repeat("x", 1<<20), []string{
			symptom + `:9:7: says.en[0] has 1048576 characters, more than 4000 (shorten it)`}},
		{"unknown intent", "  - fail.debt", "  - fail.dept", []string{
			symptom + `:11:5: there is no answer "fail.dept" (did you mean "fail.debt"?)`}},
		{"no intent", "intents:\n  - fail.debt", "intents: []", []string{
			symptom + `:10:10: intents is an empty list (write at least one entry)`}},
		{"unknown fix", "  - repay.on_time", "  - repay", []string{
			symptom + `:16:5: there is no fix "repay" (correct it, or add fixes/repay.yaml)`}},
		{"unknown flow", "flow: repay", "flow: repai", []string{
			symptom + `:17:7: there is no flow "repai" (did you mean "repay"?)`}},
		{"unknown cause", "flow: repay", "cause: credit.recor", []string{
			symptom + `:17:8: there is no cause "credit.recor" (did you mean "credit.record"?)`}},
		{"truth as a word", "flow: repay", "alone: yes", []string{
			symptom + `:17:8: alone must be true or false`}},
		{"capitals", "id: limit.gone", "id: Limit.Gone", []string{
			symptom + `:1:5: "Limit.Gone" is not an id (write small letters, digits, dots and underscores: credit.bad_record)`,
			symptom + `:1:5: id is "Limit.Gone" but the file is named "limit.gone.yaml" (rename the one or the other)`}},
		{"two versions of a text", "  - zh-CN: 额度会变化，以页面显示为准。\n", "  - zh-CN: 额度会变化，以页面显示为准。\n    zh-CN: 好的。\n", []string{
			symptom + `:14:5: the key "zh-CN" is already in line 13 (keep one of the two)`}},
		{"invisible escape", "    en: Limits change; your own page counts.", `    en: "Limits\u202e change"`, []string{
			symptom + `:14:9: text[0].en holds the invisible character U+202E (delete it)`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(changed(t, symptom, test.old, test.new))
			if diff := cmp.Diff(test.want, found(err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// withFlows is the small pack with flows that lead from one to the next.
func withFlows(then map[string]string) map[string]string {
	files := maps.Clone(small())
	for id, next := range then {
		text := strings.Replace(files["flows/repay.yaml"], "id: repay\n", "id: "+id+"\n", 1)
		if next != "" {
			text += "then: " + next + "\n"
		}
		files["flows/"+id+".yaml"] = text
	}
	return files
}

// Flows that lead back to where they began are reported once, as a whole.
func TestLoadRings(t *testing.T) {
	t.Parallel()
	const line = 40
	tests := []struct {
		name string
		then map[string]string
		want []string
	}{
		{"a line", map[string]string{"a": "b", "b": "c", "c": ""}, nil},
		{"two lines into one", map[string]string{"a": "c", "b": "c", "c": ""}, nil},
		{"itself", map[string]string{"a": "a"}, []string{"flows/a.yaml:%d:7: the flows never end: a -> a (let one of them end without then)"}},
		{"three", map[string]string{"b": "c", "c": "a", "a": "b"}, []string{
			"flows/a.yaml:%d:7: the flows never end: a -> b -> c -> a (let one of them end without then)"}},
		{"a ring behind a line", map[string]string{"a": "x", "x": "y", "y": "x"}, []string{
			"flows/x.yaml:%d:7: the flows never end: x -> y -> x (let one of them end without then)"}},
		{"two rings", map[string]string{"a": "b", "b": "a", "c": "c"}, []string{
			"flows/a.yaml:%d:7: the flows never end: a -> b -> a (let one of them end without then)",
			"flows/c.yaml:%d:7: the flows never end: c -> c (let one of them end without then)"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(pack(withFlows(test.then)))
			var want []string
			for _, problem := range test.want {
				want = append(want, fmt.Sprintf(problem, line))
			}
			if diff := cmp.Diff(want, found(err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
