package intents

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// literal is one alternative of a part of a pattern, normalised.
type literal struct {
	runes []rune
	open  bool // the word may go on
}

func (l literal) output(phrase int32, part int) output {
	return output{
		phrase: phrase, part: int16(part), length: int16(len(l.runes)),
		starts: isWordRune(l.runes[0]), ends: !l.open && isWordRune(l.runes[len(l.runes)-1]),
	}
}

// parsePattern reads a pattern into its parts, each a choice of literals.
func parsePattern(pattern string) (parts [][]literal, gap int32, err error) {
	if n := utf8.RuneCountInString(pattern); n > maxPattern {
		return nil, 0, fmt.Errorf("phrase %.40q… has %d characters; %d are the most", pattern, n, maxPattern)
	}
	texts, gap := partsOf(pattern)
	for _, text := range texts {
		var part []literal
		for choice := range strings.SplitSeq(text, "|") {
			word, open := strings.CutSuffix(strings.TrimSpace(choice), "*")
			runes := []rune(Normalize(word))
			if len(runes) == 0 {
				return nil, 0, fmt.Errorf("phrase %q has an empty part", pattern)
			}
			part = append(part, literal{runes, open})
		}
		parts = append(parts, part)
	}
	return parts, gap, nil
}

// partsOf splits a pattern and says how far apart its parts may be.
func partsOf(pattern string) (parts []string, gap int32) {
	switch {
	case strings.Contains(pattern, "+"):
		return strings.Split(pattern, "+"), 1
	case strings.IndexFunc(pattern, isHan) >= 0:
		return strings.Split(pattern, "…"), gapHan
	}
	return strings.Split(pattern, "…"), gapLatin
}
