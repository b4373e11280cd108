package knowledge

import (
	"fmt"
	"slices"
)

// lintIntents reports intents without an answer and answers without a question.
func (l *linter) lintIntents(intents []string) {
	if len(intents) == 0 {
		return
	}
	answered := map[string]bool{}
	each(l.draft.answers, func(e loaded[Answer]) { answered[nameOf(e.name)] = true })
	for _, intent := range slices.Compact(slices.Sorted(slices.Values(intents))) {
		if !answered[intent] {
			missing := absent(answersFolder+"/"+intent+extension, l.problems)
			missing.report("", fmt.Sprintf("there is no answer to the intent %q", shorten(intent)), "write the file")
		}
	}
	asked := l.asked(intents)
	each(l.draft.answers, func(e loaded[Answer]) {
		if e.value.Intent != "" && !asked[e.value.Intent] {
			e.report("intent", fmt.Sprintf("no question leads to the answer %q", shorten(e.value.Intent)), "correct the intent, or delete the file")
		}
	})
}

// asked are the intents a person can get to: by asking, by a choice, and by
// the words of a symptom.
func (l *linter) asked(intents []string) map[string]bool {
	asked := map[string]bool{}
	mark(asked, intents...)
	each(l.draft.answers, func(e loaded[Answer]) { mark(asked, e.value.Related...) })
	each(l.draft.symptoms, func(e loaded[Symptom]) {
		mark(asked, e.value.Related...)
		mark(asked, e.value.Intents[:min(1, len(e.value.Intents))]...)
	})
	return asked
}

func mark(set map[string]bool, ids ...string) {
	for _, id := range ids {
		set[id] = true
	}
}

// reach is every entry that something leads to.
type reach struct{ causes, fixes, flows map[string]bool }

// lintReach reports causes, fixes and flows that nobody will ever see.
func (l *linter) lintReach() {
	r := l.reached()
	each(l.draft.causes, func(e loaded[Cause]) {
		e.lost("cause", e.value.ID, r.causes, "give it a reason code or an answer, or delete the file")
	})
	each(l.draft.fixes, func(e loaded[Fix]) {
		e.lost("fix", e.value.ID, r.fixes, "name it in a cause, an answer, a symptom or a flow, or delete the file")
	})
	each(l.draft.flows, func(e loaded[Flow]) {
		e.lost("flow", e.value.ID, r.flows, "say under offer when it is offered, or delete the file")
	})
}

func (l *linter) reached() reach {
	r := reach{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	mark(r.causes, l.pack.value.Neutral)
	for _, reason := range l.reasons.value.Reasons {
		mark(r.causes, reason.Cause)
	}
	each(l.draft.causes, func(e loaded[Cause]) { mark(r.fixes, e.value.Fixes...) })
	each(l.draft.answers, func(e loaded[Answer]) {
		mark(r.causes, e.value.Cause)
		mark(r.fixes, e.value.Fixes...)
	})
	each(l.draft.symptoms, func(e loaded[Symptom]) {
		mark(r.causes, e.value.Cause)
		mark(r.fixes, e.value.Fixes...)
		mark(r.flows, e.value.Flow)
	})
	each(l.draft.flows, func(e loaded[Flow]) { r.addFlow(e.value) })
	return r
}

func (r reach) addFlow(flow Flow) {
	for _, entry := range flow.Steps {
		mark(r.fixes, entry.Fix)
	}
	mark(r.flows, flow.Then)
	if flow.Offer.Eligible || len(flow.Offer.Causes)+len(flow.Offer.Symptoms) > 0 {
		mark(r.flows, flow.ID)
	}
}

// lost reports an entry that nothing leads to.
func (s *source) lost(kind, id string, reached map[string]bool, mend string) {
	if id != "" && !reached[id] {
		s.report("id", fmt.Sprintf("nothing leads to the %s %q", kind, shorten(id)), mend)
	}
}
