package intents

import "slices"

// ofAnother reports whether an age between before and after is somebody
// else's: of a child, a friend, a parent that was spoken of, and not of the
// speaker again since.
func ofAnother(before, after []rune) bool {
	if personFollows(before, after) {
		return true
	}
	for i := range slices.Backward(before) {
		switch {
		case personAt(before, i):
			return true
		case speakerAt(before, i):
			return false
		}
	}
	return false
}

// personFollows reports "16岁的儿子" and "16 year old son".
func personFollows(before, after []rune) bool {
	n := longestPrefix(after, "岁的", "周岁的", "岁", " year old ", " years old ", " yr old ", ",year,old ", " ")
	if n == 0 || n == len(after) || endsWithAny(before, "是", "是个", "是一个", "am a ", "i'm a ", "im a ") {
		return false
	}
	m := longestPrefix(after[n:], "孩子", "小孩", "儿子", "女儿", "闺女", "弟弟", "妹妹", "侄子", "侄女", "外甥", "孙子", "孙女", "朋友", "son", "daughter", "kid", "child", "brother", "sister", "nephew", "niece", "cousin", "grandson", "boy", "girl")
	return m > 0 && !isLetter(at(after, n+m))
}

// personAt reports a word for somebody else at i. "我还是个孩子" is the speaker.
func personAt(text []rune, i int) bool {
	if isHan(text[i]) {
		return startsWithAny(text[i:], "孩子", "小孩", "儿子", "女儿", "闺女", "弟弟", "妹妹", "我弟", "我妹", "侄子", "侄女", "外甥", "孙子", "孙女", "朋友", "同学", "同事", "亲戚", "我爸", "我妈", "爸爸", "妈妈", "父亲", "母亲", "父母", "老公", "老婆", "我哥", "我姐", "他", "她") &&
			!endsWithAny(text[:i], "是", "是个", "是一个", "是小", "是个小", "其", "吉")
	}
	n := longestPrefix(text[i:], "son", "sons", "daughter", "daughters", "brother", "sister", "nephew", "niece", "cousin", "grandson", "granddaughter",
		"my kid", "my kids", "my child", "my children", "my friend", "my mom", "my mum", "my dad", "my mother", "my father", "my wife", "my husband", "my boy", "my girl",
		"he", "he's", "she", "she's")
	return n > 0 && isWordAt(text, i, n)
}

// speakerAt reports a word for the speaker at i; 我 in 我儿子 is none.
func speakerAt(text []rune, i int) bool {
	if text[i] == '我' {
		return at(text, i+1) != '的' && !runeIn(at(text, i+1), "们家")
	}
	n := longestPrefix(text[i:], "i", "i'm", "im", "i am", "me", "myself")
	return n > 0 && isWordAt(text, i, n)
}

// isWordAt reports whether text[i:i+n] is no part of a longer word.
func isWordAt(text []rune, i, n int) bool {
	return !isWordRune(at(text, i-1)) && !isWordRune(at(text, i+n))
}
