package intents

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
)

// cueFile is where the phrases are kept, relative to the data folder.
const cueFile = "cues.yaml"

// cueSet is one entry of the cue file.
type cueSet struct {
	Intent  string   `yaml:"intent"`
	Against []string `yaml:"against"` // instead of intent: what a text with such a phrase is not
	Vague   bool     `yaml:"vague"`   // instead of intent: as a whole message it may mean several things
	Whole   bool     `yaml:"whole"`   // the phrase must be the whole message
	Phrases []string `yaml:"phrases"`
	Unless  []string `yaml:"unless"`
}

// cues finds what must never be missed: distress, scams, the wish for a human.
type cues struct {
	sets    []cueSet
	lexicon *lexicon // tag 2i: phrases of set i; 2i+1: its exceptions
}

// readCues reads the cue file of a data folder.
func readCues(data fs.FS) (sets []cueSet, err error) {
	raw, err := fs.ReadFile(data, cueFile)
	if err != nil {
		return nil, fmt.Errorf("cues: %w", err)
	}
	if err := decodeYAML(raw, &sets); err != nil {
		return nil, fmt.Errorf("cues: %s: %w", cueFile, err)
	}
	return sets, nil
}

func newCues(sets []cueSet) (*cues, error) {
	entries := make([][]string, 0, 2*len(sets))
	for _, set := range sets {
		entries = append(entries, set.Phrases, set.Unless)
	}
	found, err := newLexicon(entries)
	if err != nil {
		return nil, fmt.Errorf("cues: %s: %w", cueFile, err)
	}
	return &cues{sets: sets, lexicon: found}, nil
}

// faults lists what is wrong with a set of a pack whose intents are labels,
// each with the text of the file that is at fault.
func (set cueSet) faults(labels []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if !patternFaults(yield, set.Phrases, set.Unless) {
			return
		}
		named := set.Against
		if set.Intent != "" {
			named = append([]string{set.Intent}, set.Against...)
		}
		for _, intent := range named {
			if !slices.Contains(labels, intent) && !yield(intent, fmt.Errorf("there is no intent %q", intent)) {
				return
			}
		}
		if set.purposes() != 1 {
			yield("phrases", errors.New("a set of phrases has one of: an intent, intents that it speaks against, vague"))
		}
	}
}

// purposes counts what a set is said to be for.
func (set cueSet) purposes() (n int) {
	for _, given := range [...]bool{set.Intent != "", len(set.Against) > 0, set.Vague} {
		if given {
			n++
		}
	}
	return n
}

// find returns the cued intent of a normalised text, the most pressing first.
func (c *cues) find(text []rune, f *finder) (intent string, found bool) {
	hits := c.lexicon.find(text, f)
	best := len(c.sets)
	for _, h := range hits {
		set := int(h.tag / 2)
		if h.tag%2 == 1 || set >= best || c.sets[set].Intent == "" || c.excused(hits, h) {
			continue
		}
		if c.sets[set].Whole && !isWhole(text, h) {
			continue
		}
		best = set
	}
	if best == len(c.sets) {
		return "", false
	}
	return c.sets[best].Intent, true
}

// excused reports whether a cue meets one of its own exceptions, or is part
// of a longer phrase that speaks against its intent.
func (c *cues) excused(hits []hit, cue hit) bool {
	for _, h := range hits {
		if h.tag == cue.tag+1 && h.start < cue.end && cue.start < h.end {
			return true
		}
		if h.tag%2 == 0 && covers(h, cue) && slices.Contains(c.sets[h.tag/2].Against, c.sets[cue.tag/2].Intent) {
			return true
		}
	}
	return false
}

// doubtful reports whether anything in the text last searched with f can speak
// against an intent; for most texts nothing does.
func (c *cues) doubtful(f *finder) bool {
	for _, h := range f.hits {
		if h.tag%2 == 0 && len(c.sets[h.tag/2].Against) > 0 {
			return true
		}
	}
	return false
}

// doubts reports whether something in the text last searched with f speaks
// against an intent.
func (c *cues) doubts(intent string, f *finder) bool {
	for _, h := range f.hits {
		if h.tag%2 == 0 && slices.Contains(c.sets[h.tag/2].Against, intent) && !c.excused(f.hits, h) {
			return true
		}
	}
	return false
}

// vague reports whether the text last searched with f says too little to be
// answered without asking back.
func (c *cues) vague(text []rune, f *finder) bool {
	for _, h := range f.hits {
		if h.tag%2 == 0 && c.sets[h.tag/2].Vague && isWhole(text, h) {
			return true
		}
	}
	return false
}

// isWhole reports whether nothing but marks and polite words surround a hit.
func isWhole(text []rune, h hit) bool {
	for i, r := range text {
		inside := int32(i) >= h.start && int32(i) < h.end
		if !inside && r != mark && r != space && !runeIn(r, "请我要的吗啊呢呀吧了快") {
			return false
		}
	}
	return true
}
