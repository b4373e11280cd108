package bot

import (
	"cmp"
	"slices"

	"kaitong/knowledge"
)

// guide shows one step of a flow, or what comes at its end.
func (w *writer) guide() {
	g := *w.plan.Guide
	w.leadStep(g)
	switch {
	case g.Act == ActSolved, g.Stop == nil && g.Outcome == "" && g.Act != ActCheck:
		w.askToCheck(g)
	case g.Act == ActCheck:
		w.confirm(g)
	case g.Stop != nil:
		w.stop(g)
	case g.Outcome == FlowExhausted:
		w.exhausted()
	default:
		w.close()
	}
}

// leadStep reacts to what the person did, in a few words.
func (w *writer) leadStep(g Guidance) {
	switch g.Act {
	case ActStart:
		w.say("flow.start")
	case ActTried, ActAnswer:
		if g.Stop != nil && len(g.Stop.Answers) == 0 {
			w.say("flow.next")
		}
	case ActFailed:
		w.notYet(g)
	case ActSkip:
		w.say("flow.skipped")
	case ActHow:
		w.how(g)
	case ActWait:
		w.say("flow.wait")
	case ActResume:
		w.say("flow.resumed", "flow", g.Flow.Title.In(w.plan.Locale))
	case ActNoCheck:
		w.say("flow.no_check")
	case ActStop:
		w.say("flow.stopped")
	}
	if g.Stop != nil && (g.Act == ActStart || g.Before != nil && g.Flow.ID != g.Walk.Flow) {
		w.text(g.Flow.Intro, "flow:"+g.Flow.ID)
	}
}

// notYet says what follows from a step that did not help.
func (w *writer) notYet(g Guidance) {
	if g.Before != nil && g.Before.IfNot.In(w.plan.Locale) != "" {
		w.text(g.Before.IfNot, stopSource(g.Flow, *g.Before))
		return
	}
	if g.Stop != nil {
		w.say("flow.not_yet")
	}
}

// how tells the step the person is at in detail.
func (w *writer) how(g Guidance) {
	if words := g.Stop.How.In(w.plan.Locale); words != "" {
		w.say("flow.how")
		w.text(g.Stop.How, stopSource(g.Flow, *g.Stop))
		w.text(g.Stop.Expect, stopSource(g.Flow, *g.Stop))
		return
	}
	w.say("flow.how_none")
}

// stop shows a step with what can be said to it. Who asked how, or said they
// are at it, has the step before their eyes already.
func (w *writer) stop(g Guidance) {
	stop, locale := *g.Stop, w.plan.Locale
	source := stopSource(g.Flow, stop)
	w.about.Flow, w.about.Step = g.Flow.ID, stop.Key
	w.about.Fixes = appendNew(w.about.Fixes, stop.Fix)
	if again := g.Act == ActHow || g.Act == ActWait; !again {
		if len(stop.Answers) > 0 {
			w.say("flow.question")
		}
		how := stop.How.In(locale)
		if expect := stop.Expect.In(locale); expect != "" {
			how += "\n" + expect
		}
		w.add(Block{
			Type: BlockSteps, Title: g.Flow.Title.In(locale), At: g.At, Of: g.Of, Source: source,
			Items: []Item{{Text: stop.Text.In(locale), How: how, Source: source}},
		})
	}
	w.offer(w.stepChoices(stop, g.Act)...)
}

func stopSource(flow knowledge.Flow, stop knowledge.Stop) string {
	if stop.Fix != "" {
		return "fix:" + stop.Fix
	}
	return "flow:" + flow.ID
}

func (w *writer) stepChoices(stop knowledge.Stop, act Act) []Choice {
	var choices []Choice
	for _, answer := range stop.Answers {
		choices = append(choices, Choice{ID: choiceAnswer + answer.ID, Label: answer.Label.In(w.plan.Locale)})
	}
	if len(stop.Answers) == 0 {
		choices = append(choices, w.choice(choiceTried), w.choice(choiceFailed))
	}
	if stop.How.In(w.plan.Locale) != "" && act != ActHow {
		choices = append(choices, w.choice(choiceHow))
	}
	return append(choices, w.choice(choiceSkip), w.choice(choiceResolved), w.human())
}

// askToCheck asks whether to look again, now that it is called solved.
func (w *writer) askToCheck(g Guidance) {
	w.about.Flow = g.Flow.ID
	if w.plan.Anonymous {
		w.say("flow.confirm_anonymous")
		w.offer(w.choice(choiceNotResolved), w.human())
		return
	}
	if g.Act == ActSolved {
		w.say("flow.confirm")
	} else {
		w.say("flow.done")
	}
	w.offer(w.choice(choiceCheck), w.choice(choiceNoCheck), w.choice(choiceNotResolved), w.human())
}

// exhausted admits that nothing helped, and calls for a human.
func (w *writer) exhausted() {
	w.say("flow.exhausted")
	w.plan.OfferAgent = true
	w.close()
}

