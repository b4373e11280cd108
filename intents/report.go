package intents

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// WriteText writes the report for people to read.
func (r Report) WriteText(w io.Writer) error {
	out := &strings.Builder{}
	r.writeFigures(out)
	r.writeIntents(out)
	r.writeConfusions(out)
	r.writeCoverage(out)
	r.writeReliability(out)
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (r Report) writeFigures(out *strings.Builder) {
	fmt.Fprintf(out, "%d lines\n\n", r.N)
	figure := func(name string, value float64, note string) {
		fmt.Fprintf(out, "  %-28s %6.1f %%  %s  %s\n", name, 100*value, bar(value), note)
	}
	figure("accuracy", r.Accuracy, "all lines, out of scope counts")
	figure("macro F1", r.MacroF1, "every intent alike")
	figure("in scope, forced choice", r.InScope, "")
	figure("in scope, with rejection", r.InScopeRejecting, "")
	if r.OOSAUROC > 0 {
		figure("out of scope found", r.OOSRecall, fmt.Sprintf("AUROC %.3f", r.OOSAUROC))
	}
	figure("answered at once", r.Answered, "the rest is offered as choices")
	figure("right when answered", r.AnswerRight, "")
	figure("right choice offered", r.OfferRight, "of those not answered")
	fmt.Fprintf(out, "  %-28s %6.3f    calibration error, 0 is perfect\n", "ECE", r.ECE)
	if r.TrainMS > 0 {
		fmt.Fprintf(out, "  %-28s %6.0f ms\n", "training", r.TrainMS)
	}
	fmt.Fprintf(out, "  %-28s %6.1f µs\n", "one message", r.NSPerMessage/1000)
}

// bar draws a share as twenty cells.
func bar(share float64) string {
	full := min(max(int(share*20+0.5), 0), 20)
	return strings.Repeat("█", full) + strings.Repeat("░", 20-full)
}

func (r Report) writeIntents(out *strings.Builder) {
	out.WriteString("\nPer intent, weakest first\n\n")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "lines\tprecision\trecall\tF1\t  intent")
	names := sortedKeys(r.PerIntent)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(r.PerIntent[a].F1, r.PerIntent[b].F1) })
	for _, name := range names {
		i := r.PerIntent[name]
		fmt.Fprintf(table, "%d\t%.1f\t%.1f\t%.1f\t  %s\n", i.Support, 100*i.Precision, 100*i.Recall, 100*i.F1, name)
	}
	_ = table.Flush() // into a strings.Builder, which never fails
}

func (r Report) writeConfusions(out *strings.Builder) {
	if len(r.Confusions) == 0 {
		return
	}
	out.WriteString("\nMost frequent mistakes\n\n")
	for _, c := range r.Confusions {
		fmt.Fprintf(out, "  %3d × %s read as %s\n", c.N, c.Want, c.Got)
		for _, example := range c.Examples {
			fmt.Fprintf(out, "        %s\n", example)
		}
	}
}

func (r Report) writeCoverage(out *strings.Builder) {
	out.WriteString("\nAnswering only what is at least this sure\n\n   bar  answered  right\n")
	for i, p := range r.Coverage {
		if i%2 == 0 {
			fmt.Fprintf(out, "  %.2f   %5.1f %%  %5.1f %%  %s\n", p.Confidence, 100*p.Coverage, 100*p.Accuracy, bar(p.Accuracy))
		}
	}
}

func (r Report) writeReliability(out *strings.Builder) {
	out.WriteString("\nDoes confidence mean what it says?\n\n  says   is     lines\n")
	for _, b := range r.Reliability {
		if b.N > 0 {
			fmt.Fprintf(out, "  %.2f   %.2f   %5d  %s\n", b.Confidence, b.Accuracy, b.N, bar(b.Accuracy))
		}
	}
}
