package bot

import (
	"strings"
	"unicode/utf8"
)

// fewestWords is how many digits stand in a row before words are read as digits.
const fewestWords = 4

// shortestWords is how many letters so many words have at least: er si wu ba.
const shortestWords = 8

func latinLetters(text string) int {
	n := 0
	for i := range len(text) {
		if isLatin(text[i]) {
			n++
		}
	}
	return n
}

// speller reads numbers that are spelled out in words, in English or pinyin.
type speller struct {
	text  string
	kept  []edit
	run   []edit // not sure yet
	known int    // digits of the run, spelled or not
	times int    // what "double" or "triple" says of the next one
	from  int    // where that stands
}

// numberWords reads "one three eight, double zero". A word or two among others
// mean nothing.
func numberWords(text string) []edit {
	if latinLetters(text) < shortestWords {
		return nil
	}
	s := speller{text: text, times: 1}
	for i := 0; i < len(text); {
		if !isLatin(text[i]) {
			i += s.other(i)
			continue
		}
		end := i
		for end < len(text) && isLatin(text[end]) {
			end++
		}
		s.word(i, end)
		i = end
	}
	s.finish()
	return s.kept
}

// other reads what is no letter: digits count, separators do not matter.
func (s *speller) other(i int) int {
	r, size := utf8.DecodeRuneInString(s.text[i:])
	switch {
	case isNumeral(r):
		s.known, s.times = s.known+1, 1
	case !separates(r):
		s.finish()
	}
	return size
}

func (s *speller) word(start, end int) {
	word := s.text[start:end]
	if times := timesOf(word); times > 1 {
		s.times, s.from = times, start
		return
	}
	digit := digitWord(word)
	if digit == "" || s.known == 0 && len(word) == 1 {
		s.finish()
		return
	}
	if s.times > 1 {
		start = s.from
	}
	s.run = append(s.run, edit{start, end, strings.Repeat(digit, s.times)})
	s.known, s.times = s.known+s.times, 1
}

func (s *speller) finish() {
	if s.known >= fewestWords {
		s.kept = append(s.kept, s.run...)
	}
	s.run, s.known, s.times = nil, 0, 1
}

func timesOf(word string) int {
	switch {
	case len(word) != 6:
	case strings.EqualFold(word, "double"):
		return 2
	case strings.EqualFold(word, "triple"), strings.EqualFold(word, "treble"):
		return 3
	}
	return 1
}

// digitWord is the digit a word stands for, "" for none.
func digitWord(word string) string {
	if len(word) > 5 {
		return ""
	}
	var b [5]byte
	for i := range len(word) {
		b[i] = word[i] | 0x20
	}
	switch string(b[:len(word)]) {
	case "zero", "oh", "o", "ling", "dong":
		return "0"
	case "one", "yi", "yao":
		return "1"
	case "two", "er", "liang":
		return "2"
	case "three", "san":
		return "3"
	case "four", "si":
		return "4"
	case "five", "wu":
		return "5"
	case "six", "liu":
		return "6"
	case "seven", "qi", "guai":
		return "7"
	case "eight", "ba":
		return "8"
	case "nine", "jiu", "gou":
		return "9"
	}
	return ""
}
