package intents

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// Verdict says which way a figure went.
type Verdict string

// The ways a figure can go.
const (
	Better    Verdict = "better"
	Worse     Verdict = "worse"
	Unchanged Verdict = "unchanged" // by less than is worth a word
)

// Change is one figure before and after. Rates are between 0 and 1; times are
// in milliseconds (train_ms) and nanoseconds (ns_per_message).
type Change struct {
	Name    string  `json:"name"` // as in the JSON of a report; the intent for a change of F1
	Before  float64 `json:"before"`
	After   float64 `json:"after"`
	Verdict Verdict `json:"verdict"`
}

// Comparison is what changed between two reports.
type Comparison struct {
	LinesBefore int      `json:"n_before"`
	LinesAfter  int      `json:"n_after"`
	Figures     []Change `json:"figures"`
	Intents     []Change `json:"intents"` // F1, the largest change first; the unchanged are left out
	Gone        []string `json:"gone,omitempty"`
	New         []string `json:"new,omitempty"`
}

const (
	shareStep = 0.0005 // a rate that moves less than this prints the same
	timeStep  = 0.10   // two runs of one program differ by this much
)

// Compare says what got better and worse.
func Compare(before, after Report) Comparison {
	c := Comparison{LinesBefore: before.N, LinesAfter: after.N}
	old := before.figures()
	for i, f := range after.figures() {
		c.Figures = append(c.Figures, f.since(old[i].value))
	}
	for _, intent := range sortedKeys(after.PerIntent) {
		was, known := before.PerIntent[intent]
		if !known {
			c.New = append(c.New, intent)
			continue
		}
		change := figure{intent, after.PerIntent[intent].F1, moreIsBetter}.since(was.F1)
		if change.Verdict != Unchanged {
			c.Intents = append(c.Intents, change)
		}
	}
	for _, intent := range sortedKeys(before.PerIntent) {
		if _, still := after.PerIntent[intent]; !still {
			c.Gone = append(c.Gone, intent)
		}
	}
	slices.SortStableFunc(c.Intents, func(a, b Change) int {
		return cmp.Compare(math.Abs(b.After-b.Before), math.Abs(a.After-a.Before))
	})
	return c
}

// direction says what is good for a figure.
type direction int

const (
	moreIsBetter direction = iota
	lessIsBetter
	fasterIsBetter
)

// figure is one number of a report, named as in its JSON.
type figure struct {
	name  string
	value float64
	good  direction
}

func (r Report) figures() []figure {
	return []figure{
		{"accuracy", r.Accuracy, moreIsBetter},
		{"macro_f1", r.MacroF1, moreIsBetter},
		{"in_scope_accuracy", r.InScope, moreIsBetter},
		{"in_scope_accuracy_with_rejection", r.InScopeRejecting, moreIsBetter},
		{"oos_recall", r.OOSRecall, moreIsBetter},
		{"oos_auroc", r.OOSAUROC, moreIsBetter},
		{"answered", r.Answered, moreIsBetter},
		{"answer_precision", r.AnswerRight, moreIsBetter},
		{"offer_recall", r.OfferRight, moreIsBetter},
		{"ece", r.ECE, lessIsBetter},
		{"train_ms", r.TrainMS, fasterIsBetter},
		{"ns_per_message", r.NSPerMessage, fasterIsBetter},
	}
}

// since compares a figure with what it was.
func (f figure) since(before float64) Change {
	c := Change{Name: f.name, Before: before, After: f.value, Verdict: Unchanged}
	gain, step := f.value-before, shareStep
	if f.good == fasterIsBetter {
		step = timeStep * before
	}
	if f.good != moreIsBetter {
		gain = -gain
	}
	switch {
	case gain > step:
		c.Verdict = Better
	case gain < -step:
		c.Verdict = Worse
	}
	return c
}

// WriteText writes the comparison for people to read.
func (c Comparison) WriteText(w io.Writer) error {
	out := &strings.Builder{}
	fmt.Fprintf(out, "%d lines before, %d after; rates in percent\n\n", c.LinesBefore, c.LinesAfter)
	writeChanges(out, c.Figures)
	if len(c.Intents) == 0 {
		out.WriteString("\nNo intent reads better or worse than before.\n")
	} else {
		out.WriteString("\nF1 of the intents that changed, the largest change first\n\n")
		writeChanges(out, c.Intents)
	}
	if len(c.New) > 0 {
		fmt.Fprintf(out, "\nOnly after: %s\n", strings.Join(c.New, ", "))
	}
	if len(c.Gone) > 0 {
		fmt.Fprintf(out, "\nOnly before: %s\n", strings.Join(c.Gone, ", "))
	}
	c.writeChance(out)
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

// writeChance says how much accuracy may differ between two sets of so many
// questions without any change: two standard errors of the later figure.
func (c Comparison) writeChance(out *strings.Builder) {
	accuracy := c.Figures[0].After
	if c.LinesAfter == 0 || accuracy == 0 || accuracy == 1 {
		return
	}
	chance := 2 * math.Sqrt(accuracy*(1-accuracy)/float64(c.LinesAfter))
	fmt.Fprintf(out, "\nOn other questions of the same kind, accuracy may differ by ±%.1f points by chance.\n", 100*chance)
}

func writeChanges(out *strings.Builder, changes []Change) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "before\tafter\tchange\t")
	for _, c := range changes {
		unit, scale := "", 100.0
		switch c.Name {
		case "train_ms":
			unit, scale = " (ms)", 1
		case "ns_per_message":
			unit, scale = " (µs)", 1e-3
		}
		fmt.Fprintf(table, "%.1f\t%.1f\t%+.1f\t  %-8s  %s%s\n", scale*c.Before, scale*c.After, scale*(c.After-c.Before), sign(c.Verdict), c.Name, unit)
	}
	_ = table.Flush() // into a strings.Builder, which never fails
}

// sign is a verdict that is seen without reading.
func sign(v Verdict) string {
	switch v {
	case Better:
		return "▲ better"
	case Worse:
		return "▼ worse"
	case Unchanged:
	}
	return "·"
}
