package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// view is a text as the masker reads it: in plain letters and digits, without
// what cannot be seen. Nobody else ever sees it.
type view struct {
	original string
	text     string
	starts   []int // where in original each byte of text begins, nil: at the same place
	ends     []int // and ends
}

// span translates a part of the text into one of the original.
func (v view) span(start, end int) (int, int) {
	if v.starts == nil || start == end {
		return start, end
	}
	return v.starts[start], v.ends[end-1]
}

// edit is a part of a view's text and what to read instead.
type edit struct {
	start, end int
	instead    string
}

// fold reads a text. Most texts are plain already and are only looked at.
func fold(text string) view {
	v := view{original: text, text: text}
	v = v.with(plainRunes(v.text))
	v = v.with(letterDigits(v.text))
	v = v.with(numberWords(v.text))
	return v.with(chineseDigits(v.text))
}

// with reads a view with edits, which are in order.
func (v view) with(edits []edit) view {
	if len(edits) == 0 {
		return v
	}
	next := view{original: v.original}
	var out strings.Builder
	put := func(text string, start, end int) {
		out.WriteString(text)
		for range len(text) {
			next.starts, next.ends = append(next.starts, start), append(next.ends, end)
		}
		if n := len(next.ends); text == "" && n > 0 {
			next.ends[n-1] = end // what cannot be seen goes with what stands before it
		}
	}
	keep := func(from, to int) {
		for i := from; i < to; i++ {
			start, end := i, i+1
			if v.starts != nil {
				start, end = v.starts[i], v.ends[i]
			}
			put(v.text[i:i+1], start, end)
		}
	}
	last := 0
	for _, e := range edits {
		keep(last, e.start)
		start, end := v.span(e.start, e.end)
		put(e.instead, start, end)
		last = e.end
	}
	keep(last, len(v.text))
	next.text = out.String()
	return next
}

// plainRunes reads full width as half width and digits of all scripts as those
// of ASCII, and leaves out marks and what is invisible.
func plainRunes(text string) []edit {
	var edits []edit
	for i, r := range text {
		if r < 0x80 || r >= 0x3400 && r < 0xa000 { // ASCII, and Chinese characters
			continue
		}
		if instead, ok := plainRune(r); ok {
			edits = append(edits, edit{i, i + utf8.RuneLen(r), instead})
		}
	}
	return edits
}

func plainRune(r rune) (string, bool) {
	switch {
	case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ', strings.ContainsRune("＠．＿－＋％", r):
		return string(r - '！' + '!'), true
	case strings.ContainsRune("×хХχΧⅩⅹ", r):
		return "X", true
	case r == '〇', r == utf8.RuneError:
		return "", false
	case unicode.IsMark(r), unicode.Is(unicode.Cf, r):
		return "", true
	case unicode.IsSpace(r):
		return " ", r != '\u2028' && r != '\u2029'
	case unicode.IsNumber(r):
		return foreignDigit(r), true
	}
	return "", false
}

// drawn are the ranges of digits that are only drawn differently: the first, the
// last, and what the first one stands for.
func drawn() [][3]rune {
	return [][3]rune{
		{'⁴', '⁹', 4}, {'₀', '₉', 0}, {'①', '⑳', 1}, {'⑴', '⒇', 1}, {'⒈', '⒛', 1}, {'⓫', '⓴', 11}, {'⓵', '⓾', 1}, {'❶', '❿', 1},
		{'➀', '➉', 1}, {'➊', '➓', 1}, {'〡', '〩', 1}, {'㈠', '㈩', 1}, {'㊀', '㊉', 1}, {'㉑', '㉟', 21}, {'㊱', '㊿', 36}, {'Ⅰ', 'Ⅸ', 1}, {'ⅰ', 'ⅸ', 1},
		{0x1f101, 0x1f10a, 0},
	}
}

// foreignDigit is the digit that r is in its script; one that is not known as
// such still counts as one.
func foreignDigit(r rune) string {
	switch r {
	case '¹':
		return "1"
	case '²':
		return "2"
	case '³':
		return "3"
	}
	for _, row := range drawn() {
		if r >= row[0] && r <= row[1] {
			return decimal(r - row[0] + row[2])
		}
	}
	for _, script := range unicode.Nd.R16 {
		if r >= rune(script.Lo) && r <= rune(script.Hi) {
			return decimal((r - rune(script.Lo)) % 10)
		}
	}
	for _, script := range unicode.Nd.R32 {
		if r >= rune(script.Lo) && r <= rune(script.Hi) {
			return decimal((r - rune(script.Lo)) % 10)
		}
	}
	return "0"
}

func decimal(n rune) string {
	if n < 10 {
		return string('0' + n)
	}
	return string('0'+n/10) + string('0'+n%10)
}

// mostlyDigits is how many true digits a word has at least in which an O or an l
// is read as one.
const mostlyDigits = 6

// letterDigits reads 138OO138OOO. A word with other letters is none.
func letterDigits(text string) []edit {
	var edits []edit
	for i := 0; i < len(text); {
		if !isLatin(text[i]) && !isDigit(text[i]) {
			i++
			continue
		}
		end, digits, letters := i, 0, 0
		for end < len(text) && (isLatin(text[end]) || isDigit(text[end])) {
			if isDigit(text[end]) {
				digits++
			} else if lookalike(text[end]) != 0 {
				letters++
			}
			end++
		}
		if text[end-1]|0x20 == 'x' { // of an identity card
			digits++
		}
		if letters > 0 && digits >= mostlyDigits && digits+letters == end-i {
			for at := i; at < end; at++ {
				if c := lookalike(text[at]); c != 0 {
					edits = append(edits, edit{at, at + 1, string(rune(c))})
				}
			}
		}
		i = end
	}
	return edits
}

func lookalike(c byte) byte {
	switch c {
	case 'o', 'O':
		return '0'
	case 'l', 'I':
		return '1'
	}
	return 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLatin(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// chineseDigits reads the numerals of a number that has more than four digits.
// Fewer are words: 一直, 三三两两.
func chineseDigits(text string) []edit {
	if countDigits(text) <= shortNumber {
		return nil
	}
	var edits []edit
	for _, groups := range stretches(text) {
		if run := joined(groups); len(run.digits) > shortNumber {
			edits = append(edits, numeralsOf(text, run)...)
		}
	}
	return edits
}

func isNumeral(r rune) bool {
	_, ok := digitOf(r, 0)
	return ok
}

func numeralsOf(text string, run digitRun) []edit {
	var edits []edit
	for i, r := range text[run.start:run.end] {
		if d, ok := digitOf(r, 0); ok && r > 0x7f {
			edits = append(edits, edit{run.start + i, run.start + i + utf8.RuneLen(r), string(rune(d))})
		}
	}
	return edits
}
