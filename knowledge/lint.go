package knowledge

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Lint returns everything an editor should mend before a pack is signed off:
// what Load refuses, and beyond it dates that have passed, intents without an
// answer, entries nothing leads to, and wordings that promise, ask for secrets,
// name foreign phone numbers or read badly. An empty intents list skips the
// checks about intents.
func Lint(fsys fs.FS, now time.Time, intents []string) Problems {
	d := read(fsys)
	d.check()
	sound := len(*d.problems) == 0
	l := &linter{
		draft: d, today: now.Format(time.DateOnly), patterns: newPatterns(),
		rules: wordRules(), silence: silentRules(), codes: silentCodes(d.reasons.value.Reasons),
	}
	l.lintLocales()
	l.lintDates()
	l.lintEnds()
	l.lintSays()
	l.lintNames()
	l.lintIntents(intents)
	l.lintReach()
	l.lintSizes()
	l.lintPhraseKeys()
	for _, p := range d.passages() {
		l.lintPassage(p)
	}
	l.lintDialogues(fsys, sound)
	d.problems.sort()
	return *d.problems
}

// lintDialogues adds what is wrong in the test conversations. They are looked
// at when the pack is sound: their ids are those of its entries.
func (l *linter) lintDialogues(fsys fs.FS, sound bool) {
	if !sound {
		return
	}
	problems := &Problems{}
	if _, err := LoadDialogues(fsys, newBase(l.draft)); errors.As(err, &problems) {
		*l.problems = append(*l.problems, *problems...)
	}
}

// linter holds what the rules need to know about the whole pack.
type linter struct {
	*draft
	patterns
	today string // 2026-11-23
	rules []wordRule

	silence []wordRule     // words that give a silent reason away
	codes   *regexp.Regexp // the silent codes themselves
}

// lintLocales reports a pack that most of its readers may not understand.
func (l *linter) lintLocales() {
	if len(l.pack.value.Locales) == 1 {
		l.pack.report("locales", fmt.Sprintf("the pack is written in %s only", l.pack.value.Locales[0]),
			"add a second language, such as zh-CN or en")
	}
}

// lintDates reports entries that are due for review, and those that are shown
// although they are not valid yet. Fixes, symptoms and flows wait for their day
// by themselves.
func (l *linter) lintDates() {
	const waits = true
	each(l.draft.causes, func(e loaded[Cause]) { l.lintMeta(e.source, e.value.Meta, !waits) })
	each(l.draft.answers, func(e loaded[Answer]) { l.lintMeta(e.source, e.value.Meta, !waits) })
	each(l.draft.fixes, func(e loaded[Fix]) { l.lintMeta(e.source, e.value.Meta, waits) })
	each(l.draft.symptoms, func(e loaded[Symptom]) { l.lintMeta(e.source, e.value.Meta, waits) })
	each(l.draft.flows, func(e loaded[Flow]) { l.lintMeta(e.source, e.value.Meta, waits) })
}

func each[T any](entries []loaded[T], visit func(loaded[T])) {
	for _, entry := range entries {
		visit(entry)
	}
}

func (l *linter) lintMeta(s *source, meta Meta, waits bool) {
	if due := meta.ReviewBy; !due.IsZero() && due.Format(time.DateOnly) < l.today {
		s.report("review_by", "the review was due on "+due.Format(time.DateOnly), "read the texts again, then move the date")
	}
	if from := meta.ValidFrom; !waits && !from.IsZero() && from.Format(time.DateOnly) > l.today {
		s.report("valid_from", "not valid before "+from.Format(time.DateOnly), "keep the file out of the pack until then")
	}
}

// lintSizes holds lists to what a phone shows before the first scroll.
func (l *linter) lintSizes() {
	each(l.draft.fixes, func(e loaded[Fix]) { e.sized("steps", len(e.value.Steps), 2, 4) })
	each(l.draft.answers, func(e loaded[Answer]) { e.sizedText(len(e.value.Text), len(e.value.Related)) })
	each(l.draft.symptoms, func(e loaded[Symptom]) { e.sizedText(len(e.value.Text), len(e.value.Related)) })
	each(l.draft.flows, func(e loaded[Flow]) { e.sized("steps", l.stops(e.value), 2, maxStops) })
}

