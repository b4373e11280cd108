package intents

import (
	"cmp"
	"slices"
)

// Group sorts texts that ask the same thing into groups, given as indices into
// texts: the largest group first, in each the most central question first,
// with those that say it in the same words behind it. A text that asks what no
// other does is a group too. The same texts give the same groups; beyond
// [MaxGrouped] different ones, the rest is left out.
func (m *Model) Group(texts []string, among Corpus) [][]int {
	var distinct Corpus
	var same [][]int // of each distinct text, all that say it
	at := map[string]int{}
	for i, text := range texts {
		key := bare(Normalize(text))
		n, seen := at[key]
		if !seen && len(distinct) == MaxGrouped {
			continue
		}
		if !seen {
			n = len(distinct)
			at[key], distinct, same = n, append(distinct, Utterance{Text: text}), append(same, nil)
		}
		same[n] = append(same[n], i)
	}
	keys, _ := m.keysOf(distinct)
	others, _ := m.keysOf(among)
	var groups [][]int
	for _, members := range cluster(keys, others, m.minorFeatures()) {
		var group []int
		for _, n := range members {
			group = append(group, same[n]...)
		}
		groups = append(groups, group)
	}
	slices.SortStableFunc(groups, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	return groups
}

// With returns the source with more utterances; the source itself stays as it
// is.
func (s *Source) With(more Corpus) *Source {
	grown := *s
	grown.corpus = slices.Concat(s.corpus, more)
	grown.own += len(more)
	return &grown
}
