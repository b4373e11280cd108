package intents

import (
	"strconv"
	"strings"
)

// appendNumbers appends ages, amounts, versions, dates and ordinals.
func (e *entities) appendNumbers(dst []Entity, text []rune, hits []hit) []Entity {
	for i := 0; i < len(text); {
		if text[i] != '第' && !isNumeral(text[i]) { // most runes are no number
			i++
			continue
		}
		x, n := bornAt(text, i, e.year)
		if n == 0 {
			x, n = numberEntity(text, i)
		}
		if x.Kind != "" && (x.Kind != EntityAge || !e.insideAge(hits, i) && !ofAnother(text[:i], text[i+n:])) {
			dst = addEntity(dst, x)
		}
		i += max(n, 1)
	}
	return dst
}

// numberEntity reads the number at i, if one starts there, together with what
// stands around it. n is how many runes it takes; a number that means nothing
// to us has no kind.
func numberEntity(text []rune, i int) (e Entity, n int) {
	if text[i] == '第' {
		return ordinalAt(text, i)
	}
	if !isNumeral(text[i]) {
		return Entity{}, 0
	}
	if n = datePrefix(text, i); n > 0 {
		return Entity{Kind: EntityDate, Value: string(text[i : i+n])}, n
	}
	if n = digitsAt(text[i:]); n > 0 {
		return digitEntity(text, i, n), n
	}
	value, n := chineseNumber(text[i:])
	if n > 0 && isAge(text, i, n, value) {
		return Entity{Kind: EntityAge, Value: strconv.Itoa(value)}, n
	}
	if n > 0 && isMoney(text, i, n) {
		return Entity{Kind: EntityAmount, Value: strconv.Itoa(value)}, n
	}
	return Entity{}, n
}

func isNumeral(r rune) bool { return isDigit(r) || chineseDigit(r) >= 0 || chinesePower(r) > 0 }

// digitEntity reads the digits text[i:i+n].
func digitEntity(text []rune, i, n int) Entity {
	number := string(text[i : i+n])
	if strings.Count(number, ".") >= 2 || strings.Contains(number, ".") && isVersion(text, i, n) {
		return Entity{Kind: EntityAppVersion, Value: number}
	}
	value, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return Entity{}
	}
	switch {
	case isMoney(text, i, n):
		return Entity{Kind: EntityAmount, Value: formatNumber(value * unit(text, i+n))}
	case value == float64(int(value)) && isAge(text, i, n, int(value)):
		return Entity{Kind: EntityAge, Value: formatNumber(value)}
	}
	return Entity{}
}

