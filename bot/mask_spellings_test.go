package bot_test

import (
	_ "embed"
	"strings"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// Nothing of what points to a person can be read any more, however it was
// written.
func TestMaskReadsEverySpelling(t *testing.T) {
	t.Parallel()
	masker := bot.NewMasker()
	missed, all := 0, bottest.Identifiers(4000, 1)
	for _, one := range all {
		masked, kinds := masker.Mask(one.Text())
		if left := one.Left(masked); left != "" || len(kinds) == 0 {
			missed++
			t.Errorf("%s, %s: of %q is left %q", one.Kind, one.Spelling, one.Text(), masked)
		}
	}
	t.Logf("%d of %d missed", missed, len(all))
}

//go:embed testdata/ordinary.txt
var ordinarySentences string

// What people need to say stays as they said it: amounts, days, versions,
// errors, hot lines, the numbers of orders.
func TestMaskLeavesOrdinarySentences(t *testing.T) {
	t.Parallel()
	masker := bot.NewMasker()
	sentences := strings.Split(strings.TrimSpace(ordinarySentences), "\n")
	if len(sentences) < 200 {
		t.Fatalf("only %d sentences", len(sentences))
	}
	for _, text := range sentences {
		if got, kinds := masker.Mask(text); got != text || len(kinds) > 0 {
			t.Errorf("%q became %q %v", text, got, kinds)
		}
	}
}
