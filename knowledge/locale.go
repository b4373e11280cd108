package knowledge

import (
	"slices"

	"golang.org/x/text/language"
)

// matcher finds the pack locale for any language tag.
func matcher(locales []Locale) language.Matcher {
	tags := make([]language.Tag, len(locales))
	for i, locale := range locales {
		tags[i] = language.Make(string(locale))
	}
	return language.NewMatcher(tags)
}

// Locale returns the pack's locale that serves a BCP 47 tag best: zh, zh-Hans
// and zh-TW are served in zh-CN, en-US in en. A tag that is empty, malformed or
// foreign to the pack is served in the pack's first locale.
func (b *Base) Locale(tag string) Locale {
	if slices.Contains(b.pack.Locales, Locale(tag)) {
		return Locale(tag)
	}
	wanted, err := language.Parse(tag)
	if err != nil {
		return b.pack.Locales[0]
	}
	_, i, confidence := b.match.Match(wanted)
	if confidence == language.No {
		return b.pack.Locales[0]
	}
	return b.pack.Locales[i]
}

// words returns a text in a locale, or in the pack's first.
func (b *Base) words(text Text, locale Locale) string {
	if words, ok := text[locale]; ok {
		return words
	}
	return text[b.pack.Locales[0]]
}
