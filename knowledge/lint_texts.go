package knowledge

import "fmt"

// passage is the words of one text in one locale.
type passage struct {
	*source
	path   string // of the text, without the locale
	locale Locale
	words  string
	limit  int  // most characters in Chinese, 0 for no limit
	phrase bool // its placeholders are replaced
	label  bool // in the user's own words
	takes  bool // says how long something usually takes
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
	each(d.causes, func(e loaded[Cause]) { causeTexts(e, add) })
	each(d.fixes, func(e loaded[Fix]) { fixTexts(e, add) })
	each(d.answers, func(e loaded[Answer]) { answerTexts(e, add) })
	each(d.symptoms, func(e loaded[Symptom]) { symptomTexts(e, add) })
	each(d.flows, func(e loaded[Flow]) { flowTexts(e, add) })
	return list
}

// adder takes one text: its file, path and words, and what is special about it.
type adder func(s *source, path string, text Text, shape passage)

func (d *draft) packTexts(add adder) {
	add(d.pack.source, "contacts.hours", d.pack.value.Contacts.Hours, passage{})
	add(d.pack.source, "page.title", d.pack.value.Page.Title, passage{limit: maxTitle})
	for i, question := range d.pack.value.Page.Ask {
		add(d.pack.source, fmt.Sprintf("page.ask[%d]", i), question, passage{limit: maxLabel, label: true})
	}
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
	maxFixTitle = 12 // of flows too: both are quick replies
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
	add(e.source, "why", f.Why, passage{})
	add(e.source, "takes", f.Takes, passage{takes: true})
	for i, step := range f.Steps {
		stepTexts(e.source, fmt.Sprintf("steps[%d].", i), step, add)
	}
	sourceTexts(e.source, "", f.Sources, add)
}

func stepTexts(s *source, at string, step Step, add adder) {
	add(s, at+"text", step.Text, passage{})
	add(s, at+"how", step.How, passage{})
	add(s, at+"expect", step.Expect, passage{})
	add(s, at+"if_not", step.IfNot, passage{})
}

func symptomTexts(e loaded[Symptom], add adder) {
	m := e.value
	add(e.source, "label", m.Label, passage{limit: maxLabel, label: true})
	for i, paragraph := range m.Text {
		add(e.source, fmt.Sprintf("text[%d]", i), paragraph, passage{})
	}
	sourceTexts(e.source, "", m.Sources, add)
}

func flowTexts(e loaded[Flow], add adder) {
	f := e.value
	add(e.source, "title", f.Title, passage{limit: maxFixTitle})
	add(e.source, "intro", f.Intro, passage{})
	for i, entry := range f.Steps {
		at := fmt.Sprintf("steps[%d].", i)
		stepTexts(e.source, at, entry.Step, add)
		for n, answer := range entry.Answers {
			add(e.source, fmt.Sprintf("%sanswers[%d].label", at, n), answer.Label, passage{limit: maxLabel, label: true})
		}
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
