package bot

import "regexp"

// Parts of the patterns.
const (
	digit = `[0-9]`
	// figure is a digit people type or dictate codes in.
	figure = `[0-9〇零○洞一壹幺二贰貳两兩三叁參四肆五伍六陆陸七柒拐八捌九玖勾]`
	// joint may stand between the figures of one code.
	joint = `[ \t.·_-]?`
	// key is a character of a password.
	key = `[!-~]`
	// loose may stand between the characters of the number of a document.
	loose = `[\s\p{P}\p{S}]{0,6}`
	// guess is what looks like a password even without a colon before it.
	guess = `(?:[A-Za-z@#_.-]{3,}[0-9]` + key + `*|[A-Za-z@#_.-]{1,2}[0-9]` + key + `+|` + digit + key + `{3,})`
)

func newRule(kind, pattern string) rule {
	return rule{kind, regexp.MustCompile(`(?i)` + pattern)}
}

// codeRules find one-time codes, and the codes on bank cards.
func codeRules() []rule {
	const (
		value = `(` + figure + `{4,}|` + figure + `(?:` + joint + figure + `){3,7}[\pM]*)`
		name  = `(?:验证码|校验码|动态码|动态密码|短信码|(?:短信|收到|发来)[^\n0-9]{0,4}码)`
	)
	return []rule{
		newRule(maskCardCode, `(?:\bcv[vcn]2?|安全码|\bsecurity code\b)[^\n0-9]{0,6}?(`+figure+`{3,4})`),
		newRule(maskCode, name+`[^\n0-9]{0,8}?`+value),
		newRule(maskCode, `短信[^\n0-9]{0,4}?(`+figure+`{6})(?:[^0-9]|$)`),
		newRule(maskCode, `(?:one[- ]time (?:code|password)|verification code|sms code|\botp\b|\bpin\b)[^\n0-9]{0,12}?`+value),
		newRule(maskCode, `(?:^|[^密代误错障态])码\s*(?:就?是|为|[:：=＝])\s*`+value),
		newRule(maskCode, `(?:\b(?:error|status|response|exit)\s+|(?:提示|返回)\s?)?\bcode\b\s*(?:is|was|[:：=＝#])?\s*(?:[a-z]-)?`+value),
		newRule(maskCode, `(`+digit+`{4,8})[^\n0-9]{0,4}?(?:我的|收到的)?(?:短信)?(?:验证码|校验码|动态码)`),
		newRule(maskCode, `(`+digit+`{4,8}) (?:is|was) (?:my|the|your) (?:sms |verification |one-time )?code\b`),
	}
}

// passwordRules find passwords: after a colon or the like whatever follows,
// else what looks like one.
func passwordRules() []rule {
	const (
		name  = `(?:密码|密碼|密马|蜜码|秘码|口令|\bmima\b)`
		gap   = `[^\n!-~，。；！？、]{0,8}?\s*`
		latin = `\b(?:passwords?|passwd|passcode|passphrase|pwd|my pass)\b(?:'s)?`
	)
	return []rule{
		newRule(maskPassword, name+`(?:\s|[:：=＝，"“”'「『]|就?是|为|[改换设]成?了?|\bshi\b)+(`+figure+`+(?: `+figure+`+)+|`+figure+`{4,})`),
		newRule(maskPassword, name+`(?:\s|[:：=＝"“”'「『]|就?是|为|[改换设]成了?|\bshi\b)+(`+key+`{4,})`),
		newRule(maskPassword, name+`(?:，|`+gap+`)(`+guess+`|`+figure+`{6,})`),
		newRule(maskPassword, `(`+guess+`)\s*就?是我?的?[\p{Han}]{0,4}密码`),
		newRule(maskPassword, latin+`(?:\s+is)?\s*[:：=＝]\s*["'“]?(`+key+`{3,})`),
		newRule(maskPassword, `(?:`+latin+`|\bpass is)(?:\s+(?:is|are|was|to))?\s+["'“‘]?(`+guess+`|[A-Za-z]+[@#$%^&*_+=]`+key+`*)`),
	}
}

// emailRules find addresses, also those that are spelled out.
func emailRules() []rule {
	const (
		local  = `[0-9\p{Latin}\p{Cyrillic}\p{Greek}][0-9\p{Latin}\p{Cyrillic}\p{Greek}._%+'!#$&=?^~/-]{0,63}`
		label  = `[0-9\p{Latin}\p{Cyrillic}\p{Greek}-]{1,63}`
		sign   = `(?:\s{0,3}[@﹫]\s{0,3}|\s?[(\[{【（<]\s?(?:at|艾特|爱特)\s?[)\]}】）>]\s?|\s?(?:艾特|爱特|小老鼠|圈a)\s?)`
		point  = `(?:\s?[.。]\s?|\s?[(\[{【（<]\s?(?:dot|点|\.)\s?[)\]}】）>]\s?|\s+dot\s+|\s?点\s?)`
		ending = `(?:` + point + label + `){1,4}`
	)
	return []rule{
		newRule(maskEmail, `(`+local+sign+label+ending+`)`),
		newRule(maskEmail, `(\p{Han}{1,16}@[\p{Han}0-9A-Z-]{1,63}(?:\.[\p{Han}A-Z]{2,16}){1,3})`),
		newRule(maskEmail, `\b([0-9A-Z._%+-]{1,64}\s{1,3}at\s{1,3}[0-9A-Z-]{1,63}(?:\s{1,3}[(\[]?dot[)\]]?\s{1,3}[0-9A-Z-]{1,63}){1,4})\b`),
	}
}

// documentRules find the numbers of passports and of identity cards that are
// too short to be told by their length.
func documentRules() []rule {
	return []rule{
		newRule(maskIDCard, `\b([A-Z]{1,2}[0-9]{6} ?[(（][0-9A][)）])`),
		newRule(maskIDCard, `\b([0-9]{3}[-–—][0-9]{2}[-–—][0-9]{4})\b`),
		newRule(maskIDCard, `\b(?:ssn|social security)\b[^\n0-9]{0,12}?([0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4})\b`),
		newRule(maskPassport, `(?:护照|通行证|回乡证|台胞证|passport)[^\n0-9]{0,12}?((?:\b[A-Z]{1,2}`+loose+`)?`+digit+`(?:`+loose+digit+`){6,9})`),
		newRule(maskPassport, `\b([EGDSPHC][ -]?[0-9]{8}|E[A-Z][ -]?[0-9]{7})\b`),
	}
}
