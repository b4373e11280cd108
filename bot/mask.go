package bot

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// The kinds of personal data that are hidden.
const (
	maskIDCard   = "id_card"
	maskNumber   = "number" // bank cards and any other long number
	maskPhone    = "phone"
	maskEmail    = "email"
	maskPassword = "password"
	maskCode     = "sms_code"
)

// hidden stands where personal data stood.
const hidden = "***"

// Masker hides personal data in a text before it is stored, logged,
// classified or sent anywhere: identity card, bank card and phone numbers,
// e-mail addresses, passwords and one-time codes, also when written
// full-width, spaced out or in Chinese numerals. It errs towards hiding: a
// long number that nobody needs is hidden too.
type Masker struct {
	secrets []secretRule
	email   *regexp.Regexp
}

// secretRule finds one kind of secret; its first group is what is hidden.
type secretRule struct {
	kind    string
	pattern *regexp.Regexp
}

// NewMasker compiles the patterns once.
func NewMasker() *Masker {
	rule := func(kind, pattern string) secretRule {
		return secretRule{kind, regexp.MustCompile(`(?i)` + pattern)}
	}
	const digit = `[0-9０-９]`
	return &Masker{
		secrets: []secretRule{
			rule(maskCode, `(?:验证码|校验码|动态码|动态密码|短信码|one[- ]time (?:code|password)|verification code|sms code|security code|\botp\b|\bpin\b)[^\n0-9０-９]{0,8}?(`+digit+`(?:[ -]?`+digit+`){3,7})`),
			rule(maskCode, `(`+digit+`{4,8})[^\n0-9０-９]{0,4}?(?:我的|收到的)?(?:短信)?(?:验证码|校验码|动态码)`),
			rule(maskPassword, `(?:密码|口令)\s*(?:就是|是|为|：|:|=|＝|\s)\s*([[:graph:]]{4,64})`),
			rule(maskPassword, `(?:密码|口令)([0-9０-９A-Za-z][[:graph:]]{3,63})`),
			rule(maskPassword, `\b(?:password|passwd|passcode|pwd)\b(?:\s+is\s+|\s*[:=]\s*|\s+)([[:graph:]]*[0-9!@#$%^&*_+=-][[:graph:]]*)`),
		},
		email: regexp.MustCompile(`([0-9A-Za-z][0-9A-Za-z._%+-]{0,63}\s?[@＠]\s?[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:[.．。][0-9A-Za-z-]{1,63}){1,4})`),
	}
}

// Mask returns the text without personal data and the kinds that were hidden,
// each once.
func (m *Masker) Mask(text string) (string, []string) {
	var kinds []string
	note := func(kind string) {
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	if namesSecret(text) {
		for _, rule := range m.secrets {
			text = hideGroup(text, rule.pattern, func() { note(rule.kind) })
		}
	}
	if strings.ContainsAny(text, "@＠") {
		text = hideGroup(text, m.email, func() { note(maskEmail) })
	}
	return hideNumbers(text, note), kinds
}

// namesSecret keeps the patterns away from the many texts that name no secret.
func namesSecret(text string) bool {
	lower := strings.ToLower(text)
	for _, cue := range []string{"码", "口令", "pass", "pwd", "code", "otp", "pin"} {
		if strings.Contains(lower, cue) {
			return true
		}
	}
	return false
}

// hideGroup hides the first group of every match.
func hideGroup(text string, pattern *regexp.Regexp, found func()) string {
	matches := pattern.FindAllStringSubmatchIndex(text, -1)
	if len(matches) == 0 {
		return text
	}
	var out strings.Builder
	last := 0
	for _, match := range matches {
		out.WriteString(text[last:match[2]])
		out.WriteString(hidden)
		last = match[3]
	}
	found()
	return out.String() + text[last:]
}

// hideNumbers hides long runs of digits.
func hideNumbers(text string, note func(kind string)) string {
	var out strings.Builder
	last := 0
	for _, run := range digitRuns(text) {
		out.WriteString(text[last:run.start])
		out.WriteString(hidden)
		last = run.end
		note(numberKind(run.digits))
	}
	if last == 0 {
		return text
	}
	return out.String() + text[last:]
}

// longNumber is the length from which a run of digits is hidden: the length
// of a Chinese mobile number, the shortest number that points to a person.
const longNumber = 11

// digitRun is a stretch of a text that reads as one number.
type digitRun struct {
	start, end int // byte offsets
	digits     string
}

// digitRuns finds the long numbers of a text, whatever script they are
// written in and however they are spaced.
func digitRuns(text string) []digitRun {
	var runs []digitRun
	var run digitRun
	var digits []byte
	gap := 0
	flush := func() {
		if len(digits) >= longNumber {
			run.digits = string(digits)
			runs = append(runs, run)
		}
		digits = digits[:0]
	}
	for i, r := range text {
		if d, ok := digitOf(r, len(digits)); ok {
			if len(digits) == 0 {
				run.start = i
			}
			digits, gap, run.end = append(digits, d), 0, i+len(string(r))
			continue
		}
		if gap++; gap > 3 || !separates(r) {
			flush()
		}
	}
	flush()
	return runs
}

// digitOf reads a digit in any script. An X counts only as the eighteenth
// character, where identity cards have it.
func digitOf(r rune, have int) (byte, bool) {
	switch {
	case r >= '0' && r <= '9':
		return byte(r), true
	case have == 17 && strings.ContainsRune("xXｘＸ", r):
		return 'X', true
	case r <= unicode.MaxASCII:
		return 0, false
	case r >= '０' && r <= '９':
		return byte(r - '０' + '0'), true
	}
	for value, names := range [...]string{"〇零○", "一壹幺", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"} {
		if strings.ContainsRune(names, r) {
			return byte('0' + value), true
		}
	}
	return '0', unicode.Is(unicode.Nd, r)
}

// separates says whether people put r between the digits of one number.
func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("-－—_.．·,，、/*()（）+", r)
}

// numberKind names what a long number most likely is.
func numberKind(digits string) string {
	local := strings.TrimPrefix(strings.TrimPrefix(digits, "00"), "86")
	switch {
	case len(local) == 11 && local[0] == '1' && local[1] >= '3':
		return maskPhone
	case len(digits) == 18 && idCardChecks(digits):
		return maskIDCard
	}
	return maskNumber
}

// idCardChecks verifies the check character of an 18-character identity
// number (ISO 7064 MOD 11-2).
func idCardChecks(digits string) bool {
	sum, weight := 0, 1
	for i := 17; i >= 0; i-- {
		value := int(digits[i] - '0')
		if digits[i] == 'X' {
			value = 10
		}
		sum += value * weight
		weight = weight * 2 % 11
	}
	return sum%11 == 1
}
