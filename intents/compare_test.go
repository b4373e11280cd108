package intents

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	before := Report{
		N: 100, Accuracy: 0.8, MacroF1: 0.7, ECE: 0.05, TrainMS: 100, NSPerMessage: 1000,
		PerIntent: map[string]IntentReport{"a": {F1: 0.5}, "b": {F1: 0.9}, "c": {F1: 0.7}, "old": {F1: 1}},
	}
	after := Report{
		N: 200, Accuracy: 0.85, MacroF1: 0.7, ECE: 0.02, TrainMS: 105, NSPerMessage: 2000,
		PerIntent: map[string]IntentReport{"a": {F1: 0.6}, "b": {F1: 0.5}, "c": {F1: 0.7}, "new": {F1: 0.3}},
	}
	c := Compare(before, after)
	verdicts := map[string]Verdict{}
	for _, change := range c.Figures {
		verdicts[change.Name] = change.Verdict
	}
	for name, want := range map[string]Verdict{
		"accuracy": Better, "macro_f1": Unchanged, "ece": Better, "train_ms": Unchanged, "ns_per_message": Worse, "oos_recall": Unchanged,
	} {
		if verdicts[name] != want {
			t.Errorf("%s is %s, want %s", name, verdicts[name], want)
		}
	}
	want := []Change{{"b", 0.9, 0.5, Worse}, {"a", 0.5, 0.6, Better}}
	if diff := cmp.Diff(want, c.Intents); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]string{{"old"}, {"new"}}, [][]string{c.Gone, c.New}); diff != "" {
		t.Error(diff)
	}
	var out strings.Builder
	if err := c.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"100 lines before, 200 after", "▲ better  accuracy\n", "▼ worse   b\n", "▼ worse   ns_per_message (µs)", "Only after: new", "Only before: old", "±5.0 points"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestCompareWithItself(t *testing.T) {
	t.Parallel()
	r := Report{N: 3, Accuracy: 1, TrainMS: 3, PerIntent: map[string]IntentReport{"a": {F1: 0.5}}}
	c := Compare(r, r)
	for _, change := range c.Figures {
		if change.Verdict != Unchanged {
			t.Errorf("%+v", change)
		}
	}
	var out strings.Builder
	if err := c.WriteText(&out); err != nil || !strings.Contains(out.String(), "No intent reads better or worse") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
