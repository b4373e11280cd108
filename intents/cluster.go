package intents

import (
	"cmp"
	"math"
	"slices"
)

const (
	// nearby is the cosine from which two questions are taken for the same.
	nearby = 0.5
	// alike is the mean cosine from which two clusters are taken for one.
	alike = 0.24
	// minorWeight is what a feature counts that says how something is asked.
	minorWeight = 0.5
	// maxNeighbours bounds the memory for questions that all resemble each other.
	maxNeighbours = 64
	// maxPosting bounds the time: a feature of more texts says little about any.
	maxPosting = 2_000
)

// cluster groups texts, given as feature keys, and returns the indices of each
// group, the most central first. Every text is in exactly one group. minor are
// the features that say how something is asked rather than what; among are
// further texts that say what is rare, where texts are too few or too much of a
// kind to tell.
//
// It is average linkage with a head start: near duplicates are gathered around
// the densest texts first, then groups that are each other's nearest are
// joined while their members resemble each other enough on average.
func cluster(texts, among [][]uint64, minor map[uint64]bool) [][]int {
	rows := weigh(texts, among, minor)
	groups := gather(rows)
	for joinNearest(groups) {
		groups = slices.DeleteFunc(groups, func(g *gathered) bool { return len(g.members) == 0 })
	}
	out := make([][]int, len(groups))
	for i, g := range groups {
		out[i] = g.central(rows)
	}
	return out
}

// term is one feature of a text and its weight.
type term struct {
	feature int32
	value   float32
}

// weigh turns texts into rows of length 1 in the order of features, weighed
// by how rare they are. A feature that is there twice counts once.
func weigh(texts, among [][]uint64, minor map[uint64]bool) [][]term {
	all := slices.Concat(texts, among)
	v := newVocabulary(all)
	common := float32(math.Log(float64(1+len(all))/float64(1+maxPosting)) + 1)
	rows := make([][]term, len(texts))
	for i, keys := range texts {
		row := make([]term, 0, len(keys))
		for _, key := range keys {
			id := v.index.get(key)
			switch weight := v.idf[id]; {
			case weight <= common:
			case minor[key]:
				row = append(row, term{id, weight * minorWeight})
			default:
				row = append(row, term{id, weight})
			}
		}
		slices.SortFunc(row, func(a, b term) int { return cmp.Compare(a.feature, b.feature) })
		rows[i] = scaled(slices.Compact(row))
	}
	return rows
}

func scaled(row []term) []term {
	scale := float32(1 / math.Sqrt(max(float64(product(row, row)), 1e-12)))
	for i := range row {
		row[i].value *= scale
	}
	return row
}

// product is the inner product of two rows.
func product(a, b []term) float32 {
	sum := float32(0)
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].feature < b[0].feature:
			a = a[1:]
		case a[0].feature > b[0].feature:
			b = b[1:]
		default:
			sum += a[0].value * b[0].value
			a, b = a[1:], b[1:]
		}
	}
	return sum
}

// postings finds rows by feature.
type postings struct {
	of     map[int32][]term // feature -> rows that have it, in term.feature, and their values
	scores []float32        // working memory, per row
	hit    []int32
}

func newPostings(n int, row func(i int) []term) *postings {
	p := &postings{of: map[int32][]term{}, scores: make([]float32, n)}
	for i := range n {
		for _, t := range row(i) {
			p.of[t.feature] = append(p.of[t.feature], term{int32(i), t.value})
		}
	}
	return p
}

// each calls found for every row that shares a feature with one, in no
// particular order that depends on anything but the rows.
func (p *postings) each(row []term, found func(i int, product float32)) {
	p.hit = p.hit[:0]
	for _, t := range row {
		for _, other := range p.of[t.feature] {
			if p.scores[other.feature] == 0 {
				p.hit = append(p.hit, other.feature)
			}
			p.scores[other.feature] += t.value * other.value
		}
	}
	for _, i := range p.hit {
		found(int(i), p.scores[i])
		p.scores[i] = 0
	}
}

