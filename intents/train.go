package intents

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Options are the choices of a model. The zero value is not useful; start
// from DefaultOptions.
type Options struct {
	Features  FeatureOptions
	Cost      float64 // of a training error, against large weights
	Epochs    int     // passes over the training set
	Seed      uint64  // the same seed and data give the same model
	Confident float64 // a first candidate at least this sure is answered
	InScope   float64 // one less sure than this is none of ours
}

// DefaultOptions are the choices of the shipped model.
func DefaultOptions() Options {
	return Options{
		Features:  FeatureOptions{CharMax: 4, WordMax: 2, Entities: true},
		Cost:      1,
		Epochs:    12,
		Seed:      1,
		Confident: 0.5,
		InScope:   0.2,
	}
}

// TrainShipped trains the model that comes with Kaitong from its own utterances.
func TrainShipped() (*Model, error) {
	corpus, err := Shipped()
	if err != nil {
		return nil, err
	}
	return Train(corpus, DefaultOptions())
}

// Train fits a model to a corpus of at least two intents.
func Train(corpus Corpus, o Options) (*Model, error) {
	m, err := newModel(o, labelsOf(corpus))
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	m.fit(corpus)
	return m, nil
}

// newModel returns a model that can read texts but has not learnt to rank.
func newModel(o Options, labels []string) (*Model, error) {
	data, err := fs.Sub(shippedData, "data")
	if err != nil {
		return nil, err
	}
	if len(labels) < 2 {
		return nil, errors.New("a model needs utterances of at least two intents")
	}
	m := &Model{options: o, labels: labels}
	if m.cues, err = loadCues(data); err != nil {
		return nil, err
	}
	if m.entities, err = loadEntities(data); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Model) fit(corpus Corpus) {
	texts, labels := m.keysOf(corpus)
	vocabulary := newVocabulary(texts)
	s := vocabulary.samples(texts, labels)
	w := trainSVM(s, len(m.labels), svmOptions{cost: float32(m.options.Cost), epochs: m.options.Epochs, seed: m.options.Seed})
	m.index, m.idf, m.weights = vocabulary.index, vocabulary.idf, w
	m.temperature = 0.25
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

// labelsOf returns the intents of a corpus, sorted.
func labelsOf(corpus Corpus) []string {
	var labels []string
	for _, u := range corpus {
		labels = append(labels, u.Intent)
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}
