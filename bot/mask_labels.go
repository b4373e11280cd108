package bot

import (
	"regexp"
	"strings"
)

// labels know the words that announce a masked value.
type labels struct {
	whole *regexp.Regexp // a clause that is nothing but announced values
	head  *regexp.Regexp // the start of a clause that clearly is
}

func newLabels() labels {
	const (
		lead  = `(?:(?:这个?是|我的?|本人的?|绑定的?|my|the|here is|this is)\s*)*`
		what  = `(?:(?:香港|身份证|证件|手机|电话|联系|座机|护照|港澳|通行证|银行|储蓄|借记|信用|邮箱|邮件|支付宝|支付|登[录陆]|短信|收到的?|说的?|验证码|校验码|动态|安全码|密码|密马|蜜码|mima|口令|[卡号码]|尾号|后四位|e-?mail|phone|mobile|bank|credit|debit|card|id|hkid|ssn|cvv2?|identity|passport|account|verification|sms|one-time|password|passwd|pwd|pass|pin|otp|code|number|no\.?)\s*)*`
		is    = `(?:就?是|为|[:：=＝]|\b(?:is|was)\b|[改换]成了?|shi\b)`
		aside = `(?:我?的?生日|[四六]位)?`
		stars = `\s*["'“「\[【(（]?\*{3}["'”」\]】)）]?`
		more  = `(?:\s*(?:然后|再加?|和|then|and)?` + stars + `)*`
	)
	return labels{
		whole: regexp.MustCompile(`(?i)^\s*` + lead + what + is + `?` + aside + stars + more + `\s*(?:` + is + `\s*` + lead + what + `)?$`),
		head:  regexp.MustCompile(`(?i)^\s*` + lead + what + is + aside + stars + more + `(?:\s+|$)`),
	}
}

// Unlabel removes from a masked text the stars, and the words that announced
// what they hide if these say nothing else: a number somebody gives is not a
// complaint about it. 「手机号是***」 goes, of 「身份证***过期了」 stays 「身份证过期了」.
// Stars people typed themselves, as in 138****8000, stay.
func (m *Masker) Unlabel(text string) string {
	if !strings.Contains(text, hidden) {
		return text
	}
	var out strings.Builder
	for len(text) > 0 {
		clause, pause, rest := cutClause(text)
		if kept := m.label.strip(clause); strings.TrimSpace(kept) != "" {
			out.WriteString(kept + pause)
		}
		text = rest
	}
	return strings.Trim(out.String(), " ，,、；;")
}

// cutClause takes the first clause of a text, with the mark behind it apart.
func cutClause(text string) (clause, pause, rest string) {
	const pauses = "，,、；;。！!？?\n"
	end := strings.IndexAny(text, pauses)
	if end < 0 {
		return text, "", ""
	}
	after := strings.TrimLeft(text[end:], pauses)
	return text[:end], text[end : len(text)-len(after)], after
}

func (l labels) strip(clause string) string {
	switch {
	case !strings.Contains(clause, hidden):
		return clause
	case l.whole.MatchString(clause):
		return ""
	}
	kept := withoutStars(l.head.ReplaceAllString(clause, ""))
	return strings.ReplaceAll(kept, "  ", " ")
}

// withoutStars removes what the masker wrote: three stars, not more.
func withoutStars(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		before := text[:len(text)-len(strings.TrimLeft(text, "*"))]
		text = text[len(before):]
		if before != hidden {
			out.WriteString(before)
		}
		next := strings.IndexByte(text, '*')
		if next < 0 {
			next = len(text)
		}
		out.WriteString(text[:next])
		text = text[next:]
	}
	return out.String()
}
