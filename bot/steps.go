package bot

import (
	"slices"
	"strings"

	"kaitong/intents"
	"kaitong/knowledge"
)

// newWalker finds the way for one message of a conversation.
func newWalker(c *Conversation, reading Reading, base *knowledge.Base, locale knowledge.Locale) walker {
	w := walker{
		base: base, edition: reading.Edition, walk: c.Walk, taken: c.Taken, walked: c.Walked,
		situation: knowledge.Situation{
			Decision: string(c.Topic.Decision), OS: reading.Client.OS, AppVersion: reading.Client.AppVersion,
			Locale: locale, Day: reading.Day,
		},
	}
	if c.Topic.Symptom != "" {
		w.situation.Symptoms = []string{c.Topic.Symptom}
	}
	for _, entity := range reading.Result.Entities {
		if entity.Kind == intents.EntitySymptom {
			w.situation.Symptoms = appendNew(w.situation.Symptoms, entity.Value)
		}
	}
	return w
}

// stepChoice follows a tap on what a flow offers.
func (d *decider) stepChoice(id string) (Plan, bool) {
	if flow, ok := strings.CutPrefix(id, choiceFlow); ok {
		return d.start(flow), true
	}
	if answer, ok := strings.CutPrefix(id, choiceAnswer); ok {
		return d.step(ActAnswer, answer), true
	}
	act, ok := map[string]Act{
		choiceTried: ActTried, choiceFailed: ActFailed, choiceHow: ActHow, choiceSkip: ActSkip,
		choiceResume: ActResume, choiceCheck: ActCheck, choiceNoCheck: ActNoCheck,
	}[id]
	switch {
	case ok:
		return d.step(act, ""), true
	case !d.walking():
		return Plan{}, false
	case id == choiceResolved:
		return d.step(ActSolved, ""), true
	case id == choiceNotResolved:
		return d.step(ActFailed, ""), true
	}
	return Plan{}, false
}

// walking says whether what is said now is said of a step.
func (d *decider) walking() bool { return d.c.Walk.Flow != "" && !d.c.Walk.Paused }

// step does what a person says about the step they are at. Below an old
// message, it is said of a step that may be behind them: then the present one
// is shown again.
func (d *decider) step(act Act, answer string) Plan {
	walk := d.c.Walk
	if walk.Flow == "" {
		return d.withoutFlow(act)
	}
	stale := d.reading.Step != "" && d.reading.Step != walk.Step
	if stale && act != ActCheck && act != ActNoCheck {
		act = ActResume
	}
	guide, ok := d.way.act(act, answer)
	if !ok {
		return d.withoutFlow(act)
	}
	return d.guided(guide)
}

func (d *decider) guided(guide Guidance) Plan {
	return Plan{
		Move: MoveStep, Intent: d.topicIntent(), Guide: &guide,
		Check: guide.Act == ActCheck, Fresh: guide.Act == ActCheck,
	}
}

// withoutFlow reads the words of a flow where there is none: a tap on an old
// message, or a check somebody agrees to after an answer that helped.
func (d *decider) withoutFlow(act Act) Plan {
	topic := d.c.Topic
	switch act {
	case ActCheck:
		cause := ""
		if len(topic.Reasons) > 0 {
			cause = topic.Reasons[0]
		}
		return d.guided(Guidance{Act: ActCheck, Walk: Walk{Cause: cause, Before: topic.Decision, Fixes: topic.Fixes}})
	case ActFailed:
		return d.notHelped()
	case ActNoCheck, ActSolved:
		return Plan{Move: MoveResolved, Intent: "done", Phrase: "resolved.reply"}
	}
	return Plan{Move: MoveFollowUp, Intent: d.topicIntent(), FollowUp: "what_now"}
}

// start begins a flow, or goes on with it where it is open already.
func (d *decider) start(id string) Plan {
	if id == d.c.Walk.Flow {
		return d.step(ActResume, "")
	}
	flow, ok := d.base.Flow(id)
	if !ok || !d.way.open(flow) {
		return Plan{Move: MoveFallback, Intent: d.topicIntent(), Phrase: "flow.nothing_left", OfferAgent: true}
	}
	guide, _ := d.way.start(flow, d.mends(flow), d.c.Topic.Decision)
	return d.guided(guide)
}

