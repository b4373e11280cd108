package bot

import (
	"slices"
	"strconv"

	"kaitong/intents"
)

// aboutHandoff reads what is said about the request for a human.
func (d *decider) aboutHandoff() (Plan, bool) {
	switch lean := d.leans(); {
	case lean == "cancel_handoff" && d.c.Handoff.Waiting():
		return d.cancelHandoff(), true
	case lean == "waiting":
		return d.handoff(ReasonRequested), true
	case lean == "about_bot":
		return Plan{Move: MoveSmallTalk, Intent: "other", Phrase: "small.about_bot"}, true
	}
	return Plan{}, false
}

// adult takes back the age rule for somebody who says they are old enough, and
// looks again. The verdict still has the last word.
func (d *decider) adult() (Plan, bool) {
	minor := d.minor()
	if minor == nil || *minor {
		return Plan{}, false
	}
	asking, _ := d.base.Answer(d.confident()) // "I'm 25, can I open it?" is no question about the rule
	return d.answer("status.check"), d.c.Minor || asking.Cause != "" && asking.Cause == d.base.Stop()
}

// afterScam stays with somebody who was warned: what they say next is about
// the scam until they ask something else.
func (d *decider) afterScam() (Plan, bool) {
	if !d.c.Scam {
		return Plan{}, false
	}
	about := d.leans() != "" || d.reading.Result.Scope != intents.Confident
	if intent := d.confident(); intent == "other" || IsConversationMove(intent) && intent != "thanks" && intent != "bye" {
		about = true
	}
	if d.namesProduct() && d.reading.Result.Scope == intents.Confident && d.confident() != "other" {
		about = false // a new question about what we are for
	}
	return Plan{Move: MoveWarn, Intent: "scam", Phrase: "scam.after"}, about
}

// namesProduct says whether the text names the pack's own product.
func (d *decider) namesProduct() bool {
	return slices.ContainsFunc(d.entities(intents.EntityProduct), func(e intents.Entity) bool {
		return e.Value == d.base.Pack().Product.ID
	})
}

// dispute takes a person's word against the finding without arguing: they say
// it is wrong, or that what was found does not hold for them.
func (d *decider) dispute() (Plan, bool) {
	topic := d.c.Topic
	if !topic.Active() {
		return Plan{}, false
	}
	if entry, ok := d.base.Answer(d.confident()); ok && entry.Right != "" {
		return Plan{}, false // they ask why in the same breath: answer that
	}
	if lean := d.leans(); lean == "fixed" || lean == "recheck" {
		return Plan{}, false // "I have paid it back" is no dispute
	}
	plan := Plan{Move: MoveFollowUp, Intent: topic.Intent, FollowUp: "dispute", Denied: d.causes(true)}
	denies := slices.ContainsFunc(plan.Denied, func(id string) bool { return slices.Contains(topic.causes(), id) })
	return plan, denies || d.leans() == "dispute" && len(topic.causes()) > 0
}

// leans is what a short text says about what was said before, "" for nothing.
func (d *decider) leans() string {
	found := d.entities(intents.EntityFollowUp)
	if len(found) == 0 {
		return ""
	}
	return found[0].Value
}

// leaning says whether a short text says any of these about what was said before.
func (d *decider) leaning(values ...string) bool {
	return slices.ContainsFunc(d.entities(intents.EntityFollowUp), func(e intents.Entity) bool { return slices.Contains(values, e.Value) })
}

// followUp recognises what only makes sense after an answer: "the second
// one?", "so what do I do?".
func (d *decider) followUp() (Plan, bool) {
	if !d.c.Topic.Active() {
		return Plan{}, false
	}
	if ordinals := d.entities(intents.EntityOrdinal); len(ordinals) > 0 {
		return d.nthReason(d.ordinal(ordinals[0].Value)), true
	}
	lean := d.leans()
	plan := Plan{Move: MoveFollowUp, Intent: d.c.Topic.Intent, FollowUp: lean}
	switch lean {
	case "fixed", "recheck":
		again := d.answer(d.topicIntent())
		again.Denied = nil // what is mended now is not denied
		again.Fresh, again.Again = true, d.c.Topic.Decision == Ineligible
		return again, true
	case "ack":
		return Plan{Move: MoveSmallTalk, Intent: "affirm", Phrase: "small.affirm"}, true
	case "why":
		plan.Right = "explanation"
		return plan, true
	case "what_now", "more", "how_long", "promise":
		return plan, true
	}
	if d.asksHow() { // nothing to be guided through: the next thing to do
		plan.FollowUp = "what_now"
		return plan, true
	}
	return Plan{}, false
}

// guess takes what somebody says after a refusal that names nothing, and that
// may be one of several causes, for a guess at the reason.
func (d *decider) guess() (Plan, bool) {
	topic := d.c.Topic
	refused := topic.Decision == Ineligible && slices.Contains(topic.Reasons, d.base.Neutral().ID)
	unsure := d.reading.Result.Scope == intents.Unsure && slices.ContainsFunc(d.likely(), func(id string) bool {
		entry, _ := d.base.Answer(id)
		return entry.Cause != ""
	})
	return Plan{Move: MoveFollowUp, Intent: topic.Intent, FollowUp: "guess"}, refused && unsure
}

// ordinal is the number of the reason meant, 0 for none there is.
func (d *decider) ordinal(value string) int {
	if value == intents.OrdinalLast {
		return len(d.c.Topic.causes())
	}
	nth, _ := strconv.Atoi(value)
	return nth
}

func (d *decider) nthReason(nth int) Plan {
	return Plan{Move: MoveFollowUp, Intent: d.topicIntent(), FollowUp: "nth", Nth: nth}
}

// handoff asks for a human, unless one has been asked for already.
func (d *decider) handoff(reason string) Plan {
	if reason != ReasonDistress && d.c.distressed() {
		return d.withCare()
	}
	plan := Plan{Move: MoveHandoff, Intent: "agent", Phrase: "handoff.ticket", Handoff: reason}
	if d.c.Handoff.Waiting() {
		plan.Phrase, plan.Ticket = "handoff.already", d.c.Handoff.Ticket
		if reason != ReasonDistress { // which is worth telling those who wait for the ticket
			plan.Handoff = ""
		}
	}
	return plan
}

// cancelHandoff is for who waits, and for who has an agent and wants the bot
// back: the agent may have gone away.
func (d *decider) cancelHandoff() Plan {
	if !d.c.Handoff.Open() {
		return Plan{Move: MoveSmallTalk, Intent: "agent", Phrase: "handoff.no_request"}
	}
	return Plan{Move: MoveHandoff, Intent: "agent", Phrase: "handoff.cancelled", Cancel: true}
}
