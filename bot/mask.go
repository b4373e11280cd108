package bot

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// The kinds of personal data that are hidden.
const (
	maskIDCard   = "id_card" // identity cards of the mainland, Hong Kong and the US
	maskPassport = "passport"
	maskNumber   = "number" // bank cards and any other long number
	maskPhone    = "phone"
	maskEmail    = "email"
	maskPassword = "password"
	maskCode     = "sms_code"
	maskCardCode = "card_code" // the three or four digits on a card's back
)

// hidden stands where personal data stood.
const hidden = "***"

// Masker hides personal data in a text before it is stored, logged,
// classified or sent anywhere: identity card, passport, bank card and phone
// numbers, e-mail addresses, passwords and one-time codes, also when written
// full-width, spaced out, in Chinese numerals or in words. It errs towards
// hiding: a long number that nobody needs is hidden too. Dates, versions,
// amounts, error codes and the numbers of orders stay, for answers depend on
// them, and so do the numbers that everybody may call.
type Masker struct {
	secrets   []rule
	emails    []rule
	documents []rule
	announces *regexp.Regexp // words after which even short numbers are hidden
	calls     *regexp.Regexp // words after which numbers are that one can call
	orders    *regexp.Regexp // words before the number of an order
	unit      *regexp.Regexp // what follows a number that counts something
	fault     *regexp.Regexp // words of a number that says what went wrong
	setting   *regexp.Regexp // words of a number that is not the announced one
	says      *regexp.Regexp // what stands between a number and its name behind it
	label     labels
}

// rule finds one kind of personal data; its first group is what is hidden.
type rule struct {
	kind    string
	pattern *regexp.Regexp
}

// NewMasker compiles the patterns once.
func NewMasker() *Masker {
	return &Masker{
		secrets:   slices.Concat(codeRules(), passwordRules()),
		emails:    emailRules(),
		documents: documentRules(),
		announces: regexp.MustCompile(`(?i)卡号|银行卡|储蓄卡|借记卡|信用卡|身份证号|证件号|手机号|电话号|\b(?:card|account|phone|id) (?:number|no\b)|\b(?:bank|credit|debit) card`),
		calls:     regexp.MustCompile(`(?i)座机|固话|电话|手机|微信|\bqq\b|\b(?:tel|telephone|phone|mobile|cell|landline|whatsapp|wechat)\b|\b(?:call|reach) me\b`),
		orders:    regexp.MustCompile(`(?i)(?:单号|(?:订单|流水|交易|业务|受理|回执|工单)(?:编?号码?|id)|\b(?:order|transaction|reference|ticket|case)(?: (?:number|no\.?|id))?)[\s:：是为=#]{0,6}$`),
		unit:      regexp.MustCompile(`(?i)^\s?(?:[元块万千年月号天日次分期个位人岁%％]|rmb\b|cny\b|yuan\b|days?\b|times\b|months?\b)`),
		fault:     regexp.MustCompile(`(?i)错|误|报|提示|返回|error|status|fail`),
		setting:   regexp.MustCompile(`(?i)错|误|报|额|欠|版本|分|error|status|fail|limit|balance|version|score`),
		says:      regexp.MustCompile(`(?i)^\s?(?:就?是|is)[^\n，。]{0,6}$`),
		label:     newLabels(),
	}
}

// Mask returns the text without personal data and the kinds that were hidden,
// each once. Masking what it returns changes nothing more.
func (m *Masker) Mask(text string) (string, []string) {
	var kinds []string
	for {
		// What is hidden can make plain what is left, so look until nothing
		// more is found. Every round leaves fewer characters to hide.
		next, found := m.pass(text)
		if len(found) == 0 {
			return text, kinds
		}
		text = next
		for _, kind := range found {
			if !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		}
	}
}

