package intents

import (
	"math"
	"slices"
	"sync"
)

// ranker turns features into one probability per class: a linear model, and
// for larger training sets a few small nets whose opinion counts as much.
type ranker struct {
	vocabulary *vocabulary
	linear     *weights
	nets       []*net
}

// marginScale turns margins of the linear model into logits. It was found by
// cross-validation and only matters for mixing; confidence is calibrated later.
const marginScale = 2.5

// opinion is what a ranker makes of one text, and its working memory.
type opinion struct {
	ids        []int32
	values     []float32
	logits     []float32 // per class: the logarithm of its probability, but for a constant
	one        []float32 // one net, per class
	hidden     []float32
	familiar   float64 // how much the text looks like anything learnt; only comparable within a model
	recognised bool    // whether it holds any feature at all
}

// newRanker fits a ranker to texts given as feature keys.
func newRanker(texts [][]uint64, labels []int32, classes int, o Options, watched *steps) *ranker {
	v := newVocabulary(texts)
	s := v.samples(texts, labels)
	r := &ranker{vocabulary: v, nets: make([]*net, o.Nets)}
	var members sync.WaitGroup
	for i := range r.nets {
		members.Go(func() { r.nets[i] = trainNet(s, classes, o.net(i), watched) })
	}
	members.Wait()
	r.linear = trainSVM(s, classes, o.svm())
	watched.add(o.Epochs)
	return r
}

// judge fills o with the opinion on a text.
func (r *ranker) judge(keys []uint64, o *opinion) {
	o.logits = resize(o.logits, r.linear.classes)
	r.vectorise(keys, o)
	r.linear.scores(o.ids, o.values, o.logits)
	o.familiar = float64(slices.Max(o.logits))
	for i := range o.logits {
		o.logits[i] *= marginScale
	}
	if len(r.nets) > 0 {
		r.judgeNets(o)
	}
}

// judgeNets mixes in what the nets say: the mean of probabilities, half of it
// the linear model's.
func (r *ranker) judgeNets(o *opinion) {
	o.one, o.hidden = resize(o.one, r.linear.classes), resize(o.hidden, r.nets[0].hidden)
	softmax32(o.logits)
	for i := range o.logits {
		o.logits[i] /= 2
	}
	for _, n := range r.nets {
		n.scores(o.ids, o.values, o.hidden, o.one)
		softmax32(o.one)
		addScaled(o.logits, o.one, 0.5/float32(len(r.nets)))
	}
	o.familiar = float64(slices.Max(o.logits))
	for i, p := range o.logits {
		o.logits[i] = float32(math.Log(float64(max(p, 1e-12))))
	}
}

// vectorise looks the features up and scales them to length 1.
func (r *ranker) vectorise(keys []uint64, o *opinion) {
	o.ids, o.values = o.ids[:0], o.values[:0]
	square := float32(0)
	for _, key := range keys {
		if id := r.vocabulary.index.get(key); id >= 0 {
			idf := r.vocabulary.idf[id]
			o.ids, o.values = append(o.ids, id), append(o.values, idf)
			square += idf * idf
		}
	}
	o.recognised = square > 0
	if !o.recognised {
		return
	}
	scale := float32(1 / math.Sqrt(float64(square)))
	for i := range o.values {
		o.values[i] *= scale
	}
}

func resize(s []float32, n int) []float32 { return slices.Grow(s[:0], n)[:n] }
