package dialogue

import (
	"cmp"
	"slices"
	"strings"

	"kaitong/knowledge"
)

// none is what an expectation says for "there must be none".
const none = "none"

// expected compares an answer with what the dialogue expects of it.
func (p *player) expected(i int, a answer, want knowledge.Expect) {
	p.expectedValues(i, a, want)
	p.expectedWords(i, a, want)
	p.expectedLists(i, a, want)
}

func (p *player) expectedValues(i int, a answer, want knowledge.Expect) {
	for _, value := range []struct{ name, got, want string }{
		{"move", string(a.understood.Move), want.Move},
		{"intent", a.understood.Intent, want.Intent},
		{"symptom", a.about.Symptom, want.Symptom},
		{"cause", a.about.Cause, want.Cause},
		{"decision", string(a.about.Decision), want.Decision},
		{"flow", a.flow, want.Flow},
		{"step", a.about.Step, want.Step},
		{"handoff", string(a.handoff), want.Handoff},
	} {
		if got := cmp.Or(value.got, none); value.want != "" && got != value.want {
			p.fail(i, a, "%s is %q, want %q", value.name, got, value.want)
		}
	}
}

func (p *player) expectedWords(i int, a answer, want knowledge.Expect) {
	text := a.text()
	for _, words := range want.Said {
		if !strings.Contains(text, words) {
			p.fail(i, a, "the answer does not say %q", words)
		}
	}
	for _, words := range want.NotSaid {
		if strings.Contains(text, words) {
			p.fail(i, a, "the answer says %q", words)
		}
	}
}

func (p *player) expectedLists(i int, a answer, want knowledge.Expect) {
	if want.Reasons != nil && !slices.Equal(want.Reasons, a.about.Reasons) {
		p.fail(i, a, "reasons are [%s], want [%s]", strings.Join(a.about.Reasons, ", "), strings.Join(want.Reasons, ", "))
	}
	for _, list := range []struct {
		what, verb string
		want, got  []string
	}{
		{"fix", "shown", want.Fixes, a.about.Fixes},
		{"choice", "offered", want.Choices, a.choices()},
		{"source", "quoted", want.Sources, a.about.Sources},
		{"event", "in the turn", want.Events, a.kinds()},
	} {
		for _, id := range list.want {
			if !slices.Contains(list.got, id) {
				p.fail(i, a, "%s %q is not %s%s", list.what, id, list.verb, listed(list.got))
			}
		}
	}
	p.unwanted(i, a, "choice %q is offered", want.Missing, a.choices())
	p.unwanted(i, a, "fix %q is shown", want.NotFixes, a.about.Fixes)
}

func (p *player) unwanted(i int, a answer, message string, ids, got []string) {
	for _, id := range ids {
		if slices.Contains(got, id) {
			p.fail(i, a, message, id)
		}
	}
}

// listed says what there is instead.
func listed(ids []string) string {
	if len(ids) == 0 {
		return "; there is none"
	}
	return "; there is " + strings.Join(ids, ", ")
}
