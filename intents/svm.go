package intents

import (
	"math/rand/v2"
	"sync"
)

// weights is a linear classifier: one row of class weights per feature, the
// last row being the bias.
type weights struct {
	classes int
	rows    []float32 // (features+1) x classes
}

func (w *weights) row(feature int) []float32 {
	return w.rows[feature*w.classes : (feature+1)*w.classes]
}

// scores adds a row of samples up into one score per class.
func (w *weights) scores(ids []int32, values []float32, into []float32) {
	copy(into, w.rows[len(w.rows)-w.classes:])
	for i, id := range ids {
		addScaled(into, w.row(int(id)), values[i])
	}
}

// addScaled adds x times k to y.
func addScaled(y, x []float32, k float32) {
	x = x[:len(y)]
	for len(y) >= 4 {
		y[0] += x[0] * k
		y[1] += x[1] * k
		y[2] += x[2] * k
		y[3] += x[3] * k
		y, x = y[4:], x[4:]
	}
	for i := range y {
		y[i] += x[i] * k
	}
}

// svmOptions are the knobs of trainSVM.
type svmOptions struct {
	cost   float32
	epochs int
	seed   uint64
}

// trainSVM fits a one-vs-rest support vector machine with squared hinge loss
// by dual coordinate descent (Hsieh et al. 2008). All classes walk through the
// samples together, so that one pass over a row serves every class; the
// classes are split over two goroutines, which never touch the same weight.
func trainSVM(s *samples, classes int, o svmOptions) *weights {
	w := &weights{classes: classes, rows: make([]float32, (s.features+1)*classes)}
	half := (classes + 1) / 2
	var parts sync.WaitGroup
	for from := 0; from < classes; from += half {
		parts.Go(func() {
			to := min(from+half, classes)
			part := trainSVMClasses(s, from, to, o)
			for f := range s.features + 1 {
				copy(w.row(f)[from:to], part.row(f))
			}
		})
	}
	parts.Wait()
	return w
}

// trainSVMClasses fits the classes from..to-1.
func trainSVMClasses(s *samples, from, to int, o svmOptions) *weights {
	classes := to - from
	w := &weights{classes: classes, rows: make([]float32, (s.features+1)*classes)}
	bias := w.row(s.features)
	alpha := make([]float32, s.len()*classes)
	diagonal := 1 / (2 * o.cost)
	scores, steps := make([]float32, classes), make([]float32, classes)
	random := rand.New(rand.NewPCG(o.seed, 1))
	order := random.Perm(s.len())
	for range o.epochs {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			ids, values := s.row(i)
			w.scores(ids, values, scores)
			a := alpha[i*classes : (i+1)*classes]
			if svmSteps(a, scores, steps, int(s.labels[i])-from, diagonal) {
				for n, id := range ids {
					addScaled(w.row(int(id)), steps, values[n])
				}
				addScaled(bias, steps, 1)
			}
		}
	}
	return w
}

// svmSteps moves the dual variables of one sample and returns the change of
// the weights per class. Rows have length 1, plus 1 for the bias.
func svmSteps(alpha, scores, steps []float32, label int, diagonal float32) (moved bool) {
	for k := range scores {
		y := float32(-1)
		if k == label {
			y = 1
		}
		gradient := y*scores[k] - 1 + diagonal*alpha[k]
		next := max(alpha[k]-gradient/(2+diagonal), 0)
		steps[k] = (next - alpha[k]) * y
		alpha[k] = next
		moved = moved || steps[k] != 0
	}
	return moved
}
