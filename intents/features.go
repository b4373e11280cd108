package intents

// FeatureOptions says which features a text is turned into.
type FeatureOptions struct {
	HanMax   int  // longest n-gram of characters with a Chinese one among them
	CharMax  int  // longest n-gram of other characters, within a word
	WordMax  int  // longest n-gram of words of spaced scripts
	Entities bool // classes of entities: product, cause, denied cause, quote
	Concepts bool // groups of words that mean the same, alone and in pairs
}

// In the view of a text that n-grams are taken from, classes of things stand
// for the things: any product is one rune, any number another, so that what is
// said about one is learned for all.
const (
	classProduct rune = 0xE000 + iota
	classNumber
)

// Kinds of features, mixed into their keys so that they never meet.
const (
	featureChars uint64 = 0x9AE16A3B2F90404F + iota*0x1000193
	featureWords
	featureEntity
	featureConcept
)

// appendView appends the view of a normalised text to dst: padded with spaces,
// numbers and products as classes, marks as spaces.
func appendView(dst, text []rune) []rune {
	dst = append(dst, space)
	for i := 0; i < len(text); {
		switch n := productAt(text[i:]); {
		case n > 0:
			dst, i = append(dst, classProduct), i+n
		case isDigit(text[i]) || text[i] == '*':
			dst, i = append(dst, classNumber), i+numberAt(text[i:])
		case text[i] == mark || text[i] == space:
			dst, i = appendOnce(dst, space), i+1
		default:
			dst, i = append(dst, text[i]), i+1
		}
	}
	return appendOnce(dst, space)
}

func appendOnce(dst []rune, r rune) []rune {
	if dst[len(dst)-1] == r {
		return dst
	}
	return append(dst, r)
}

// productAt returns the length of a product name at the start of text.
func productAt(text []rune) int {
	if len(text) >= 4 && text[0] == '蚂' && text[1] == '蚁' && productAt(text[2:]) > 0 {
		return 4
	}
	if len(text) >= 2 && text[1] == '呗' && (text[0] == '借' || text[0] == '花') {
		return 2
	}
	return 0
}

// numberAt returns the length of the number at the start of text.
func numberAt(text []rune) int {
	n := 0
	for n < len(text) && (isDigit(text[n]) || text[n] == '*' || isJoiner(text[n])) {
		n++
	}
	return n
}

// appendNgrams appends the keys of the n-grams of characters and words.
func appendNgrams(dst []uint64, view []rune, o FeatureOptions) []uint64 {
	longest := max(o.HanMax, o.CharMax)
	for i := range view {
		key, limit := featureChars, o.CharMax
		for n := 1; n <= longest && i+n <= len(view); n++ {
			r := view[i+n-1]
			if isHan(r) || r == classProduct {
				limit = o.HanMax
			}
			if n > limit {
				break
			}
			key = mix(key, uint64(r))
			if n > 1 || r != space {
				dst = append(dst, key)
			}
			if n > 1 && r == space {
				break
			}
		}
	}
	return appendWords(dst, view, o.WordMax)
}

// appendWords appends the keys of the n-grams of words. Chinese runes are no
// words and end an n-gram; a product counts as a word in any script.
func appendWords(dst []uint64, view []rune, longest int) []uint64 {
	var recent [4]uint64 // keys of the words before, nearest first
	known := 0
	for i := 0; i < len(view); {
		word, n := wordAt(view[i:])
		switch {
		case n > 0:
			i += n
			recent[3], recent[2], recent[1], recent[0] = recent[2], recent[1], recent[0], word
			known = min(known+1, longest, len(recent))
			key := featureWords
			for _, w := range recent[:known] {
				key = mix(key, w)
				dst = append(dst, key)
			}
			continue
		case view[i] != space:
			known = 0
		}
		i++
	}
	return dst
}

// wordAt returns the key and length of the word at the start of view.
func wordAt(view []rune) (key uint64, n int) {
	key = featureWords
	if view[0] == classProduct || view[0] == classNumber {
		return mix(key, uint64(view[0])), 1
	}
	for n < len(view) && (isWordRune(view[n]) || view[n] == '\'') {
		key = mix(key, uint64(view[n]))
		n++
	}
	return key, n
}

// appendEntityKeys appends a key per thing named.
func appendEntityKeys(dst []uint64, named []Entity) []uint64 {
	for _, e := range named {
		key := mixString(mixString(featureEntity, string(e.Kind)), e.Value)
		switch e.Kind {
		case EntityProduct, EntityQuote:
			dst = append(dst, key)
		case EntityCause:
			if e.Negated {
				key = mix(key, 1)
			}
			dst = append(dst, key)
		}
	}
	return dst
}

func mixString(key uint64, s string) uint64 {
	for i := range len(s) {
		key = mix(key, uint64(s[i]))
	}
	return key
}

// mix adds a value to a running hash. Keys are never zero in practice: the
// index reserves zero, and a collision there would only lose one feature.
func mix(key, value uint64) uint64 {
	key = (key ^ value) * 0x9E3779B97F4A7C15
	return key ^ key>>31
}