// maxStops is how many steps a person takes one after the other before they
// would rather talk to somebody.
const maxStops = 12

// stops is how many steps a flow has when its fixes are unfolded.
func (l *linter) stops(flow Flow) int {
	n := 0
	for _, entry := range flow.Steps {
		steps := 1
		each(l.draft.fixes, func(e loaded[Fix]) {
			if entry.Fix != "" && e.value.ID == entry.Fix {
				steps = len(e.value.Steps)
			}
		})
		n += steps
	}
	return n
}

func (s *source) sizedText(paragraphs, related int) {
	s.sized("text", paragraphs, 1, 3)
	if s.has("related") {
		s.sized("related", related, 2, 3)
	}
}

// sized reports a list with too few or too many entries; an empty one is
// reported elsewhere.
func (s *source) sized(path string, entries, least, most int) {
	if entries > 0 && (entries < least || entries > most) {
		s.report(path, fmt.Sprintf("%s has %d entries", path, entries), fmt.Sprintf("write %d to %d", least, most))
	}
}

// lintPhraseKeys reports phrases the program never says, and translations that
// lost a placeholder.
func (l *linter) lintPhraseKeys() {
	known := phraseKeys()
	knownKeys := keys(known)
	for _, key := range keys(l.phrases.value.Phrases) {
		at, phrase := join("phrases", key), l.phrases.value.Phrases[key]
		if _, ok := known[key]; !ok {
			l.phrases.report(at, fmt.Sprintf("no answer uses the phrase %q", shorten(key)), cmp.Or(suggest(key, knownKeys), "correct the key, or delete it"))
			continue
		}
		l.samePlaceholders(at, phrase)
	}
}

// samePlaceholders compares every locale with the pack's first.
func (l *linter) samePlaceholders(at string, phrase Text) {
	locales := l.pack.value.Locales
	for _, locale := range locales {
		want, got := names(phrase[locales[0]]), names(phrase[locale])
		if phrase[locale] != "" && phrase[locales[0]] != "" && !slices.Equal(want, got) {
			l.phrases.report(join(at, string(locale)),
				fmt.Sprintf("the placeholders differ from those in %s", locales[0]), "use the same ones in every language")
		}
	}
}

// names lists the distinct placeholders of a template.
func names(template string) []string {
	list, _ := placeholders(template)
	slices.Sort(list)
	return slices.Compact(list)
}

// reportIn adds a problem with some words of the passage, at the words if the
// file has them in one piece.
func (p passage) reportIn(words, message, mend string) {
	if p.crowded(p.at(join(p.path, string(p.locale)))) {
		return
	}
	p.reportAt(p.find(words), message, mend)
}

// find returns where words of the passage stand in the file: between the start
// of the value and the next value. Words that are folded over lines or written
// with escapes are found at the start of the value.
func (p passage) find(words string) place {
	start := p.at(join(p.path, string(p.locale)))
	end := p.following(start)
	for line := start.line; line <= end.line && line <= len(p.lines); line++ {
		runes := []rune(p.lines[line-1])
		from, to := 0, len(runes)
		if line == start.line {
			from = min(start.column-1, len(runes))
		}
		if line == end.line {
			to = max(from, min(end.column-1, len(runes)))
		}
		before, _, found := strings.Cut(string(runes[from:to]), words)
		if found {
			return place{line, from + len([]rune(before)) + 1}
		}
	}
	return start
}

// following returns the next place of the file after one, or its end.
func (s *source) following(p place) place {
	i, _ := slices.BinarySearchFunc(s.order, place{p.line, p.column + 1}, comparePlaces)
	if i < len(s.order) {
		return s.order[i]
	}
	return place{len(s.lines), len([]rune(s.lines[len(s.lines)-1])) + 1}
}

func comparePlaces(a, b place) int {
	if a.line != b.line {
		return a.line - b.line
	}
	return a.column - b.column
}
