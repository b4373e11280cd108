package intents

import "fmt"

// A lexicon finds many phrases in one pass over a text (Aho-Corasick on
// runes). A phrase is literals with gaps between them: "交钱|付费 … 开通" means
// either word and, at most a gap later, the other; "不要+人工" wants the parts
// next to each other. Latin literals match whole
// words only; a trailing * lets the word go on ("scam*").
type lexicon struct {
	edges   *index // node and rune -> node
	nodes   []node
	phrases []phrase
}

// node is a state of the automaton.
type node struct {
	fail    int32
	link    int32 // nearest node along the fail chain that has outputs, or -1
	outputs []output
}

// output says that a literal is complete, and which part of which phrase it is.
type output struct {
	phrase int32
	part   int16
	length int16 // runes
	starts bool  // begins with a letter or digit: a whole word must start here
	ends   bool  // likewise at its end
}

// phrase is one pattern under a tag.
type phrase struct {
	tag   int32
	parts int16
	gap   int32 // runes allowed between two parts
}

// hit is one phrase found: it spans text[start:end].
type hit struct{ tag, start, end int32 }

// The gap two parts of a phrase may be apart, in runes. Latin words are longer.
const (
	gapHan   = 8
	gapLatin = 28
)

// The bounds of what packs may bring: a pattern in runes, and all of them
// together in nodes, so that no pack takes the memory of the machine.
const (
	maxPattern = 4_000
	maxNodes   = 1 << 20
)

// newLexicon builds the automaton; entries[tag] are the phrases of a tag.
func newLexicon(entries [][]string) (*lexicon, error) {
	l := &lexicon{edges: newIndex(1024), nodes: []node{{link: -1}}}
	for tag, patterns := range entries {
		for _, pattern := range patterns {
			if err := l.add(int32(tag), pattern); err != nil {
				return nil, err
			}
		}
	}
	l.connect()
	return l, nil
}

func (l *lexicon) add(tag int32, pattern string) error {
	parts, gap, err := parsePattern(pattern)
	if err != nil {
		return err
	}
	id := int32(len(l.phrases))
	l.phrases = append(l.phrases, phrase{tag: tag, parts: int16(len(parts)), gap: gap})
	for i, part := range parts {
		for _, word := range part {
			at := l.path(word.runes)
			l.nodes[at].outputs = append(l.nodes[at].outputs, word.output(id, i))
		}
	}
	if len(l.nodes) > maxNodes {
		return fmt.Errorf("phrase %.40q is one too many: all phrases together are too long", pattern)
	}
	return nil
}

// path returns the node of a literal, building the way to it.
func (l *lexicon) path(literal []rune) int32 {
	at := int32(0)
	for _, r := range literal {
		next := l.edges.get(edgeKey(at, r))
		if next < 0 {
			next = int32(len(l.nodes))
			l.nodes = append(l.nodes, node{link: -1})
			l.edges.put(edgeKey(at, r), next)
		}
		at = next
	}
	return at
}

// connect sets the fail and output links, breadth first. Nodes are numbered
// so that a parent precedes its children, but not by depth, hence the queue.
func (l *lexicon) connect() {
	children := make([][]edge, len(l.nodes))
	for _, slot := range l.edges.slots {
		if slot.key != 0 {
			from := int32(slot.key>>32) - 1
			children[from] = append(children[from], edge{rune(uint32(slot.key)), slot.id})
		}
	}
	for queue := []int32{0}; len(queue) > 0; queue = queue[1:] {
		for _, e := range children[queue[0]] {
			if queue[0] != 0 {
				l.nodes[e.to].fail = l.step(l.nodes[queue[0]].fail, e.on)
			}
			fail := l.nodes[e.to].fail
			l.nodes[e.to].link = l.nodes[fail].link
			if len(l.nodes[fail].outputs) > 0 {
				l.nodes[e.to].link = fail
			}
			queue = append(queue, e.to)
		}
	}
}

type edge struct {
	on rune
	to int32
}

// step follows r from a node, along the fail links where there is no edge.
func (l *lexicon) step(from int32, r rune) int32 {
	for {
		if to := l.edges.get(edgeKey(from, r)); to >= 0 {
			return to
		}
		if from == 0 {
			return 0
		}
		from = l.nodes[from].fail
	}
}

func edgeKey(from int32, r rune) uint64 { return uint64(from+1)<<32 | uint64(uint32(r)) }

// progress is how far a phrase of several parts has been found in this text.
type progress struct {
	text  uint32 // stamp of the text it belongs to
	parts int16
	start int32
	end   int32
}

// finder is the reusable memory of a search.
type finder struct {
	stamp    uint32
	progress []progress
	hits     []hit
}

// find returns every phrase found in a normalised text, in order of its end.
// The hits live until the next call.
func (l *lexicon) find(text []rune, f *finder) []hit {
	if len(f.progress) != len(l.phrases) {
		f.progress, f.stamp = make([]progress, len(l.phrases)), 0
	}
	f.stamp++
	f.hits = f.hits[:0]
	at := int32(0)
	for i, r := range text {
		at = l.step(at, r)
		for n := at; n >= 0; n = l.nodes[n].link {
			for _, o := range l.nodes[n].outputs {
				l.found(f, text, o, int32(i+1))
			}
		}
	}
	return f.hits
}

// found takes note of a literal that ends before end.
func (l *lexicon) found(f *finder, text []rune, o output, end int32) {
	start := end - int32(o.length)
	if o.starts && isWordRune(at(text, int(start)-1)) || o.ends && isWordRune(at(text, int(end))) {
		return
	}
	p, seen := l.phrases[o.phrase], &f.progress[o.phrase]
	if seen.text != f.stamp {
		*seen = progress{text: f.stamp}
	}
	switch {
	case o.part == 0:
		if seen.parts == 1 && seen.end == end { // a longer alternative ends here too
			return
		}
		if seen.parts <= 1 || start-seen.end > p.gap {
			seen.parts, seen.start, seen.end = 1, start, end
		}
	case seen.parts == o.part && start >= seen.end && start-seen.end <= p.gap:
		seen.parts, seen.end = o.part+1, end
	default:
		return
	}
	if o.part+1 == p.parts {
		f.hits = append(f.hits, hit{p.tag, seen.start, seen.end})
		seen.parts = 0
	}
}

// isWordRune reports runes that make up words of spaced scripts.
func isWordRune(r rune) bool { return isDigit(r) || r != 0 && isLetter(r) }
