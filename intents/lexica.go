package intents

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// lexica is what a model finds by words: cues, entities, concepts.
type lexica struct {
	cues     *cues
	entities *entities
	concepts *concepts
	foreign  bool // about something else than the shipped utterances
}

// shippedLexica reads the shipped files.
func shippedLexica() (lexica, error) {
	l := &sourceLoader{}
	v := l.lexica(baseFile{Take: takeAll}, nil, nil)
	return v, errors.Join(l.problems...)
}

// lexica puts the shipped words and those of the pack together. labels are
// the intents that cues and causes may stand for.
func (l *sourceLoader) lexica(base baseFile, labels []string, symptoms map[string][]string) (v lexica) {
	data, err := fs.Sub(shippedData, "data")
	if err != nil {
		l.problems = append(l.problems, err)
		return v
	}
	sets, err := readCues(data)
	l.note(err)
	words, err := readWordings(data)
	l.note(err)
	v.concepts, err = loadConcepts(data)
	l.note(err)
	sets = append(base.cues(sets), l.ownCues(labels)...)
	words = base.wordings(words).with(l.ownWordings(labels))
	l.checkSymptoms(symptoms)
	if len(l.problems) > 0 {
		return v
	}
	v.foreign = base.Take == takeMoves
	v.cues, err = newCues(sets)
	l.note(err)
	v.entities, err = newEntities(words, symptoms)
	l.note(err)
	return v
}

// note keeps a problem that has no better place.
func (l *sourceLoader) note(err error) {
	if err != nil {
		l.problems = append(l.problems, err)
	}
}

// cues are the shipped cues with the names that are swapped.
func (b baseFile) cues(sets []cueSet) []cueSet {
	swap := b.swapper()
	for i := range sets {
		sets[i].Phrases, sets[i].Unless = swap.patterns(sets[i].Phrases), swap.patterns(sets[i].Unless)
	}
	return sets
}

// wordings are the shipped wordings a pack takes over: causes and quotes of
// credit belong to the questions about credit.
func (b baseFile) wordings(w wordings) wordings {
	if b.Take == takeMoves {
		w.Causes, w.Quotes = nil, nil
	}
	for _, intent := range b.Drop {
		delete(w.Causes, intent)
	}
	return w
}

// ownCues reads the pack's cues.
func (l *sourceLoader) ownCues(labels []string) (sets []cueSet) {
	raw, _ := l.file(cueFile, &sets)
	at := placesOf(cueFile, raw)
	for _, set := range sets {
		for text, err := range set.faults(labels) {
			l.fail(at.of(text), "%w", err)
		}
	}
	return sets
}

// ownWordings reads the pack's entities.
func (l *sourceLoader) ownWordings(labels []string) (w wordings) {
	raw, _ := l.file(entityFile, &w)
	at := placesOf(entityFile, raw)
	for text, err := range w.faults(labels) {
		l.fail(at.of(text), "%w", err)
	}
	return w
}

// checkSymptoms reports wrong patterns by symptom: what file they come from is
// known to whoever passed them in.
func (l *sourceLoader) checkSymptoms(symptoms map[string][]string) {
	for _, id := range sortedKeys(symptoms) {
		for _, pattern := range symptoms[id] {
			if _, _, err := parsePattern(pattern); err != nil {
				l.note(fmt.Errorf("symptom %s: %w", id, err))
			}
		}
	}
}

// readBounded reads a file of at most limit bytes.
func readBounded(files fs.FS, name string, limit int) ([]byte, error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	raw, err := io.ReadAll(io.LimitReader(file, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > limit {
		return nil, fmt.Errorf("too large: a file may have %d MiB, all together %d", maxFileBytes>>20, maxAllBytes>>20)
	}
	return raw, nil
}
