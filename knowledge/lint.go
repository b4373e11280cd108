package knowledge

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
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
	l := &linter{draft: d, today: now.Format(time.DateOnly), rules: wordRules(), patterns: newPatterns()}
	l.lintDates()
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
}

// lintDates reports entries that are due for review or not valid yet.
func (l *linter) lintDates() {
	for _, e := range l.draft.causes {
		l.lintMeta(e.source, e.value.Meta)
	}
	for _, e := range l.draft.fixes {
		l.lintMeta(e.source, e.value.Meta)
	}
	for _, e := range l.draft.answers {
		l.lintMeta(e.source, e.value.Meta)
	}
}

func (l *linter) lintMeta(s *source, meta Meta) {
	if due := meta.ReviewBy; !due.IsZero() && due.Format(time.DateOnly) < l.today {
		s.report("review_by", "the review was due on "+due.Format(time.DateOnly), "read the texts again, then move the date")
	}
	if from := meta.ValidFrom; !from.IsZero() && from.Format(time.DateOnly) > l.today {
		s.report("valid_from", "not valid before "+from.Format(time.DateOnly), "keep the file out of the pack until then")
	}
}

// lintIntents reports intents without an answer and answers without a question.
func (l *linter) lintIntents(intents []string) {
	if len(intents) == 0 {
		return
	}
	asked := map[string]bool{}
	for _, intent := range intents {
		asked[intent] = true
	}
	answered := map[string]bool{}
	for _, e := range l.draft.answers {
		answered[nameOf(e.name)] = true
		for _, related := range e.value.Related {
			asked[related] = true
		}
	}
	for _, intent := range slices.Compact(slices.Sorted(slices.Values(intents))) {
		if !answered[intent] {
			missing := absent(answersFolder+"/"+intent+extension, l.problems)
			missing.report("", fmt.Sprintf("there is no answer to the intent %q", shorten(intent)), "write the file")
		}
	}
	for _, e := range l.draft.answers {
		if e.value.Intent != "" && !asked[e.value.Intent] {
			e.report("intent", fmt.Sprintf("no question leads to the answer %q", shorten(e.value.Intent)), "correct the intent, or delete the file")
		}
	}
}

// lintReach reports causes and fixes that nobody will ever see.
func (l *linter) lintReach() {
	cause, fix := map[string]bool{l.pack.value.Neutral: true}, map[string]bool{}
	for _, reason := range l.reasons.value.Reasons {
		cause[reason.Cause] = true
	}
	for _, e := range l.draft.answers {
		cause[e.value.Cause] = true
		for _, id := range e.value.Fixes {
			fix[id] = true
		}
	}
	for _, e := range l.draft.causes {
		for _, id := range e.value.Fixes {
			fix[id] = true
		}
		if id := e.value.ID; id != "" && !cause[id] {
			e.report("id", fmt.Sprintf("nothing leads to the cause %q", shorten(id)), "give it a reason code or an answer, or delete the file")
		}
	}
	for _, e := range l.draft.fixes {
		if id := e.value.ID; id != "" && !fix[id] {
			e.report("id", fmt.Sprintf("nothing leads to the fix %q", shorten(id)), "name it in a cause or an answer, or delete the file")
		}
	}
}

// lintSizes holds lists to what a phone shows before the first scroll.
func (l *linter) lintSizes() {
	for _, e := range l.draft.fixes {
		e.sized("steps", len(e.value.Steps), 2, 4)
	}
	for _, e := range l.draft.answers {
		e.sized("text", len(e.value.Text), 1, 3)
		if e.has("related") {
			e.sized("related", len(e.value.Related), 2, 3)
		}
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

// passage is the words of one text in one locale.
type passage struct {
	*source
	path   string // of the text, without the locale
	locale Locale
	words  string
	limit  int  // most characters in Chinese, 0 for no limit
	phrase bool // its placeholders are replaced
	label  bool // in the user's own words
	twin   string
}

// passages lists every text of the pack, and every source as a text without a
// locale.
func (d *draft) passages() []passage {
	var list []passage
	first := Locale("")
	if len(d.pack.value.Locales) > 0 {
		first = d.pack.value.Locales[0]
	}
	add := func(s *source, path string, text Text, shape passage) {
		for _, locale := range keys(text) {
			p := shape
			p.source, p.path, p.locale, p.words = s, path, Locale(locale), text[Locale(locale)]
			if p.locale != first {
				p.twin = text[first]
			}
			list = append(list, p)
		}
	}
	d.packTexts(add)
	for _, e := range d.causes {
		causeTexts(e, add)
	}
	for _, e := range d.fixes {
		fixTexts(e, add)
	}
	for _, e := range d.answers {
		answerTexts(e, add)
	}
	return list
}

// adder takes one text: its file, path and words, and what is special about it.
type adder func(s *source, path string, text Text, shape passage)

func (d *draft) packTexts(add adder) {
	add(d.pack.source, "contacts.hours", d.pack.value.Contacts.Hours, passage{})
	for i, fact := range d.pack.value.Facts {
		add(d.pack.source, fmt.Sprintf("facts[%d].text", i), fact.Text, passage{})
		sourceTexts(d.pack.source, fmt.Sprintf("facts[%d].", i), fact.Sources, add)
	}
	for key, phrase := range d.phrases.value.Phrases {
		add(d.phrases.source, join("phrases", key), phrase, passage{phrase: true})
	}
}

// The longest titles and labels, in Chinese characters.
const (
	maxTitle    = 14
	maxFixTitle = 12
	maxLabel    = 14
)

func causeTexts(e loaded[Cause], add adder) {
	c := e.value
	add(e.source, "title", c.Title, passage{limit: maxTitle})
	add(e.source, "explain", c.Explain, passage{})
	add(e.source, "based_on", c.BasedOn, passage{})
	add(e.source, "reassess", c.Reassess, passage{})
	add(e.source, "avoid", c.Avoid, passage{})
	add(e.source, "ask", c.Ask, passage{})
	sourceTexts(e.source, "", c.Sources, add)
}

func fixTexts(e loaded[Fix], add adder) {
	f := e.value
	add(e.source, "title", f.Title, passage{limit: maxFixTitle})
	add(e.source, "note", f.Note, passage{})
	for i, step := range f.Steps {
		at := fmt.Sprintf("steps[%d].", i)
		add(e.source, at+"text", step.Text, passage{})
		add(e.source, at+"how", step.How, passage{})
		add(e.source, at+"expect", step.Expect, passage{})
	}
	sourceTexts(e.source, "", f.Sources, add)
}

func answerTexts(e loaded[Answer], add adder) {
	a := e.value
	add(e.source, "label", a.Label, passage{limit: maxLabel, label: true})
	for i, paragraph := range a.Text {
		add(e.source, fmt.Sprintf("text[%d]", i), paragraph, passage{})
	}
	sourceTexts(e.source, "", a.Sources, add)
}

// sourceTexts lets the rule about links see the sources.
func sourceTexts(s *source, record string, sources []string, add adder) {
	for i, name := range sources {
		add(s, fmt.Sprintf("%ssources[%d]", record, i), Text{"": name}, passage{})
	}
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
