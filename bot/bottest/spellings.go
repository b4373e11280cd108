package bottest

import (
	"strings"
	"unicode"
)

// spelling is one way to write something down.
type spelling struct {
	name  string
	write func(m maker, plain string) string
}

func numberSpellings() []spelling {
	list := documentSpellings()
	for name, digits := range map[string]string{
		"english words": "zero one two three four five six seven eight nine", "english words, oh": "oh one two three four five six seven eight nine",
		"pinyin": "ling yi er san si wu liu qi ba jiu", "pinyin, yao": "ling yao liang san si wu liu qi ba jiu",
	} {
		list = append(list, inWords(name, digits, " "), inWords(name+", dashes", digits, "-"))
	}
	return append(sorted(list),
		spelling{"letter O for zero", func(_ maker, plain string) string { return strings.ReplaceAll(plain, "0", "O") }},
		spelling{"doubles in words", func(_ maker, plain string) string { return doubled(plain) }},
		spelling{"words and digits", func(m maker, plain string) string { return someInWords(m, plain) }},
		joinedBy("empty lines", "\n\n"), joinedBy("long dashes", " —— "), joinedBy("brackets", "]["), grouped("comma, blank", ", "), grouped("、", "、"), grouped("line breaks, four each", "\r\n"))
}

func documentSpellings() []spelling {
	list := codeSpellings()
	for name, digits := range map[string]string{
		"thai": "๐๑๒๓๔๕๖๗๘๙", "bengali": "০১২৩৪৫৬৭৮৯", "persian": "۰۱۲۳۴۵۶۷۸۹", "mathematical": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "subscript": "₀₁₂₃₄₅₆₇₈₉", "circled, black": "⓿❶❷❸❹❺❻❼❽❾", "double circled": "⓪⓵⓶⓷⓸⓹⓺⓻⓼⓽", "tally of merchants": "〇〡〢〣〤〥〦〧〨〩",
	} {
		list = append(list, inDigits(name, digits))
	}
	return append(sorted(list), joinedBy("line breaks", "\n"), joinedBy("emoji", "😀"), joinedBy("family", "👨‍👩‍👧"), joinedBy("slashes", "/"), joinedBy("soft hyphens", "\u00ad"), joinedBy("word joiners", "\u2060"),
		joinedBy("wide blanks", "\u3000"), joinedBy("hard blanks", "\u00a0"), joinedBy("tabs", "\t"), joinedBy("middle dots", "·"), joinedBy("low lines", "_"))
}

func codeSpellings() []spelling {
	list := []spelling{
		{"plain", func(_ maker, plain string) string { return plain }},
		{"chinese, then digits", func(_ maker, plain string) string {
			return replaced(plain[:len(plain)/2], "〇一二三四五六七八九") + plain[len(plain)/2:]
		}},
		{"any chinese", func(m maker, plain string) string { return mixed(m, plain) }},
		{"keycaps", func(_ maker, plain string) string {
			return afterEach(plain, "\ufe0f\u20e3")
		}},
		{"struck out", func(_ maker, plain string) string { return afterEach(plain, "\u0336") }},
	}
	for name, digits := range map[string]string{
		"full width": "０１２３４５６７８９", "chinese": "〇一二三四五六七八九", "chinese, zero": "零一二三四五六七八九", "dictated": "洞幺两三四五六拐八勾", "financial": "零壹贰叁肆伍陆柒捌玖", "financial, traditional": "零壹貳參肆伍陸柒捌玖",
		"circled": "⓪①②③④⑤⑥⑦⑧⑨", "superscript": "⁰¹²³⁴⁵⁶⁷⁸⁹", "arabic": "٠١٢٣٤٥٦٧٨٩", "devanagari": "०१२३४५६७८९",
	} {
		list = append(list, inDigits(name, digits))
	}
	return append(sorted(list), joinedBy("blanks", " "), joinedBy("dots", "."), joinedBy("dashes", "-"), joinedBy("zero width", "\u200b"), joinedBy("zero width joiners", "\u200d"))
}

func secretSpellings() []spelling {
	return []spelling{
		{"plain", func(_ maker, plain string) string { return plain }},
		{"full width", func(_ maker, plain string) string { return wide(plain) }},
		joinedBy("zero width", "\u200b"),
		{"quoted", func(_ maker, plain string) string { return "“" + plain + "”" }},
		{"new line", func(_ maker, plain string) string { return "\n" + plain }},
	}
}

