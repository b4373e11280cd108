package gaps

import (
	"cmp"
	"math"
	"slices"
)

// Meanings are what texts mean, as vectors of one length, by text. Where there are
// none, groups are made of words alone.
type Meanings map[string][]float32

const (
	// mostMeant is how many different texts are asked the meaning of.
	mostMeant = 300
	// leastMeant is from how many on vectors say something: what all of them have in
	// common is taken away first.
	leastMeant = 8
	// near is the mean cosine, without what all have in common, from which two groups
	// ask the same.
	near = 0.45
)

// Texts are the texts of questions whose meanings may help to group them: different
// ones, the latest first.
func Texts(asked []Asked) []string {
	asked = slices.Clone(asked)
	sortLatest(asked)
	var texts []string
	seen := map[string]bool{}
	for _, one := range asked {
		if !seen[one.Text] && len(texts) < mostMeant {
			seen[one.Text] = true
			texts = append(texts, one.Text)
		}
	}
	return texts
}

func sortLatest(asked []Asked) {
	slices.SortFunc(asked, func(a, b Asked) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Conversation, b.Conversation), cmp.Compare(a.Version, b.Version))
	})
}

// bundle is a group in the making, with the sum of its vectors.
type bundle struct {
	members []int // of texts, the most central first
	sum     []float64
	size    float64 // vectors in the sum
}

// joined joins groups of texts, given as indices, that mean the same: those that are
// each other's nearest, as long as their texts are near on average. What has no
// vector stays as it is.
func (m Meanings) joined(texts []string, groups [][]int) [][]int {
	vectors := m.centred(texts)
	if len(vectors) < leastMeant {
		return groups
	}
	bundles := make([]*bundle, len(groups))
	for i, group := range groups {
		bundles[i] = &bundle{members: group}
		seen := map[string]bool{}
		for _, member := range group {
			if text := texts[member]; !seen[text] {
				seen[text] = true
				bundles[i].add(vectors[text], 1)
			}
		}
	}
	for joinOnce(bundles) {
		bundles = slices.DeleteFunc(bundles, func(b *bundle) bool { return b.members == nil })
	}
	var list [][]int
	for _, b := range bundles {
		list = append(list, b.members)
	}
	slices.SortStableFunc(list, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	return list
}

// centred are the vectors of texts without what all have in common, of length 1.
func (m Meanings) centred(texts []string) map[string][]float64 {
	vectors := map[string][]float64{}
	var mean []float64
	for _, text := range texts {
		known, ok := m[text]
		if _, seen := vectors[text]; !ok || seen || len(known) == 0 || mean != nil && len(known) != len(mean) {
			continue
		}
		v := make([]float64, len(known))
		for i, number := range known {
			v[i] = float64(number)
		}
		vectors[text] = scale(v)
		mean = plus(mean, vectors[text])
	}
	n := float64(max(1, len(vectors)))
	for text, v := range vectors {
		for i := range v {
			v[i] -= mean[i] / n
		}
		vectors[text] = scale(v)
	}
	return vectors
}

func scale(v []float64) []float64 {
	norm := math.Sqrt(dot(v, v))
	if norm < 1e-9 { // what says nothing is near nothing
		return make([]float64, len(v))
	}
	for i := range v {
		v[i] /= norm
	}
	return v
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range min(len(a), len(b)) {
		sum += a[i] * b[i]
	}
	return sum
}

func plus(a, b []float64) []float64 {
	if a == nil {
		return slices.Clone(b)
	}
	for i := range b {
		a[i] += b[i]
	}
	return a
}

// add adds vectors; one that is nil adds nothing.
func (b *bundle) add(sum []float64, size float64) {
	if sum == nil {
		return
	}
	b.sum, b.size = plus(b.sum, sum), b.size+size
}

// joinOnce joins all pairs that are each other's nearest, and says whether there were
// any.
func joinOnce(bundles []*bundle) bool {
	nearest := make([]int, len(bundles))
	for i := range bundles {
		nearest[i] = nearestTo(bundles, i)
	}
	found := false
	for i, other := range nearest {
		if other > i && nearest[other] == i {
			a, b := bundles[i], bundles[other]
			a.members = append(slices.Clone(a.members), b.members...)
			a.add(b.sum, b.size)
			b.members = nil
			found = true
		}
	}
	return found
}

func nearestTo(bundles []*bundle, i int) int {
	best, at := near, -1
	for j, other := range bundles {
		if j == i || other.size == 0 || bundles[i].size == 0 {
			continue
		}
		if mean := dot(bundles[i].sum, other.sum) / bundles[i].size / other.size; mean > best {
			best, at = mean, j
		}
	}
	return at
}
