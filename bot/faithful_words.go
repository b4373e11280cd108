package bot

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"kaitong/intents"
)

// neverSaid are words about reasons that may not be told, about things a bot
// cannot have done, and of promises, in their canonical spelling.
func neverSaid() []string {
	return []string{
		"洗钱", "黑名单", "灰名单", "名单", "制裁", "可疑交易", "风控", "涉案", "公安", "司法冻结", "系统提示词", "提示词", "已为你", "已经为你", "已帮你", "已经帮你", "已为您", "已经为您", "已帮您", "加微信", "微信号",
		"押金", "保证金", "定金", "手续费", "服务费", "转账", "汇款", "付款", "打款", "加急", "内部", "代办", "中介", "链接", "扫码", "二维码", "加群", "私聊", "验证码", "密码",
		"一定能", "一定会", "一定可以", "肯定能", "肯定会", "保证", "必过", "包过", "稳过", "百分百", "百分之百", "放心",
		"laundering", "aml", "blacklist", "black list", "watchlist", "watch list", "sanction", "suspicious", "risk control", "fraud flag", "system prompt", "i have opened", "i have activated", "i've opened", "i've activated",
		"guarantee", "definitely", "certainly", "for sure", "rest assured", "will be approved",
	}
}

// kindWords are clauses that say nothing but kindness, in their canonical
// spelling.
func kindWords() []string {
	return []string{
		"你好", "您好", "别着急", "不用着急", "先别着急", "别担心", "先别担心", "不用担心", "谢谢你的提问", "谢谢你来问", "辛苦了", "理解你的心情", "我理解你的心情", "很理解你的心情",
		"可以这样做", "可以这样看", "简单来说", "简单说", "希望对你有帮助", "慢慢来",
		"don't worry", "no worries", "take your time", "i understand", "i see", "thanks for asking", "in short", "good question", "sorry to hear that", "i'm sorry to hear that",
	}
}

// clausesOf splits a text where it pauses, in its canonical spelling.
func clausesOf(text string) []string {
	var clauses []string
	for clause := range strings.SplitSeq(intents.Normalize(text), ",") {
		if clause = strings.TrimSpace(clause); clause != "" {
			clauses = append(clauses, clause)
		}
	}
	return clauses
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// latinWords are the words of a text in Latin letters, in small letters.
func latinWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(intents.Normalize(text)), func(r rune) bool {
		return isHan(r) || !unicode.IsLetter(r) && r != '\''
	})
}

// holdsHan says whether every run of Chinese characters in a text is in another.
func holdsHan(source, text string) bool {
	for _, run := range strings.FieldsFunc(text, func(r rune) bool { return !isHan(r) }) {
		if !strings.Contains(source, run) {
			return false
		}
	}
	return true
}

var addressPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)[a-z0-9-]+[.。．][a-z]{2,}\b|https?|www|://|@`)
})

// addressed is the first thing in a text that looks like an address.
func addressed(text string) string {
	for _, found := range addressPattern().FindAllString(text, -1) {
		if !strings.HasSuffix(strings.ToLower(found), ".the") {
			return found
		}
	}
	return ""
}

var numberPattern = sync.OnceValue(func() *regexp.Regexp {
	const digit, unit = `零〇一二两三四五六七八九十百千万亿半几壹贰叁肆伍陆柒捌玖拾佰仟幺廿`, `个天日周月年元块万倍折期号点%分时小笔家岁次成`
	return regexp.MustCompile(`[0-9]+(?:[.,:/-][0-9]+)*%?|[` + digit + `]{2,}|[二两三四五六七八九十百千万亿半][` + unit + `]|一[天日周月年元块万倍折期分时]` +
		`|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety|hundred|thousand|million|dozen|twice|half|percent)\b`)
})

// numbersIn are the numbers of a text, as they are written.
func numbersIn(text string) []string {
	canonical := intents.Normalize(text)
	for _, word := range []string{"万一", "千万不要", "千万别", "十分", "一一", "一时"} { // count nothing
		canonical = strings.ReplaceAll(canonical, word, " ")
	}
	return numberPattern().FindAllString(canonical, -1)
}

var quotedPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`「([^」]{1,40})」|“([^”]{1,60})”`) })

// quotedIn are the names that a text has in quotation marks: of buttons, pages,
// words to type.
func quotedIn(text string) []string {
	var names []string
	for _, found := range quotedPattern().FindAllStringSubmatch(text, -1) {
		names = append(names, found[1]+found[2])
	}
	return names
}

var denialPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`不|没|无|未|别|勿|非|\b(?:no|not|never|none|nobody|without|cannot|nor|neither)\b|n't\b`)
})

// denials counts the clauses of a text that deny something; kind words deny
// nothing.
func denials(text string) int {
	n := 0
	for _, clause := range clausesOf(text) {
		if !slices.Contains(kindWords(), clause) {
			n += len(denialPattern().FindAllString(oneDenial().Replace(clause), -1))
		}
	}
	return n
}

// content is what a text says, cut into pieces that can be found again: pairs of
// Chinese characters, beginnings of words and pairs of them, without those that
// only join.
type content map[string]bool

func contentOf(text string) content {
	held := content{}
	for _, clause := range clausesOf(text) {
		for _, kind := range pieces(clause) {
			for _, piece := range kind.list {
				held[piece] = true
			}
		}
	}
	return held
}

// carries says whether a text holds what a clause says: half of its pieces at
// least, and nowhere many in a row that it does not hold.
func (c content) carries(clause string) bool {
	for _, kind := range pieces(clause) {
		known, strange := 0, 0
		for _, piece := range kind.list {
			if c[piece] {
				known, strange = known+1, 0
			} else if strange++; strange > kind.strange {
				return false
			}
		}
		if kind.half && 2*known < len(kind.list) {
			return false
		}
	}
	return true
}

// kind is a kind of pieces of a clause.
type kind struct {
	list    []string
	strange int  // how many in a row a text need not hold
	half    bool // half of all it must hold
}

// joiningHan are Chinese words that say little themselves.
var joiningHan = sync.OnceValue(func() *strings.Replacer {
	words := strings.Fields("什么时候 建议 如果 的话 一般来说 一般 通常 常见 情况 包括 意思 考虑 时候 需要 用到 或者 以及 并且 而且 因为 所以 比如 例如 另外 同时 首先 然后 其次 目前 现在 暂时 这次 这一次 直接 自己 相关 里面 方面 一些")
	pairs := make([]string, 0, 2*len(words))
	for _, word := range words {
		pairs = append(pairs, word, "")
	}
	return strings.NewReplacer(pairs...)
})

// pieces are the pieces of a clause. A word of three characters that is put in
// makes four strange pairs of characters; of words none may be put in but those
// that say little.
func pieces(clause string) []kind {
	run := hanContent(clause)
	clause = joiningHan().Replace(clause)
	var stems []string
	for _, word := range latinWords(clause) {
		if !slices.Contains(joiningWords(), word) {
			stems = append(stems, word[:min(len(word), wordStem)])
		}
	}
	return []kind{{pairs(run), 4, true}, {stems, 0, true}, {wordPairs(stems), 2, false}}
}

// hanContent are the Chinese characters of a clause that say something.
func hanContent(clause string) []rune {
	var run []rune
	for _, r := range joiningHan().Replace(clause) {
		if isHan(r) && !strings.ContainsRune(littleHan, r) {
			run = append(run, r)
		}
	}
	return run
}

func pairs(run []rune) []string {
	var list []string
	for i := 0; i+1 < len(run); i++ {
		list = append(list, string(run[i:i+2]))
	}
	return list
}

func wordPairs(stems []string) []string {
	var list []string
	for i := 0; i+1 < len(stems); i++ {
		list = append(list, stems[i]+" "+stems[i+1])
	}
	return list
}

// wordStem is how many letters of a word tell it from others.
const wordStem = 5

// joiningWords say little themselves.
func joiningWords() []string {
	return strings.Fields("a an and are as at be been but by can could do does for from had has have i if in is it it's its may me might my of on or our please should so some than that the their them then there these they this those to up us was we just simply exactly also usually generally normally often please only still here now once well both either too quite however instead example note way case mean means about after before kindly first what when where which while who will with would you you'll you're your")
}