func addressSpellings() []spelling {
	at := func(name, at, dot string) spelling {
		return spelling{name, func(_ maker, plain string) string { return strings.NewReplacer("@", at, ".", dot).Replace(plain) }}
	}
	return []spelling{
		at("plain", "@", "."), at("full width sign", "＠", "．"), at("blanks", " @ ", " . "), at("words", " at ", " dot "), at("brackets", " (at) ", " (dot) "), at("square brackets", "[at]", "[dot]"),
		at("艾特", "艾特", "点"), at("艾特, blanks", " 艾特 ", " 点 "), at("圈a", "圈a", "."), at("chinese stop", "@", "。"), at("at, dot", "(at)", "."), at("capitals", " AT ", " DOT "), at("chinese brackets", "（at）", "（点）"),
		{"full width", func(_ maker, plain string) string { return wide(plain) }}, joinedBy("zero width", "\u200b"), {"over lines", func(_ maker, plain string) string { return strings.Replace(plain, "@", "@\n", 1) }},
		{"capital letters", func(_ maker, plain string) string { return strings.ToUpper(plain) }}, {"with a plus", func(_ maker, plain string) string { return strings.Replace(plain, "@", "+shop@", 1) }},
	}
}

// sorted puts what came out of a map into a lasting order.
func sorted(list []spelling) []spelling {
	for i := range list {
		for j := i; j > 0 && list[j].name < list[j-1].name; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return list
}

func inDigits(name, digits string) spelling {
	return spelling{name, func(_ maker, plain string) string { return replaced(plain, digits) }}
}

// replaced writes every digit as the rune at its place in digits.
func replaced(plain, digits string) string {
	all := []rune(digits)
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return all[r-'0']
		}
		return r
	}, plain)
}

func inWords(name, words, between string) spelling {
	all := strings.Fields(words)
	return spelling{name, func(_ maker, plain string) string {
		var out []string
		for _, r := range plain {
			if unicode.IsDigit(r) {
				out = append(out, all[r-'0'])
			} else {
				out = append(out, string(r))
			}
		}
		return strings.Join(out, between)
	}}
}

func someInWords(m maker, plain string) string {
	all := strings.Fields("zero one two three four five six seven eight nine")
	var out []string
	for i, r := range plain {
		if unicode.IsDigit(r) && (i < 3 || m.random.IntN(2) == 0) {
			out = append(out, all[r-'0'])
		} else {
			out = append(out, string(r))
		}
	}
	return strings.Join(out, " ")
}

// doubled says "double zero" where a digit stands twice.
func doubled(plain string) string {
	all := strings.Fields("zero one two three four five six seven eight nine")
	var out []string
	for i := 0; i < len(plain); i++ {
		switch {
		case plain[i] == 'X':
			out = append(out, "X")
		case i+1 < len(plain) && plain[i+1] == plain[i]:
			out, i = append(out, "double "+all[plain[i]-'0']), i+1
		default:
			out = append(out, all[plain[i]-'0'])
		}
	}
	return strings.Join(out, " ")
}

func joinedBy(name, between string) spelling {
	return spelling{name, func(_ maker, plain string) string { return strings.Join(strings.Split(plain, ""), between) }}
}

func grouped(name, between string) spelling {
	return spelling{name, func(_ maker, plain string) string {
		var parts []string
		for len(plain) > 4 {
			parts, plain = append(parts, plain[:4]), plain[4:]
		}
		return strings.Join(append(parts, plain), between)
	}}
}

func afterEach(plain, mark string) string {
	return strings.Join(strings.Split(plain, ""), mark) + mark
}

// mixed takes for each digit one of the ways Chinese people write it.
func mixed(m maker, plain string) string {
	ways := []string{"0０〇零○洞", "1１一壹幺①", "2２二贰两②", "3３三叁③", "4４四肆④", "5５五伍⑤", "6６六陆⑥", "7７七柒拐⑦", "8８八捌⑧", "9９九玖勾⑨"}
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return r
		}
		way := []rune(ways[r-'0'])
		return way[m.random.IntN(len(way))]
	}, plain)
}

// wide is a text in full width.
func wide(plain string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r - '!' + '！'
		}
		return r
	}, plain)
}
