package bot

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// bent says how words of a text, said again, say something else: numbers change
// places, or what held a sentence back is gone. It is nil where they do not.
func bent(text, said string) error {
	if !slices.Equal(numbersIn(text), numbersIn(said)) {
		return RuleNumbers.breaks(errors.New("other numbers, or in another order"))
	}
	for _, hedge := range hedges() {
		if before, after := len(hedge.FindAllString(plainly(text), -1)), len(hedge.FindAllString(plainly(said), -1)); after < before {
			return RuleHedges.breaks(fmt.Errorf("%d words that hold it back, not %d", after, before))
		}
	}
	if before, after := len(certainty().FindAllString(plainly(text), -1)), len(certainty().FindAllString(plainly(said), -1)); after > before {
		return RuleHedges.breaks(errors.New("more certain than the text"))
	}
	return nil
}

// deniesMore says what a text does not deny and what is said does.
func deniesMore(text, said string) error {
	known := denied(text)
	for _, thing := range denied(said) {
		same := func(k string) bool {
			return k == thing || toldApart(k, thing) && (strings.HasPrefix(k, thing) || strings.HasPrefix(thing, k))
		}
		if utf8.RuneCountInString(thing) > 1 && !slices.ContainsFunc(known, same) {
			return fmt.Errorf("denies %q", thing)
		}
	}
	return nil
}

// toldApart says whether two denials are long enough that the beginning of one
// tells it from others.
func toldApart(a, b string) bool {
	return min(utf8.RuneCountInString(a), utf8.RuneCountInString(b)) > 2
}

// plainly is a text in its canonical spelling, without kind words.
func plainly(text string) string {
	var clauses []string
	for _, clause := range clausesOf(text) {
		if !slices.Contains(kindWords(), clause) {
			clauses = append(clauses, clause)
		}
	}
	return strings.Join(clauses, ",")
}

// hedges are words that hold a sentence back: conditions, what may be, what is
// so at times. For one of a kind another may stand.
var hedges = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`如果[^,]*的话|如果|若|要是|假如|万一|的话|除非|只有|才|[时后](?:候)?(?:,|可|能|会|就|再|请|你|您)|\b(?:if|unless|only|until|once|when)\b`),
		regexp.MustCompile(`可能|也许|或许|大概|未必|不一定|\b(?:may|might|could|perhaps|possibly)\b`),
		regexp.MustCompile(`通常|一般|常见|常|往往|大多|多半|多数|有时|部分|\b(?:usual|usually|often|sometimes|generally|normally|mostly|typically|common|commonly|some|most)\b`),
	}
})

// certainty are words that a text must have itself, so that nothing it says can
// be becomes what is or will be.
var certainty = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[就都便则将]会|会(?:通过|开通|批准|成功|到账|提高|解除|下款|放款)|必|肯定|一定|总是|永远` +
		`|[你您](?:已|满足|符合|通过|具备|达到|获得|有资格)|已经?(?:通过|开通|批准|获|(?:提交)?成功)了?|(?:通过|开通|批准|成功)了` +
		`|\b(?:will|must|always|every|all|surely|already)\b|'ll\b|\byou(?: are|'re)\b|\byour [a-z]+ (?:is|are|has|have)\b`)
})

// denied are the things that a text denies: each denial, in one spelling, with
// what follows it.
func denied(text string) []string {
	var list []string
	for _, clause := range clausesOf(text) {
		if slices.Contains(kindWords(), clause) {
			continue
		}
		list = append(append(list, deniedHan(clause)...), deniedWords(clause)...)
	}
	return list
}

// oneDenial spells denials that mean the same in one way.
var oneDenial = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer("能不能", "", "是不是", "", "有没有", "", "会不会", "", "要不要", "", "不过", "", "别人", "他人", "特别", "", "分别", "", "识别", "", "不要", "不", "别", "不", "请勿", "不", "勿", "不", "无法", "不", "无需", "不用", "不必", "不用", "不需要", "不用")
})

// deniedTail is how many characters after a denial tell what it denies.
const deniedTail = 2

func deniedHan(clause string) []string {
	run := hanContent(oneDenial().Replace(clause))
	var list []string
	for i, r := range run {
		if strings.ContainsRune("不没无未非", r) {
			list = append(list, string(run[i:min(len(run), i+1+deniedTail)]))
		}
	}
	return list
}

func deniedWords(clause string) []string {
	var list []string
	words := latinWords(clause)
	for i, word := range words {
		if !denialPattern().MatchString(word) {
			continue
		}
		next := slices.IndexFunc(words[i+1:], func(w string) bool { return !slices.Contains(joiningWords(), w) })
		thing := ""
		if next >= 0 {
			thing = words[i+1+next]
		}
		list = append(list, "not "+thing[:min(len(thing), wordStem)])
	}
	return list
}
