package intents

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLine bounds one line of a dataset, in bytes.
const maxLine = 1 << 20

// ReadDataset streams the utterances of a JSON Lines dataset,
// {"text":"…","intent":"…","also":["…"]} a line. Blank lines are skipped.
// A bad line yields an error that starts with name:line; reading goes on
// after it, so that one run lists every problem. known, unless empty, is the
// set of labels allowed.
func ReadDataset(r io.Reader, name string, known []string) iter.Seq2[Utterance, error] {
	return func(yield func(Utterance, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 64<<10), maxLine)
		number := 0
		for lines.Scan() {
			number++
			line := bytes.TrimSpace(lines.Bytes())
			if number == 1 {
				line = bytes.TrimPrefix(line, []byte("\ufeff"))
			}
			if len(line) == 0 {
				continue
			}
			u, err := parseLine(line, known)
			if err != nil {
				err = fmt.Errorf("%s:%d: %w", name, number, err)
			}
			if !yield(u, err) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Utterance{}, fmt.Errorf("%s:%d: %w", name, number+1, err))
		}
	}
}

// LoadDataset reads a whole dataset; it returns every problem joined.
func LoadDataset(r io.Reader, name string, known []string) (Corpus, error) {
	var corpus Corpus
	var problems []error
	for u, err := range ReadDataset(r, name, known) {
		if err != nil {
			problems = append(problems, err)
			continue
		}
		corpus = append(corpus, u)
	}
	if len(corpus) == 0 && len(problems) == 0 {
		problems = append(problems, fmt.Errorf("%s: no lines", name))
	}
	return corpus, errors.Join(problems...)
}

func parseLine(line []byte, known []string) (Utterance, error) {
	if !utf8.Valid(line) {
		return Utterance{}, errors.New("the line is not UTF-8 (GBK?); convert the file first")
	}
	var u Utterance
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&u); err != nil {
		return Utterance{}, fmt.Errorf("bad JSON: %w", err)
	}
	if decoder.More() {
		return Utterance{}, errors.New("bad JSON: more than one value on the line")
	}
	return u, u.check(known)
}

// check reports what is wrong with a line that is proper JSON.
func (u Utterance) check(known []string) error {
	switch {
	case strings.TrimSpace(u.Text) == "":
		return errors.New("text is empty")
	case u.Intent == "":
		return errors.New("intent is missing")
	case len(known) == 0:
		return nil
	}
	for _, label := range append([]string{u.Intent}, u.Also...) {
		if !slices.Contains(known, label) {
			return fmt.Errorf("unknown intent %q", label)
		}
	}
	return nil
}
