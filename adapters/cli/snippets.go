package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"kaitong/adapters/desk"
	"kaitong/bot"
	"kaitong/knowledge"
)

// mostSnippets is how many are offered at once.
const mostSnippets = 20

// snippets offers agents what the pack says, to paste and change.
type snippets struct{ library *bot.Library }

// products names what the pack is about to agents.
type products struct{ library *bot.Library }

func (p products) names(locale string) map[string]string {
	base := p.library.Latest().Base
	product := base.Pack().Product
	return map[string]string{product.ID: product.Name.In(base.Locale(locale))}
}

// find looks for every piece of the query; what holds more of them, above all
// in its title, comes first. Without a query it is the first of all.
func (s snippets) find(query, locale string) []desk.Snippet {
	base := s.library.Latest().Base
	pieces := piecesOf(query)
	var found []ranked
	for _, one := range all(base, base.Locale(locale), time.Now()) {
		if score := scoreOf(one, pieces); score > 0 || len(pieces) == 0 {
			found = append(found, ranked{one, score})
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int { return cmp.Compare(b.score, a.score) })
	var best []desk.Snippet
	for _, one := range found[:min(len(found), mostSnippets)] {
		best = append(best, one.Snippet)
	}
	return best
}

type ranked struct {
	desk.Snippet
	score int
}

// all is every cause, fix and answer that may be shown today.
func all(base *knowledge.Base, locale knowledge.Locale, now time.Time) []desk.Snippet {
	var list []desk.Snippet
	for _, cause := range base.Causes() {
		if cause.Valid(now) {
			list = append(list, desk.Snippet{ID: "cause:" + cause.ID, Title: cause.Title.In(locale), Text: cause.Explain.In(locale)})
		}
	}
	for _, fix := range base.Fixes() {
		if fix.Valid(now) {
			list = append(list, desk.Snippet{ID: "fix:" + fix.ID, Title: fix.Title.In(locale), Text: steps(fix, locale)})
		}
	}
	for _, answer := range base.Answers() {
		title := answer.Label.In(locale)
		if !answer.Valid(now) || title == "" {
			continue
		}
		var paragraphs []string
		for _, paragraph := range answer.Text {
			paragraphs = append(paragraphs, paragraph.In(locale))
		}
		list = append(list, desk.Snippet{ID: "answer:" + answer.Intent, Title: title, Text: strings.Join(paragraphs, "\n")})
	}
	return list
}

func steps(fix knowledge.Fix, locale knowledge.Locale) string {
	lines := []string{fix.Title.In(locale)}
	for i, step := range fix.Steps {
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, step.Text.In(locale)))
	}
	if note := fix.Note.In(locale); note != "" {
		lines = append(lines, note)
	}
	return strings.Join(lines, "\n")
}

// piecesOf takes a query apart: words, and pairs of neighbours where a language
// writes no spaces.
func piecesOf(query string) []string {
	var pieces []string
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		letters := []rune(word)
		if !strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || len(letters) < 3 {
			pieces = append(pieces, word)
			continue
		}
		for i := range len(letters) - 1 {
			pieces = append(pieces, string(letters[i:i+2]))
		}
	}
	return pieces
}

func scoreOf(one desk.Snippet, pieces []string) int {
	title, text := strings.ToLower(one.Title), strings.ToLower(one.Text)
	score := 0
	for _, piece := range pieces {
		if strings.Contains(title, piece) {
			score += 3
		}
		if strings.Contains(text, piece) {
			score++
		}
	}
	return score
}
