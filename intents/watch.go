package intents

import "sync"

// TrainWatched is Train, telling how far it is: watch is called with the steps
// done and the steps there are, from several goroutines but never at once. It
// trains the very same model.
func TrainWatched(corpus Corpus, o Options, watch func(done, total int)) (*Model, error) {
	return train(corpus, o, newSteps(o, watch))
}

// steps counts what training has done.
type steps struct {
	mu    sync.Mutex
	done  int
	total int
	watch func(done, total int)
}

// newSteps counts an epoch of a net, or of the linear model, as one step.
func newSteps(o Options, watch func(done, total int)) *steps {
	return &steps{total: o.steps() * (max(o.Folds, 0) + 1), watch: watch}
}

// add counts n steps done. Nobody need be watching: s may be nil.
func (s *steps) add(n int) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done += n
	s.watch(s.done, s.total)
}

// steps is how many steps fitting one ranker takes.
func (o Options) steps() int { return o.Nets*o.NetEpochs + o.Epochs }
