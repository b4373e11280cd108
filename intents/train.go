package intents

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Options are the choices of a model. The zero value is not useful; start
// from DefaultOptions or ThoroughOptions.
type Options struct {
	Features FeatureOptions
	Cost     float64 // of a training error of the linear model, against large weights
	Epochs   int     // passes of the linear model over the training set
	Seed     uint64  // the same seed and data give the same model

	// IgnoreOther trains on our intents only: where lines that are none of
	// ours are few and scattered, they are told better by being unfamiliar
	// than as a class of their own. It needs Tune afterwards.
	IgnoreOther bool

	Nets      int // small nets beside the linear model; 0 for none
	Hidden    int // units of a net
	NetEpochs int

	// Calibration. With Folds 0 the given values hold; otherwise Temperature
	// and Familiar are found by cross-validation over the training set.
	Folds       int
	Temperature float64
	Familiar    float64 // a text less familiar than this is none of ours

	Confident float64 // a first candidate at least this sure is answered
	InScope   float64 // one less sure than this is none of ours

	Year int // ages are reckoned from years of birth as of this year; 0: the year the model is built in
}

// DefaultOptions are the choices of the shipped model: trained in a fraction
// of a second whenever the program starts, with the calibration found once by
// cross-validation over the shipped utterances.
func DefaultOptions() Options {
	return Options{
		Features:    FeatureOptions{HanMax: 2, CharMax: 3, WordMax: 2, Entities: true, Concepts: true},
		Cost:        1,
		Epochs:      8,
		Seed:        1,
		Temperature: 0.5,
		Familiar:    -0.63,
		Confident:   0.5,
		InScope:     0.1,
	}
}

// ThoroughOptions spend some seconds of training on a point more of accuracy;
// it pays from about ten thousand utterances on.
func ThoroughOptions() Options {
	o := DefaultOptions()
	o.Epochs, o.Nets, o.Hidden, o.NetEpochs = 10, 4, 96, 14
	o.Temperature, o.Familiar = 0.8, 0
	return o
}

func (o Options) svm() svmOptions {
	return svmOptions{cost: float32(o.Cost), epochs: o.Epochs, seed: o.Seed}
}

// net are the knobs of net i, found by cross-validation.
func (o Options) net(i int) netOptions {
	return netOptions{
		hidden: o.Hidden, epochs: o.NetEpochs, rate: 0.05,
		dropInput: 0.5, dropHidden: 0.2, smoothing: 0.05, seed: o.Seed + uint64(i),
	}
}

// TrainShipped trains the model that comes with Kaitong from its own utterances.
func TrainShipped() (*Model, error) { return TrainPack(nil, nil) }

// Train fits a model to a corpus of at least two intents, with the shipped
// words.
func Train(corpus Corpus, o Options) (*Model, error) { return train(corpus, o, nil) }

func train(corpus Corpus, o Options, watched *steps) (*Model, error) {
	words, err := shippedLexica()
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return fitted(corpus, words, o, watched)
}

// fitted returns a model fitted to a corpus.
func fitted(corpus Corpus, words lexica, o Options, watched *steps) (*Model, error) {
	if o.IgnoreOther {
		corpus = slices.DeleteFunc(slices.Clone(corpus), func(u Utterance) bool { return u.Intent == otherIntent })
	}
	m, err := newModel(o, labelsOf(corpus), words)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	m.fit(corpus, watched)
	return m, nil
}

// newModel returns a model that can read texts but has not learnt to rank.
func newModel(o Options, labels []string, words lexica) (*Model, error) {
	if len(labels) < 2 {
		return nil, errors.New("a model needs utterances of at least two intents")
	}
	if o.Year == 0 {
		o.Year = time.Now().Year()
	}
	words.entities = words.entities.in(o.Year)
	return &Model{lexica: words, options: o, labels: labels}, nil
}

func (m *Model) fit(corpus Corpus, watched *steps) {
	texts, labels := m.keysOf(corpus)
	if m.options.Folds > 1 {
		out := crossValidate(texts, labels, len(m.labels), m.options)
		m.options.Temperature, m.options.Familiar = out.temperature(), out.familiarFloor()
		watched.add(m.options.Folds * m.options.steps())
	}
	m.ranker = newRanker(texts, labels, len(m.labels), m.options, watched)
}

// keysOf returns the feature keys and the label number of every utterance;
// an intent the model does not know is numbered arbitrarily.
func (m *Model) keysOf(corpus Corpus) (texts [][]uint64, labels []int32) {
	scratch := new(Scratch)
	for _, u := range corpus {
		m.read(u.Text, scratch)
		label, _ := slices.BinarySearch(m.labels, u.Intent)
		texts, labels = append(texts, slices.Clone(scratch.keys)), append(labels, int32(label))
	}
	return texts, labels
}
