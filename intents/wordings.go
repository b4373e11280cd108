package intents

import (
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strconv"
)

// entityFile is where the wordings are kept, relative to the data folder.
const entityFile = "entities.yaml"

// wordings is the content of the entity file.
type wordings struct {
	Products  map[string][]string     `yaml:"products"`
	Quotes    map[string][]string     `yaml:"quotes"`
	Causes    map[string]causeWording `yaml:"causes"`
	Negators  []string                `yaml:"negators"`
	Asks      []string                `yaml:"asks"`
	FollowUps map[string][]string     `yaml:"follow_ups"`
	Ordinals  map[string][]string     `yaml:"ordinals"`
	Dates     []string                `yaml:"dates"`
	Ages      map[string]ageWording   `yaml:"ages"`
}

type causeWording struct {
	Named  []string `yaml:"named"`
	Denied []string `yaml:"denied"`
}

// readWordings reads the entity file of a data folder.
func readWordings(data fs.FS) (w wordings, err error) {
	raw, err := fs.ReadFile(data, entityFile)
	if err != nil {
		return w, fmt.Errorf("entities: %w", err)
	}
	if err := decodeYAML(raw, &w); err != nil {
		return w, fmt.Errorf("entities: %s: %w", entityFile, err)
	}
	return w, nil
}

// with returns the wordings with those of a pack, which replace what they name
// anew and add the rest.
func (w wordings) with(own wordings) wordings {
	return wordings{
		Products:  merged(w.Products, own.Products),
		Quotes:    merged(w.Quotes, own.Quotes),
		Causes:    merged(w.Causes, own.Causes),
		FollowUps: merged(w.FollowUps, own.FollowUps),
		Ordinals:  merged(w.Ordinals, own.Ordinals),
		Ages:      merged(w.Ages, own.Ages),
		Negators:  slices.Concat(w.Negators, own.Negators),
		Asks:      slices.Concat(w.Asks, own.Asks),
		Dates:     slices.Concat(w.Dates, own.Dates),
	}
}

// merged is a with the entries of b, which win.
func merged[V any](a, b map[string]V) map[string]V {
	both := make(map[string]V, len(a)+len(b))
	maps.Copy(both, a)
	maps.Copy(both, b)
	return both
}

// faults lists what is wrong with the wordings of a pack whose intents are
// labels, each with the text of the file that is at fault.
func (w wordings) faults(labels []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		_ = patternFaults(yield, w.lists()...) &&
			keyFaults(yield, w.Causes, func(key string) bool { return slices.Contains(labels, key) }, "a cause is called like its intent, and there is no intent %q") &&
			keyFaults(yield, w.FollowUps, func(key string) bool { return slices.Contains(followUps(), key) }, "there is no follow-up %q") &&
			keyFaults(yield, w.Ordinals, isOrdinal, "an ordinal is a number from 1 to 9, not %q") &&
			keyFaults(yield, w.Ages, isYears, "an age is a number of years, not %q")
	}
}

// lists are all lists of patterns.
func (w wordings) lists() [][]string {
	lists := [][]string{w.Negators, w.Asks, w.Dates}
	for _, group := range []map[string][]string{w.Products, w.Quotes, w.FollowUps, w.Ordinals} {
		for _, key := range sortedKeys(group) {
			lists = append(lists, group[key])
		}
	}
	for _, key := range sortedKeys(w.Causes) {
		lists = append(lists, w.Causes[key].Named, w.Causes[key].Denied)
	}
	for _, key := range sortedKeys(w.Ages) {
		lists = append(lists, w.Ages[key].Said, w.Ages[key].Alone)
	}
	return lists
}

// patternFaults yields the patterns that cannot be read; it returns false when
// nobody wants more.
func patternFaults(yield func(string, error) bool, lists ...[]string) bool {
	for _, pattern := range slices.Concat(lists...) {
		if _, _, err := parsePattern(pattern); err != nil && !yield(pattern, err) {
			return false
		}
	}
	return true
}

// keyFaults yields the keys that are not valid.
func keyFaults[V any](yield func(string, error) bool, group map[string]V, valid func(string) bool, message string) bool {
	for _, key := range sortedKeys(group) {
		if !valid(key) && !yield(key, fmt.Errorf(message, key)) {
			return false
		}
	}
	return true
}

func isOrdinal(key string) bool { return len(key) == 1 && '1' <= key[0] && key[0] <= '9' }

func isYears(key string) bool {
	years, err := strconv.Atoi(key)
	return err == nil && years >= 0 && years <= maxAge
}