// mends is the cause a flow is walked for.
func (d *decider) mends(flow knowledge.Flow) string {
	for _, cause := range d.c.Topic.causes() {
		if slices.Contains(flow.Offer.Causes, cause) {
			return cause
		}
	}
	return ""
}

// inFlow reads a text in the light of the step that was shown.
func (d *decider) inFlow() (Plan, bool) {
	walk := d.c.Walk
	switch {
	case walk.Flow == "":
		return d.guideMe()
	case d.leaning("resume", "steps"):
		return d.step(ActResume, ""), true
	case walk.Paused:
		return Plan{}, false
	case d.leaning("cancel_handoff") && !d.c.Handoff.Waiting():
		return d.step(ActStop, ""), true
	case walk.Confirming:
		return d.confirming()
	}
	if answer, ok := d.yesNoAnswer(); ok {
		return d.step(ActAnswer, answer), true
	}
	act, ok := d.said()
	if !ok {
		return Plan{}, false
	}
	return d.step(act, ""), true
}

// said is what a text says about a step.
func (d *decider) said() (Act, bool) {
	intent := d.confident()
	switch {
	case d.leaning("failed"):
		return ActFailed, true
	case d.leaning("tried", "fixed"): // also where it could mean that all is well: asking is cheap
		return ActTried, true
	case intent == "not_helped", intent == "deny":
		return ActFailed, true
	case d.leaning("skip", "more"):
		return ActSkip, true
	case d.leaning("how", "what_now"):
		return ActHow, true
	case intent == "done":
		return ActSolved, true
	case d.leaning("recheck"):
		return ActCheck, true
	case d.leaning("ack"), intent == "affirm":
		return ActWait, true
	}
	return "", false
}

// yesNoAnswer reads yes and no as answers to a question that has them.
func (d *decider) yesNoAnswer() (string, bool) {
	stop, ok := d.way.stop(d.c.Walk.Flow, d.c.Walk.Step)
	if !ok {
		return "", false
	}
	want := map[string]string{"affirm": "yes", "deny": "no"}[d.confident()]
	for _, answer := range stop.Answers {
		if answer.ID == want {
			return want, true
		}
	}
	return "", false
}

// confirming reads the reply to "shall I check again?".
func (d *decider) confirming() (Plan, bool) {
	intent := d.confident()
	switch {
	case d.leaning("failed"), intent == "not_helped":
		return d.step(ActFailed, ""), true
	case d.leaning("recheck", "ack"), intent == "affirm":
		return d.step(ActCheck, ""), true
	case intent == "deny", intent == "thanks":
		return d.step(ActNoCheck, ""), true
	case intent == "done":
		return d.step(ActSolved, ""), true
	}
	return Plan{}, false
}

// guideMe begins the flow that fits what was talked about, for somebody who
// asks to be led.
func (d *decider) guideMe() (Plan, bool) {
	if !d.asksHow() || !d.c.Topic.Active() {
		return Plan{}, false
	}
	topic := d.c.Topic
	flow, ok := d.way.fitting(need{
		causes: topic.causes(), symptom: topic.Symptom, eligible: topic.Decision == Eligible,
		refused: slices.Contains(topic.Reasons, d.base.Neutral().ID),
	})
	if !ok {
		return Plan{}, false
	}
	return d.start(flow.ID), true
}

// asksHow says whether somebody wants to be shown how, about what was said and
// not with a question that this very verdict has an answer to.
func (d *decider) asksHow() bool {
	entry, ok := d.base.Answer(d.confident())
	answered := ok && entry.OnlyIf != "" && entry.OnlyIf == string(d.c.Topic.Decision)
	return d.leaning("steps") || d.leaning("how") && !answered
}

// advice is the improvement plan, asked for in so many words.
func (d *decider) advice() (Plan, bool) {
	if !d.leaning("plan") || !d.c.Topic.Active() {
		return Plan{}, false
	}
	return d.improvement(), true
}

func (d *decider) improvement() Plan {
	return Plan{Move: MoveFollowUp, Intent: d.topicIntent(), FollowUp: "plan"}
}
