package intents

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
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
// every file is reported, as file:line:column.
func LoadCorpus(data fs.FS) (Corpus, error) {
	files, err := fs.Glob(data, "*/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("utterances: %w", err)
	}
	var corpus Corpus
	var problems []error
	for _, name := range files {
		utterances, err := readUtterances(data, name)
		corpus, problems = append(corpus, utterances...), append(problems, err)
	}
	return corpus, errors.Join(problems...)
}

func readUtterances(data fs.FS, name string) (Corpus, error) {
	raw, err := fs.ReadFile(data, name)
	if err != nil {
		return nil, fmt.Errorf("utterances: %w", err)
	}
	var file utteranceFile
	if err := yaml.UnmarshalWithOptions(raw, &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("utterances: %s: %w", name, err)
	}
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); file.Intent != want {
		return nil, fmt.Errorf("utterances: %s: intent is %q, the file name says %q", name, file.Intent, want)
	}
	corpus := make(Corpus, 0, len(file.Utterances))
	for _, text := range file.Utterances {
		corpus = append(corpus, Utterance{Text: text, Intent: file.Intent, Locale: file.Locale})
	}
	return corpus, nil
}
