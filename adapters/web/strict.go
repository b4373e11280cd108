package web

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep arrays and objects may nest. No frame needs more than
// four.
const maxDepth = 16

// checkStrict walks one JSON text before encoding/json sees it and refuses
// what that package would mend or choose silently: repeated keys, known keys
// in another case, broken UTF-8, half surrogate pairs, text after the value,
// deep nesting. It holds the whole grammar of RFC 8259, so what passes is JSON.
// names are the keys whose spelling matters.
func checkStrict(data []byte, names keyNames) *fault {
	if !utf8.Valid(data) {
		return &fault{code: codeInvalidUTF8}
	}
	w := walker{data: data, names: names}
	w.space()
	if !w.value(0) {
		return &fault{code: w.why()}
	}
	w.space()
	if w.at < len(w.data) {
		return &fault{code: codeTrailingData}
	}
	return nil
}

// keyNames are the field names the decoder knows, in their one spelling.
type keyNames []string

// misspelt says whether encoding/json would take key for a known name although
// it is written differently.
func (names keyNames) misspelt(key string) bool {
	folded := false
	for _, name := range names {
		if key == name {
			return false
		}
		folded = folded || strings.EqualFold(key, name)
	}
	return folded
}

type walker struct {
	data  []byte
	at    int
	names keyNames
	code  Code // set when something better than bad_json is known
}

func (w *walker) why() Code {
	if w.code == "" {
		return codeBadJSON
	}
	return w.code
}

func (w *walker) refuse(code Code) bool {
	if w.code == "" {
		w.code = code
	}
	return false
}

func (w *walker) space() {
	for w.at < len(w.data) {
		switch w.data[w.at] {
		case ' ', '\t', '\n', '\r':
			w.at++
		default:
			return
		}
	}
}

func (w *walker) take(c byte) bool {
	if w.at < len(w.data) && w.data[w.at] == c {
		w.at++
		return true
	}
	return false
}

func (w *walker) value(depth int) bool {
	if depth > maxDepth {
		return w.refuse(codeTooDeep)
	}
	if w.at >= len(w.data) {
		return false
	}
	switch c := w.data[w.at]; {
	case c == '{':
		return w.object(depth)
	case c == '[':
		return w.array(depth)
	case c == '"':
		_, ok := w.text()
		return ok
	case c == '-' || isDigit(c):
		return w.number()
	}
	return w.word("true") || w.word("false") || w.word("null")
}

func (w *walker) word(word string) bool {
	if !strings.HasPrefix(string(w.data[w.at:min(len(w.data), w.at+len(word))]), word) {
		return false
	}
	w.at += len(word)
	return true
}

func (w *walker) object(depth int) bool {
	w.at++
	w.space()
	if w.take('}') {
		return true
	}
	var seen keySet
	for {
		if !w.member(depth, &seen) {
			return false
		}
		if w.take('}') {
			return true
		}
		if !w.take(',') {
			return false
		}
		w.space()
	}
}

// member reads one "key": value and the space after it.
func (w *walker) member(depth int, seen *keySet) bool {
	key, ok := w.text()
	if !ok {
		return false
	}
	if !seen.add(key) {
		return w.refuse(codeDuplicateKey)
	}
	if w.names.misspelt(key) {
		return w.refuse(codeBadKey)
	}
	w.space()
	if !w.take(':') {
		return false
	}
	w.space()
	if !w.value(depth + 1) {
		return false
	}
	w.space()
	return true
}

func (w *walker) array(depth int) bool {
	w.at++
	w.space()
	if w.take(']') {
		return true
	}
	for {
		if !w.value(depth + 1) {
			return false
		}
		w.space()
		if w.take(']') {
			return true
		}
		if !w.take(',') {
			return false
		}
		w.space()
	}
}

// text reads a string and returns it unescaped.
func (w *walker) text() (string, bool) {
	if !w.take('"') {
		return "", false
	}
	start := w.at
	for w.at < len(w.data) {
		switch c := w.data[w.at]; {
		case c == '"':
			w.at++
			return string(w.data[start : w.at-1]), true
		case c == '\\':
			return w.escapedText(start)
		case c < ' ':
			return "", false
		}
		w.at++
	}
	return "", false
}

// escapedText goes on after the first backslash of a string.
func (w *walker) escapedText(start int) (string, bool) {
	var b strings.Builder
	b.Write(w.data[start:w.at])
	for w.at < len(w.data) {
		c := w.data[w.at]
		w.at++
		switch {
		case c == '"':
			return b.String(), true
		case c < ' ':
			return "", false
		case c != '\\':
			b.WriteByte(c)
		default:
			r, ok := w.escape()
			if !ok {
				return "", false
			}
			b.WriteRune(r)
		}
	}
	return "", false
}

// escape reads what follows a backslash.
func (w *walker) escape() (rune, bool) {
	if w.at >= len(w.data) {
		return 0, false
	}
	c := w.data[w.at]
	w.at++
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), true
	}
	if c != 'u' {
		return 0, false
	}
	return w.unicodeEscape()
}

func (w *walker) unicodeEscape() (rune, bool) {
	first, ok := w.hex4()
	if !ok || !utf16.IsSurrogate(first) {
		return first, ok
	}
	if !w.take('\\') || !w.take('u') {
		return 0, w.refuse(codeLoneSurrogate)
	}
	second, ok := w.hex4()
	if !ok {
		return 0, false
	}
	r := utf16.DecodeRune(first, second)
	if r == utf8.RuneError {
		return 0, w.refuse(codeLoneSurrogate)
	}
	return r, true
}

func (w *walker) hex4() (rune, bool) {
	if w.at+4 > len(w.data) {
		return 0, false
	}
	var r rune
	for _, c := range w.data[w.at : w.at+4] {
		digit := strings.IndexByte("0123456789abcdef", lower(c))
		if digit < 0 {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	w.at += 4
	return r, true
}

func (w *walker) number() bool {
	w.take('-')
	if !w.take('0') && !w.digits() {
		return false
	}
	if w.take('.') && !w.digits() {
		return false
	}
	if w.take('e') || w.take('E') {
		if !w.take('+') {
			w.take('-')
		}
		return w.digits()
	}
	return true
}

// digits reads one or more.
func (w *walker) digits() bool {
	start := w.at
	for w.at < len(w.data) && isDigit(w.data[w.at]) {
		w.at++
	}
	return w.at > start
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// keySet remembers the keys of one object. Frames have a handful, so it looks
// through a list; an object with many keys gets a map, or it could be used to
// burn time.
type keySet struct {
	few  []string
	many map[string]struct{}
}

const fewKeys = 16

// add says false when the key was there already.
func (s *keySet) add(key string) bool {
	if s.many == nil && len(s.few) < fewKeys {
		return s.addFew(key)
	}
	if s.many == nil {
		s.many = make(map[string]struct{}, 2*fewKeys)
		for _, k := range s.few {
			s.many[k] = struct{}{}
		}
	}
	if _, ok := s.many[key]; ok {
		return false
	}
	s.many[key] = struct{}{}
	return true
}

func (s *keySet) addFew(key string) bool {
	if slices.Contains(s.few, key) {
		return false
	}
	s.few = append(s.few, key)
	return true
}
