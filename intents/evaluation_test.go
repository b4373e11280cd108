package intents

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Reading line by line must report what reading the whole does.
func TestEvaluateLinesIsEvaluate(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	shipped, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var corpus Corpus
	for i := range 60 {
		corpus = append(corpus, shipped[i*97%len(shipped)])
	}
	corpus = append(corpus, Utterance{Text: "转人工", Intent: "fail.region"}, Utterance{Text: "qwrtz", Intent: "fail.region", Also: []string{otherIntent}})
	got := EvaluateLines(m, slices.Values(corpus))
	if diff := cmp.Diff(Evaluate(m, corpus), got.Report, cmpopts.IgnoreFields(Report{}, "NSPerMessage"), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Error(diff)
	}
	if got.Matrix == nil || !slices.Contains(got.Matrix.Intents, "fail.region") {
		t.Errorf("matrix %+v", got.Matrix)
	}
}

func TestEvaluateLinesOfNothing(t *testing.T) {
	t.Parallel()
	if e := EvaluateLines(shippedModel(t), slices.Values(Corpus{})); e.N != 0 || e.Matrix != nil || e.ScopeCurve != nil {
		t.Errorf("%+v", e)
	}
}

func TestScopeCurve(t *testing.T) {
	t.Parallel()
	line := func(intent string, score float64) outcome { return outcomeFor(intent, intent, score, Confident) }
	curve := scopeCurve([]outcome{line("a", 0.9), line(otherIntent, 0.1), line("a", 0.5), line(otherIntent, 0.5), line("a", 0.2), line("a", 0.8)})
	want := []ScopePoint{{0, 0}, {0.5, 0}, {0.5, 0.25}, {1, 0.5}, {1, 0.75}, {1, 1}}
	if diff := cmp.Diff(want, curve); diff != "" {
		t.Error(diff)
	}
	if scopeCurve([]outcome{line("a", 1)}) != nil || scopeCurve([]outcome{line(otherIntent, 1)}) != nil {
		t.Error("a curve of one side only")
	}
}

// The area under the drawn curve is the figure that is printed.
func TestScopeCurveHasTheAreaReported(t *testing.T) {
	t.Parallel()
	var outcomes []outcome
	for i := range 90 {
		intent := "a"
		if i%3 == 0 {
			intent = otherIntent
		}
		outcomes = append(outcomes, outcomeFor(intent, "a", float64(i*37%91%20+i%3*3)/30, Confident))
	}
	area, curve := 0.0, scopeCurve(outcomes)
	for i, p := range curve[1:] {
		area += (p.Lost - curve[i].Lost) * (p.Found + curve[i].Found) / 2
	}
	if got := newReport(outcomes, time.Second).OOSAUROC; area < got-1e-9 || area > got+1e-9 {
		t.Errorf("area %v, figure %v", area, got)
	}
}

func TestConfusionMatrix(t *testing.T) {
	t.Parallel()
	right, wrong := outcomeFor("a", "a", 1, Confident), outcomeFor("a", "b", 1, Confident)
	also := outcomeFor("a", "extra", 1, Confident)
	x := confusionMatrix([]outcome{right, right, wrong, also, outcomeFor("c", "c", 1, Confident)})
	want := &ConfusionMatrix{Intents: []string{"a", "b"}, Lines: [][]int{{3, 1, 0}, {0, 0, 0}}}
	if diff := cmp.Diff(want, x); diff != "" {
		t.Error(diff)
	}
	if confusionMatrix([]outcome{right}) != nil {
		t.Error("a matrix without mistakes")
	}
}

func TestConfusionMatrixIsBounded(t *testing.T) {
	t.Parallel()
	var outcomes []outcome
	for i := range 40 {
		outcomes = append(outcomes, outcomeFor(string(rune('a'+i%26)), string(rune('a'+(i+1)%26)), 1, Confident))
	}
	x := confusionMatrix(outcomes)
	if len(x.Intents) != maxMatrix || len(x.Lines) != maxMatrix || len(x.Lines[0]) != maxMatrix+1 {
		t.Errorf("%d intents", len(x.Intents))
	}
}

func TestThin(t *testing.T) {
	t.Parallel()
	points := make([]int, 1001)
	for i := range points {
		points[i] = i
	}
	kept := thin(points, 200)
	if len(kept) != 200 || kept[0] != 0 || kept[199] != 1000 || !slices.IsSorted(kept) {
		t.Errorf("%v", kept)
	}
	if got := thin(points[:3], 200); len(got) != 3 {
		t.Errorf("%v", got)
	}
}
