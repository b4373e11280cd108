package intents

import "slices"

// People spell the products by ear: 借吧, 借贝, 接呗, 花被, jie bei. Only the
// shapes that mean nothing else are mended everywhere; 借吧 and 花吧 are also
// ordinary words ("你先花吧") and are mended where their neighbours say so.

// mendProducts spells product names right, in place, and returns the text,
// which only ever gets shorter.
func mendProducts(text []rune) []rune {
	text = mendPinyin(text)
	for i := 1; i < len(text); i++ {
		if product := misspelt(text, i); product != 0 {
			text[i-1], text[i] = product, '呗'
			mendAnt(text, i-2)
		}
	}
	return text
}

// mendAnt spells 蚂蚁 right when it ends at i, before a product.
func mendAnt(text []rune, i int) {
	if i >= 1 && runeIn(text[i-1], "马码妈玛蚂") && runeIn(text[i], "蚁已以义议") {
		text[i-1], text[i] = '蚂', '蚁'
	}
}

// misspelt returns 借 or 花 when the two runes ending at i stand for 借呗 or
// 花呗, and 0 otherwise.
func misspelt(text []rune, i int) rune {
	first, second := text[i-1], text[i]
	product := rune(0)
	switch first {
	case '借', '接', '解', '街', '结', '介':
		product = '借'
	case '花', '华', '化', '划':
		product = '花'
	}
	switch {
	case product == 0:
		return 0
	case second == '呗':
		return spelled(product, true)
	case second == '贝':
		return spelled(product, first != '划' && first != '解')
	case second == '被':
		return spelled(product, (first == '借' || first == '花' || first == '接') && !runeIn(at(text, i+1), "子套单褥芯人"))
	case second == '吧' || second == '叭':
		return spelled(product, (first == '借' || first == '花') && namesProduct(text, i))
	}
	return 0
}

// spelled returns the product when the pair is one of its misspellings.
func spelled(product rune, misspelling bool) rune {
	if !misspelling {
		return 0
	}
	return product
}

// namesProduct tells 借吧 the product from 借吧 the request by what is around:
// a product is opened, owned or asked about, a request ends the sentence.
func namesProduct(text []rune, i int) bool {
	before, after := at(text, i-2), at(text, i+1)
	if runeIn(before, "蚁的通请闭销用有个停办启活对") {
		return true
	}
	if runeIn(before, "就你先再去来还随便快想慢那钱多少不没能") {
		return false
	}
	return after != 0 && after != mark
}

// mendPinyin rewrites "jiebei", "jie bei", "huabei" and "hua bei" as words.
func mendPinyin(text []rune) []rune {
	for i := 0; i < len(text); i++ {
		if i > 0 && isLetter(text[i-1]) {
			continue
		}
		product, n := pinyinAt(text[i:])
		if n == 0 {
			continue
		}
		text[i], text[i+1] = product, '呗'
		text = dropAround(slices.Delete(text, i+2, i+n), i)
	}
	return text
}

// dropAround removes the spaces next to the Chinese name that now is at i.
func dropAround(text []rune, i int) []rune {
	if at(text, i+2) == space {
		text = slices.Delete(text, i+2, i+3)
	}
	if at(text, i-1) == space {
		text = slices.Delete(text, i-1, i)
	}
	return text
}

// pinyinAt returns the product and the length of its pinyin at the start of text.
func pinyinAt(text []rune) (rune, int) {
	for _, name := range [...]struct {
		pinyin  string
		product rune
	}{{"jiebei", '借'}, {"jie bei", '借'}, {"huabei", '花'}, {"hua bei", '花'}} {
		if n := len(name.pinyin); hasPrefix(text, name.pinyin) && !isLetter(at(text, n)) {
			return name.product, n
		}
	}
	return 0, 0
}

// hasPrefix reports whether text starts with an ASCII prefix.
func hasPrefix(text []rune, prefix string) bool {
	if len(text) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if text[i] != rune(prefix[i]) {
			return false
		}
	}
	return true
}

// at returns the rune at i, or 0 outside of text.
func at(text []rune, i int) rune {
	if i < 0 || i >= len(text) {
		return 0
	}
	return text[i]
}

func runeIn(r rune, set string) bool {
	for _, s := range set {
		if s == r {
			return r != 0
		}
	}
	return false
}
