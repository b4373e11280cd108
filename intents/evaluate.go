package intents

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// Report says how well a model reads a dataset. Rates are between 0 and 1.
// A line labelled other is out of scope; a label in a line's also counts as
// right.
type Report struct {
	N                int     `json:"n"`
	Accuracy         float64 `json:"accuracy"`                         // all lines, with rejection
	MacroF1          float64 `json:"macro_f1"`                         // over the intents of the dataset, with rejection
	InScope          float64 `json:"in_scope_accuracy"`                // in-scope lines, best in-scope intent
	InScopeRejecting float64 `json:"in_scope_accuracy_with_rejection"` // in-scope lines
	OOSRecall        float64 `json:"oos_recall"`                       // out-of-scope lines told as such
	OOSAUROC         float64 `json:"oos_auroc"`                        // 0.5 is chance, 1 perfect; 0 without out-of-scope lines
	ECE              float64 `json:"ece"`                              // expected calibration error, 15 bins
	TrainMS          float64 `json:"train_ms"`                         // set by whoever trained
	NSPerMessage     float64 `json:"ns_per_message"`

	PerIntent   map[string]IntentReport `json:"per_intent"`
	Confusions  []Confusion             `json:"confusions,omitempty"`
	Coverage    []CoveragePoint         `json:"coverage,omitempty"`
	Answered    float64                 `json:"answered"`         // share of lines the decision rule answers or rejects outright
	AnswerRight float64                 `json:"answer_precision"` // of those, the share that is right
	OfferRight  float64                 `json:"offer_recall"`     // of the unsure ones, the share whose intent is among the first three
	Reliability []ReliabilityBin        `json:"reliability,omitempty"`
}

// IntentReport is the quality for one intent.
type IntentReport struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Support   int     `json:"support"` // lines labelled so
}

// Confusion is one intent taken for another.
type Confusion struct {
	Want     string   `json:"want"`
	Got      string   `json:"got"`
	N        int      `json:"n"`
	Examples []string `json:"examples"` // at most maxExamples
}

// CoveragePoint is one point of the trade-off between answering much and
// answering well: with this confidence as the bar, so much is answered.
type CoveragePoint struct {
	Confidence float64 `json:"confidence"`
	Coverage   float64 `json:"coverage"`
	Accuracy   float64 `json:"accuracy"` // of what is answered
}

// ReliabilityBin compares what the model believes with what is so.
type ReliabilityBin struct {
	Confidence float64 `json:"confidence"` // mean
	Accuracy   float64 `json:"accuracy"`
	N          int     `json:"n"`
}

const (
	maxExamples    = 3
	maxConfusions  = 25
	calibrationCut = 15
	coverageSteps  = 20
)

// outcome is how one line was read.
type outcome struct {
	line       Utterance
	got        string // the intent, other when rejected
	forced     string // the best in-scope intent
	confidence float64
	inScope    float64 // the larger, the likelier the line is ours
	scope      Scope
	offered    []string // the first three
}

// Evaluate reads every line of a dataset with a model and reports.
func Evaluate(m *Model, dataset Corpus) Report {
	return newReport(m.readAll(dataset))
}

// CrossValidate reports how well models read the part of a corpus they were
// not trained on, every part in turn: the figure to choose options by.
func CrossValidate(corpus Corpus, folds int, o Options) (Report, error) {
	labels := labelsOf(corpus)
	numbers := make([]int32, len(corpus))
	for i, u := range corpus {
		label, _ := slices.BinarySearch(labels, u.Intent)
		numbers[i] = int32(label)
	}
	fold := spreadFolds(numbers, folds, o.Seed)
	var outcomes []outcome
	var spent time.Duration
	for f := range folds {
		var train, test Corpus
		for i, u := range corpus {
			if fold[i] == f {
				test = append(test, u)
			} else {
				train = append(train, u)
			}
		}
		m, err := Train(train, o)
		if err != nil {
			return Report{}, fmt.Errorf("fold %d: %w", f, err)
		}
		read, took := m.readAll(test)
		outcomes, spent = append(outcomes, read...), spent+took
	}
	return newReport(outcomes, spent), nil
}

