package intents

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// outOfFold is what rankers that did not see a text in training make of it:
// the honest material to calibrate on.
type outOfFold struct {
	logits   [][]float32 // per utterance, per class
	familiar []float64
	labels   []int32
}

// crossValidate splits texts into folds and judges each fold by a ranker
// trained on the others. Classes are spread evenly over the folds.
func crossValidate(texts [][]uint64, labels []int32, classes int, o Options) *outOfFold {
	fold := spreadFolds(labels, o.Folds, o.Seed)
	out := &outOfFold{logits: make([][]float32, len(texts)), familiar: make([]float64, len(texts)), labels: labels}
	for f := range o.Folds {
		var trainTexts [][]uint64
		var trainLabels []int32
		for i := range texts {
			if fold[i] != f {
				trainTexts, trainLabels = append(trainTexts, texts[i]), append(trainLabels, labels[i])
			}
		}
		r, view := newRanker(trainTexts, trainLabels, classes, o, nil), new(opinion)
		for i := range texts {
			if fold[i] == f {
				r.judge(texts[i], view)
				out.logits[i], out.familiar[i] = slices.Clone(view.logits), view.familiar
			}
		}
	}
	return out
}

// spreadFolds deals the samples of every class to the folds in turn.
func spreadFolds(labels []int32, folds int, seed uint64) []int {
	order := rand.New(rand.NewPCG(seed, 3)).Perm(len(labels))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(labels[a], labels[b]) })
	fold := make([]int, len(labels))
	for turn, i := range order {
		fold[i] = turn % folds
	}
	return fold
}

// temperature returns the T that makes the right classes likeliest when
// logits are divided by it, by golden-section search on its logarithm.
func (out *outOfFold) temperature() float64 {
	const golden = 0.6180339887498949
	low, high := math.Log(0.2), math.Log(5)
	for range 24 {
		a, b := high-golden*(high-low), low+golden*(high-low)
		if out.loss(math.Exp(a)) < out.loss(math.Exp(b)) {
			high = b
		} else {
			low = a
		}
	}
	return math.Exp((low + high) / 2)
}

// loss is the mean negative log-likelihood at a temperature.
func (out *outOfFold) loss(temperature float64) float64 {
	sum := 0.0
	for i, logits := range out.logits {
		top, total := float64(slices.Max(logits)), 0.0
		for _, l := range logits {
			total += math.Exp((float64(l) - top) / temperature)
		}
		sum += math.Log(total) - (float64(logits[out.labels[i]])-top)/temperature
	}
	return sum / float64(len(out.logits))
}

// strangeShare is how many of the utterances may look strange to a model that
// has not seen them: below that familiarity a text is none of ours.
const strangeShare = 0.005

// familiarFloor returns the familiarity that all but strangeShare exceed.
func (out *outOfFold) familiarFloor() float64 {
	sorted := slices.Sorted(slices.Values(out.familiar))
	return sorted[int(strangeShare*float64(len(sorted)))]
}
