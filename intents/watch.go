package intents

import (
	"fmt"
	"slices"
	"sync"
)

// TrainWatched is Train, telling how far it is: watch is called with the steps
// done and the steps there are, from several goroutines but never at once. It
// trains the very same model.
func TrainWatched(corpus Corpus, o Options, watch func(done, total int)) (*Model, error) {
	if o.IgnoreOther {
		corpus = slices.DeleteFunc(slices.Clone(corpus), func(u Utterance) bool { return u.Intent == otherIntent })
	}
	m, err := newModel(o, labelsOf(corpus))
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	m.fitWatched(corpus, newSteps(o, watch))
	return m, nil
}

// steps counts what training has done.
type steps struct {
	mu    sync.Mutex
	done  int
	total int
	round int // steps of fitting one ranker
	watch func(done, total int)
}

// newSteps counts an epoch of a net, or of the linear model, as one step.
func newSteps(o Options, watch func(done, total int)) *steps {
	round := o.Nets*o.NetEpochs + o.Epochs
	return &steps{round: round, total: round * (max(o.Folds, 0) + 1), watch: watch}
}

func (s *steps) add(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done += n
	s.watch(s.done, s.total)
}

func (m *Model) fitWatched(corpus Corpus, steps *steps) {
	texts, labels := m.keysOf(corpus)
	if m.options.Folds > 1 {
		out := crossValidate(texts, labels, len(m.labels), m.options)
		m.options.Temperature, m.options.Familiar = out.temperature(), out.familiarFloor()
		steps.add(m.options.Folds * steps.round)
	}
	m.ranker = newWatchedRanker(texts, labels, len(m.labels), m.options, steps)
}

func newWatchedRanker(texts [][]uint64, labels []int32, classes int, o Options, steps *steps) *ranker {
	v := newVocabulary(texts)
	s := v.samples(texts, labels)
	r := &ranker{vocabulary: v, nets: make([]*net, o.Nets)}
	var members sync.WaitGroup
	for i := range r.nets {
		members.Go(func() { r.nets[i] = trainWatchedNet(s, classes, o.net(i), steps) })
	}
	members.Wait()
	r.linear = trainSVM(s, classes, o.svm())
	steps.add(o.Epochs)
	return r
}

func trainWatchedNet(s *samples, classes int, o netOptions, steps *steps) *net {
	t := newNetTrainer(s, classes, o)
	order := t.random.Perm(s.len())
	for epoch := range o.epochs {
		rate := float32(o.rate * (1 - float64(epoch)/float64(o.epochs)))
		t.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			t.learn(s, i, rate)
		}
		steps.add(1)
	}
	return t.net
}
