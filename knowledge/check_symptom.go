package knowledge

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The bounds of the wordings of one symptom. Package intents reads no longer
// pattern.
const (
	maxPatterns     = 500
	maxPatternRunes = 4_000
)

func (c *checker) checkSymptom(e loaded[Symptom]) {
	s, symptom := e.source, e.value
	s.need("", "id", "label", "says", "intents", "text")
	s.named("id", symptom.ID)
	c.text(s, "label", symptom.Label)
	c.checkSays(s, symptom.Says)
	s.nonempty("intents", len(symptom.Intents))
	s.nonempty("text", len(symptom.Text))
	for i, paragraph := range symptom.Text {
		c.text(s, fmt.Sprintf("text[%d]", i), paragraph)
	}
	c.referAll(s, "intents", symptom.Intents, &c.answers)
	c.referAll(s, "fixes", symptom.Fixes, &c.fixes)
	c.referAll(s, "related", symptom.Related, &c.answers)
	c.causes.refer(s, "cause", symptom.Cause)
	c.flows.refer(s, "flow", symptom.Flow)
	c.checkWhen(s, "when", symptom.When)
	s.meta(symptom.Meta)
}

// checkSays looks at the wordings that give a symptom away. A language without
// any would leave the people who speak it alone.
func (c *checker) checkSays(s *source, says map[Locale][]string) {
	if !s.has("says") || s.bad["says"] {
		return
	}
	for _, locale := range c.locales {
		at := join("says", string(locale))
		if !s.has(at) && locale != "" {
			s.report("says", fmt.Sprintf("says has no wordings in %s", locale), fmt.Sprintf("add %s: […]", locale))
		}
		s.nonempty(at, len(says[locale]))
		s.unique(at, says[locale])
		if len(says[locale]) > maxPatterns {
			s.report(at, fmt.Sprintf("%s has %d wordings, more than %d", at, len(says[locale]), maxPatterns), "join some with |")
		}
		for i, pattern := range says[locale] {
			s.checkPattern(fmt.Sprintf("%s[%d]", at, i), pattern)
		}
	}
}

// checkPattern reports wordings that package intents could not read.
func (s *source) checkPattern(at, pattern string) {
	switch {
	case pattern == "":
	case utf8.RuneCountInString(pattern) > maxPatternRunes:
		s.report(at, fmt.Sprintf("%s has more than %d characters", at, maxPatternRunes), "split it")
	case strings.Contains(pattern, "...") || strings.ContainsAny(pattern, "｜＋＊"):
		s.report(at, fmt.Sprintf("%q is written with other signs", shorten(pattern)), "the signs are … | + *")
	default:
		s.checkParts(at, pattern)
	}
}

// checkParts reports a sign of a pattern beside which nothing stands.
func (s *source) checkParts(at, pattern string) {
	signs := strings.NewReplacer("…", "|", "+", "|")
	for part := range strings.SplitSeq(signs.Replace(pattern), "|") {
		if strings.Trim(part, " *") == "" {
			s.report(at, fmt.Sprintf("%q has a part without words", shorten(pattern)), "write words before and after each … | and +")
			return
		}
	}
}
