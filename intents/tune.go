package intents

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// Tune returns a copy of the model whose bar for "none of ours" makes most
// lines of a dataset right when out of scope counts as one more intent
// (Larson et al. 2019), and whose confidence is calibrated on it. The dataset
// must not be the one the model is judged by afterwards. Without lines
// labelled other it can only calibrate.
func (m *Model) Tune(dataset Corpus) *Model {
	tuned := &Model{lexica: m.lexica, options: m.options, labels: m.labels, ranker: m.ranker}
	tuned.options.Temperature = m.judgeAll(dataset).temperature()
	if slices.ContainsFunc(dataset, func(u Utterance) bool { return u.Intent == otherIntent }) {
		tuned.options.Familiar, tuned.options.InScope = tuned.bestBar(dataset), 0
	}
	return tuned
}

// judgeAll collects what the model makes of the lines whose intent it knows.
func (m *Model) judgeAll(dataset Corpus) *outOfFold {
	known := slices.DeleteFunc(slices.Clone(dataset), func(u Utterance) bool { return !m.knows(u.Intent) })
	texts, labels := m.keysOf(known)
	out, view := &outOfFold{labels: labels}, new(opinion)
	for _, keys := range texts {
		m.ranker.judge(keys, view)
		out.logits, out.familiar = append(out.logits, slices.Clone(view.logits)), append(out.familiar, view.familiar)
	}
	return out
}

// resamples is how often the bar is looked for anew: out-of-scope lines are
// few in tuning data, and one best bar follows their accidents.
const resamples = 101

// scoredLine is a line with what rejecting it gains: +1 mends, -1 spoils it.
type scoredLine struct {
	familiar float64
	gain     int
}

// bestBar returns the familiarity below which rejecting pays: the median over
// resamples of the dataset.
func (m *Model) bestBar(dataset Corpus) float64 {
	var scratch Scratch
	var result Result
	lines := make([]scoredLine, len(dataset))
	for i, u := range dataset {
		m.ClassifyInto(u.Text, &scratch, &result)
		lines[i] = scoredLine{scratch.opinion.familiar, gain(u, result.Top().Intent)}
	}
	random := rand.New(rand.NewPCG(m.options.Seed, 4))
	bars, drawn := make([]float64, resamples), make([]scoredLine, len(lines))
	for i := range bars {
		for n := range drawn {
			drawn[n] = lines[random.IntN(len(lines))]
		}
		bars[i] = bestCut(drawn)
	}
	slices.Sort(bars)
	return bars[resamples/2]
}

// bestCut returns the familiarity below which rejecting gains most.
func bestCut(lines []scoredLine) float64 {
	slices.SortFunc(lines, func(a, b scoredLine) int { return cmp.Compare(a.familiar, b.familiar) })
	best, sum, bar := 0, 0, lines[0].familiar
	for i, l := range lines[:len(lines)-1] {
		sum += l.gain
		if sum > best {
			best, bar = sum, (l.familiar+lines[i+1].familiar)/2
		}
	}
	return bar
}

func gain(u Utterance, top string) int {
	rejected, kept := u.accepts(otherIntent), u.accepts(top)
	switch {
	case rejected && !kept:
		return 1
	case kept && !rejected:
		return -1
	}
	return 0
}
