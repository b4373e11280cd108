package analytics_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"kaitong/bot/analytics"
)

var update = flag.Bool("update", false, "rewrite the table of figures")

func TestWilson(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		hits, of  int64
		low, high float64
	}{ // computed by hand from the formula of Wilson (1927)
		{0, 0, 0, 1}, {0, 10, 0, 0.2775}, {5, 10, 0.2366, 0.7634}, {10, 10, 0.7225, 1}, {1, 1, 0.2065, 1}, {80, 100, 0.7112, 0.8666},
	} {
		low, high := analytics.Wilson(test.hits, test.of)
		if math.Abs(low-test.low) > 1e-4 || math.Abs(high-test.high) > 1e-4 {
			t.Errorf("%d of %d: %.4f … %.4f, want %.4f … %.4f", test.hits, test.of, low, high, test.low, test.high)
		}
	}
}

func TestFigureOf(t *testing.T) {
	t.Parallel()
	var totals analytics.Totals
	totals.Marks[analytics.Contacts], totals.Marks[analytics.Requests] = 4, 3
	totals.Sums[analytics.HumanWaits], totals.Sums[analytics.HumanWaitMS] = 2, 3000
	for id, want := range map[string]analytics.Value{
		"contacts":             {Num: 4, Value: 4, Low: 4, High: 4, Known: true},
		"first_human_response": {Num: 3000, Den: 2, Value: 1500, Low: 1500, High: 1500, Known: true},
		"containment":          {Num: 0, Den: 3, Value: 0, Low: 0, High: 0.5615, Known: true},
		"csat":                 {},
	} {
		figure, ok := analytics.FindFigure(id)
		if !ok {
			t.Fatalf("no figure %s", id)
		}
		got := figure.Of(&totals)
		got.High = math.Round(got.High*1e4) / 1e4
		if got != want {
			t.Errorf("%s: %+v, want %+v", id, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	name := func(of, name string) {
		if name == "" || name == "unknown" || seen[of+name] {
			t.Errorf("%s %q: no name, or one used twice", of, name)
		}
		seen[of+name] = true
	}
	for mark := range analytics.MarkCount {
		name("mark", analytics.Mark(mark).String())
	}
	for sum := range analytics.SumCount {
		name("sum", analytics.Sum(sum).String())
	}
	for _, figure := range analytics.Figures() {
		name("figure", figure.ID)
		if figure.Name["zh-CN"] == "" || figure.Name["en"] == "" || figure.Means["zh-CN"] == "" || figure.Means["en"] == "" || figure.Source == "" {
			t.Errorf("%s is not described", figure.ID)
		}
	}
	for _, kind := range analytics.Kinds() {
		name("kind", string(kind.Kind))
		if len(kind.Bits) == 0 || len(kind.Bits) > analytics.MaxBits || kind.Means["en"] == "" || kind.Means["zh-CN"] == "" {
			t.Errorf("%s is not described", kind.Kind)
		}
	}
}

const (
	document = "../../docs/analytics.md"
	begins   = "<!-- made of analytics.Figures: go test ./bot/analytics -update -->\n"
	ends     = "<!-- end -->\n"
)

// The document says what the code counts.
func TestDocument(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(content), begins)
	_, after, whole := strings.Cut(rest, ends)
	if !ok || !whole {
		t.Fatalf("%s has no place for the table", document)
	}
	want := before + begins + tables() + ends + after
	if *update {
		if err := os.WriteFile(document, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(content) != want {
		t.Errorf("%s is behind the code; go test ./bot/analytics -update", document)
	}
}

func tables() string {
	var out strings.Builder
	out.WriteString("\n| Figure | | Counts | Of | Means | After |\n|---|---|---|---|---|---|\n")
	for _, f := range analytics.Figures() {
		of := "–"
		if f.Unit != analytics.UnitCount {
			of = "`" + f.Denominator.String() + "`"
		}
		fmt.Fprintf(&out, "| `%s` | %s · %s | `%s` | %s | %s | %s |\n", f.ID, f.Name["zh-CN"], f.Name["en"], f.Numerator, of, f.Means["en"], f.Source)
	}
	out.WriteString("\n| Kind of key | What can be set | Means |\n|---|---|---|\n")
	for _, kind := range analytics.Kinds() {
		fmt.Fprintf(&out, "| `%s` | %s | %s |\n", kind.Kind, strings.Join(kind.Bits, ", "), strings.ReplaceAll(kind.Means["en"], "|", `\|`))
	}
	out.WriteString("\n")
	return out.String()
}
