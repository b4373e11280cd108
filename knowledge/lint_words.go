package knowledge

import (
	"fmt"
	"regexp"
	"strings"
)

// wordRule finds wordings that must not reach a person.
type wordRule struct {
	language string   // zh or en
	cues     []string // small letters; the pattern is only tried when one occurs
	pattern  *regexp.Regexp
	// What makes the wording harmless, each of them may be nil: words of the
	// clause before it, of the clause up to its end, of the whole sentence.
	before   *regexp.Regexp
	clause   *regexp.Regexp
	sentence *regexp.Regexp
	message  string
	mend     string
}

// wordRules are the wordings no text may have. Texts "in the user's own words"
// are exempt: a person may ask for a guarantee, we may not give one.
func wordRules() []wordRule {
	return []wordRule{promiseZH(), promiseEN(), secretZH(), secretEN()}
}

func promiseZH() wordRule {
	return wordRule{
		language: "zh",
		cues:     []string{"保证", "一定", "必", "包", "百分", "100%", "肯定", "绝对", "稳", "秒", "就", "内", "即可", "自动", "额度", "很快", "马上"},
		pattern: regexp.MustCompile(`保证|担保(能|会|可以)?(通过|开通)` +
			`|(一定|肯定|必定|必然|绝对|铁定|准)(就)?(能|会|能够|可以|可)?(通过|开通|批准|获批|成功|下款|提额|恢复|有额度|能行|行得通)` +
			`|(一定|肯定|必定|必然|绝对|铁定)(就)?(能|会|能够|可以)(开|批|过|用|有)` +
			`|必过|必批|包过|包批|包开通|包下款|包提额|必下款?|稳过|稳下|稳批|秒批|秒过|秒下款?|百分(之)?百|百分之一百|100%` +
			`|就(会|能|能够|可以)(马上|立刻|立即|顺利|重新)?(通过(审核|评估|审批|了|[，。！；]|$)|获批|批准|下款|提额|恢复(额度|使用|了|[，。！；]|$))` +
			`|[0-9一二两三四五六七八九十几]+(个)?(天|日|小时|分钟|工作日|月|周)(之)?内(就|一定|必)?(会|能|可以)(恢复|通过|开通|到账|提额|解除)` +
			`|只要[^。！？；]{0,24}就(会|能|能够|可以)(马上|立刻|顺利|重新)?(开通|恢复)|即可(顺利|成功|马上|立即|重新|自动)?(通过(审核|评估|审批)|获批|下款|提额|恢复额度)` +
			`|自动(通过(审核|评估|审批)|批准|提额|下款|恢复额度)|额度(就|也|都)?(会|将)(自动|马上|很快|重新|慢慢)?(恢复|回来|提高|提升|上涨|增加|变高|涨)` +
			`|(很快|马上|立刻|立即)(就)?(会|能|可以)(重新)?(开通|通过|恢复额度|提额|下款|获批)`),
		before:   regexp.MustCompile(`不$|(不能|不会|不可|不敢|不代表|不等于|不是|不意味着|不做|不作|不对|不承诺|不提供|不要|无法|没法|没有办法|没办法|没有人|没人|没有谁|没有任何|谁也|谁都|未必|难以|无人|并非|别|勿|能否|是否)[^，。；！？]*$`),
		sentence: regexp.MustCompile(`骗|诈|别信|不要(轻)?相信|勿信|别(轻)?信|不可信|声称|谎称|号称|自称|虚假`),
		message:  "「%s」 promises an outcome",
		mend:     "say what may help: 「可能有助于下一次评估」",
	}
}

func promiseEN() wordRule {
	return wordRule{
		language: "en",
		cues:     []string{"guarant", "will", "'ll", "definite", "certain", "100", "sure", "instant", "promise", "always", "cannot fail"},
		pattern: regexp.MustCompile(`(?i)\bguarant(ee[sd]?|eeing|ees)\b|\bpromis(e|es|ed|ing)\b|\b100 ?(%|per ?cent)` +
			`|\b(will|'ll|shall) (definitely |certainly |surely |always |then |soon |also )?(be (approved|granted|accepted|activated|restored|unlocked)|pass\b|get (the |a |your )?(approval|approved|credit|limit|loan)|work for sure)` +
			`|\b(definitely|certainly|surely|always) (be )?(approv|pass|get|work|open|succeed|qualif)` +
			`|\b(certain|sure|bound) to (be (approved|granted|accepted)|pass|get|open|work|succeed)|\b(will|'ll) be able to (activate|borrow|get (it|approved|a limit|the limit))` +
			`|\b(limit|credit line)\b[^.,;!?]{0,12}\b(will|'ll) (then |soon |also )?(come back|return|reopen|be back|be raised|increase|go up|rise|grow)|\bsure to\b|\binstant approval\b|\bcannot fail\b`),
		before:   regexp.MustCompile(`(?i)(\b(no|no one|not|never|cannot|nobody|none|neither|nor|without|unable|whether)|n['’]t)( [^,.;:!?]*)?$`),
		sentence: regexp.MustCompile(`(?i)\b(scam|scams|scammer|scammers|fraud|frauds|fraudsters?|claims?|claiming|beware)\b|\bdo(n['’]t| not) (trust|believe)`),
		message:  "“%s” promises an outcome",
		mend:     `say what may help: "this may help the next assessment"`,
	}
}

