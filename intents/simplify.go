package intents

import (
	_ "embed" // the character table
	"strings"
	"sync"
)

//go:embed tables/simplified.txt
var simplifiedTable string

// simplified is the traditional to simplified table, read once.
var simplified = sync.OnceValue(func() *foldTable { return parseFold(simplifiedTable) })

// foldLow and foldHigh bound the runes a foldTable can change.
const (
	foldLow  = 0x3400
	foldHigh = 0x9FFF
)

// foldTable maps one rune to one rune; zero means unchanged. A plain array is
// 55 KB and costs a nanosecond a rune, a map would cost ten.
type foldTable [foldHigh - foldLow + 1]uint16

func (t *foldTable) rune(r rune) rune {
	if r < foldLow || r > foldHigh {
		return r
	}
	if to := t[r-foldLow]; to != 0 {
		return rune(to)
	}
	return r
}

// parseFold reads pairs of runes, "長长 髮发", with # comments.
func parseFold(table string) *foldTable {
	t := new(foldTable)
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for pair := range strings.FieldsSeq(line) {
			runes := []rune(pair)
			t[runes[0]-foldLow] = uint16(runes[1])
		}
	}
	return t
}
