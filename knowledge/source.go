package knowledge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// The bounds of a pack. A file of 100,000 lines of prose is about 4 MiB.
const (
	maxFileBytes = 8 << 20
	maxFiles     = 10_000
	maxTextRunes = 4_000 // longer than anybody reads in a chat
)

// place is where something stands in a file: line and column from 1.
type place struct{ line, column int }

// source is one file of a pack: its lines, and where each value stands.
type source struct {
	name     string
	lines    []string
	places   map[string]place // path such as steps[0].text.zh-CN -> its value
	order    []place          // every place, in file order
	bad      map[string]bool  // paths whose value has a problem already
	reports  map[int]int      // line -> problems reported there
	problems *Problems        // shared by the files of a pack
}

// at returns where the value of a path stands, or the closest thing around it.
func (s *source) at(path string) place {
	for {
		if p, ok := s.places[path]; ok {
			return p
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return place{1, 1}
		}
		path = path[:cut]
	}
}

// put remembers where the value of a path stands.
func (s *source) put(path string, p place) {
	s.places[path] = p
	s.order = append(s.order, p)
}

// has says whether the file gives a path, if only with a bad value.
func (s *source) has(path string) bool {
	_, ok := s.places[path]
	return ok
}

// report adds a problem with the value of a path.
func (s *source) report(path, message, mend string) {
	s.reportAt(s.at(path), message, mend)
}

// reportAt adds a problem at a place.
func (s *source) reportAt(p place, message, mend string) {
	if s.crowded(p) {
		return
	}
	s.reports[p.line]++
	line := ""
	if p.line >= 1 && p.line <= len(s.lines) {
		line = excerpt(s.lines[p.line-1], p.column)
	}
	*s.problems = append(*s.problems, Problem{
		File: s.name, Line: p.line, Column: p.column, Message: message, Mend: mend, Excerpt: line,
	})
}

// maxPerLine bounds the problems of one line, which is more than anybody mends
// at once; a file of a single line would otherwise take quadratic time.
const maxPerLine = 50

func (s *source) crowded(p place) bool { return s.reports[p.line] >= maxPerLine }

// readSource reads a file and makes sure that it is plain UTF-8 text. It
// returns false when there is nothing to parse.
func readSource(fsys fs.FS, name string, problems *Problems) (*source, bool) {
	s := absent(name, problems)
	data, err := readBounded(fsys, name)
	if err != nil {
		s.reportAt(place{1, 1}, err.Error(), "")
		return s, false
	}
	if bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
		s.reportAt(place{1, 1}, "the file is written in UTF-16", "save it as UTF-8")
		return s, false
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	s.lines = strings.Split(string(data), "\n")
	return s, s.encoded(data) && s.visible()
}

// absent is a file nothing has been read from; its problems stand at its start.
func absent(name string, problems *Problems) *source {
	return &source{name: name, places: map[string]place{}, bad: map[string]bool{}, reports: map[int]int{}, problems: problems}
}

// readBounded reads at most maxFileBytes of a file.
func readBounded(fsys fs.FS, name string) ([]byte, error) {
	file, err := fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("the file is missing")
	}
	if err != nil {
		return nil, fmt.Errorf("the file cannot be opened: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("the file cannot be read: %w", err)
	}
	if len(data) > maxFileBytes {
		return nil, fmt.Errorf("the file is larger than %d MiB", maxFileBytes>>20)
	}
	return data, nil
}

// encoded reports the first bytes that are not UTF-8.
func (s *source) encoded(data []byte) bool {
	if utf8.Valid(data) {
		return true
	}
	for i, line := range s.lines {
		if utf8.ValidString(line) {
			continue
		}
		bad := strings.IndexRune(strings.ToValidUTF8(line, "\uFFFD"), '\uFFFD')
		message := "the text is not valid UTF-8"
		if looksGBK(data) {
			message = "the file is written in GBK, not in UTF-8"
		}
		s.reportAt(place{i + 1, utf8.RuneCountInString(line[:bad]) + 1}, message, "save it as UTF-8")
		return false
	}
	return true
}

// looksGBK says whether the bytes read as Chinese in the encoding older
// Windows editors write.
func looksGBK(data []byte) bool {
	text, err := simplifiedchinese.GBK.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, '\uFFFD') {
		return false
	}
	return bytes.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// visible reports every character that nobody can see in an editor.
func (s *source) visible() bool {
	clean := true
	for i, line := range s.lines {
		at := strings.IndexFunc(line, forbidden)
		if at < 0 {
			continue
		}
		r, _ := utf8.DecodeRuneInString(line[at:])
		s.reportAt(place{i + 1, utf8.RuneCountInString(line[:at]) + 1},
			fmt.Sprintf("invisible character %U", r), "delete it")
		clean = false
	}
	return clean
}

// forbidden says whether a character is a control, a text direction override
// or a zero-width character: invisible, and able to make a text read otherwise
// than it is stored. Tabs are reported where they matter, by the parser.
func forbidden(r rune) bool {
	if r == '\t' {
		return false
	}
	return unicode.IsControl(r) || slices.Contains([]rune{
		0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029,
		0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060,
		0x2066, 0x2067, 0x2068, 0x2069, 0xFEFF,
	}, r)
}
