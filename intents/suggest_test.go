package intents

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// topics are paraphrases of things that are none of ours or hard to tell.
func topics() [][]string {
	return [][]string{
		{"美团点外卖能用花呗付款吗", "为什么美团外卖不能用花呗付款", "美团外卖怎么用花呗", "我在美团上点外卖用不了花呗"},
		{"共享单车押金能用花呗交吗", "骑共享单车的押金用花呗交", "单车押金怎么不能用花呗了", "花呗交共享单车押金"},
		{"how do I raise my spending limit", "raise the spending limit", "can you raise my spending limit please", "I want my spending limit raised"},
	}
}

func interleave(topics [][]string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range topics[0] {
			for _, topic := range topics {
				if !yield(topic[i]) {
					return
				}
			}
		}
	}
}

// Certainly everything is unclear to somebody who wants more than certainty.
const beyondCertainty = 1.1

func TestSuggestGroupsParaphrases(t *testing.T) {
	t.Parallel()
	s := shippedModel(t).Suggest(interleave(topics()), beyondCertainty)
	if s.Read != 12 || s.Unclear != 12 || s.Dropped != 0 || len(s.Groups) != 3 {
		t.Fatalf("%+v", s)
	}
	for _, topic := range topics() {
		if !slices.ContainsFunc(s.Groups, func(g Group) bool { return sameTexts(g.Texts, topic) }) {
			t.Errorf("no group of %q in %+v", topic, s.Groups)
		}
	}
}

func sameTexts(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func TestSuggestLeavesOutWhatIsUnderstood(t *testing.T) {
	t.Parallel()
	s := shippedModel(t).Suggest(slices.Values([]string{"转人工", "qwrtz", "转人工"}), 0.6)
	if s.Read != 3 || s.Unclear != 1 || len(s.Groups) != 1 || s.Groups[0].Texts[0] != "qwrtz" || s.Groups[0].Foreign != 1 {
		t.Errorf("%+v", s)
	}
}

func TestSuggestCountsRepetitions(t *testing.T) {
	t.Parallel()
	log := []string{"qwrtz", "花呗收款码提现到哪张卡", "花呗收款码提现到哪张卡？", "花唄收款碼提現到哪張卡", "花呗收款码提现到哪张卡"}
	s := shippedModel(t).Suggest(slices.Values(log), beyondCertainty)
	if len(s.Groups) != 2 || s.Groups[0].Size != 4 || len(s.Groups[0].Texts) != 1 || s.Groups[1].Size != 1 {
		t.Errorf("%+v", s.Groups)
	}
}

func TestSuggestProposesTheLeaning(t *testing.T) {
	t.Parallel()
	s := shippedModel(t).Suggest(slices.Values([]string{"身份证过期了开不了借呗", "身份证过期开不了借呗了"}), beyondCertainty)
	if len(s.Groups) != 1 || len(s.Groups[0].Leanings) != maxLeanings {
		t.Fatalf("%+v", s.Groups)
	}
	first, second := s.Groups[0].Leaning(), s.Groups[0].Leanings[1]
	if first.Intent != "fail.identity" || first.Confidence < 0.5 || first.Confidence > 1 || second.Confidence > first.Confidence {
		t.Errorf("%+v", s.Groups)
	}
}

// randomQuestions are as many distinct questions made of a few hundred pieces.
func randomQuestions(n int) []string {
	random := rand.New(rand.NewPCG(5, 6))
	var pieces []string
	for range 400 {
		word := make([]rune, 2+random.IntN(2))
		for i := range word {
			word[i] = rune(0x4e00 + random.IntN(3000))
		}
		pieces = append(pieces, string(word))
	}
	questions := make([]string, n)
	for i := range questions {
		var q strings.Builder
		for range 3 {
			q.WriteString(pieces[random.IntN(len(pieces))])
		}
		fmt.Fprintf(&q, "花呗%c", rune(0x4e00+i))
		questions[i] = q.String()
	}
	return questions
}

// The same log gives the same groups, and every question is in one of them.
func TestSuggestIsDeterministic(t *testing.T) {
	t.Parallel()
	log := randomQuestions(1500)
	first := shippedModel(t).Suggest(slices.Values(log), beyondCertainty)
	second := shippedModel(t).Suggest(slices.Values(log), beyondCertainty)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
	var grouped []string
	for _, g := range first.Groups {
		grouped = append(grouped, g.Texts...)
	}
	if !sameTexts(grouped, log) {
		t.Errorf("%d questions became %d", len(log), len(grouped))
	}
	if !slices.IsSortedFunc(first.Groups, func(a, b Group) int { return b.Size - a.Size }) {
		t.Error("the largest group is not first")
	}
}

// More questions than can be compared are counted, not lost silently.
func TestSuggestIsBounded(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("groups twenty thousand questions; skipped by -short")
	}
	log := make([]string, MaxGrouped+500)
	for i := range log {
		log[i] = fmt.Sprintf("花呗 x%dy", i)
	}
	s := shippedModel(t).Suggest(slices.Values(log), beyondCertainty)
	if s.Unclear != len(log) || s.Dropped != 500 {
		t.Errorf("unclear %d, dropped %d", s.Unclear, s.Dropped)
	}
}

func TestSuggestNothing(t *testing.T) {
	t.Parallel()
	if s := shippedModel(t).Suggest(slices.Values([]string{}), 0.6); s.Read != 0 || len(s.Groups) != 0 {
		t.Errorf("%+v", s)
	}
}

// Groups of labelled questions should mostly be of one label: the share of
// pairs in a group that agree must stay well above that of random pairs.
func TestClusterAgreesWithLabels(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "shared", "data", "intents", "clinc150_val.jsonl")
	file, err := os.Open(path)
	if err != nil {
		t.Skipf("SKIPPED: the labelled benchmark is not here (%s); this extra check runs where it is", path)
	}
	defer file.Close()
	corpus, err := LoadDataset(file, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	corpus = slices.DeleteFunc(corpus, func(u Utterance) bool { return u.Intent == otherIntent })
	m := shippedModel(t)
	keys, _ := m.keysOf(corpus)
	agree, pairs := 0, 0
	for _, members := range cluster(keys, nil, m.minorFeatures()) {
		for n, i := range members {
			for _, j := range members[:n] {
				pairs++
				if corpus[i].Intent == corpus[j].Intent {
					agree++
				}
			}
		}
	}
	t.Logf("%d pairs, %.1f %% of one label", pairs, 100*ratio(agree, pairs))
	if ratio(agree, pairs) < 0.6 || pairs < 5_000 {
		t.Errorf("%d of %d pairs agree", agree, pairs)
	}
}

func BenchmarkSuggest(b *testing.B) {
	m, log := shippedModel(b), randomQuestions(10_000)
	for b.Loop() {
		m.Suggest(slices.Values(log), beyondCertainty)
	}
}
