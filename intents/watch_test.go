package intents

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small is a training set that trains in no time.
func small() Corpus {
	var corpus Corpus
	for intent, texts := range map[string][]string{
		"card.lost":   {"i lost my card", "my card is gone", "card stolen", "cannot find my card", "where is my card"},
		"card.new":    {"send me a new card", "order a card", "i want another card", "get a card", "new card please"},
		"rate.change": {"what is the exchange rate", "rate today", "how many euros for a pound", "exchange fees", "currency rate"},
	} {
		for _, text := range texts {
			corpus = append(corpus, Utterance{Text: text, Intent: intent})
		}
	}
	slices.SortFunc(corpus, func(a, b Utterance) int {
		return slices.Compare([]string{a.Intent, a.Text}, []string{b.Intent, b.Text})
	})
	return corpus
}

// Watching must not change what is learned; this also holds the watched steps
// to those of Train.
func TestTrainWatchedIsTrain(t *testing.T) {
	t.Parallel()
	thorough := ThoroughOptions()
	thorough.NetEpochs = 3
	calibrated := DefaultOptions()
	calibrated.Folds = 3
	unknown := DefaultOptions()
	unknown.IgnoreOther = true
	for name, o := range map[string]Options{"linear": DefaultOptions(), "nets": thorough, "calibrated": calibrated, "without other": unknown} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			corpus := append(small(), Utterance{Text: "sing a song", Intent: otherIntent})
			want, err := Train(corpus, o)
			if err != nil {
				t.Fatal(err)
			}
			var seen []int
			got, err := TrainWatched(corpus, o, func(done, total int) {
				if total <= 0 || done > total {
					t.Errorf("step %d of %d", done, total)
				}
				seen = append(seen, total-done)
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range append(corpus, Utterance{Text: "zzz"}, Utterance{Text: "is my new card lost"}) {
				if diff := cmp.Diff(want.Classify(u.Text), got.Classify(u.Text)); diff != "" {
					t.Errorf("%q is read differently: %s", u.Text, diff)
				}
			}
			if len(seen) == 0 || seen[len(seen)-1] != 0 || !slices.IsSortedFunc(seen, func(a, b int) int { return b - a }) {
				t.Errorf("steps left over time: %v", seen)
			}
		})
	}
}

func TestTrainWatchedNeedsTwoIntents(t *testing.T) {
	t.Parallel()
	if _, err := TrainWatched(small()[:1], DefaultOptions(), func(int, int) {}); err == nil {
		t.Error("one intent was enough")
	}
}

func TestOptionsFor(t *testing.T) {
	t.Parallel()
	lines := func(ours, other int) Corpus {
		corpus := make(Corpus, ours, ours+other)
		for range other {
			corpus = append(corpus, Utterance{Intent: otherIntent})
		}
		return corpus
	}
	for _, test := range []struct {
		name        string
		train, tune Corpus
		nets, folds bool
		ignore      bool
	}{
		{"few lines", lines(300, 0), nil, false, true, false},
		{"many lines", lines(thoroughFrom, 0), nil, true, false, false},
		{"scattered others, a bar to find", lines(15_000, 100), lines(3000, 100), true, false, true},
		{"scattered others, none to find it by", lines(15_000, 100), lines(3000, 0), true, false, false},
		{"others that are a class", lines(700, 300), lines(300, 100), false, true, false},
	} {
		o := OptionsFor(test.train, test.tune)
		if (o.Nets > 0) != test.nets || (o.Folds > 0) != test.folds || o.IgnoreOther != test.ignore {
			t.Errorf("%s: %+v", test.name, o)
		}
	}
}
