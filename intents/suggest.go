package intents

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Group is some questions that the model is not sure of and that ask the same
// thing, so that a person can label them together.
type Group struct {
	Texts    []string    // distinct, the most central first
	Size     int         // questions, repeated ones counted
	Foreign  int         // of those, read as none of ours
	Leanings []Candidate // what the model leans to, best first, at most maxLeanings: proposals, no more
}

// Suggestion is what a log has to teach.
type Suggestion struct {
	Read    int     // questions read
	Unclear int     // of those, not understood
	Dropped int     // unclear questions not grouped, as there are too many
	Groups  []Group // the largest first; single questions are groups too
}

// MaxGrouped bounds the distinct questions that are compared with each other.
const MaxGrouped = 20_000

// Suggest groups the questions of a log that the model does not understand:
// the unsure ones, those that are none of ours, and those it would answer with
// less confidence than below. The same log gives the same groups.
func (m *Model) Suggest(log iter.Seq[string], below float64) Suggestion {
	g := gatherer{m: m, below: below, at: map[string]int{}}
	for text := range log {
		g.add(text)
	}
	slices.SortStableFunc(g.unclear, func(a, b unclear) int { return cmp.Compare(b.times, a.times) })
	kept := g.unclear[:min(len(g.unclear), MaxGrouped)]
	s := Suggestion{Read: g.read, Groups: m.group(kept)}
	for i, u := range g.unclear {
		s.Unclear += u.times
		if i >= len(kept) {
			s.Dropped += u.times
		}
	}
	return s
}

// unclear is a question that was not understood.
type unclear struct {
	text    string
	times   int
	foreign bool
	ranking []Candidate
}

// gatherer collects distinct unclear questions.
type gatherer struct {
	m       *Model
	below   float64
	scratch Scratch
	result  Result
	read    int
	unclear []unclear
	at      map[string]int // bare text -> index in unclear
}

func (g *gatherer) add(text string) {
	g.read++
	key := bare(Normalize(text))
	if i, seen := g.at[key]; seen {
		g.unclear[i].times++
		return
	}
	g.m.ClassifyInto(text, &g.scratch, &g.result)
	if g.result.Scope == Confident && g.result.Top().Confidence >= g.below {
		return
	}
	g.at[key] = len(g.unclear)
	g.unclear = append(g.unclear, unclear{text, 1, g.result.Scope == OutOfScope, slices.Clone(g.result.Ranking)})
}

// group clusters questions and describes each cluster.
func (m *Model) group(questions []unclear) []Group {
	corpus := make(Corpus, len(questions))
	for i, q := range questions {
		corpus[i].Text = q.text
	}
	keys, _ := m.keysOf(corpus)
	var groups []Group
	for _, members := range cluster(keys, nil, m.minorFeatures()) {
		groups = append(groups, describe(questions, members))
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return cmp.Compare(b.Size, a.Size) })
	return groups
}

// maxLeanings is how many intents are proposed for a group.
const maxLeanings = 3

// describe names a cluster, given as indices of questions, central ones first.
func describe(questions []unclear, members []int) Group {
	var g Group
	lean := map[string]float64{}
	for _, i := range members {
		q := questions[i]
		g.Texts, g.Size = append(g.Texts, q.text), g.Size+q.times
		if q.foreign {
			g.Foreign += q.times
		}
		for _, c := range q.ranking {
			lean[c.Intent] += c.Confidence * float64(q.times)
		}
	}
	for _, intent := range sortedKeys(lean) {
		g.Leanings = append(g.Leanings, Candidate{intent, lean[intent] / float64(g.Size)})
	}
	slices.SortStableFunc(g.Leanings, func(a, b Candidate) int { return cmp.Compare(b.Confidence, a.Confidence) })
	g.Leanings = g.Leanings[:min(len(g.Leanings), maxLeanings)]
	return g
}

// Leaning is the intent the model leans to most, with the mean confidence over
// the questions.
func (g Group) Leaning() Candidate { return g.Leanings[0] }

// askingWords frame a question whatever it is about.
const askingWords = "怎么 怎么样 怎样 怎么办 如何 为什么 为啥 为何 什么 啥 吗 嘛 么 呢 啊 吧 呀 了 的 我 我的 你 能 能不能 可以 可不可以 想 要 请问 是 是不是 就 都 还 又 也 请 帮我 " +
	"i i'm i'd my me you your we the a an this that is are was be do does did don't can could will would should how what what's why when where which who to of for in on at it and or please tell want need have has get with from if so"

// minorFeatures are the features of askingWords.
func (m *Model) minorFeatures() map[uint64]bool {
	minor, scratch := map[uint64]bool{}, new(Scratch)
	for word := range strings.FieldsSeq(askingWords) {
		m.read(word, scratch)
		for _, key := range scratch.keys {
			minor[key] = true
		}
	}
	return minor
}
