package intents

import (
	"fmt"
	"io/fs"
	"slices"
)

// conceptFile is where the groups of words are kept, relative to the data folder.
const conceptFile = "concepts.yaml"

// maxConcepts bounds the concepts of one text; a text that touches more says
// nothing in particular.
const maxConcepts = 10

// concepts finds groups of words that mean the same, so that a construction
// learnt with one wording is known with the others.
type concepts struct {
	lexicon *lexicon
}

// loadConcepts reads the concept file of a data folder.
func loadConcepts(data fs.FS) (*concepts, error) {
	raw, err := fs.ReadFile(data, conceptFile)
	if err != nil {
		return nil, fmt.Errorf("concepts: %w", err)
	}
	var groups map[string][]string
	if err := decodeYAML(raw, &groups); err != nil {
		return nil, fmt.Errorf("concepts: %s: %w", conceptFile, err)
	}
	var entries [][]string
	for _, name := range sortedKeys(groups) {
		entries = append(entries, groups[name])
	}
	found, err := newLexicon(entries)
	if err != nil {
		return nil, fmt.Errorf("concepts: %s: %w", conceptFile, err)
	}
	return &concepts{lexicon: found}, nil
}

// appendKeys appends a feature per concept of a normalised text and one per
// pair of concepts, in the order they are first met.
func (c *concepts) appendKeys(dst []uint64, text []rune, f *finder) []uint64 {
	var met [maxConcepts]int32
	n := 0
	for _, h := range c.lexicon.find(text, f) {
		if n == maxConcepts || contains(met[:n], h.tag) {
			continue
		}
		met[n] = h.tag
		n++
		key := mix(featureConcept, uint64(h.tag)+1)
		dst = append(dst, key)
		for _, before := range met[:n-1] {
			dst = append(dst, mix(key, uint64(before)+1))
		}
	}
	return dst
}

func contains(tags []int32, tag int32) bool {
	return slices.Contains(tags, tag)
}
