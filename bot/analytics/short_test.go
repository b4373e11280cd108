package analytics

import (
	"testing"

	"pgregory.net/rapid"
)

// A text that is taken for short is the one it would be made.
func TestShortIsShort(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(
		rapid.StringOf(rapid.SampledFrom([]rune(" \t\n\x00a为\u3000\u0085\uFFFD"))), rapid.String(),
		rapid.StringOfN(rapid.RuneFrom([]rune("ab ")), MaxQuestion-1, MaxQuestion+1, -1),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(data []byte) string { return string(data) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := text.Draw(t, "text")
		if isShort(text) && shorten(text) != text {
			t.Fatalf("%q is made %q", text, shorten(text))
		}
	})
}