func formatNumber(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// digitsAt returns the length of a decimal number, with dots, at the start.
func digitsAt(text []rune) int {
	n := 0
	for n < len(text) && (isDigit(text[n]) || text[n] == '.' && n > 0) {
		n++
	}
	return n
}

// isVersion reports whether a number follows or precedes a word for version.
func isVersion(text []rune, i, n int) bool {
	return endsWithAny(text[:i], "版本", "版本是", "版本号", "版本号是", "v", "version ", "version is ", "app ") ||
		startsWithAny(text[i+n:], "版", "的版本")
}

// isMoney reports whether the number text[i:i+n] is an amount of yuan.
func isMoney(text []rune, i, n int) bool {
	after := text[i+n:]
	if startsWithAny(after, "万", "千", "w", "k") {
		after = after[1:]
		if len(after) == 0 || !isLetter(after[0]) {
			return !startsWithAny(after, "人", "个", "次", "位")
		}
		return false
	}
	return startsWithAny(after, "元", "块", " yuan", "yuan", " rmb", "rmb", " cny", "cny") || endsWithAny(text[:i], "¥", "$", "rmb ", "cny ")
}

// unit is the multiplier written behind a number.
func unit(text []rune, i int) float64 {
	switch at(text, i) {
	case '万', 'w':
		return 10000
	case '千', 'k':
		return 1000
	}
	return 1
}

// datePrefix returns the length of a date at i: 2024-11-05, 11月5号.
func datePrefix(text []rune, i int) int {
	if i > 0 && isNumeral(text[i-1]) {
		return 0
	}
	n := 0
	for _, unit := range [...]string{"年", "月", "日号"} {
		digits := numeralsAt(text[i+n:])
		if digits > 0 && runeIn(at(text, i+n+digits), unit) {
			n += digits + 1
		}
	}
	if n > 0 {
		return n
	}
	return isoDate(text[i:])
}

// isoDate returns the length of 2024-11-05, 2024/11/5 or 2024.11.5.
func isoDate(text []rune) int {
	n := 0
	for n < len(text) && (isDigit(text[n]) || runeIn(text[n], "-/.")) {
		n++
	}
	if n < len("2024-1-5") {
		return 0
	}
	parts := strings.FieldsFunc(string(text[:n]), func(r rune) bool { return !isDigit(r) })
	if len(parts) == 3 && len(parts[0]) == 4 && len(parts[1]) <= 2 && len(parts[2]) <= 2 {
		return n
	}
	return 0
}

func numeralsAt(text []rune) int {
	n := 0
	for n < len(text) && (isDigit(text[n]) || chineseDigit(text[n]) >= 0 || text[n] == '十') {
		n++
	}
	return n
}

// ordinalAt reads 第二个 or 第2条 at i. 第二次 and 第三期 count events, not things.
func ordinalAt(text []rune, i int) (Entity, int) {
	value, n := chineseNumber(text[i+1:])
	if n == 0 {
		value, n = smallDigits(text[i+1:])
	}
	if value < 1 || value > 9 || startsWithAny(text[i+1+n:], "次", "天", "期", "年", "月", "方") {
		return Entity{}, 0
	}
	return Entity{Kind: EntityOrdinal, Value: strconv.Itoa(value)}, n + 1
}

func smallDigits(text []rune) (value, n int) {
	for n < len(text) && isDigit(text[n]) && n < 3 {
		value, n = value*10+int(text[n]-'0'), n+1
	}
	return value, n
}

// chineseNumber reads 十七, 二十, 三千五百, 两万 at the start of text.
func chineseNumber(text []rune) (value, n int) {
	section, digit := 0, -1
	for ; n < len(text); n++ {
		if d := chineseDigit(text[n]); d >= 0 {
			digit = d
			continue
		}
		power := chinesePower(text[n])
		if power == 0 {
			break
		}
		if power == 10000 {
			value, section, digit = (value+section+max(digit, 0))*power, 0, -1
			continue
		}
		if digit < 0 {
			digit = 1
		}
		section, digit = section+digit*power, -1
	}
	return value + section + max(digit, 0), n
}

func chinesePower(r rune) int {
	switch r {
	case '十':
		return 10
	case '百':
		return 100
	case '千':
		return 1000
	case '万':
		return 10000
	}
	return 0
}

// chineseDigit returns the value of a digit, or -1.
func chineseDigit(r rune) int {
	switch r {
	case '零', '〇':
		return 0
	case '一':
		return 1
	case '二', '两':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return -1
}

func startsWithAny(text []rune, prefixes ...string) bool { return longestPrefix(text, prefixes...) > 0 }

// longestPrefix returns the length of the longest of some prefixes of text.
func longestPrefix(text []rune, prefixes ...string) int {
	longest := 0
	for _, prefix := range prefixes {
		if n := prefixLen(text, prefix); n > longest {
			longest = n
		}
	}
	return longest
}

func prefixLen(text []rune, prefix string) int {
	n := 0
	for _, r := range prefix {
		if n >= len(text) || text[n] != r {
			return 0
		}
		n++
	}
	return n
}

// isText reports whether text is exactly want.
func isText(text []rune, want string) bool {
	return len(text) > 0 && prefixLen(text, want) == len(text)
}

func endsWithAny(text []rune, suffixes ...string) bool {
	for _, suffix := range suffixes {
		runes := 0
		for range suffix {
			runes++
		}
		if runes <= len(text) && prefixLen(text[len(text)-runes:], suffix) == runes {
			return true
		}
	}
	return false
}
