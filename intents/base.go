package intents

import (
	"slices"
	"strings"
)

// What base.yaml can take over.
const (
	takeAll   = "all"
	takeMoves = "moves"
)

// baseFile says what a pack takes over from the shipped language.
type baseFile struct {
	Take string            `yaml:"take"` // all, the default, or moves
	Swap map[string]string `yaml:"swap"` // names, in both directions at once
	Drop []string          `yaml:"drop"` // intents that are not taken over
}

// isMove reports the intents that are about the conversation and not about a
// product, so that they serve any pack.
func isMove(intent string) bool {
	switch intent {
	case "greet", "thanks", "bye", "affirm", "deny", "done", "not_helped", "scam", "distress", "abuse", "agent", "appeal", otherIntent:
		return true
	}
	return false
}

// base reads base.yaml; shipped are the intents there are to drop.
func (l *sourceLoader) base(shipped []string) baseFile {
	b := baseFile{Take: takeAll}
	raw, found := l.file(baseName, &b)
	if !found {
		return baseFile{Take: takeAll}
	}
	at := placesOf(baseName, raw)
	if b.Take != takeAll && b.Take != takeMoves {
		l.fail(at.of(b.Take), "take is %q; write %s or %s", b.Take, takeAll, takeMoves)
	}
	for _, name := range sortedKeys(b.Swap) {
		if Normalize(name) == "" || Normalize(b.Swap[name]) == "" {
			l.fail(at.of(name), "swap needs two names, this is %q and %q", name, b.Swap[name])
		}
	}
	for _, intent := range b.Drop {
		if !slices.Contains(shipped, intent) {
			l.fail(at.of(intent), "there is no shipped intent %q to drop", intent)
		}
	}
	return b
}

// corpus puts a pack's own utterances before the shipped ones it takes over.
// Where both know a text, the pack's word counts.
func (b baseFile) corpus(own, shipped Corpus) Corpus {
	corpus, seen := slices.Clone(own), map[string]bool{}
	for _, u := range own {
		seen[bare(u.Text)] = true
	}
	swap := b.swapper()
	for _, u := range shipped {
		u.Text = swap.text(u.Text)
		if key := bare(u.Text); b.takes(u) && !seen[key] {
			seen[key] = true
			corpus = append(corpus, u)
		}
	}
	return corpus
}

// takes says whether a shipped utterance is taken over. A move that names a
// credit product would drag along what is asked about it; only to say that a
// question is none of ours the name is of use.
func (b baseFile) takes(u Utterance) bool {
	if slices.Contains(b.Drop, u.Intent) {
		return false
	}
	return b.Take != takeMoves || isMove(u.Intent) && (u.Intent == otherIntent || !namesAny(u.Text))
}

// namesAny reports whether a text names one of the shipped products.
func namesAny(text string) bool {
	runes := []rune(Normalize(text))
	for i := range runes {
		if productAt(runes[i:]) > 0 {
			return true
		}
	}
	return false
}

// swapper exchanges names in shipped texts.
type swapper struct{ names *strings.Replacer }

func (b baseFile) swapper() swapper {
	if len(b.Swap) == 0 {
		return swapper{}
	}
	var pairs []string
	for _, from := range sortedKeys(b.Swap) {
		from, to := Normalize(from), Normalize(b.Swap[from])
		pairs = append(pairs, from, to, to, from)
	}
	return swapper{strings.NewReplacer(pairs...)}
}

// text swaps in the normalised text, where every spelling of a product is one.
// A text without the names stays as it is.
func (s swapper) text(text string) string {
	if s.names == nil {
		return text
	}
	plain := Normalize(text)
	if swapped := s.names.Replace(plain); swapped != plain {
		return swapped
	}
	return text
}

// patterns swaps in patterns, which must keep their signs.
func (s swapper) patterns(list []string) []string {
	if s.names == nil {
		return list
	}
	swapped := make([]string, len(list))
	for i, pattern := range list {
		swapped[i] = s.names.Replace(pattern)
	}
	return swapped
}
