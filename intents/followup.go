package intents

// Texts longer than this stand by themselves and lean on nothing before.
const (
	maxFollowUpHan   = 16
	maxFollowUpLatin = 32
)

// leansBack reports whether a follow-up phrase is the whole of a short text,
// but for particles: "那怎么办呢" is, "身份证过期怎么办" is a question of its own.
func leansBack(text []rune, h hit) bool {
	limit := maxFollowUpLatin
	if isHan(text[h.start]) {
		limit = maxFollowUpHan
	}
	if len(text) > limit {
		return false
	}
	from := opening(text)
	for i, r := range text {
		if i >= from && (i < int(h.start) || i >= int(h.end)) && r != mark && r != space && !runeIn(r, "那我呢啊呀吧嘛吗呐哦嗯额诶哈的了这") {
			return false
		}
	}
	return from <= int(h.start)
}

// opening returns the length of the words that only take up what was said.
func opening(text []rune) int {
	n := 0
	for {
		word := longestPrefix(text[n:], "ok ", "ok,", "okay ", "okay,", "so ", "and ", "but ", "well ", "oh ", "hmm ", "please ", "then ", "好的,", "好吧,")
		if word == 0 {
			return n
		}
		n += word
	}
}
