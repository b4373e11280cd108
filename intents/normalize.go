package intents

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxRunes bounds the work a single text can cause. People ask in a dozen
// characters; whatever follows a thousand adds nothing to the reading.
const maxRunes = 1000

// Normalize returns the canonical spelling of a text, the one every other
// step works on: NFKC, simplified Chinese, lower case, product names spelled
// right, no invisible characters, emoji or spaces inside Chinese, every run
// of marks a single comma. It never fails; bytes that are no text are dropped.
func Normalize(text string) string {
	return string(appendNormalized(nil, text))
}

// appendNormalized appends the canonical runes of text to dst. It does not
// allocate when dst has room and text needs no compatibility decomposition.
func appendNormalized(dst []rune, text string) []rune {
	if !plain(text) {
		text = norm.NFKC.String(clip(text))
	}
	start, fold := len(dst), simplified()
	for i := 0; i < len(text) && len(dst)-start < maxRunes; {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		dst = appendRune(dst, start, fold.rune(canonical(r, size)))
	}
	dst = tidy(dst, start)
	return dst[:start+len(mendProducts(dst[start:]))]
}

// clip keeps what can matter of a text before any work that costs time.
func clip(text string) string {
	if len(text) > 4*utf8.UTFMax*maxRunes {
		return text[:4*utf8.UTFMax*maxRunes]
	}
	return text
}

// plain reports whether canonical alone handles every rune of text, so that
// the slower decomposition can be skipped.
func plain(text string) bool {
	for _, r := range text {
		if r >= 0x80 && !isHan(r) && !isWide(r) && !isInvisible(r) && !isEmoji(r) && !isCommonMark(r) {
			return false
		}
	}
	return true
}

// space, mark and gone are what canonical folds whole classes of runes into.
const (
	space = ' '
	mark  = ','
	gone  = -1
)

// canonical folds width, case and the many spellings of a pause.
func canonical(r rune, size int) rune {
	if isWide(r) {
		r -= 0xFEE0
	}
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9', isHan(r):
		return r
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case r == utf8.RuneError && size <= 1, isInvisible(r), isEmoji(r), isQuote(r):
		return gone
	case r == '’' || r == '\'':
		return '\''
	case isAmountSign(r):
		return r
	case unicode.IsSpace(r):
		return space
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		return unicode.ToLower(r)
	case unicode.IsMark(r):
		return gone
	}
	return mark
}

// appendRune appends r as its surroundings allow: one pause in a row, no
// space next to Chinese, never three of the same letter.
func appendRune(dst []rune, start int, r rune) []rune {
	if r == gone {
		return dst
	}
	if r == space || r == mark {
		if r == space && len(dst) > start && isHan(dst[len(dst)-1]) {
			return dst
		}
		return appendPause(dst, start, r)
	}
	if n := len(dst); isHan(r) && n > start && dst[n-1] == space {
		dst[n-1] = r
		return dst
	}
	if n := len(dst); n-start >= 2 && dst[n-1] == r && dst[n-2] == r && !isDigit(r) && r != '*' {
		return dst
	}
	return append(dst, r)
}

// tidy turns dots that join no digits into marks (2.5 keeps its dot, "end.
// next" does not) and drops the pauses this leaves double or at an end.
func tidy(dst []rune, start int) []rune {
	text := dst[start:]
	for i, r := range text {
		if isJoiner(r) && (!isDigit(at(text, i-1)) || !isDigit(at(text, i+1))) {
			text[i] = mark
		}
	}
	kept := dst[:start]
	for _, r := range text {
		kept = appendPause(kept, start, r)
	}
	for len(kept) > start && (kept[len(kept)-1] == mark || kept[len(kept)-1] == space) {
		kept = kept[:len(kept)-1]
	}
	return kept
}

// appendPause appends r, of several pauses in a row the strongest.
func appendPause(dst []rune, start int, r rune) []rune {
	if r != mark && r != space {
		return append(dst, r)
	}
	if len(dst) == start || dst[len(dst)-1] == mark {
		return dst
	}
	if dst[len(dst)-1] == space {
		dst[len(dst)-1] = r
		return dst
	}
	return append(dst, r)
}

func isHan(r rune) bool {
	return 0x4E00 <= r && r <= 0x9FFF || 0x3400 <= r && r <= 0x4DBF || 0x20000 <= r && r <= 0x3FFFF || r == '〇'
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isLetter(r rune) bool {
	return 'a' <= r && r <= 'z' || r > 0x7F && !isHan(r) && unicode.IsLetter(r)
}

// isWide reports full-width forms of ASCII.
func isWide(r rune) bool { return 0xFF01 <= r && r <= 0xFF5E }

func isInvisible(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || 0x7F <= r && r < 0xA0 && r != 0x85 ||
		0x200B <= r && r <= 0x200F || 0x202A <= r && r <= 0x202E || 0x2060 <= r && r <= 0x206F ||
		0xFE00 <= r && r <= 0xFE0F || r == 0xFEFF || r == 0xAD || r == 0x20E3 || 0xE0000 <= r && r <= 0xE01EF
}

func isEmoji(r rune) bool {
	return 0x1F000 <= r && r <= 0x1FAFF || 0x2600 <= r && r <= 0x27BF || 0x2B00 <= r && r <= 0x2BFF || 0x2190 <= r && r <= 0x21FF
}

// isCommonMark reports Chinese and typographic marks that need no NFKC.
func isCommonMark(r rune) bool {
	return 0x3001 <= r && r <= 0x301F && r != '〇' || r == 0x3000 || 0x2010 <= r && r <= 0x201F || r == '…' || r == '·' || r == '¥' || r == 0xA0
}

// isQuote reports marks that enclose and say nothing themselves.
func isQuote(r rune) bool {
	switch r {
	case '"', '“', '”', '‘', '「', '」', '『', '』', '《', '》', '〈', '〉', '【', '】', '[', ']', '{', '}', '<', '>', '`', '^', '_', '~', '|', '\\':
		return true
	}
	return false
}

func isAmountSign(r rune) bool {
	return r == '$' || r == '¥' || r == '€' || r == '%' || r == '*' || isJoiner(r)
}

// isJoiner reports marks that stay inside numbers: versions, dates, times.
func isJoiner(r rune) bool { return r == '.' || r == '-' || r == '/' || r == ':' }
