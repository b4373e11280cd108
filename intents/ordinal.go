package intents

import "strconv"

// bareOrdinal reads a text that is only a number or an ordinal and a word or
// two, as people pick from a list: 2, "2呢", "number 3", "and the first?".
func bareOrdinal(text []rune) (value string, found bool) {
	n := 0
	for word := -1; word != 0; n += word {
		word = longestPrefix(text[n:], "那", "and ", "what about ", "how about ", "number ", "no,", "no ", "ok ", "so ", "the ")
	}
	value, word := ordinalWord(text[n:])
	return value, word > 0 && endsOrdinal(text[n+word:])
}

// ordinalWord reads a word for a place in a list at the start of text.
func ordinalWord(text []rune) (value string, n int) {
	if len(text) > 0 && '1' <= text[0] && text[0] <= '9' {
		return strconv.Itoa(int(text[0] - '0')), 1
	}
	for i, word := range [...]string{"first", "second", "third", "fourth", "fifth"} {
		if n := prefixLen(text, word); n > 0 {
			return strconv.Itoa(i + 1), n
		}
	}
	n = longestPrefix(text, "last", "last one", "最后一个", "最后那个", "最后一条", "最后一项", "最后一点", "最后")
	return OrdinalLast, n
}

// endsOrdinal reports what may follow a place in a list.
func endsOrdinal(rest []rune) bool {
	if len(rest) == 0 {
		return true
	}
	for _, end := range [...]string{"呢", "号", "号呢", "个呢", " please", " one", "st", "nd", "rd", "th"} {
		if isText(rest, end) {
			return true
		}
	}
	return false
}
