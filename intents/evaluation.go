package intents

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// Evaluation is a report and what only drawings of it need.
type Evaluation struct {
	Report
	ScopeCurve []ScopePoint     `json:"scope_curve,omitempty"`
	Matrix     *ConfusionMatrix `json:"confusion_matrix,omitempty"`
}

// ScopePoint is one point of the trade-off between finding what is none of
// ours and losing what is: with a stricter bar both grow.
type ScopePoint struct {
	Found float64 `json:"oos_recall"`    // share of the out-of-scope lines below the bar
	Lost  float64 `json:"in_scope_lost"` // share of the in-scope lines below it
}

// ConfusionMatrix counts how lines of the intents that are confused most were
// read: Lines[want][got]. The last column of a row holds everything else.
type ConfusionMatrix struct {
	Intents []string `json:"intents"`
	Lines   [][]int  `json:"lines"` // len(Intents) rows of len(Intents)+1
}

const (
	maxScopePoints = 200
	maxMatrix      = 14
)

// EvaluateLines reads lines as they come and keeps the text of the misread
// ones only, so that a dataset may be much larger than what is learned from it.
func EvaluateLines(m *Model, lines iter.Seq[Utterance]) Evaluation {
	var scratch Scratch
	var result Result
	var outcomes []outcome
	spent, knowsOther := time.Duration(0), m.knows(otherIntent)
	for line := range lines {
		start := time.Now()
		m.ClassifyInto(line.Text, &scratch, &result)
		spent += time.Since(start)
		o := outcomeOf(line, &result, knowsOther, &scratch.opinion)
		if o.right() {
			o.line.Text = ""
		}
		outcomes = append(outcomes, o)
	}
	return Evaluation{Report: newReport(outcomes, spent), ScopeCurve: scopeCurve(outcomes), Matrix: confusionMatrix(outcomes)}
}

// scopeCurve raises the bar below which a line counts as none of ours past
// one score after the other. It is nil unless there are lines of both sides.
func scopeCurve(outcomes []outcome) []ScopePoint {
	sorted := slices.Clone(outcomes)
	slices.SortFunc(sorted, func(a, b outcome) int { return cmp.Compare(a.inScope, b.inScope) })
	foreign := 0
	for _, o := range sorted {
		if o.foreign() {
			foreign++
		}
	}
	if foreign == 0 || foreign == len(sorted) {
		return nil
	}
	points, found := []ScopePoint{{}}, 0
	for i, o := range sorted {
		if o.foreign() {
			found++
		}
		if i+1 < len(sorted) && sorted[i+1].inScope == o.inScope {
			continue // what scores the same is rejected together
		}
		points = append(points, ScopePoint{Found: ratio(found, foreign), Lost: ratio(i+1-found, len(sorted)-foreign)})
	}
	return thin(points, maxScopePoints)
}

// thin keeps at most limit points, evenly spread, the first and last among them.
func thin[P any](points []P, limit int) []P {
	if len(points) <= limit {
		return points
	}
	kept := make([]P, limit)
	for i := range kept {
		kept[i] = points[i*(len(points)-1)/(limit-1)]
	}
	return kept
}

// confusionMatrix counts the intents with most mistakes; nil if there are none.
func confusionMatrix(outcomes []outcome) *ConfusionMatrix {
	intents := mostConfused(outcomes)
	if len(intents) == 0 {
		return nil
	}
	at := map[string]int{}
	for i, intent := range intents {
		at[intent] = i
	}
	x := &ConfusionMatrix{Intents: intents, Lines: make([][]int, len(intents))}
	for i := range x.Lines {
		x.Lines[i] = make([]int, len(intents)+1)
	}
	for _, o := range outcomes {
		row, shown := at[o.line.Intent]
		if !shown {
			continue
		}
		column, shown := at[o.credited()]
		if !shown {
			column = len(intents)
		}
		x.Lines[row][column]++
	}
	return x
}

// credited is the intent a line counts as read as: its own label if right,
// also where another label was accepted.
func (o outcome) credited() string {
	if o.right() {
		return o.line.Intent
	}
	return o.got
}

// mostConfused returns the intents in most mistakes on either side, sorted by name.
func mostConfused(outcomes []outcome) []string {
	mistakes := map[string]int{}
	for _, o := range outcomes {
		if !o.right() {
			mistakes[o.line.Intent]++
			mistakes[o.got]++
		}
	}
	names := sortedKeys(mistakes)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(mistakes[b], mistakes[a]) })
	names = names[:min(len(names), maxMatrix)]
	slices.Sort(names)
	return names
}
