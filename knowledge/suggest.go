package knowledge

import (
	"fmt"
	"strings"
)

// shorten keeps a quoted value from filling the screen.
func shorten(value string) string {
	runes := []rune(value)
	if len(runes) <= 40 {
		return value
	}
	return string(runes[:40]) + "…"
}

// maxSuggestions bounds the names a typing mistake is compared with.
const maxSuggestions = 2_000

// maxSuggested is the longest name, in bytes, that can be a typing mistake.
const maxSuggested = 200

// suggest says which of the known names was probably meant.
func suggest(got string, known []string) string {
	if len(known) > maxSuggestions {
		return ""
	}
	best, distance := "", 4
	if len(got) > maxSuggested {
		known = nil
	}
	for _, name := range known {
		if d := edits(strings.ToLower(got), strings.ToLower(name), distance); d < distance {
			best, distance = name, d
		}
	}
	if best != "" && distance <= len(got)/2 {
		return fmt.Sprintf("did you mean %q?", best)
	}
	if len(known) > 0 && len(known) <= 20 {
		return "known: " + strings.Join(known, ", ")
	}
	return ""
}

// edits is how many letters must change between two names, at most limit.
func edits(a, b string, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return min(row[len(b)], limit)
}
