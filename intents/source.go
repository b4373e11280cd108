package intents

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Source is what a model is trained from: utterances, and the words it looks
// for. It never changes.
type Source struct {
	corpus Corpus
	words  lexica
	own    int // utterances that are not the shipped ones
}

// Load reads the language of a knowledge pack: the shipped one, as far as
// base.yaml takes it over, and what the pack adds. pack is the intents folder
// of a knowledge pack; nil, or an empty or missing folder, means the shipped
// language as it is. symptoms are patterns by symptom id, reported as entities
// of the kind EntitySymptom; they do not influence the ranking. Every problem
// is reported, those of files as file:line:column.
func Load(pack fs.FS, symptoms map[string][]string) (*Source, error) {
	l := &sourceLoader{pack: pack}
	shipped, err := Shipped()
	if err != nil {
		return nil, err
	}
	base, own := l.base(labelsOf(shipped)), l.utterances(l.list())
	s := &Source{corpus: base.corpus(own, shipped), own: len(own)}
	labels := labelsOf(s.corpus)
	s.words = l.lexica(base, labels, symptoms)
	if len(l.problems) == 0 && len(labels) < 2 {
		l.fail(place{file: baseName, line: 1, column: 1}, "a model needs utterances of at least two intents")
	}
	if len(l.problems) > 0 {
		return nil, errors.Join(l.problems...)
	}
	return s, nil
}

// TrainPack trains the model of a knowledge pack; see Load.
func TrainPack(pack fs.FS, symptoms map[string][]string) (*Model, error) {
	source, err := Load(pack, symptoms)
	if err != nil {
		return nil, err
	}
	return source.Train(source.Options())
}

// Corpus returns the utterances.
func (s *Source) Corpus() Corpus { return slices.Clone(s.corpus) }

// Labels returns the intents that a model of this source tells apart, sorted.
func (s *Source) Labels() []string { return labelsOf(s.corpus) }

// Options are the choices that suit the source: the calibration of the shipped
// model while most utterances are the shipped ones, one of its own otherwise.
func (s *Source) Options() Options {
	o := DefaultOptions()
	if 2*s.own > len(s.corpus) || s.words.foreign {
		o.Folds = calibrationFolds
	}
	return o
}

// Train fits a model to the source.
func (s *Source) Train(o Options) (*Model, error) { return fitted(s.corpus, s.words, o, nil) }

// The files of a language that are no utterances.
const (
	baseName  = "base.yaml"
	extension = ".yaml"
)

// The bounds of a language, so that no pack can stall a running server.
const (
	maxFileBytes = 8 << 20
	maxAllBytes  = 32 << 20
	maxFiles     = 2_000

	maxUtterances = 100_000
)

// sourceLoader gathers what a pack brings, and what is wrong with it.
type sourceLoader struct {
	pack fs.FS
	problems
	bytes int
}

// list returns the files with utterances, and reports what nobody would read.
func (l *sourceLoader) list() (utterances []string) {
	if l.pack == nil {
		return nil
	}
	seen := 0
	err := fs.WalkDir(l.pack, ".", func(name string, entry fs.DirEntry, err error) error {
		if name == "." && errors.Is(err, fs.ErrNotExist) {
			return fs.SkipAll // a pack without a language of its own
		}
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		if seen++; seen > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		if l.isUtterances(name) {
			utterances = append(utterances, name)
		}
		return nil
	})
	if err != nil {
		l.problems = append(l.problems, fmt.Errorf("intents: %w", err))
	}
	return utterances
}

// isUtterances tells files of utterances from the others that have a meaning,
// and reports YAML that has none, which is a slip of somebody who expects it
// to be read.
func (l *sourceLoader) isUtterances(name string) bool {
	if !strings.HasSuffix(name, extension) && !strings.HasSuffix(name, ".yml") {
		return false
	}
	switch {
	case name == baseName, name == entityFile, name == cueFile:
		return false
	case strings.Count(name, "/") == 1 && strings.HasSuffix(name, extension):
		return true
	}
	l.fail(place{file: name, line: 1, column: 1}, "this file is not read; there are %s, %s, %s and <locale>/<intent>%s", baseName, entityFile, cueFile, extension)
	return false
}

// file reads one file of the pack and decodes it. Without the file, and when
// something is wrong with it, found is false.
func (l *sourceLoader) file(name string, into any) (raw []byte, found bool) {
	if l.pack == nil {
		return nil, false
	}
	raw, err := readBounded(l.pack, name, min(maxFileBytes, maxAllBytes-l.bytes))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err != nil {
		l.problems = append(l.problems, fmt.Errorf("%s:1:1: %w", name, err))
		return nil, false
	}
	l.bytes += len(raw)
	if at, err := plainYAML(name, raw); err != nil {
		l.fail(at, "%w", err)
		return nil, false
	}
	if err := decodeYAML(raw, into); err != nil {
		l.fail(yamlPlace(name, err), "%s", yamlMessage(err))
		return nil, false
	}
	return raw, true
}

// utterances reads the pack's own.
func (l *sourceLoader) utterances(files []string) Corpus {
	loader := corpusLoader{seen: map[string]place{}}
	for _, name := range files {
		var file utteranceFile
		if raw, found := l.file(name, &file); found {
			loader.check(name, file)
			loader.checkLabel(name)
			loader.add(name, file, positions(raw))
		}
	}
	l.problems = append(l.problems, loader.problems...)
	if n := len(loader.corpus); n > maxUtterances {
		l.note(fmt.Errorf("intents: %d utterances; %d are the most", n, maxUtterances))
		return nil
	}
	return loader.corpus
}
