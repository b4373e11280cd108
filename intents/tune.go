package intents

import (
	"cmp"
	"slices"
)

// Tune returns a copy of the model whose bar for "none of ours" makes most
// lines of a dataset right when out of scope counts as one more intent
// (Larson et al. 2019), and whose confidence is calibrated on it. The dataset
// must not be the one the model is judged by afterwards. Without lines
// labelled other it can only calibrate.
func (m *Model) Tune(dataset Corpus) *Model {
	tuned := &Model{options: m.options, labels: m.labels, cues: m.cues, entities: m.entities, concepts: m.concepts, ranker: m.ranker}
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

// bestBar returns the familiarity below which rejecting pays.
func (m *Model) bestBar(dataset Corpus) float64 {
	type line struct {
		familiar float64
		gain     int // of rejecting: +1 mends the line, -1 spoils it
	}
	var scratch Scratch
	var result Result
	lines := make([]line, len(dataset))
	for i, u := range dataset {
		m.ClassifyInto(u.Text, &scratch, &result)
		lines[i] = line{scratch.opinion.familiar, gain(u, result.Top().Intent)}
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Compare(a.familiar, b.familiar) })
	best, sum, bar := 0, 0, lines[0].familiar
	for i, l := range lines {
		sum += l.gain
		if sum > best && i+1 < len(lines) {
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
