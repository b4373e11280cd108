package intents

import (
	"slices"
	"sync"
)

// Model reads texts. It is immutable once trained and safe for concurrent use.
type Model struct {
	lexica
	options Options
	labels  []string // sorted
	ranker  *ranker
	scratch sync.Pool
}

// otherIntent is the label of texts that are none of ours.
const otherIntent = "other"

// maxRanking is how many candidates a Result holds at most.
const maxRanking = 5

// Scratch is the working memory of one classification. The zero value is
// ready; it must not be shared by concurrent calls.
type Scratch struct {
	text, view []rune
	keys       []uint64
	finder     finder
	cueFinder  finder
	wordFinder finder
	named      []Entity
	opinion    opinion
}

// Labels returns the intents the model tells apart, sorted.
func (m *Model) Labels() []string { return slices.Clone(m.labels) }

// Classify reads a text. It never fails: an empty or unreadable text is out
// of scope.
func (m *Model) Classify(text string) Result {
	scratch, _ := m.scratch.Get().(*Scratch)
	if scratch == nil {
		scratch = new(Scratch)
	}
	defer m.scratch.Put(scratch)
	var result Result
	m.ClassifyInto(text, scratch, &result)
	return result
}

// ClassifyInto is Classify with the caller's memory: it reuses the slices of
// result and does not allocate once they and scratch have grown.
func (m *Model) ClassifyInto(text string, scratch *Scratch, result *Result) {
	m.read(text, scratch)
	result.Entities = append(result.Entities[:0], scratch.named...)
	result.Ranking = result.Ranking[:0]
	if cue, found := m.cues.find(scratch.text, &scratch.cueFinder); found && m.knows(cue) {
		result.Ranking = append(result.Ranking, Candidate{cue, 1})
		result.Scope = Confident
		return
	}
	m.ranker.judge(scratch.keys, &scratch.opinion)
	despair := scratch.opinion.recognised && m.stepBack(text, scratch)
	if !scratch.opinion.recognised {
		result.Ranking = append(result.Ranking, Candidate{otherIntent, 0})
		result.Scope = OutOfScope
		return
	}
	m.rank(scratch, result)
	result.Scope = m.options.scope(result.Top(), scratch.opinion.familiar)
	if result.Scope == Confident && (despair || m.cues.vague(scratch.text, &scratch.cueFinder)) {
		result.Scope = Unsure
	}
}

// knows reports whether the model was trained on an intent; a model of other
// people's labels has no use for our cues.
func (m *Model) knows(intent string) bool {
	_, found := slices.BinarySearch(m.labels, intent)
	return found
}

// read fills scratch with the normalised text, what it names and its features.
func (m *Model) read(text string, s *Scratch) {
	s.text = appendNormalized(s.text[:0], text)
	s.named = m.entities.find(s.text, &s.finder, s.named[:0])
	s.view = appendView(s.view[:0], s.text)
	s.keys = appendNgrams(s.keys[:0], s.view, m.options.Features)
	if m.options.Features.Entities {
		s.keys = appendEntityKeys(s.keys, s.named)
	}
	if m.options.Features.Concepts {
		s.keys = m.concepts.appendKeys(s.keys, s.text, &s.wordFinder)
	}
}

// deniedPenalty is what the logit of a cause loses when the text says that it
// does not hold.
const deniedPenalty = 5

// rank turns an opinion into the best candidates: causes the text denies step
// back, confidence is calibrated.
func (m *Model) rank(s *Scratch, result *Result) {
	logits := s.opinion.logits
	for _, e := range s.named {
		if label, found := slices.BinarySearch(m.labels, e.Value); found && e.Kind == EntityCause && e.Negated {
			logits[label] -= deniedPenalty
		}
	}
	softmaxAt(logits, float32(m.options.Temperature))
	for label, p := range logits {
		result.Ranking = insertCandidate(result.Ranking, Candidate{m.labels[label], float64(p)})
	}
}

// insertCandidate keeps the best candidates in order.
func insertCandidate(ranking []Candidate, c Candidate) []Candidate {
	if len(ranking) == maxRanking {
		if ranking[maxRanking-1].Confidence >= c.Confidence {
			return ranking
		}
		ranking = ranking[:maxRanking-1]
	}
	at := len(ranking)
	for at > 0 && ranking[at-1].Confidence < c.Confidence {
		at--
	}
	return slices.Insert(ranking, at, c)
}

// scope is the decision rule.
func (o Options) scope(top Candidate, familiar float64) Scope {
	switch {
	case top.Confidence < o.InScope || familiar < o.Familiar:
		return OutOfScope
	case top.Confidence < o.Confident:
		return Unsure
	case top.Intent == otherIntent:
		return OutOfScope
	}
	return Confident
}
