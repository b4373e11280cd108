package knowledge

import (
	"fmt"
	"reflect"
	"slices"
)

func (c *checker) checkFlow(e loaded[Flow]) {
	s, flow := e.source, e.value
	s.need("", "id", "title", "steps")
	s.named("id", flow.ID)
	c.text(s, "title", flow.Title)
	c.text(s, "intro", flow.Intro)
	c.referAll(s, "offer.causes", flow.Offer.Causes, &c.causes)
	c.referAll(s, "offer.symptoms", flow.Offer.Symptoms, &c.symptoms)
	c.flows.refer(s, "then", flow.Then)
	c.checkWhen(s, "when", flow.When)
	s.nonempty("steps", len(flow.Steps))
	c.checkEntries(s, flow)
	s.meta(flow.Meta)
}

// checkEntries looks at the steps of a flow, then at the ways between them.
func (c *checker) checkEntries(s *source, flow Flow) {
	names, fixes := newRegister("step", "", nil), newRegister("fix", "", nil)
	whole := !s.bad["steps"]
	for i, entry := range flow.Steps {
		at := fmt.Sprintf("steps[%d]", i)
		if s.bad[at] {
			whole = false
			continue
		}
		c.checkEntry(s, at, entry)
		names.add(s, at+".id", entry.ID)
		fixes.add(s, at+".fix", entry.Fix)
	}
	if whole {
		s.checkWays(flow)
	}
}

// checkEntry reports an entry that is not exactly one of the three kinds.
func (c *checker) checkEntry(s *source, at string, entry FlowStep) {
	s.checkID(at+".id", entry.ID)
	if entry.ID == GoEnd || entry.ID == GoDone {
		s.report(at+".id", fmt.Sprintf("%q is where a flow ends", entry.ID), "give the step another id")
	}
	c.checkStep(s, at, entry.Step)
	switch {
	case s.has(at + ".fix"):
		c.fixes.refer(s, at+".fix", entry.Fix)
		s.beside(at, "a step that takes over a fix has", "the fix brings its own texts", "text", "how", "expect", "if_not", "answers")
	case s.has(at + ".answers"):
		s.need(at, "id", "text")
		s.beside(at, "a question has", "what follows depends on the answer", "expect", "if_not")
		c.checkStepAnswers(s, at, entry.Answers)
	default:
		s.need(at, "id", "text")
	}
}

// beside reports keys that have no meaning in this kind of step.
func (s *source) beside(at, what, mend string, names ...string) {
	for _, name := range names {
		if s.has(join(at, name)) {
			s.report(join(at, name), fmt.Sprintf("%s no %s", what, name), mend)
		}
	}
}

// checkStepAnswers looks at the answers to one question.
func (c *checker) checkStepAnswers(s *source, at string, answers []StepAnswer) {
	at = join(at, "answers")
	if s.bad[at] {
		return
	}
	if len(answers) < 2 {
		s.report(at, "a question needs two answers or more", "add one, or make it a step")
	}
	ids := newRegister("answer", "", nil)
	for i, answer := range answers {
		one := fmt.Sprintf("%s[%d]", at, i)
		s.need(one, "id", "label")
		s.checkID(one+".id", answer.ID)
		ids.add(s, one+".id", answer.ID)
		c.text(s, one+".label", answer.Label)
	}
}

// checkWays follows the answers of a flow: each leads forwards, and every
// step can be reached.
func (s *source) checkWays(flow Flow) {
	places := make(map[string]int, len(flow.Steps))
	for i, entry := range slices.Backward(flow.Steps) {
		places[entry.Name()] = i
	}
	delete(places, "") // reported already
	reached := make([]bool, len(flow.Steps)+1)
	reached[0] = true
	for i, entry := range flow.Steps {
		if !reached[i] {
			s.report(fmt.Sprintf("steps[%d]", i), fmt.Sprintf("no answer leads to the step %q", shorten(entry.Name())),
				"let an answer go to it, or delete it")
			reached[i] = true // what follows is not reported as well
		}
		reached[i+1] = reached[i+1] || passable(entry)
		for n, answer := range entry.Answers {
			to := s.way(fmt.Sprintf("steps[%d].answers[%d].go", i, n), answer.Go, i, places)
			reached[to] = reached[to] || to > i
		}
	}
}

// passable says whether the next step follows whatever a person answers.
func passable(entry FlowStep) bool {
	conditional := !reflect.ValueOf(entry.When).IsZero() // not everybody is asked
	return len(entry.Answers) < 2 || conditional
}

// way returns the step an answer leads to, and reports one that leads nowhere
// or back.
func (s *source) way(at, to string, from int, places map[string]int) int {
	if to == "" {
		return from + 1
	}
	if to == GoEnd || to == GoDone {
		return 0
	}
	place, known := places[to]
	switch {
	case !known:
		s.report(at, fmt.Sprintf("there is no step %q in this flow", shorten(to)), suggest(to, append(keys(places), GoEnd, GoDone)))
		return from + 1
	case place <= from:
		s.report(at, fmt.Sprintf("the answer leads back to %q, so that the flow would never end", shorten(to)), "name a later step, end or done")
		return from + 1
	}
	return place
}
