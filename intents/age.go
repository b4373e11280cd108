package intents

import "strconv"

// ageWording are the wordings that stand for one age.
type ageWording struct {
	Said  []string `yaml:"said"`
	Alone []string `yaml:"alone"` // only as the whole of a text
}

// The youngest and oldest an age can be; the rest are amounts and scores.
const (
	minAge = 5
	maxAge = 110
)

// isAge reports whether the number text[i:i+n] is how old somebody is.
func isAge(text []rune, i, n, value int) bool {
	if value < minAge || value > maxAge {
		return false
	}
	before, after := text[:i], text[i+n:]
	if isAgeUnit(after) {
		return true
	}
	if endsWithAny(before, "年龄", "年龄是", "年纪", "未满", "没满", "不满", "刚满", "已满", "满", "满了", "我今年", "今年才", "aged ", "my age is ", "turned ", "under ", "i am only ", "i'm only ", "im only ") {
		return !isCounted(after)
	}
	return endsAge(after) && endsWithAny(before, "我", "今年", "我才", "我刚", "我已经", "我都", "才", "i am ", "i'm ", "im ")
}

// isAgeUnit reports whether text, behind a number, makes it an age.
func isAgeUnit(text []rune) bool {
	return startsWithAny(text, "岁", "周岁", "歲", " years old", " year old", " yrs old", " y,o", " yo ", "yo ", "y,o", " years of age") ||
		isText(text, "yo") || isText(text, " yo") || isYearsAndMonths(text)
}

// isYearsAndMonths reports " and 10 months" behind a number of years.
func isYearsAndMonths(text []rune) bool {
	n := prefixLen(text, " and ")
	if n == 0 {
		return false
	}
	digits := digitsAt(text[n:])
	return digits > 0 && startsWithAny(text[n+digits:], " month")
}

// isCounted reports whether text, behind a number, says what it counts.
func isCounted(text []rune) bool {
	return startsWithAny(text, "个", "年", "天", "元", "块", "次", "万", "千", "百", "分", "月", "号", "减", "%", " yuan", " days", " months", " weeks")
}

// endsAge reports whether text goes on as it does after "i am 17".
func endsAge(text []rune) bool {
	return len(text) == 0 || text[0] == mark || startsWithAny(text, "了", "啊", "呢", "呀", "能", "可以", "想", "要", "怎么", "为什么", "也", " 想", " 能", " 可以", " 要", " 怎么", " 为什么", " and ", " can", " now", " but ", " so ")
}

// isAgeSaid reports whether the wording at h is about how old somebody is
// now: "高中毕业" and "was in high school" are not, "不是高中生" denies it.
func (e *entities) isAgeSaid(text []rune, hits []hit, h hit) bool {
	before, after := text[:h.start], text[h.end:]
	if e.senses[h.tag].alone && !leansBack(text, h) || ofAnother(text[:h.end], text[h.end:]) {
		return false
	}
	if startsWithAny(after, "毕业", "时候", "的时候", "那会", "那时", "那年", "老师", "的老师", "学历", "文凭", "同学", " teacher", " diploma", " degree", " graduate", " thousand", " hundred") {
		return false
	}
	if endsWithAny(before, "was ", "were ", "been ", "since ", "when i ", "大年", "不是", "以前", "曾经") {
		return false
	}
	return !e.deniedBefore(hits, h)
}

// insideAge reports whether a wording for an age covers the rune at i: the 18
// of "快满18了" is none of its own.
func (e *entities) insideAge(hits []hit, i int) bool {
	for _, h := range hits {
		if e.senses[h.tag].kind == EntityAge && int(h.start) <= i && i < int(h.end) {
			return true
		}
	}
	return false
}

// bornAt reads "2010年出生", "10年生的" and "born in 2010" at i. The age is the
// one reached in year; n is how many runes the date takes.
func bornAt(text []rune, i, year int) (x Entity, n int) {
	born, n := birthYear(text[i:], year)
	if n == 0 || i > 0 && isNumeral(text[i-1]) || !isBirth(text[:i], text[i+n:]) {
		return Entity{}, 0
	}
	age := year - born
	if age < 0 || age > maxAge {
		return Entity{}, 0
	}
	return Entity{Kind: EntityAge, Value: strconv.Itoa(age)}, n
}

// birthYear reads a year of four or two digits, in figures or in Chinese.
func birthYear(text []rune, current int) (year, n int) {
	for n < len(text) && n < 5 {
		d := digitValue(text[n])
		if d < 0 {
			break
		}
		year, n = year*10+d, n+1
	}
	switch {
	case n == 4 && year >= current-maxAge:
		return year, n
	case n == 2 && year <= current%100:
		return year + current/100*100, n
	case n == 2:
		return year + (current/100-1)*100, n
	}
	return 0, 0
}

func digitValue(r rune) int {
	if isDigit(r) {
		return int(r - '0')
	}
	return chineseDigit(r)
}

// isBirth reports whether what stands around a year makes it one of birth.
func isBirth(before, after []rune) bool {
	if endsWithAny(before, "born in ", "出生于", "生于") {
		return true
	}
	if len(after) == 0 || after[0] != '年' {
		return false
	}
	after = after[1:]
	for range 2 { // a month and a day may stand in between
		if n := numeralsAt(after); n > 0 && runeIn(at(after, n), "月日号") {
			after = after[n+1:]
		}
	}
	return startsWithAny(after, "出生", "生的", "生人") || isText(after, "生")
}
