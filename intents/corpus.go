package intents

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

//go:embed data
var shippedData embed.FS

// Utterance is one thing a person may write and what is meant by it.
type Utterance struct {
	Text   string   `json:"text"`
	Intent string   `json:"intent"`
	Also   []string `json:"also,omitempty"` // other labels that are right as well
	Locale string   `json:"-"`
}

// Corpus is a set of labelled utterances.
type Corpus []Utterance

// utteranceFile is the content of data/<locale>/<intent>.yaml.
type utteranceFile struct {
	Intent     string   `yaml:"intent"`
	Locale     string   `yaml:"locale"`
	Utterances []string `yaml:"utterances"`
}

// Shipped returns the utterances that come with Kaitong.
func Shipped() (Corpus, error) {
	data, err := fs.Sub(shippedData, "data")
	if err != nil {
		return nil, fmt.Errorf("utterances: %w", err)
	}
	return LoadCorpus(data)
}

// LoadCorpus reads <locale>/<intent>.yaml of a data folder. Every problem of
// every file is reported, as file:line:column: bad YAML, unknown keys, a label
// or locale other than the path says, empty utterances, and utterances given
// twice, which would teach the model nothing or two things at once.
func LoadCorpus(data fs.FS) (Corpus, error) {
	files, err := fs.Glob(data, "*/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("utterances: %w", err)
	}
	l := corpusLoader{seen: map[string]place{}}
	for _, name := range files {
		l.load(data, name)
	}
	return l.corpus, errors.Join(l.problems...)
}

// corpusLoader gathers utterances and problems over files.
type corpusLoader struct {
	problems
	corpus Corpus
	seen   map[string]place // bare text -> where it was first
}

// problems are what is wrong with some files.
type problems []error

func (p *problems) fail(at place, format string, args ...any) {
	*p = append(*p, fmt.Errorf("%s: %w", at, fmt.Errorf(format, args...)))
}

// place is where something stands in a file.
type place struct {
	file         string
	line, column int
	intent       string
}

func (p place) String() string { return fmt.Sprintf("%s:%d:%d", p.file, p.line, p.column) }

func (l *corpusLoader) load(data fs.FS, name string) {
	raw, err := fs.ReadFile(data, name)
	if err != nil {
		l.problems = append(l.problems, fmt.Errorf("utterances: %w", err))
		return
	}
	var file utteranceFile
	if err := decodeYAML(raw, &file); err != nil {
		l.fail(yamlPlace(name, err), "%s", yamlMessage(err))
		return
	}
	l.check(name, file)
	l.add(name, file, positions(raw))
}

// check compares what a file says about itself with its path.
func (l *corpusLoader) check(name string, file utteranceFile) {
	top := place{file: name, line: 1, column: 1}
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); file.Intent != want {
		l.fail(top, "intent is %q, the file name says %q", file.Intent, want)
	}
	if want := path.Base(path.Dir(name)); file.Locale != want {
		l.fail(top, "locale is %q, the folder says %q", file.Locale, want)
	}
	if len(file.Utterances) == 0 {
		l.fail(top, "no utterances")
	}
}

// checkLabel holds the names of a pack's intents to one shape, so that no two
// differ in case only and all can be written in other files.
func (l *corpusLoader) checkLabel(name string) {
	label := strings.TrimSuffix(path.Base(name), extension)
	if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789_.") != "" || label == "" {
		l.fail(place{file: name, line: 1, column: 1}, "an intent is named in small letters, digits, dots and underscores, not %q", label)
	}
}

func (l *corpusLoader) add(name string, file utteranceFile, at []place) {
	for i, text := range file.Utterances {
		here := place{file: name, line: 1, column: 1, intent: file.Intent}
		if i < len(at) {
			here.line, here.column = at[i].line, at[i].column
		}
		if strings.TrimSpace(text) == "" {
			l.fail(here, "empty utterance")
			continue
		}
		key := bare(text)
		if first, twice := l.seen[key]; twice {
			l.fail(here, "%q is given twice, first as %s at %s", text, first.intent, first)
			continue
		}
		l.seen[key] = here
		l.corpus = append(l.corpus, Utterance{Text: text, Intent: file.Intent, Locale: file.Locale})
	}
}

// positions returns where each item of the utterances list stands.
func positions(raw []byte) (at []place) {
	defer func() { _ = recover() }() // as in decodeYAML; only positions are lost
	file, err := parser.ParseBytes(raw, 0)
	if err != nil || len(file.Docs) == 0 {
		return nil
	}
	items, err := utteranceNodes(file.Docs[0].Body)
	if err != nil {
		return nil
	}
	at = make([]place, len(items))
	for i, item := range items {
		position := item.GetToken().Position
		at[i] = place{line: position.Line, column: position.Column}
	}
	return at
}

func utteranceNodes(body ast.Node) ([]ast.Node, error) {
	list, err := yaml.PathString("$.utterances")
	if err != nil {
		return nil, err
	}
	node, err := list.FilterNode(body)
	if err != nil {
		return nil, err
	}
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		return nil, errors.New("not a list")
	}
	return sequence.Values, nil
}

// bare is a text in lower case without spaces and marks. Spelling mistakes
// stay: to write a product another way is to add something. A text of nothing
// but marks is itself.
func bare(text string) string {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
	if letters == "" {
		return text
	}
	return letters
}

// labelsOf returns the intents of a corpus, sorted.
func labelsOf(corpus Corpus) []string {
	var labels []string
	for _, u := range corpus {
		labels = append(labels, u.Intent)
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}
