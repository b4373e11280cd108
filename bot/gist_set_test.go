package bot_test

import (
	"strings"
	"testing"
	"unicode"

	"kaitong/bot"
	"kaitong/knowledge"
)

// A summary tells a question as a question, a wish as a wish, what is somebody
// else's as theirs, and what is denied as denied.
func TestSummariesKeepTheMoodOfWhatWasSaid(t *testing.T) {
	t.Parallel()
	honest, passed, lies := 0, 0, 0
	for _, one := range wordingCases(t, "summaries") {
		gist := bot.Gist{Locale: "en", Said: strings.Split(one.text, " / ")}
		if strings.ContainsFunc(one.text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			gist.Locale = "zh-CN"
		}
		err := gist.Allows([]string{one.said}, faith(t, knowledge.Locale(gist.Locale)))
		switch {
		case !one.honest:
			if lies++; err == nil {
				t.Errorf("%q is told of %q (%s)", one.said, one.text, one.does)
			}
		case err == nil:
			honest, passed = honest+1, passed+1
		default:
			honest++
			t.Logf("refused by %s (%v): %s", bot.BrokenRule(err), err, one.said)
		}
	}
	t.Logf("%d of %d honest lines pass, %d others were tried", passed, honest, lies)
	if 4*passed < 3*honest {
		t.Errorf("only %d of %d honest lines pass", passed, honest)
	}
}