// neighbour is a text near another one.
type neighbour struct {
	text   int
	cosine float32
}

// gather makes groups around texts with many near neighbours: the densest
// takes those that are free, then the next.
func gather(rows [][]term) []*gathered {
	near, density := neighbours(rows)
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(density[b], density[a]) })
	taken := make([]bool, len(rows))
	var groups []*gathered
	for _, centre := range order {
		if taken[centre] {
			continue
		}
		taken[centre] = true
		g := &gathered{members: []int{centre}, sum: rows[centre], nearest: -1}
		for _, n := range near[centre] {
			if !taken[n.text] {
				taken[n.text] = true
				g.take(&gathered{members: []int{n.text}, sum: rows[n.text]})
			}
		}
		groups = append(groups, g)
	}
	return groups
}

// neighbours finds the texts near each text, nearest first, and how dense it
// is around each.
func neighbours(rows [][]term) (near [][]neighbour, density []float32) {
	near, density = make([][]neighbour, len(rows)), make([]float32, len(rows))
	p := newPostings(len(rows), func(i int) []term { return rows[i] })
	for i, row := range rows {
		var list []neighbour
		p.each(row, func(other int, cosine float32) {
			if cosine >= nearby && other != i {
				list = append(list, neighbour{other, cosine})
				density[i] += cosine
			}
		})
		slices.SortFunc(list, func(a, b neighbour) int {
			return cmp.Or(cmp.Compare(b.cosine, a.cosine), cmp.Compare(a.text, b.text))
		})
		near[i] = slices.Clone(list[:min(len(list), maxNeighbours)])
	}
	return near, density
}

// gathered is a group in the making.
type gathered struct {
	members []int
	sum     []term // of the rows of the members
	nearest int    // index of the group most like it; -1 if none is enough
}

// take moves the members of another group here.
func (g *gathered) take(other *gathered) {
	g.members = append(g.members, other.members...)
	g.sum = added(g.sum, other.sum)
	other.members, other.sum = nil, nil
}

// added returns the sum of two rows.
func added(a, b []term) []term {
	sum := make([]term, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].feature < b[0].feature:
			sum, a = append(sum, a[0]), a[1:]
		case a[0].feature > b[0].feature:
			sum, b = append(sum, b[0]), b[1:]
		default:
			sum = append(sum, term{a[0].feature, a[0].value + b[0].value})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(sum, a...), b...)
}

// joinNearest joins all pairs of groups that are each other's nearest; it
// reports whether there were any. Joining two never brings a third nearer than
// it was to one of them, so the order of joining does not matter.
func joinNearest(groups []*gathered) bool {
	p := newPostings(len(groups), func(i int) []term { return groups[i].sum })
	for i, g := range groups {
		g.nearest = p.nearest(groups, i)
	}
	joined := false
	for i, g := range groups {
		if other := g.nearest; other > i && groups[other].nearest == i {
			g.take(groups[other])
			joined = true
		}
	}
	return joined
}

// nearest returns the group whose members are most like those of group i on
// average, the first of equals.
func (p *postings) nearest(groups []*gathered, i int) int {
	best, at := float32(alike), -1
	size := float32(len(groups[i].members))
	p.each(groups[i].sum, func(other int, product float32) {
		mean := product / size / float32(len(groups[other].members))
		if other != i && (mean > best || mean == best && (at < 0 || other < at)) {
			best, at = mean, other
		}
	})
	return at
}

// central returns the members, those most like the others first.
func (g *gathered) central(rows [][]term) []int {
	likeness := map[int]float32{}
	for _, i := range g.members {
		likeness[i] = product(rows[i], g.sum)
	}
	slices.SortFunc(g.members, func(a, b int) int {
		return cmp.Or(cmp.Compare(likeness[b], likeness[a]), cmp.Compare(a, b))
	})
	return g.members
}