func newReport(outcomes []outcome, spent time.Duration) Report {
	r := Report{N: len(outcomes), PerIntent: map[string]IntentReport{}}
	if r.N == 0 {
		return r
	}
	r.NSPerMessage = float64(spent.Nanoseconds()) / float64(r.N)
	r.Accuracy = share(outcomes, anyLine, outcome.right)
	r.InScope = share(outcomes, outcome.ours, func(o outcome) bool { return o.line.accepts(o.forced) })
	r.InScopeRejecting = share(outcomes, outcome.ours, outcome.right)
	r.OOSRecall = share(outcomes, outcome.foreign, func(o outcome) bool { return o.got == otherIntent })
	r.OOSAUROC = auroc(outcomes)
	r.Reliability = reliability(outcomes)
	r.ECE = calibrationError(r.Reliability, r.N)
	r.PerIntent = perIntent(outcomes)
	r.MacroF1 = macroF1(r.PerIntent)
	r.Confusions = confusions(outcomes)
	r.Coverage = coverage(outcomes)
	r.Answered = share(outcomes, anyLine, outcome.answered)
	r.AnswerRight = share(outcomes, outcome.answered, outcome.right)
	r.OfferRight = share(outcomes, func(o outcome) bool { return !o.answered() }, outcome.offeredRight)
	return r
}

// readAll classifies every line; only the classification is timed.
func (m *Model) readAll(dataset Corpus) ([]outcome, time.Duration) {
	var scratch Scratch
	var result Result
	outcomes := make([]outcome, 0, len(dataset))
	start := time.Now()
	spent := time.Duration(0)
	for _, line := range dataset {
		m.ClassifyInto(line.Text, &scratch, &result)
		spent += time.Since(start)
		outcomes = append(outcomes, outcomeOf(line, &result, m.knows(otherIntent), &scratch.opinion))
		start = time.Now()
	}
	return outcomes, spent
}

// outcomeOf keeps of a result what the figures need.
func outcomeOf(line Utterance, r *Result, knowsOther bool, view *opinion) outcome {
	o := outcome{line: line, got: r.Top().Intent, confidence: r.Top().Confidence, scope: r.Scope, inScope: scopeScore(r, knowsOther, view)}
	if r.Scope == OutOfScope {
		o.got = otherIntent
	}
	for i, c := range r.Ranking {
		if o.forced == "" && c.Intent != otherIntent {
			o.forced = c.Intent
		}
		if i < 3 {
			o.offered = append(o.offered, c.Intent)
		}
	}
	return o
}

// scopeScore orders texts by how likely they are ours: by the probability of
// the best intent of ours where the model knows other, by familiarity where
// it does not.
func scopeScore(r *Result, knowsOther bool, view *opinion) float64 {
	if !knowsOther {
		return view.familiar
	}
	for _, c := range r.Ranking {
		if c.Intent != otherIntent {
			return c.Confidence
		}
	}
	return 0
}

func (u Utterance) accepts(intent string) bool {
	return intent == u.Intent || slices.Contains(u.Also, intent)
}

func anyLine(outcome) bool { return true }

func (o outcome) right() bool    { return o.line.accepts(o.got) }
func (o outcome) foreign() bool  { return o.line.Intent == otherIntent }
func (o outcome) ours() bool     { return !o.foreign() }
func (o outcome) answered() bool { return o.scope != Unsure }

func (o outcome) offeredRight() bool { return slices.ContainsFunc(o.offered, o.line.accepts) }

// share is the share of the outcomes among which that are so; 0 if there are none.
func share(outcomes []outcome, among, so func(outcome) bool) float64 {
	n, yes := 0, 0
	for _, o := range outcomes {
		if !among(o) {
			continue
		}
		n++
		if so(o) {
			yes++
		}
	}
	return ratio(yes, n)
}

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// auroc is the chance that a line of ours scores above one that is not, ties
// counting half.
func auroc(outcomes []outcome) float64 {
	sorted := slices.Clone(outcomes)
	slices.SortFunc(sorted, func(a, b outcome) int { return cmp.Compare(a.inScope, b.inScope) })
	ranks, ours := 0.0, 0
	for i := 0; i < len(sorted); {
		j := i
		for j < len(sorted) && sorted[j].inScope == sorted[i].inScope {
			j++
		}
		for _, o := range sorted[i:j] {
			if o.ours() {
				ranks, ours = ranks+float64(i+j+1)/2, ours+1
			}
		}
		i = j
	}
	foreign := len(sorted) - ours
	if ours == 0 || foreign == 0 {
		return 0
	}
	return (ranks - float64(ours)*float64(ours+1)/2) / float64(ours) / float64(foreign)
}

