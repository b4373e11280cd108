package intents

import "slices"

// Texts longer than this stand by themselves and lean on nothing before.
const (
	maxFollowUpHan   = 20
	maxFollowUpLatin = 48
)

// maxFollowUps bounds what one text can say; the same few words mean four
// things at most.
const maxFollowUps = 8

// appendFollowUps appends what a text that leans on what was said before says,
// in the order of followUps.
func (e *entities) appendFollowUps(dst []Entity, text []rune, hits []hit) []Entity {
	if len(text) > maxFollowUpLatin {
		return dst
	}
	var said [maxFollowUps]int32
	n := 0
	for _, h := range hits {
		if e.senses[h.tag].kind == EntityFollowUp && n < maxFollowUps && !contains(said[:n], h.tag) && e.followsUp(text, hits, h) {
			said[n] = h.tag
			n++
		}
	}
	slices.Sort(said[:n])
	for _, tag := range said[:n] {
		dst = append(dst, Entity{Kind: EntityFollowUp, Value: e.senses[tag].value})
	}
	return dst
}

// followsUp reports whether a follow-up phrase, with others of the same
// meaning, is the whole of a short text but for particles: "那怎么办呢" is,
// "身份证过期怎么办" is a question of its own.
func (e *entities) followsUp(text []rune, hits []hit, h hit) bool {
	meaning := e.senses[h.tag]
	if isReport(meaning.value) && (runeIn(text[len(text)-1], "吗么没") || wish(text) > 0) {
		return false
	}
	return leansOn(text, h, func(i int32) bool {
		for _, other := range hits {
			if other.start <= i && i < other.end && e.senses[other.tag] == meaning {
				return true
			}
		}
		return false
	})
}

// isReport reports the follow-ups that tell what has happened and ask nothing.
func isReport(value string) bool {
	switch value {
	case FollowUpFixed, FollowUpPaid, FollowUpAck, FollowUpTried, FollowUpFailed:
		return true
	}
	return false
}

// leansBack is followsUp for a single phrase.
func leansBack(text []rune, h hit) bool {
	return leansOn(text, h, func(i int32) bool { return h.start <= i && i < h.end })
}

// leansOn reports whether a text is short and nothing in it but particles is
// left uncovered.
func leansOn(text []rune, h hit, covered func(i int32) bool) bool {
	limit := maxFollowUpLatin
	if isHan(text[h.start]) {
		limit = maxFollowUpHan
	}
	if len(text) > limit {
		return false
	}
	from, to := wish(text), closing(text)
	from += opening(text[from:])
	if to < from { // "ok and then": the end is part of what is meant
		to = len(text)
	}
	for i := from; i < to; i++ {
		r := text[i]
		if r != mark && r != space && !runeIn(r, "那我呢啊呀吧嘛吗呐哦嗯额诶哈的了这") && !covered(int32(i)) {
			return false
		}
	}
	return true
}

// opening returns the length of the words that only take up what was said.
func opening(text []rune) int {
	n := 0
	for {
		word := longestPrefix(text[n:], "ok ", "ok,", "okay ", "okay,", "so ", "so,", "and ", "but ", "well ", "oh ", "hmm ", "please ", "then ", "now ", "yes ", "no ", "no,", "yes,", "sorry ",
			"好的", "好吧", "知道了", "明白了", "到底", "究竟", "所以", "但是", "可是", "请问", "那么", "就想知道", "想知道", "你们", "你", "我们", "这个", "这一步", "这步", "已经", "都", "刚刚", "刚", "帮", "麻烦", "请", "现在", "是不是", "对不起", "算了", "把", "我")
		if word == 0 {
			return n
		}
		n += word
	}
}

// wish returns the length of the words that make a request of what follows.
func wish(text []rune) int {
	return longestPrefix(text, "能不能", "可不可以", "可以", "能", "我想要", "我想", "想要", "想", "我要", "can i ", "can you ", "could you ", "can we ", "let's ", "lets ", "i want to ", "i'd like to ", "id like to ")
}

// closing returns where the polite words at the end of a text begin.
func closing(text []rune) int {
	end := len(text)
	for _, word := range [...]string{" please", " now", " then", " again", " yet", " bro", " man", " right", " already"} {
		if n := len(word); end > n && isText(text[end-n:end], word) {
			return end - n
		}
	}
	return end
}
