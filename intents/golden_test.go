package intents

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden evaluation tables")

// goldenTolerance is how far a figure may drift before somebody has to look
// at the table and commit it anew, in points.
const goldenTolerance = 1.5

// compareGolden holds a report against testdata/<name>.golden.
func compareGolden(t *testing.T, name string, r Report) {
	t.Helper()
	path := "testdata/" + name + ".golden"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(goldenTable(r)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		var figure string
		var want float64
		if _, err := fmt.Sscan(line, &figure, &want); err != nil {
			break // the per-intent part is for people
		}
		if got := 100 * goldenFigures(r)[figure]; math.Abs(got-want) > goldenTolerance {
			t.Errorf("%s is %.1f, the table says %.1f; look at why, then run the test with -update", figure, got, want)
		}
	}
}

func goldenFigures(r Report) map[string]float64 {
	return map[string]float64{"accuracy": r.Accuracy, "macro_f1": r.MacroF1, "answered": r.Answered, "answer_precision": r.AnswerRight}
}

func goldenTable(r Report) string {
	var out strings.Builder
	figures := goldenFigures(r)
	for _, name := range sortedKeys(figures) {
		fmt.Fprintf(&out, "%-18s %5.1f\n", name, 100*figures[name])
	}
	fmt.Fprintf(&out, "\n%-24s %9s %6s %5s %5s\n", "intent", "precision", "recall", "F1", "lines")
	for _, name := range sortedKeys(r.PerIntent) {
		i := r.PerIntent[name]
		fmt.Fprintf(&out, "%-24s %9.1f %6.1f %5.1f %5d\n", name, 100*i.Precision, 100*i.Recall, 100*i.F1, i.Support)
	}
	return out.String()
}

func TestGoldenCrossValidation(t *testing.T) {
	t.Parallel()
	corpus, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	r, err := CrossValidate(corpus, 5, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	compareGolden(t, "utterances", r)
}

func TestGoldenRealQuestions(t *testing.T) {
	t.Parallel()
	r := Evaluate(shippedModel(t), questions(t))
	compareGolden(t, "questions", r)
	for name, floor := range map[string]float64{"accuracy": 0.88, "macro_f1": 0.80, "answered": 0.85, "answer_precision": 0.93} {
		if got := goldenFigures(r)[name]; got < floor {
			t.Errorf("%s is %.3f, the promise is %.2f", name, got, floor)
		}
	}
}

// The calibration in DefaultOptions was found once, to save the time at start;
// it must stay what cross-validation would find.
func TestDefaultCalibrationHolds(t *testing.T) {
	t.Parallel()
	corpus, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	o := DefaultOptions()
	words, err := shippedLexica()
	if err != nil {
		t.Fatal(err)
	}
	m, err := newModel(o, labelsOf(corpus), words)
	if err != nil {
		t.Fatal(err)
	}
	texts, labels := m.keysOf(corpus)
	o.Folds = 3
	out := crossValidate(texts, labels, len(m.labels), o)
	t.Logf("temperature %.2f, familiar %.2f", out.temperature(), out.familiarFloor())
	if found := out.temperature(); math.Abs(math.Log(found/o.Temperature)) > 0.35 {
		t.Errorf("temperature is %.2f, cross-validation finds %.2f", o.Temperature, found)
	}
	if found := out.familiarFloor(); math.Abs(found-o.Familiar) > 0.15 {
		t.Errorf("familiar is %.2f, cross-validation finds %.2f", o.Familiar, found)
	}
}
