package bot

import (
	"bytes"
	"encoding/json"
	"slices"
)

// scanner walks over JSON without reading what nobody asks for. What it passes
// over it does not judge: a log has read it before it was stored.
type scanner struct {
	in    []byte
	at    int
	terms *terms
}

// terms are words that come again and again: names of intents, causes, fixes.
type terms struct {
	known map[string]string
	list  []string // being read
}

// Limits of terms: there are some hundred, and none is long.
const (
	maxTerms      = 4096
	maxTermLength = 64
)

// of is a text, made once.
func (t *terms) of(text []byte) string {
	if term, known := t.known[string(text)]; known {
		return term
	}
	term := string(text)
	if len(term) > maxTermLength {
		return term
	}
	if t.known == nil || len(t.known) == maxTerms {
		t.known = make(map[string]string)
	}
	t.known[term] = term
	return term
}

func (s *scanner) space() {
	for s.at < len(s.in) && (s.in[s.at] == ' ' || s.in[s.at] == '\t' || s.in[s.at] == '\n' || s.in[s.at] == '\r') {
		s.at++
	}
}

// next takes a sign where it comes next.
func (s *scanner) next(sign byte) bool {
	if s.space(); s.at >= len(s.in) || s.in[s.at] != sign {
		return false
	}
	s.at++
	return true
}

// null takes null where it comes next.
func (s *scanner) null() bool {
	s.space()
	if !bytes.HasPrefix(s.in[s.at:], []byte("null")) {
		return false
	}
	s.at += len("null")
	return true
}

// object reads an object; each value is read by what is given.
func (s *scanner) object(value func(key []byte) error) error {
	return s.items('{', '}', func() error {
		key, err := s.quoted()
		if err != nil || !s.next(':') {
			return errFacts
		}
		return value(key[1 : len(key)-1])
	})
}

// list reads an array; each value is read by what is given.
func (s *scanner) list(value func() error) error { return s.items('[', ']', value) }

func (s *scanner) items(begin, end byte, item func() error) error {
	if !s.next(begin) {
		return errFacts
	}
	if s.next(end) {
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if s.next(end) {
			return nil
		}
		if !s.next(',') {
			return errFacts
		}
	}
}

// quoted is a string as it stands there, with its quotes.
func (s *scanner) quoted() ([]byte, error) {
	if !s.next('"') {
		return nil, errFacts
	}
	begin := s.at - 1
	for s.at < len(s.in) {
		end := bytes.IndexByte(s.in[s.at:], '"')
		if end < 0 {
			return nil, errFacts
		}
		s.at += end + 1
		if !escaped(s.in[begin+1 : s.at-1]) {
			return s.in[begin:s.at], nil
		}
	}
	return nil, errFacts
}

// escaped says whether the sign after some text is escaped by it.
func escaped(text []byte) bool {
	n := 0
	for n < len(text) && text[len(text)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// text reads a string, or null for none.
func (s *scanner) text() (string, error) {
	if s.null() {
		return "", nil
	}
	quoted, err := s.quoted()
	if err != nil {
		return "", err
	}
	if plain := quoted[1 : len(quoted)-1]; bytes.IndexByte(plain, '\\') < 0 {
		return string(plain), nil
	}
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		return "", errFacts
	}
	return text, nil
}

// term reads a string that is likely to come again, or null for none.
func (s *scanner) term() (string, error) {
	if s.space(); s.at < len(s.in) && s.in[s.at] == '"' {
		if end := bytes.IndexByte(s.in[s.at+1:], '"'); end >= 0 {
			if plain := s.in[s.at+1 : s.at+1+end]; bytes.IndexByte(plain, '\\') < 0 {
				s.at += end + len(`""`)
				return s.terms.of(plain), nil
			}
		}
	}
	return s.text()
}

// textInto reads a term of some kind.
func textInto[T ~string](s *scanner, into *T) error {
	text, err := s.term()
	*into = T(text)
	return err
}

func (s *scanner) texts() ([]string, error) {
	if s.null() {
		return nil, nil
	}
	list := s.terms.list[:0]
	err := s.list(func() error {
		text, err := s.term()
		list = append(list, text)
		return err
	})
	s.terms.list = list
	return slices.Clone(list), err
}

func (s *scanner) truth() (bool, error) {
	word, err := s.raw()
	if err != nil {
		return false, err
	}
	return string(word) == "true", nil
}

// raw is the next value as it stands there.
func (s *scanner) raw() ([]byte, error) {
	s.space()
	begin := s.at
	if err := s.skip(); err != nil {
		return nil, err
	}
	return s.in[begin:s.at], nil
}

// skip passes over the next value.
func (s *scanner) skip() error {
	s.space()
	depth := 0
	for s.at < len(s.in) {
		switch s.in[s.at] {
		case '"':
			if _, err := s.quoted(); err != nil {
				return err
			}
		case '{', '[':
			depth++
			s.at++
		case '}', ']':
			if depth == 0 {
				return errFacts
			}
			depth--
			s.at++
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return errFacts
			}
			s.at++
			continue
		default:
			s.word()
		}
		if depth == 0 {
			return nil
		}
	}
	return errFacts
}

// word passes over a number, true, false or null.
func (s *scanner) word() {
	for s.at < len(s.in) {
		switch s.in[s.at] {
		case ',', ':', '}', ']', ' ', '\t', '\n', '\r', '"', '{', '[':
			return
		}
		s.at++
	}
}
