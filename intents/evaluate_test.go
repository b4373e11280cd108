package intents

import (
	"math"
	"strings"
	"testing"
	"time"
)

func outcomeFor(want, got string, confidence float64, scope Scope) outcome {
	return outcome{
		line: Utterance{Text: want + " as " + got, Intent: want, Also: []string{"extra"}},
		got:  got, forced: got, confidence: confidence, inScope: confidence, scope: scope, offered: []string{got, "b"},
	}
}

func TestReportFigures(t *testing.T) {
	t.Parallel()
	r := newReport([]outcome{
		outcomeFor("a", "a", 0.9, Confident),
		outcomeFor("a", "extra", 0.8, Confident), // counts: extra is right as well
		outcomeFor("b", "a", 0.4, Unsure),        // wrong, but b is offered
		outcomeFor(otherIntent, otherIntent, 0.2, OutOfScope),
		outcomeFor(otherIntent, "b", 0.6, Confident),
	}, 5*time.Microsecond)
	for name, test := range map[string]struct{ got, want float64 }{
		"accuracy":                 {r.Accuracy, 3.0 / 5},
		"in scope":                 {r.InScope, 2.0 / 3},
		"out of scope found":       {r.OOSRecall, 1.0 / 2},
		"AUROC":                    {r.OOSAUROC, 5.0 / 6},
		"answered":                 {r.Answered, 4.0 / 5},
		"right when answered":      {r.AnswerRight, 3.0 / 4},
		"right choice offered":     {r.OfferRight, 1},
		"macro F1":                 {r.MacroF1, (0.8 + 0 + 2.0/3) / 3},
		"nanoseconds":              {r.NSPerMessage, 1000},
		"recall of a":              {r.PerIntent["a"].Recall, 1},
		"precision of a":           {r.PerIntent["a"].Precision, 2.0 / 3},
		"confusions":               {float64(len(r.Confusions)), 2},
		"coverage with bar 0":      {r.Coverage[0].Coverage, 1},
		"coverage with bar 0.85":   {r.Coverage[17].Coverage, 1.0 / 5},
		"accuracy above 0.85":      {r.Coverage[17].Accuracy, 1},
		"lines in the bins, total": {total(r.Reliability), 5},
	} {
		if math.Abs(test.got-test.want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, test.got, test.want)
		}
	}
}

func total(bins []ReliabilityBin) (n float64) {
	for _, b := range bins {
		n += float64(b.N)
	}
	return n
}

func TestCalibrationError(t *testing.T) {
	t.Parallel()
	bins := []ReliabilityBin{{Confidence: 0.9, Accuracy: 0.7, N: 3}, {Confidence: 0.1, Accuracy: 0.1, N: 1}}
	if got := calibrationError(bins, 4); math.Abs(got-0.15) > 1e-9 {
		t.Errorf("error %v, want 0.15", got)
	}
}

func TestEvaluateNothing(t *testing.T) {
	t.Parallel()
	if r := Evaluate(shippedModel(t), nil); r.N != 0 || r.Accuracy != 0 {
		t.Errorf("report %+v", r)
	}
}

func TestReportReadsWell(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	r := newReport([]outcome{outcomeFor("a", "a", 0.9, Confident), outcomeFor("b", "a", 0.4, Unsure)}, time.Microsecond)
	if err := r.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 lines", "accuracy", " 50.0 %", "1 × b read as a", "b as a"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
