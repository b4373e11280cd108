package intents

import (
	"fmt"
	"maps"
	"slices"
)

// sense is what a tag of the entity lexicon stands for.
type sense struct {
	kind    EntityKind
	value   string
	negated bool
	alone   bool // counts only as the whole of a text
}

// Two kinds that only help to read causes and never leave the package.
const (
	kindNegator EntityKind = "negator"
	kindAsk     EntityKind = "ask"
)

// entities finds what a text names.
type entities struct {
	senses  []sense // by tag
	lexicon *lexicon
	year    int // the current one, for years of birth
}

// in returns a copy that reckons ages as of a year.
func (e *entities) in(year int) *entities {
	dated := *e
	dated.year = year
	return &dated
}

// newEntities finds wordings, and symptoms by their patterns.
func newEntities(w wordings, symptoms map[string][]string) (*entities, error) {
	e := &entities{}
	var entries [][]string
	add := func(s sense, phrases []string) {
		e.senses, entries = append(e.senses, s), append(entries, phrases)
	}
	for _, value := range sortedKeys(w.Products) {
		add(sense{kind: EntityProduct, value: value}, w.Products[value])
	}
	for _, value := range sortedKeys(w.Quotes) {
		add(sense{kind: EntityQuote, value: value}, w.Quotes[value])
	}
	for _, value := range sortedKeys(w.Causes) {
		add(sense{kind: EntityCause, value: value}, w.Causes[value].Named)
		add(sense{kind: EntityCause, value: value, negated: true}, w.Causes[value].Denied)
	}
	for _, value := range followUps() {
		add(sense{kind: EntityFollowUp, value: value}, w.FollowUps[value])
	}
	for _, value := range sortedKeys(w.Ordinals) {
		add(sense{kind: EntityOrdinal, value: value}, w.Ordinals[value])
	}
	for _, day := range w.Dates {
		add(sense{kind: EntityDate, value: day}, []string{day})
	}
	for _, years := range sortedKeys(w.Ages) {
		add(sense{kind: EntityAge, value: years}, w.Ages[years].Said)
		add(sense{kind: EntityAge, value: years, alone: true}, w.Ages[years].Alone)
	}
	for _, id := range sortedKeys(symptoms) {
		add(sense{kind: EntitySymptom, value: id}, symptoms[id])
	}
	add(sense{kind: kindNegator}, w.Negators)
	add(sense{kind: kindAsk}, w.Asks)
	var err error
	if e.lexicon, err = newLexicon(entries); err != nil {
		return nil, fmt.Errorf("entities: %s: %w", entityFile, err)
	}
	return e, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// find appends what a normalised text names to dst, each thing once: first
// what is found by words, then what is found by numbers, in order of appearance.
func (e *entities) find(text []rune, f *finder, dst []Entity) []Entity {
	hits := e.lexicon.find(text, f)
	if value, found := bareOrdinal(text); found {
		dst = addEntity(dst, Entity{Kind: EntityOrdinal, Value: value})
	}
	leaning := false
	for _, h := range hits {
		s := e.senses[h.tag]
		switch s.kind {
		case EntityProduct, EntityQuote, EntityOrdinal, EntityDate, EntitySymptom:
			dst = addEntity(dst, Entity{Kind: s.kind, Value: s.value})
		case EntityCause:
			if negated, counts := e.readCause(hits, h); counts {
				dst = addCause(dst, Entity{EntityCause, s.value, negated})
			}
		case EntityFollowUp:
			leaning = true
		case EntityAge:
			if e.isAgeSaid(text, hits, h) {
				dst = addEntity(dst, Entity{Kind: s.kind, Value: s.value})
			}
		}
	}
	if leaning {
		dst = e.appendFollowUps(dst, text, hits)
	}
	return e.appendNumbers(dst, text, hits)
}

// addEntity appends x unless it is already there.
func addEntity(dst []Entity, x Entity) []Entity {
	if slices.Contains(dst, x) {
		return dst
	}
	return append(dst, x)
}

// addCause appends a cause; one that is both denied and named holds, because
// a person who names it at all wants to hear about it.
func addCause(dst []Entity, x Entity) []Entity {
	for i, have := range dst {
		if have.Kind == EntityCause && have.Value == x.Value {
			dst[i].Negated = have.Negated && x.Negated
			return dst
		}
	}
	return append(dst, x)
}
