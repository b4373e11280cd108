package intents

import (
	"math"
	"slices"
	"sync"
)

// Model reads texts. It is immutable once trained and safe for concurrent use.
type Model struct {
	options     Options
	labels      []string // sorted
	cues        *cues
	entities    *entities
	index       *index
	idf         []float32
	weights     *weights
	temperature float64
	scratch     sync.Pool
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
	named      []Entity
	scores     []float64
	single     []float32
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
	if !m.score(scratch) {
		result.Ranking = append(result.Ranking, Candidate{otherIntent, 0})
		result.Scope = OutOfScope
		return
	}
	m.rank(scratch, result)
	result.Scope = m.options.scope(result.Top())
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
}

// score fills scratch.scores with one margin per label. It returns false when
// the text holds nothing the model knows.
func (m *Model) score(s *Scratch) bool {
	k := len(m.labels)
	s.single = slices.Grow(s.single[:0], k)[:k]
	s.scores = slices.Grow(s.scores[:0], k)[:k]
	clear(s.single)
	square := float32(0)
	for _, key := range s.keys {
		if id := m.index.get(key); id >= 0 {
			addScaled(s.single, m.weights.row(int(id)), m.idf[id])
			square += m.idf[id] * m.idf[id]
		}
	}
	if square == 0 {
		return false
	}
	scale := float32(1 / math.Sqrt(float64(square)))
	for i, bias := range m.weights.row(len(m.idf)) {
		s.scores[i] = float64(s.single[i]*scale + bias)
	}
	return true
}

// rank turns scores into the best candidates.
func (m *Model) rank(s *Scratch, result *Result) {
	softmax(s.scores, m.temperature)
	for label, p := range s.scores {
		at := len(result.Ranking)
		for at > 0 && result.Ranking[at-1].Confidence < p {
			at--
		}
		if at == maxRanking {
			continue
		}
		if len(result.Ranking) == maxRanking {
			result.Ranking = result.Ranking[:maxRanking-1]
		}
		result.Ranking = slices.Insert(result.Ranking, at, Candidate{m.labels[label], p})
	}
}

// softmax turns scores into probabilities, in place.
func softmax(scores []float64, temperature float64) {
	top, sum := slices.Max(scores), 0.0
	for i, s := range scores {
		scores[i] = math.Exp((s - top) / temperature)
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}

// scope is the decision rule.
func (o Options) scope(top Candidate) Scope {
	switch {
	case top.Confidence < o.InScope:
		return OutOfScope
	case top.Confidence < o.Confident:
		return Unsure
	case top.Intent == otherIntent:
		return OutOfScope
	}
	return Confident
}
