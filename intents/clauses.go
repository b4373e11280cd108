package intents

import (
	"strings"
	"unicode/utf8"
)

// minClause is the length in runes below which a piece of text is no question
// of its own ("?", "急!", "谢谢。").
const minClause = 4

// Clauses splits a message into the questions it may hold: at the marks that
// end a sentence, and where people say that another question follows. A
// message with a single question comes back whole.
func Clauses(text string) []string {
	for _, lead := range []string{"还有就是", "还有，", "还有,", "另外", "顺便问", "再问一下", " also ", " and also", " another question"} {
		text = strings.ReplaceAll(text, lead, "\n"+lead)
	}
	pieces := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("？?！!。；;\n", r) })
	var clauses []string
	for _, piece := range pieces {
		if piece = strings.TrimSpace(piece); utf8.RuneCountInString(piece) >= minClause {
			clauses = append(clauses, piece)
		}
	}
	if len(clauses) < 2 {
		return []string{text}
	}
	return clauses
}