func secretZH() wordRule {
	const secret = `(密码|验证码|校验码|动态码|口令|(银行)?卡号|身份证号(码)?|证件号(码)?|安全码|CVV|cvv)`
	return wordRule{
		language: "zh",
		cues:     []string{"密码", "码", "口令", "卡号", "证号", "件号", "cvv"},
		pattern: regexp.MustCompile(`(告诉|提供|回复|发给我|发给客服|发我|报上|报一下|说出|给我|给我们|私信|留下|提交|上报|(在这里|在聊天里|在对话框里|在对话里|在此)(输入|填写|写下))[^，。；！？]{0,15}` + secret +
			`|(请|把|将|麻烦|需要)[^，。；！？]{0,20}` + secret + `[^，。；！？]{0,12}(发给(我|客服|人工|平台|工作人员)|发来|发过来|发到这里|发我|发一下|告诉|提供|回复|报给|说一下|交给|给我|给我们|给客服)` +
			`|(发送|发)(一下)?(你|您)(的)?[^，。；！？]{0,10}` + secret),
		clause:   regexp.MustCompile(`(不|别|勿|无需|无须|没有人|没人|任何人|无论|凡是|凡|有人|谁|陌生人|对方|骗|遮住|隐藏|去掉|删掉|除了)`),
		sentence: regexp.MustCompile(`骗|诈|拒绝|挂断|都不要|也不要|一律不|都别|切勿|不要给|别给`),
		message:  "「%s」 asks for a secret",
		mend:     "never ask for passwords, SMS codes, full card or ID numbers",
	}
}

func secretEN() wordRule {
	return wordRule{
		language: "en",
		cues:     []string{"password", "passcode", "pin", "code", "otp", "cvv", "number"},
		pattern: regexp.MustCompile(`(?i)\b(send|share|tell|give|provide|submit|email|message (us|me)|reply with|(enter|type|write|post|paste) (here|in (this|the) chat))\b[^.;!?]{0,40}` +
			`\b(password|passcode|pin|(sms|verification|one-time|security|text) codes?|otp|cvv|(card|id|id card|identity|identity card|passport) numbers?)\b` +
			`|\b(enter|type|write|post|paste|put)\b[^.;!?]{0,30}\b(password|passcode|pin|(sms|verification|one-time|security) codes?|otp|cvv|(card|id|id card|identity) numbers?)\b[^.;!?]{0,15}\b(here|in (this|the) chat)\b`),
		clause:   regexp.MustCompile(`(?i)\b(no|not|never|cannot|nobody|none|without|anyone|anybody|someone|whoever|avoid|refuse|instead of|rather than|leav\w+ out|hid\w*|mask\w*|except)\b|n['’]t\b`),
		sentence: regexp.MustCompile(`(?i)\b(scam\w*|fraud\w*|hang up|refuse|never)\b`),
		message:  "“%s” asks for a secret",
		mend:     "never ask for passwords, SMS codes, full card or ID numbers",
	}
}

// lintWords tries the rules of the passage's language.
func (l *linter) lintWords(p passage) {
	small := strings.ToLower(p.words)
	for _, rule := range l.rules {
		if p.speaks(rule.language) && hasAny(small, rule.cues) {
			rule.apply(p)
		}
	}
}

// apply reports the first harmful wording of a passage.
func (r wordRule) apply(p passage) {
	for _, at := range r.pattern.FindAllStringIndex(p.words, -1) {
		if r.harmless(p.words, at[0], at[1]) {
			continue
		}
		words := p.words[at[0]:at[1]]
		p.reportIn(words, fmt.Sprintf(r.message, shorten(words)), r.mend)
		return
	}
}

// harmless says whether the wording words[start:end] is negated or warned of.
func (r wordRule) harmless(words string, start, end int) bool {
	from, begin, to := around(words, start, end)
	matches := func(excuse *regexp.Regexp, text string) bool { return excuse != nil && excuse.MatchString(text) }
	return matches(r.before, words[begin:start]) || matches(r.clause, words[begin:end]) || matches(r.sentence, words[from:to])
}

// around returns where the sentence of words[start:end] starts, where its
// clause starts, and where the sentence ends.
func around(words string, start, end int) (from, begin, to int) {
	const sentenceEnds, clauseEnds = "。！？!?\n", "，；：,;:"
	from = lastOf(words[:start], sentenceEnds)
	to = len(words)
	if i := strings.IndexAny(words[end:], sentenceEnds); i >= 0 {
		to = end + i
	}
	if i := strings.Index(words[end:to], ". "); i >= 0 {
		to = end + i
	}
	if i := strings.LastIndex(words[from:start], ". "); i >= 0 {
		from += i + len(". ")
	}
	return from, max(from, lastOf(words[:start], clauseEnds)), to
}

// lastOf returns the index behind the last of the characters, or 0.
func lastOf(words, characters string) int {
	i := strings.LastIndexAny(words, characters)
	if i < 0 {
		return 0
	}
	for end := i + 1; ; end++ {
		if end >= len(words) || words[end]&0xC0 != 0x80 {
			return end
		}
	}
}

func hasAny(words string, cues []string) bool {
	for _, cue := range cues {
		if strings.Contains(words, cue) {
			return true
		}
	}
	return false
}

// speaks says whether the passage is in a language, whatever the region.
func (p passage) speaks(language string) bool {
	base, _, _ := strings.Cut(string(p.locale), "-")
	return base == language
}
