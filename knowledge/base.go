package knowledge

import (
	"slices"

	"golang.org/x/text/language"
)

// Base is a loaded pack. It never changes and is safe for concurrent use. The
// texts and lists inside what its lookups return are shared: read them, never
// write to them.
type Base struct {
	revision string
	pack     Pack
	causes   []Cause
	fixes    []Fix
	answers  []Answer
	reasons  []Reason
	symptoms []Symptom
	flows    []Flow
	phrases  map[string]Text
	walks    map[string][]Stop // flow -> its steps, unfolded
	proof    *linter           // knows the rules about words

	symptom map[string]int
	flow    map[string]int
	cause   map[string]int
	fix     map[string]int
	answer  map[string]int
	reason  map[string]int
	match   language.Matcher
}

// newBase indexes a draft that has no problems.
func newBase(d *draft) *Base {
	b := &Base{
		revision: d.revision(), pack: d.pack.value, phrases: d.phrases.value.Phrases, reasons: d.reasons.value.Reasons,
		causes: values(d.causes), fixes: values(d.fixes), answers: values(d.answers),
	}
	b.cause = index(b.causes, func(c Cause) string { return c.ID })
	b.fix = index(b.fixes, func(f Fix) string { return f.ID })
	b.answer = index(b.answers, func(a Answer) string { return a.Intent })
	b.reason = index(b.reasons, func(r Reason) string { return r.Code })
	b.symptoms, b.flows = values(d.symptoms), values(d.flows)
	b.symptom = index(b.symptoms, func(s Symptom) string { return s.ID })
	b.flow = index(b.flows, func(f Flow) string { return f.ID })
	b.walks = make(map[string][]Stop, len(b.flows))
	for _, flow := range b.flows {
		b.walks[flow.ID] = b.stops(flow)
	}
	b.match = matcher(b.pack.Locales)
	b.proof = proofreader(d)
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

// Revision names the content of the pack in twelve characters: packs that say
// the same have the same one, wherever they lie.
func (b *Base) Revision() string { return b.revision }

// Pack returns the content of pack.yaml.
func (b *Base) Pack() Pack {
	return b.pack
}

// Cause returns a cause by its id.
func (b *Base) Cause(id string) (Cause, bool) {
	i, ok := b.cause[id]
	if !ok {
		return Cause{}, false
	}
	return b.causes[i], true
}

// Causes returns every cause in the order of the files.
func (b *Base) Causes() []Cause { return slices.Clone(b.causes) }

// Fix returns a fix by its id.
func (b *Base) Fix(id string) (Fix, bool) {
	i, ok := b.fix[id]
	if !ok {
		return Fix{}, false
	}
	return b.fixes[i], true
}

// Fixes returns every fix in the order of the files.
func (b *Base) Fixes() []Fix { return slices.Clone(b.fixes) }

// Answer returns the answer to an intent.
func (b *Base) Answer(intent string) (Answer, bool) {
	i, ok := b.answer[intent]
	if !ok {
		return Answer{}, false
	}
	return b.answers[i], true
}

// Answers returns every answer in the order of the files.
func (b *Base) Answers() []Answer { return slices.Clone(b.answers) }

// Symptom returns a symptom by its id.
func (b *Base) Symptom(id string) (Symptom, bool) {
	i, ok := b.symptom[id]
	if !ok {
		return Symptom{}, false
	}
	return b.symptoms[i], true
}

// Symptoms returns every symptom in the order of the files.
func (b *Base) Symptoms() []Symptom { return slices.Clone(b.symptoms) }

// Flow returns a flow by its id.
func (b *Base) Flow(id string) (Flow, bool) {
	i, ok := b.flow[id]
	if !ok {
		return Flow{}, false
	}
	return b.flows[i], true
}

// Flows returns every flow in the order of the files.
func (b *Base) Flows() []Flow { return slices.Clone(b.flows) }

// FindFlow returns the first flow, in the order of the files, that fits.
func (b *Base) FindFlow(fits func(Flow) bool) (Flow, bool) {
	for _, flow := range b.flows {
		if fits(flow) {
			return flow, true
		}
	}
	return Flow{}, false
}

// Stops returns the steps of a flow as they are walked, fixes unfolded into
// their steps.
func (b *Base) Stops(flow string) []Stop { return b.walks[flow] }

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
	reasons := slices.Clone(b.reasons)
	for i, reason := range reasons {
		reasons[i].Disclosure = b.Class(reason.Code)
	}
	return reasons
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

// Stop returns the id of the cause that ends the matter, such as the age rule;
// "" where the pack has none.
func (b *Base) Stop() string {
	for i := range b.causes {
		if b.causes[i].Stop {
			return b.causes[i].ID
		}
	}
	return ""
}
