package knowledge

import (
	"maps"
	"slices"

	"golang.org/x/text/language"
)

// Base is a loaded pack. It never changes; what the lookups return is the
// caller's own. Safe for concurrent use.
type Base struct {
	pack    Pack
	causes  []Cause
	fixes   []Fix
	answers []Answer
	reasons []Reason
	phrases map[string]Text

	cause  map[string]int
	fix    map[string]int
	answer map[string]int
	reason map[string]int
	match  language.Matcher
}

// newBase indexes a draft that has no problems.
func newBase(d *draft) *Base {
	b := &Base{
		pack: d.pack.value, phrases: d.phrases.value.Phrases, reasons: d.reasons.value.Reasons,
		causes: values(d.causes), fixes: values(d.fixes), answers: values(d.answers),
	}
	b.cause = index(b.causes, func(c Cause) string { return c.ID })
	b.fix = index(b.fixes, func(f Fix) string { return f.ID })
	b.answer = index(b.answers, func(a Answer) string { return a.Intent })
	b.reason = index(b.reasons, func(r Reason) string { return r.Code })
	b.match = matcher(b.pack.Locales)
	return b
}

func values[T any](entries []loaded[T]) []T {
	list := make([]T, len(entries))
	for i, e := range entries {
		list[i] = e.value
	}
	return list
}

func index[T any](list []T, id func(T) string) map[string]int {
	places := make(map[string]int, len(list))
	for i, item := range list {
		places[id(item)] = i
	}
	return places
}

// Pack returns the content of pack.yaml.
func (b *Base) Pack() Pack {
	pack := b.pack
	pack.Locales = slices.Clone(pack.Locales)
	pack.Product.Name = maps.Clone(pack.Product.Name)
	pack.Product.Aliases = slices.Clone(pack.Product.Aliases)
	pack.Contacts.Hours = maps.Clone(pack.Contacts.Hours)
	pack.Facts = each(pack.Facts, func(f Fact) Fact {
		f.Text, f.Sources = maps.Clone(f.Text), slices.Clone(f.Sources)
		return f
	})
	return pack
}

// Cause returns a cause by its id.
func (b *Base) Cause(id string) (Cause, bool) {
	i, ok := b.cause[id]
	if !ok {
		return Cause{}, false
	}
	return b.causes[i].clone(), true
}

// Causes returns every cause in the order of the files.
func (b *Base) Causes() []Cause { return each(b.causes, Cause.clone) }

// Fix returns a fix by its id.
func (b *Base) Fix(id string) (Fix, bool) {
	i, ok := b.fix[id]
	if !ok {
		return Fix{}, false
	}
	return b.fixes[i].clone(), true
}

// Fixes returns every fix in the order of the files.
func (b *Base) Fixes() []Fix { return each(b.fixes, Fix.clone) }

// Answer returns the answer to an intent.
func (b *Base) Answer(intent string) (Answer, bool) {
	i, ok := b.answer[intent]
	if !ok {
		return Answer{}, false
	}
	return b.answers[i].clone(), true
}

// Answers returns every answer in the order of the files.
func (b *Base) Answers() []Answer { return each(b.answers, Answer.clone) }

// Reason returns what a code of the eligibility service stands for, with the
// disclosure class that holds for it. A code the pack does not know is Silent
// and has no cause.
func (b *Base) Reason(code string) (reason Reason, known bool) {
	i, known := b.reason[code]
	if !known {
		return Reason{Code: code, Disclosure: Silent}, false
	}
	reason = b.reasons[i]
	reason.Disclosure = b.Class(code)
	return reason, true
}

// Reasons returns every reason in the order of the file, each with the
// disclosure class that holds for it.
func (b *Base) Reasons() []Reason {
	return each(b.reasons, func(r Reason) Reason {
		r.Disclosure = b.Class(r.Code)
		return r
	})
}

// Class returns how much of a code may be told: the class of its cause, and
// Silent for a code that is silent or unknown.
func (b *Base) Class(code string) Disclosure {
	i, known := b.reason[code]
	if !known || b.reasons[i].Disclosure == Silent {
		return Silent
	}
	cause, ok := b.cause[b.reasons[i].Cause]
	if !ok {
		return Silent
	}
	return b.causes[cause].Disclosure
}

// Neutral returns the cause that stands in for every silent code.
func (b *Base) Neutral() Cause {
	cause, _ := b.Cause(b.pack.Neutral)
	return cause
}

func (c Cause) clone() Cause {
	c.Title, c.Explain, c.BasedOn = maps.Clone(c.Title), maps.Clone(c.Explain), maps.Clone(c.BasedOn)
	c.Reassess, c.Avoid, c.Ask = maps.Clone(c.Reassess), maps.Clone(c.Avoid), maps.Clone(c.Ask)
	c.Fixes, c.Sources = slices.Clone(c.Fixes), slices.Clone(c.Sources)
	return c
}

func (f Fix) clone() Fix {
	f.Title, f.Note, f.Sources = maps.Clone(f.Title), maps.Clone(f.Note), slices.Clone(f.Sources)
	f.Steps = each(f.Steps, func(s Step) Step {
		s.Text, s.How, s.Expect = maps.Clone(s.Text), maps.Clone(s.How), maps.Clone(s.Expect)
		return s
	})
	return f
}

func (a Answer) clone() Answer {
	a.Label = maps.Clone(a.Label)
	a.Text = each(a.Text, func(t Text) Text { return maps.Clone(t) })
	a.Fixes, a.Related, a.Sources = slices.Clone(a.Fixes), slices.Clone(a.Related), slices.Clone(a.Sources)
	return a
}

// each returns a new slice with the results of a function; nil stays nil.
func each[T any](list []T, change func(T) T) []T {
	if list == nil {
		return nil
	}
	changed := make([]T, len(list))
	for i, item := range list {
		changed[i] = change(item)
	}
	return changed
}
