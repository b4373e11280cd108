package knowledge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/width"
)

// Problem is one thing wrong in a pack, where it is, and how to mend it.
type Problem struct {
	File    string `json:"file"`              // path inside the pack, slashes
	Line    int    `json:"line"`              // from 1
	Column  int    `json:"column"`            // from 1, in characters
	Message string `json:"message"`           // what is wrong, one line
	Mend    string `json:"mend,omitempty"`    // what to do about it, one line
	Excerpt string `json:"excerpt,omitempty"` // the line and a caret under the column
}

// String is file:line:column: message (mend), then the excerpt.
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
	if p.Mend != "" {
		fmt.Fprintf(&b, " (%s)", p.Mend)
	}
	if p.Excerpt != "" {
		b.WriteString("\n" + p.Excerpt)
	}
	return b.String()
}

// Problems is everything wrong in a pack, in the order of files and lines.
// As a pointer it is the error Load returns.
type Problems []Problem

// maxPrinted keeps the error of a thoroughly broken file readable; the list
// itself is complete.
const maxPrinted = 100

// Error prints the problems one after the other, each with its excerpt.
func (p *Problems) Error() string {
	var b strings.Builder
	for i, problem := range *p {
		if i == maxPrinted {
			fmt.Fprintf(&b, "\n… and %d more problems", len(*p)-i)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(problem.String())
	}
	return b.String()
}

// err is the list as an error, or nil when it is empty.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &p
}

// sort puts the problems in reading order; equal places keep theirs.
func (p Problems) sort() {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// The part of a long line an excerpt shows, in characters around the column.
const (
	excerptBefore = 30
	excerptAfter  = 50
)

// excerpt shows a line with a caret under the column (from 1, in characters).
// Chinese characters take two cells on a terminal, so the caret counts cells.
func excerpt(line string, column int) string {
	runes := []rune(strings.ReplaceAll(line, "\t", " "))
	at := min(max(column-1, 0), len(runes))
	from, to := max(0, at-excerptBefore), min(len(runes), at+excerptAfter)
	lead, tail := "", ""
	if from > 0 {
		lead = "…"
	}
	if to < len(runes) {
		tail = "…"
	}
	indent := cells(lead) + cells(string(runes[from:at]))
	return "    " + lead + printable(runes[from:to]) + tail + "\n    " + strings.Repeat(" ", indent) + "^"
}

// cells is how many columns of a terminal the text takes.
func cells(text string) int {
	n := 0
	for _, r := range text {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// printable replaces what would disturb a terminal.
func printable(runes []rune) string {
	return strings.Map(func(r rune) rune {
		if forbidden(r) {
			return '\uFFFD'
		}
		return r
	}, string(runes))
}