// reliability sorts outcomes into bins of equal width by confidence.
func reliability(outcomes []outcome) []ReliabilityBin {
	bins := make([]ReliabilityBin, calibrationCut)
	for _, o := range outcomes {
		at := min(int(o.confidence*calibrationCut), calibrationCut-1)
		bins[at].N++
		bins[at].Confidence += o.confidence
		if len(o.offered) > 0 && o.line.accepts(o.offered[0]) {
			bins[at].Accuracy++
		}
	}
	for i := range bins {
		if n := float64(bins[i].N); n > 0 {
			bins[i].Confidence, bins[i].Accuracy = bins[i].Confidence/n, bins[i].Accuracy/n
		}
	}
	return bins
}

func calibrationError(bins []ReliabilityBin, n int) float64 {
	sum := 0.0
	for _, b := range bins {
		sum += float64(b.N) * math.Abs(b.Confidence-b.Accuracy)
	}
	return sum / float64(n)
}

// perIntent counts a line whose also was hit as a hit of its own label.
func perIntent(outcomes []outcome) map[string]IntentReport {
	type counts struct{ hit, said, support int }
	byIntent := map[string]counts{}
	count := func(intent string, add counts) {
		c := byIntent[intent]
		byIntent[intent] = counts{c.hit + add.hit, c.said + add.said, c.support + add.support}
	}
	for _, o := range outcomes {
		count(o.line.Intent, counts{support: 1})
		if o.right() {
			count(o.line.Intent, counts{hit: 1, said: 1})
		} else {
			count(o.got, counts{said: 1})
		}
	}
	reports := map[string]IntentReport{}
	for intent, c := range byIntent {
		p, r := ratio(c.hit, c.said), ratio(c.hit, c.support)
		f1 := 0.0
		if p+r > 0 {
			f1 = 2 * p * r / (p + r)
		}
		reports[intent] = IntentReport{Precision: p, Recall: r, F1: f1, Support: c.support}
	}
	return reports
}

// macroF1 is the mean over the intents that the dataset has lines of.
func macroF1(reports map[string]IntentReport) float64 {
	sum, n := 0.0, 0
	for _, intent := range sortedKeys(reports) {
		if reports[intent].Support > 0 {
			sum, n = sum+reports[intent].F1, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// confusions lists the most frequent mistakes.
func confusions(outcomes []outcome) []Confusion {
	at := map[[2]string]int{}
	var list []Confusion
	for _, o := range outcomes {
		if o.right() {
			continue
		}
		pair := [2]string{o.line.Intent, o.got}
		i, seen := at[pair]
		if !seen {
			i, at[pair] = len(list), len(list)
			list = append(list, Confusion{Want: o.line.Intent, Got: o.got})
		}
		list[i].N++
		if len(list[i].Examples) < maxExamples {
			list[i].Examples = append(list[i].Examples, o.line.Text)
		}
	}
	slices.SortStableFunc(list, func(a, b Confusion) int { return cmp.Compare(b.N, a.N) })
	return list[:min(len(list), maxConfusions)]
}

// coverage walks the bar of confidence up in equal steps.
func coverage(outcomes []outcome) []CoveragePoint {
	points := make([]CoveragePoint, 0, coverageSteps)
	for step := range coverageSteps {
		bar := float64(step) / coverageSteps
		above := func(o outcome) bool { return o.confidence >= bar }
		points = append(points, CoveragePoint{
			Confidence: bar,
			Coverage:   share(outcomes, anyLine, above),
			Accuracy:   share(outcomes, above, outcome.right),
		})
	}
	return points
}
