package intents

import "math"

// samples is a training set as sparse rows of equal length 1.
type samples struct {
	start    []int32   // row i is ids[start[i]:start[i+1]]
	ids      []int32   // feature numbers
	values   []float32 // their values
	labels   []int32
	features int
}

func (s *samples) len() int { return len(s.labels) }

func (s *samples) row(i int) ([]int32, []float32) {
	from, to := s.start[i], s.start[i+1]
	return s.ids[from:to], s.values[from:to]
}

// vocabulary numbers the features seen in training and weighs them.
type vocabulary struct {
	index *index
	idf   []float32
}

// newVocabulary numbers the features of some texts, given as keys. A feature
// repeated within a text counts once for its document frequency.
func newVocabulary(texts [][]uint64) *vocabulary {
	v := &vocabulary{index: newIndex(1 << 12)}
	var documents, last []int32
	for i, keys := range texts {
		for _, key := range keys {
			id := v.index.add(key)
			if int(id) == len(documents) {
				documents, last = append(documents, 0), append(last, -1)
			}
			if last[id] != int32(i) {
				documents[id], last[id] = documents[id]+1, int32(i)
			}
		}
	}
	v.idf = make([]float32, len(documents))
	for id, n := range documents {
		v.idf[id] = float32(math.Log(float64(1+len(texts))/float64(1+n)) + 1)
	}
	return v
}

// samples turns texts into rows. A repeated feature appears twice; its
// values add up wherever the row is used.
func (v *vocabulary) samples(texts [][]uint64, labels []int32) *samples {
	s := &samples{start: make([]int32, 1, len(texts)+1), labels: labels, features: len(v.idf)}
	for _, keys := range texts {
		s.appendRow(v, keys)
	}
	return s
}

func (s *samples) appendRow(v *vocabulary, keys []uint64) {
	from, square := len(s.ids), float32(0)
	for _, key := range keys {
		if id := v.index.get(key); id >= 0 {
			s.ids, s.values = append(s.ids, id), append(s.values, v.idf[id])
			square += v.idf[id] * v.idf[id]
		}
	}
	if square > 0 {
		scale := float32(1 / math.Sqrt(float64(square)))
		for i := range s.values[from:] {
			s.values[from+i] *= scale
		}
	}
	s.start = append(s.start, int32(len(s.ids)))
}
