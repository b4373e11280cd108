package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"kaitong/intents"
)

// mood is a way in which people say what is not simply so. What they said in no other
// way may be told in no other way.
type mood struct {
	name string
	sign *regexp.Regexp // in what people write
	told *regexp.Regexp // in what is told of them
	on   bool           // holds for what is told after it in the same line, too
}

// moods of what people write. A question why something is so says that it is so.
var moods = sync.OnceValue(func() []mood {
	const asking = `\?|吗|么$|呢$|是不是|能不能|要不要|有没有|会不会|可不可以|行不行|是否|能否|会否|多少|多久|几[天个次时]|谁|\b(?:whether|(?:do|does|did|can|could|will|would|should|must|may|am|are|is|have|has) (?:i|it|we|you|they|my|this|that|there|jiebei))\b`
	const unsure = `如果|要是|万一|假如|若是|的话|除非|想|打算|准备|希望|计划|可能|也许|应该|怕|担心|怀疑|以为|\b(?:if|unless|want|wants|wanted|wish|hope|plan|plans|going to|would like|maybe|perhaps|might|think|afraid|worried|suspect)\b`
	const telling = `|询问|咨询|请教|问|想知道|想了解|\b(?:asks?|asked|asking|wonders?|wants to know|want to know)\b`
	const others = `朋友|同学|同事|家人|老公|老婆|丈夫|妻子|父|母|爸|妈|哥|姐|弟|妹|儿|女|孩子|别人|他人|有人|人家|对方|客服|他|她|网上|听说|据说|\b(?:friend|husband|wife|brother|sister|mother|father|son|daughter|colleague|someone|somebody|people|others|agent|he|she|heard|says|said)\b`
	return []mood{
		{"not so yet", regexp.MustCompile(asking + "|" + unsure), regexp.MustCompile(asking + "|" + unsure + telling), true},
		{"of others", regexp.MustCompile(others), regexp.MustCompile(others), false},
		{"not so", denialPattern(), denialPattern(), false},
	}
})

// presumed are questions, and wishes to ask, that say that something is so.
var presumed = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`为什么|为啥|为何|怎么.*[不没了]|想问|请问|\b(?:why|how come)\b`)
})

// saidClauses are the clauses of a text in their canonical spelling, with the mark of a
// question.
func saidClauses(text string) []string {
	var list []string
	for _, piece := range regexp.MustCompile(`[，,。．.!！；;、：:\n]|[?？]+`).Split(regexp.MustCompile(`[?？]+`).ReplaceAllString(text, "问号，"), -1) {
		asked := strings.HasSuffix(piece, "问号")
		if clause := strings.Trim(intents.Normalize(strings.TrimSuffix(piece, "问号")), ", "); clause != "" {
			if asked {
				clause += "?"
			}
			list = append(list, clause)
		}
	}
	return list
}

func (m mood) of(clause string) bool {
	if m.name == "not so yet" && presumed().MatchString(clause) {
		return false
	}
	return m.sign.MatchString(clause)
}

// strays says what a line tells as if it were so, though people said it in a mood
// alone. Usual are words that may be told in any.
func (m mood) strays(said []string, usual, line string) error {
	inside, outside := content{}, partsOf(usual)
	for _, message := range said {
		for _, clause := range saidClauses(message) {
			into := outside
			if m.of(clause) {
				into = inside
			}
			for part := range partsOf(clause) {
				into[part] = true
			}
			for _, thing := range denied(clause) { // what is denied is so in one character, too
				_, size := utf8.DecodeRuneInString(thing)
				first, _ := utf8.DecodeRuneInString(thing[size:])
				inside[string(first)] = true
			}
		}
	}
	on := false
	for _, clause := range saidClauses(line) {
		if on = m.told.MatchString(clause) || m.on && on; on {
			continue
		}
		for part := range partsOf(clause) {
			if inside[part] && !outside[part] {
				return fmt.Errorf("%q as if it were so: it is %s", part, m.name)
			}
		}
	}
	return nil
}

// partsOf are the pieces of a clause that say something: pairs of characters and of
// numbers, one alone where there is no other, and words.
func partsOf(clause string) content {
	parts := content{}
	for one := range strings.SplitSeq(strings.NewReplacer("为什么", "", "什么", "", "怎么", "", "用户", "").Replace(clause), ",") {
		tokens := slices.DeleteFunc(clauseTokens(strings.TrimSuffix(one, "?")), func(word string) bool { return strings.ContainsAny(word, "不没无未吗么") })
		for i, word := range tokens {
			r, _ := utf8.DecodeRuneInString(word)
			switch {
			case !unicode.Is(unicode.Han, r):
				parts[word] = true
			case i+1 < len(tokens):
				parts[word+tokens[i+1]] = true
			case len(tokens) == 1:
				parts[word] = true
			}
		}
	}
	return parts
}
