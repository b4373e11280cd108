package configs

import "strings"

// Nearest returns the candidate that is at most two typing mistakes away from
// word, or else one that word begins with, or nothing.
func Nearest(word string, candidates []string) string {
	best, found := 3, ""
	for _, candidate := range candidates {
		if away := distance(word, candidate); away < best && away < len(candidate) {
			best, found = away, candidate
		}
	}
	for _, candidate := range candidates {
		if found == "" && len(candidate) > 2 && strings.HasPrefix(word, candidate) {
			found = candidate
		}
	}
	return found
}

// distance counts the letters to insert, delete or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