// pass looks once for everything, cheap signs first: most texts have neither
// digits nor words that announce a secret.
func (m *Masker) pass(text string) (string, []string) {
	var kinds []string
	v := fold(text)
	if namesSecret(v.text) {
		for _, rule := range m.secrets {
			v, kinds = m.apply(rule, v, kinds, m.ordinary)
		}
	}
	if namesAddress(v.text) {
		for _, rule := range m.emails {
			v, kinds = m.apply(rule, v, kinds, nil)
		}
	}
	digits := countDigits(v.text)
	if digits < shortNumber {
		return v.original, kinds
	}
	for _, rule := range m.documents {
		v, kinds = m.apply(rule, v, kinds, isDay)
	}
	if digits >= longNumber {
		v, kinds = hide(v, m.longNumbers(v.text), kinds)
	}
	v, kinds = hide(v, m.announced(v.text), kinds)
	return v.original, kinds
}

// namesSecret keeps the patterns away from the many texts that name no secret.
func namesSecret(text string) bool {
	for _, cue := range []string{"码", "密马", "密碼", "口令", "短信"} {
		if strings.Contains(text, cue) {
			return true
		}
	}
	for i := range len(text) {
		switch text[i] | 0x20 {
		case 'p', 'c', 'o', 'm':
			if namesSecretInLatin(text[i:]) {
				return true
			}
		}
	}
	return false
}

func namesSecretInLatin(text string) bool {
	for _, cue := range []string{"pass", "pwd", "pin", "code", "cvv", "cvc", "cvn", "otp", "mima"} {
		if beginsWith(text, cue) {
			return true
		}
	}
	return false
}

// namesAddress keeps the patterns away from the many texts without an address.
func namesAddress(text string) bool {
	for _, cue := range []string{"@", "艾特", "爱特", "小老鼠", "圈a", "圈A", "﹫"} {
		if strings.Contains(text, cue) {
			return true
		}
	}
	for i := range len(text) {
		if text[i]|0x20 == 'd' && beginsWith(text[i:], "dot") || text[i]|0x20 == 'a' && i > 0 && !isLatin(text[i-1]) && text[i-1] != ' ' && beginsWith(text[i:], "at") {
			return true
		}
	}
	return false
}

// beginsWith says so in whatever case.
func beginsWith(text, word string) bool {
	return len(text) >= len(word) && strings.EqualFold(text[:len(word)], word)
}

// span is a part of a text to hide, in bytes.
type span struct {
	start, end int
	kind       string
}

// apply hides what a rule finds, but for what is left to stand.
func (m *Masker) apply(r rule, v view, kinds []string, ordinary func(before, value, after string) bool) (view, []string) {
	var spans []span
	for _, match := range r.pattern.FindAllStringSubmatchIndex(v.text, -1) {
		before, value, after := v.text[match[0]:match[2]], v.text[match[2]:match[3]], v.text[match[3]:]
		if strings.Trim(value, "*") == "" || ordinary != nil && ordinary(before, value, after) {
			continue
		}
		spans = append(spans, span{match[2], match[3], r.kind})
	}
	return hide(v, spans, kinds)
}

// isDay says whether a value that follows the name of a document is only a day.
func isDay(_, value, _ string) bool {
	all := stretches(value)
	return len(all) == 1 && len(withoutDates(all[0])) == 0
}

// ordinary says whether a value that follows the name of a secret only counts
// something (额度50000元) or tells what went wrong (error code 1001).
func (m *Masker) ordinary(before, value, after string) bool {
	if m.unit.MatchString(after) && !strings.ContainsAny(value, " -") {
		return countDigits(value) == utf8.RuneCountInString(value)
	}
	return utf8.RuneCountInString(value) < 6 && m.fault.MatchString(before)
}

// hide writes stars over the spans, which are in order and do not overlap.
func hide(v view, spans []span, kinds []string) (view, []string) {
	if len(spans) == 0 {
		return v, kinds
	}
	var out strings.Builder
	last := 0
	for _, s := range spans {
		start, end := v.span(s.start, s.end)
		out.WriteString(v.original[last:start])
		out.WriteString(hidden)
		last = end
		kinds = append(kinds, s.kind)
	}
	return fold(out.String() + v.original[last:]), kinds
}
