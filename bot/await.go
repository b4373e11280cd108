package bot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// aboutWait answers who waits for a human and asks after them, at any time: in
// a line the same few words mean the line, not the assessment. In distress they
// are told with care, and nothing else.
func (d *decider) aboutWait() (Plan, bool) {
	intent := d.confident()
	switch {
	case !d.c.Handoff.Waiting(), intent == "distress", intent == "scam", d.leaning("cancel_handoff"), !d.asksAfterHuman():
		return Plan{}, false
	case d.c.distressed():
		return d.withCare(), true
	}
	return Plan{Move: MoveHandoff, Intent: "agent", Phrase: "handoff.wait"}, true
}

func (d *decider) asksAfterHuman() bool {
	if d.leans() == "waiting" || asksAfterLine(d.reading.Text) {
		return true
	}
	spokenOf := d.c.last == MoveHandoff || d.c.last == MoveCare
	return spokenOf && d.leans() == "how_long" && !namesOutcome(d.reading.Text)
}

// namesOutcome says whether "how long" is said of what is to be opened.
func namesOutcome(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc([]string{"开", "批", "过", "恢复", "解除", "修", "open", "approv", "pass", "fix"},
		func(word string) bool { return strings.Contains(text, word) })
}

// withCare speaks of the human to somebody in distress, and asks for one where
// none is asked for.
func (d *decider) withCare() Plan {
	plan := Plan{Move: MoveCare, Intent: "agent", Phrase: "distress.wait"}
	if !d.c.Handoff.Waiting() {
		plan.Handoff = ReasonDistress
	}
	return plan
}

// distressed says whether somebody was in distress a moment ago, or is since
// they wait.
func (c *Conversation) distressed() bool { return c.Care > 0 || c.Handoff.Urgent }

// longestWait is the longest text that asks after a line, in runes.
const longestWait = 64

// asksAfterLine says whether a text asks after a line or who comes, and holds
// nothing else: one word of another matter makes it a question of its own.
func asksAfterLine(text string) bool {
	text = strings.ReplaceAll(strings.ToLower(text), "’", "'")
	switch {
	case utf8.RuneCountInString(text) > longestWait:
		return false
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }):
		return madeOf(plainWords(text), lineCuesZH(), lineWordsZH())
	}
	text = strings.NewReplacer("before me", "ahead", "my turn", "ahead").Replace(text)
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
	known := func(word string) bool {
		return slices.Contains(lineCuesEN(), word) || slices.Contains(lineWordsEN(), word)
	}
	cued := slices.ContainsFunc(words, func(word string) bool { return slices.Contains(lineCuesEN(), word) })
	return cued && !slices.ContainsFunc(words, func(word string) bool { return !known(word) })
}

// madeOf says whether a text is made of cues and words, and of one cue at least.
func madeOf(text string, cues, words []string) bool {
	cued := false
	for text != "" {
		cue, word := longestOf(text, cues), longestOf(text, words)
		if cue+word == 0 {
			return false
		}
		cued = cued || cue >= word
		text = text[max(cue, word):]
	}
	return cued
}

// longestOf is the length of the longest word that a text begins with.
func longestOf(text string, words []string) int {
	longest := 0
	for _, word := range words {
		if strings.HasPrefix(text, word) {
			longest = max(longest, len(word))
		}
	}
	return longest
}

// lineCuesZH ask after a line or somebody in it.
func lineCuesZH() []string {
	return []string{
		"前面", "前边", "排到", "排队", "排第几", "排在第几", "排多久", "第几位", "第几个", "第几名", "几号", "几个人", "多少人", "几位", "轮到", "到我",
		"有人吗", "有人么", "有人没", "有人在", "有没有人", "有人来", "没人", "没有人", "人呢", "人来了", "来人", "人什么时候来", "人怎么还", "人去哪", "在哪排",
		"有人工", "人工呢", "人工来", "客服呢", "客服来", "客服在吗", "人工在吗", "多久来", "什么时候来", "几点来", "还没来", "还不来", "没来",
		"等多久", "等多长时间", "等几分钟", "等到什么时候", "还要多久", "还得多久", "还有多久", "还需要多久", "等半天", "等好久", "等了", "一直在等", "还在等", "等很久",
	}
}

// lineWordsZH may stand around a cue.
func lineWordsZH() []string {
	return []string{
		"请问", "你好", "您好", "喂", "那", "我", "你", "你们", "他们", "谁", "人", "人工", "客服", "真人", "前面", "队", "队伍", "位置", "大概", "大约", "到底", "究竟",
		"现在", "目前", "当前", "今天", "一直", "半天", "很久", "好久", "久", "这么", "怎么", "为什么", "为啥", "咋", "是不是", "能不能", "知道", "想", "问", "一下",
		"什么时候", "啥时候", "几点", "多久", "多长时间", "多少", "时间", "分钟", "几分钟", "还", "还要", "还得", "还有", "有", "几", "个", "位", "名", "号", "的", "在", "等", "排",
		"来", "到", "去", "哪", "哪里", "哪儿", "哪了", "要", "需要", "得", "能", "会", "才", "就", "都", "也", "太", "是", "没", "不", "接", "回", "理", "应", "回复", "接待", "接入", "上线", "在线",
		"呢", "啊", "呀", "吗", "嘛", "么", "了", "吧", "哦", "呐", "给", "跟", "里", "上", "行",
	}
}

// lineCuesEN ask after a line or somebody in it.
func lineCuesEN() []string {
	return []string{
		"longer", "queue", "line", "place", "position", "spot", "wait", "waiting", "ahead",
		"anyone", "anybody", "someone", "somebody", "nobody", "noone", "coming", "everyone", "everybody",
	}
}

// lineWordsEN may stand around a cue.
func lineWordsEN() []string {
	return []string{
		"how", "much", "many", "long", "will", "would", "it", "take", "do", "does", "i", "have", "need", "to", "is", "are", "am", "be", "been", "the", "a", "an", "in",
		"of", "for", "me", "my", "us", "you", "what", "what's", "whats", "where", "where's", "when", "there", "here", "any", "one", "no", "not", "come", "comes", "till", "until",
		"person", "people", "human", "agent", "agents", "representative", "operator", "support", "still", "more", "about", "around", "time", "left", "must", "should",
		"hello", "hi", "hey", "please", "now", "again", "going", "gonna", "on", "their", "way", "answering", "replying", "next", "it's", "its", "this", "so", "and", "then",
		"estimated", "minutes", "hours", "online", "ok", "yet", "even", "i'm", "im", "i've", "ive", "since", "current", "number", "at", "out", "really", "actually", "that", "they",
		"has", "than", "else", "with", "who", "who's", "ever", "just", "know", "stand", "get", "talk",
	}
}
