package gaps

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml"

	"kaitong/intents"
)

// Kind is what is drafted.
type Kind string

// What can be drafted.
const (
	Utterances Kind = "utterances" // more wordings of a question that has an answer
	Entry      Kind = "entry"      // an answer that is missing, with its wordings
)

// Draft is what somebody reviews and puts into a pack.
type Draft struct {
	Kind   Kind
	Intent string // that the questions are to be read as
	Files  []File
}

// File is a file of a pack.
type File struct {
	Path    string // within the pack
	Content string
}

// mostUtterances is how many wordings are proposed. More teach little, and
// nobody reads them.
const mostUtterances = 40

// Draft drafts files. Wordings go to the intent that the questions lean to; an
// entry has an intent of its own, named after the cluster until somebody finds
// a better name.
func (c Cluster) Draft(kind Kind, locales []string, today time.Time) (Draft, error) {
	d := Draft{Kind: kind, Intent: c.Nearest.Intent}
	if kind == Entry || d.Intent == "" {
		d.Intent = "ask." + cmp.Or(c.Name.word(), c.ID)
	}
	for _, locale := range locales {
		if wordings := c.wordings(locale); len(wordings) > 0 {
			d.Files = append(d.Files, utteranceFile(d.Intent, locale, wordings))
		}
	}
	if kind == Entry {
		answer, err := c.answer(d.Intent, locales, today)
		if err != nil {
			return Draft{}, err
		}
		d.Files = append(d.Files, answer)
	}
	return d, nil
}

// word is the proposed word where it is one that names of intents are made of.
func (n Name) word() string {
	if !regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`).MatchString(n.Word) {
		return ""
	}
	return n.Word
}

// wordings are the texts of one language: what was asked in it, else what is
// written in it.
func (c Cluster) wordings(locale string) []string {
	var list []string
	for _, text := range c.Texts {
		if written(text) == locale && len(list) < mostUtterances {
			list = append(list, text)
		}
	}
	return list
}

// written is the language a text is written in, of the two we have.
func written(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return "zh-CN"
	}
	return "en"
}

func utteranceFile(intent, locale string, wordings []string) File {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Draft, made of questions that were not answered. Take out what does not ask this;\n# where the pack has this file already, add the lines to it.\n")
	fmt.Fprintf(&b, "intent: %s\nlocale: %s\nutterances:\n", intent, locale)
	for _, text := range wordings {
		fmt.Fprintf(&b, "  - %s\n", scalar(text))
	}
	return File{Path: "intents/" + locale + "/" + intent + ".yaml", Content: b.String()}
}

// scalar is a text as YAML writes it in one line, whatever people typed.
func scalar(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return fmt.Sprintf("%q", text)
}

// answerFile is an answer as a pack has it.
type answerFile struct {
	Intent    string              `yaml:"intent"`
	Label     map[string]string   `yaml:"label"`
	Check     bool                `yaml:"check"`
	Text      []map[string]string `yaml:"text"`
	Sources   []string            `yaml:"sources"`
	Owner     string              `yaml:"owner"`
	Version   int                 `yaml:"version"`
	ValidFrom string              `yaml:"valid_from"`
	ReviewBy  string              `yaml:"review_by"`
}

// answer is an answer with gaps to fill in.
func (c Cluster) answer(intent string, locales []string, today time.Time) (File, error) {
	label, text := map[string]string{}, map[string]string{}
	for _, locale := range locales {
		label[locale], text[locale] = c.label(locale), todo(locale)
	}
	data, err := yaml.Marshal(answerFile{
		Intent: intent, Label: label, Text: []map[string]string{text}, Sources: []string{"TODO"}, Owner: "TODO", Version: 1,
		ValidFrom: today.Format(time.DateOnly), ReviewBy: today.AddDate(0, 6, 0).Format(time.DateOnly),
	})
	if err != nil {
		return File{}, fmt.Errorf("draft answer %s: %w", intent, err)
	}
	note := "# Draft: nothing here was reviewed. Write the answer, name its source and owner, and give\n# the intent a name that says what is asked, here and in the files of its utterances.\n"
	if len(c.Name.Label) > 0 {
		note += "# The label and the name of the intent were proposed by a language model.\n"
	}
	return File{Path: "answers/" + intent + ".yaml", Content: note + string(data)}, nil
}

// label is what a button says: the name that was proposed, else the most central
// wording of the language.
func (c Cluster) label(locale string) string {
	if proposed := c.Name.Label[locale]; proposed != "" {
		return shortened(proposed)
	}
	if wordings := c.wordings(locale); len(wordings) > 0 {
		return shortened(wordings[0])
	}
	return todo(locale)
}

// labelRunes is the longest label that fits a button.
const labelRunes = 24

func shortened(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	return string(runes[:min(len(runes), labelRunes)])
}

func todo(locale string) string {
	if locale == "zh-CN" {
		return "待补充"
	}
	return "TODO"
}

// corpus are the drafted wordings as the classifier learns them.
func (d Draft) corpus(texts []string) intents.Corpus {
	corpus := make(intents.Corpus, 0, len(texts))
	for _, text := range slices.Compact(slices.Clone(texts)) {
		corpus = append(corpus, intents.Utterance{Text: text, Intent: d.Intent, Locale: written(text)})
	}
	return corpus
}
