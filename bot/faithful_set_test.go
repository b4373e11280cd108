package bot_test

import (
	"embed"
	"strings"
	"testing"

	"kaitong/bot"
	"kaitong/knowledge"
)

//go:embed testdata/wordings/*.txt
var wordingFiles embed.FS

// wordingCase is a paragraph and something said of it.
type wordingCase struct {
	text, said, does string
	honest           bool
}

func wordingCases(t *testing.T, locale string) []wordingCase {
	t.Helper()
	file, err := wordingFiles.ReadFile("testdata/wordings/" + locale + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []wordingCase
	text := ""
	for line := range strings.Lines(string(file)) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		said, does, _ := strings.Cut(rest, " | ")
		switch kind {
		case "=":
			text = rest
		case "+", "-":
			list = append(list, wordingCase{text: text, said: said, does: does, honest: kind == "+"})
		}
	}
	return list
}

// Honest wordings are let through, nearly all of them; those that turn the text
// round with its own words, or a few of theirs, are not.
func TestHonestWordingsPassAndTwistedOnesDoNot(t *testing.T) {
	t.Parallel()
	for locale, least := range map[string]float64{"zh-CN": 0.8, "en": 0.7} {
		hold := faith(t, knowledge.Locale(locale))
		honest, passed, lies := 0, 0, 0
		for _, one := range wordingCases(t, locale) {
			r := bot.Rewording{Locale: locale, Paragraphs: []bot.Paragraph{{ID: "p1", Text: one.text}}}
			err := bot.Faithful(r, []bot.Sentence{{Text: one.said, Cites: []string{"p1"}}}, hold)
			switch {
			case !one.honest:
				lies++
				if err == nil {
					t.Errorf("%s: %q passes for\n%s\n(%s)", locale, one.said, one.text, one.does)
				}
			case err == nil:
				honest, passed = honest+1, passed+1
			default:
				honest++
				t.Logf("%s: refused by %s (%v): %s", locale, bot.BrokenRule(err), err, one.said)
			}
		}
		t.Logf("%s: %d of %d honest wordings pass, %d twisted ones were tried", locale, passed, honest, lies)
		if float64(passed) < least*float64(honest) {
			t.Errorf("%s: only %d of %d honest wordings pass", locale, passed, honest)
		}
	}
}