// confirm tells what a fresh check brought, after a person called it solved.
func (w *writer) confirm(g Guidance) {
	if w.finding.Outcome != CheckOK || w.finding.Verdict.Decision == Unknown {
		w.about.Decision = Unknown
		w.about.Flow = g.Flow.ID // still to be confirmed
		w.say("flow.unchecked")
		w.offer(w.choice(choiceCheck), w.choice(choiceNoCheck), w.human())
		return
	}
	w.about.Decision = w.finding.Verdict.Decision
	if w.stopped() {
		w.end(g, FlowLeft)
		w.about.Reasons = []string{w.base.Stop()}
		w.underAge()
		w.close()
		return
	}
	var causes []knowledge.Cause
	if w.about.Decision == Ineligible {
		causes = w.returned()
		for _, cause := range causes {
			w.about.Reasons = append(w.about.Reasons, cause.ID)
		}
		w.about.Cause = causes[0].ID
	}
	if cause, still := remaining(causes, g.Walk.Cause); still {
		w.unconfirmed(g, cause)
		return
	}
	w.confirmed(g, causes)
}

// remaining is the cause the flow was to mend, where the check returns it
// yet; without such a cause, whatever it returns.
func remaining(causes []knowledge.Cause, id string) (knowledge.Cause, bool) {
	i := slices.IndexFunc(causes, func(c knowledge.Cause) bool { return c.ID == id || id == "" })
	if i < 0 {
		return knowledge.Cause{}, false
	}
	return causes[i], true
}

func (w *writer) unconfirmed(g Guidance, cause knowledge.Cause) {
	w.sayAbout("flow.unconfirmed", cause)
	w.text(cause.Reassess, "cause:"+cause.ID)
	w.end(g, FlowExhausted)
	w.plan.OfferAgent = true
	w.offerFlow()
	w.close()
}

// confirmed records the fixes that made a cause go away: a refusal before, and
// now no refusal, or one for another reason.
func (w *writer) confirmed(g Guidance, causes []knowledge.Cause) {
	w.end(g, FlowSolved)
	w.events = append(w.events, Resolved{Confirmed: true})
	if g.Walk.Before != w.about.Decision || len(causes) > 0 {
		w.events = append(w.events, FixConfirmed{
			Flow: g.Flow.ID, Cause: g.Walk.Cause, Fixes: g.Walk.Fixes, Before: g.Walk.Before, After: w.about.Decision,
		})
	}
	switch {
	case len(causes) > 0:
		w.sayAbout("flow.confirmed_other", causes[0])
		w.reasons(causes, true)
		w.offerMore(causes)
		w.appealLine()
		w.offerFlow()
	case w.about.Decision == InReview:
		w.review()
	default:
		w.say("flow.confirmed")
	}
	w.close()
}

func (w *writer) end(g Guidance, outcome FlowOutcome) {
	if g.Flow.ID != "" {
		w.events = append(w.events, FlowEnded{Flow: g.Flow.ID, Outcome: outcome})
	}
}

// offerFlow offers to be guided, where there are steps for what was found or
// described.
func (w *writer) offerFlow() {
	if flow, ok := w.flow(); ok {
		w.extra = append([]Choice{{ID: choiceFlow + flow.ID, Label: flow.Title.In(w.plan.Locale)}}, w.extra...)
	}
}

// flow finds the flow that fits the answer: for the reasons returned in their
// order, else for what was described.
func (w *writer) flow() (knowledge.Flow, bool) {
	way := *w.plan.way
	way.situation.Decision = string(w.about.Decision)
	n := need{causes: w.guidable(), symptom: w.plan.Symptom, eligible: w.about.Decision == Eligible, refused: w.guessed(), found: len(w.about.Reasons) > 0 && !w.sameMatter()}
	if w.plan.Move == MoveFollowUp || w.plan.Move == MoveNotHelped {
		n.causes, n.symptom, n.eligible = w.plan.Topic.causes(), w.plan.Topic.Symptom, w.plan.Topic.Decision == Eligible
	}
	return way.fitting(n)
}

// sameMatter says whether the symptom described is one of a returned reason, so
// that its own steps are the closer ones.
func (w *writer) sameMatter() bool {
	seen, ok := w.base.Symptom(w.plan.Symptom)
	if !ok {
		return false
	}
	asking, _ := w.base.Answer(seen.Intents[0])
	return slices.Contains(w.about.Reasons, cmp.Or(seen.Cause, asking.Cause))
}

// guessed says whether the check refused for something else than the symptom
// described, so that steps for the symptom would lead astray.
func (w *writer) guessed() bool {
	seen, _ := w.base.Symptom(w.plan.Symptom)
	return w.refusedInGeneral() || w.about.Decision == Ineligible && seen.Cause != "" && !slices.Contains(w.about.Reasons, seen.Cause)
}

// refusedInGeneral says whether the check gave the refusal that names nothing.
func (w *writer) refusedInGeneral() bool {
	return slices.Contains(append(slices.Clone(w.plan.Topic.Reasons), w.about.Reasons...), w.base.Neutral().ID)
}

// guidable are the causes steps may be offered for.
func (w *writer) guidable() []string {
	switch {
	case len(w.about.Reasons) > 0:
		return w.about.Reasons
	case w.about.Decision == InReview:
		return nil
	}
	return appendNew([]string{w.about.Cause}, w.plan.Described...)
}

// resume offers to go on with the flow that was interrupted.
func (w *writer) resume() {
	walk := w.plan.way.walk
	flow, ok := w.base.Flow(walk.Flow)
	if !ok || w.plan.Move == MoveStep && w.plan.Guide.Act != ActStop || w.plan.Move == MoveRefuse || w.about.Flow != "" || w.stopped() {
		return
	}
	w.extra = append([]Choice{{ID: choiceResume, Label: w.phrase("choice.flow_resume", "flow", flow.Title.In(w.plan.Locale))}}, w.extra...)
}
