package intents

import (
	"math"
	"math/rand/v2"
	"slices"
)

// net is a small neural net: one hidden layer of rectified units.
type net struct {
	inputs, hidden, classes int
	in                      []float32 // (inputs+1) x hidden, the last row is the bias
	out                     []float32 // (hidden+1) x classes, likewise
}

// netOptions are the knobs of trainNet.
type netOptions struct {
	hidden     int
	epochs     int
	rate       float64 // step size of AdaGrad
	dropInput  float32 // share of features left out at each visit of a sample
	dropHidden float32 // share of hidden units left out
	smoothing  float32 // share of the target spread over all classes
	seed       uint64
}

// netTrainer is the state of training one net.
type netTrainer struct {
	*net
	o                    netOptions
	random               *rand.Rand
	inSquare             []float32 // AdaGrad: one sum of squared gradients per input row
	outSquare            []float32
	ids                  []int32 // the features kept this time
	values               []float32
	hiddenOut, hiddenErr []float32
	kept                 []bool
	probs                []float32
}

// trainNet fits a net by stochastic gradient descent, one sample at a time.
// Leaving out half of the features at every visit keeps it from leaning on
// single n-grams, which is worth more than any other knob.
func trainNet(s *samples, classes int, o netOptions, watched *steps) *net {
	t := newNetTrainer(s, classes, o)
	order := t.random.Perm(s.len())
	for epoch := range o.epochs {
		rate := float32(o.rate * (1 - float64(epoch)/float64(o.epochs)))
		t.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			t.learn(s, i, rate)
		}
		watched.add(1)
	}
	return t.net
}

func newNetTrainer(s *samples, classes int, o netOptions) *netTrainer {
	n := &net{inputs: s.features, hidden: o.hidden, classes: classes}
	n.in = make([]float32, (n.inputs+1)*n.hidden)
	n.out = make([]float32, (n.hidden+1)*classes)
	t := &netTrainer{net: n, o: o, random: rand.New(rand.NewPCG(o.seed, 2))}
	for i := range n.in[:n.inputs*n.hidden] {
		n.in[i] = (t.random.Float32()*2 - 1) * 0.1
	}
	limit := float32(math.Sqrt(6 / float64(n.hidden+classes)))
	for i := range n.out[:n.hidden*classes] {
		n.out[i] = (t.random.Float32()*2 - 1) * limit
	}
	t.inSquare = make([]float32, n.inputs+1)
	t.outSquare = make([]float32, len(n.out))
	t.hiddenOut, t.hiddenErr = make([]float32, n.hidden), make([]float32, n.hidden)
	t.kept, t.probs = make([]bool, n.hidden), make([]float32, classes)
	return t
}

// learn takes one step on sample i.
func (t *netTrainer) learn(s *samples, i int, rate float32) {
	t.drop(s.row(i))
	t.forward()
	label := int(s.labels[i])
	off := t.o.smoothing / float32(t.classes)
	for k := range t.probs {
		t.probs[k] -= off
	}
	t.probs[label] -= 1 - t.o.smoothing
	t.backward(rate)
}

// drop keeps a random part of the features, scaled to the same expectation.
func (t *netTrainer) drop(ids []int32, values []float32) {
	t.ids, t.values = t.ids[:0], t.values[:0]
	scale := 1 / (1 - t.o.dropInput)
	threshold := uint32(float64(t.o.dropInput) * (1 << 16))
	var bits uint64
	for n := range ids {
		if n%4 == 0 {
			bits = t.random.Uint64()
		}
		if uint32(bits&0xFFFF) >= threshold {
			t.ids, t.values = append(t.ids, ids[n]), append(t.values, values[n]*scale)
		}
		bits >>= 16
	}
}

// forward computes hidden units and class probabilities of the kept features.
func (t *netTrainer) forward() {
	h := t.hiddenOut
	copy(h, t.in[t.inputs*t.hidden:])
	for n, id := range t.ids {
		addScaled(h, t.in[int(id)*t.hidden:][:t.hidden], t.values[n])
	}
	scale := 1 / (1 - t.o.dropHidden)
	for j := range h {
		t.kept[j] = h[j] > 0 && t.random.Float32() >= t.o.dropHidden
		if !t.kept[j] {
			h[j] = 0
			continue
		}
		h[j] *= scale
	}
	copy(t.probs, t.out[t.hidden*t.classes:])
	for j, x := range h {
		if x != 0 {
			addScaled(t.probs, t.out[j*t.classes:][:t.classes], x)
		}
	}
	softmax32(t.probs)
}

// backward spreads the error in probs back over both layers.
func (t *netTrainer) backward(rate float32) {
	scale := 1 / (1 - t.o.dropHidden)
	clear(t.hiddenErr)
	square := float32(0)
	for j, x := range t.hiddenOut {
		if t.kept[j] {
			row := t.out[j*t.classes:][:t.classes]
			t.hiddenErr[j] = dot(row, t.probs) * scale
			square += t.hiddenErr[j] * t.hiddenErr[j]
			t.adaptOut(row, t.outSquare[j*t.classes:][:t.classes], x, rate)
		}
	}
	t.adaptOut(t.out[t.hidden*t.classes:], t.outSquare[t.hidden*t.classes:], 1, rate)
	square /= float32(t.hidden)
	for n, id := range t.ids {
		t.adaptIn(int(id), t.values[n], square, rate)
	}
	t.adaptIn(t.inputs, 1, square, rate)
}

func (t *netTrainer) adaptOut(row, squares []float32, x, rate float32) {
	squares = squares[:len(row)]
	for k, e := range t.probs[:len(row)] {
		g := e * x
		squares[k] += g * g
		row[k] -= rate * g / sqrt32(squares[k]+1e-6)
	}
}

func (t *netTrainer) adaptIn(id int, x, square, rate float32) {
	t.inSquare[id] += square * x * x
	addScaled(t.in[id*t.hidden:][:t.hidden], t.hiddenErr, -rate*x/sqrt32(t.inSquare[id]+1e-8))
}

// scores writes the logits of a row into into, hidden being working memory.
func (n *net) scores(ids []int32, values []float32, hidden, into []float32) {
	copy(hidden, n.in[n.inputs*n.hidden:])
	for i, id := range ids {
		addScaled(hidden, n.in[int(id)*n.hidden:][:n.hidden], values[i])
	}
	copy(into, n.out[n.hidden*n.classes:])
	for j, x := range hidden {
		if x > 0 {
			addScaled(into, n.out[j*n.classes:][:n.classes], x)
		}
	}
}

func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }

func dot(x, y []float32) float32 {
	y = y[:len(x)]
	var a, b float32
	for len(x) >= 2 {
		a += x[0] * y[0]
		b += x[1] * y[1]
		x, y = x[2:], y[2:]
	}
	for i := range x {
		a += x[i] * y[i]
	}
	return a + b
}

// softmax32 turns logits into probabilities, in place.
func softmax32(logits []float32) { softmaxAt(logits, 1) }

// negligible is the logit below the best one that rounds to probability 0.
const negligible = -20

// softmaxAt turns logits divided by a temperature into probabilities, in place.
func softmaxAt(logits []float32, temperature float32) {
	top := slices.Max(logits)
	sum := float32(0)
	for i, l := range logits {
		logits[i] = 0
		if x := (l - top) / temperature; x > negligible {
			logits[i] = float32(math.Exp(float64(x)))
			sum += logits[i]
		}
	}
	for i := range logits {
		logits[i] /= sum
	}
}
