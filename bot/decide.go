package bot

import (
	"slices"
	"strconv"
	"strings"

	"kaitong/intents"
	"kaitong/knowledge"
)

// Reading is one user message as it was understood: the classifier's result
// for a text, or the choice that was tapped.
type Reading struct {
	Result intents.Result
	Parts  []intents.Result // of the single questions, when there are several
	Choice string           // id of the choice, "" for a text
}

// Plan is what will be said, before the eligibility service was asked and
// before any words were chosen. It is all that Compose needs from Decide.
type Plan struct {
	Move       Move
	Locale     knowledge.Locale
	Product    string
	Intent     string
	Confidence float64
	Check      bool     // ask the eligibility service first
	Described  []string // causes the person describes, most specific first
	Denied     []string // causes the person says do not hold
	Phrase     string   // the fixed wording of moves that have one
	Options    []string // intents offered as choices
	Also       []string // further questions of the same message, to be offered next
	Right      string   // explanation | human_review
	Topic      Topic    // the answer that a follow-up leans on
	FollowUp   string   // what_now | nth | more | why | how_long
	Nth        int      // which reason a follow-up asks for, 1-based
	Handoff    string   // reason for a hand-off request, "" for none
	Cancel     bool     // withdraw the hand-off request
	Ticket     string   // of the hand-off request, new or waiting
	Waiting    bool     // a human was asked for and has not come yet
	OfferAgent bool     // say that a human can take over, not just show the choice
	Masked     bool     // personal data was hidden in the message
	Anonymous  bool
}

// The ids of the choices that mean the same in every conversation. Other ids
// are "intent:" plus an intent and "reason:" plus a number.
const (
	choiceResolved    = "resolved"
	choiceNotResolved = "not_resolved"
	choiceAgent       = "agent"
	choiceCancelAgent = "cancel_agent"
	choiceRecheck     = "recheck"
	choiceNone        = "none"
	choiceIntent      = "intent:"
	choiceReason      = "reason:"
)

// IsConversationMove says whether an intent is a move of the conversation,
// answered with a fixed wording, and no question that needs an answer of the
// knowledge base.
func IsConversationMove(intent string) bool {
	return slices.Contains([]string{
		"greet", "thanks", "bye", "affirm", "deny", "done", "not_helped", "scam", "distress", "abuse",
	}, intent)
}

// adultAge is the age from which a credit product may be opened.
const adultAge = 18

// Decide chooses what to do with a message. It is pure: the same conversation,
// reading and knowledge always give the same plan.
//
// Order matters. People in distress, scam cues and the wish for a human come
// before everything; then the age rule; then what leans on the last answer;
// then what was asked.
func Decide(c *Conversation, reading Reading, base *knowledge.Base, locale knowledge.Locale) Plan {
	d := decider{c: c, base: base, reading: reading}
	plan := d.move()
	plan.Locale, plan.Topic, plan.Anonymous = locale, c.Topic, c.Owner.Anonymous
	plan.Product = base.Pack().Product.Name.In(locale)
	if plan.Intent == "" {
		plan.Intent = d.reading.Result.Top().Intent
	}
	if plan.Confidence == 0 {
		plan.Confidence = d.reading.Result.Top().Confidence
	}
	plan.Check = plan.Check && !plan.Anonymous
	plan.Waiting = (d.waiting() || plan.Handoff != "") && !plan.Cancel
	if plan.Ticket == "" {
		plan.Ticket = c.Ticket
	}
	return plan
}

type decider struct {
	c       *Conversation
	base    *knowledge.Base
	reading Reading
}

func (d decider) move() Plan {
	if d.reading.Choice != "" {
		return d.choice()
	}
	for _, step := range []func() (Plan, bool){d.urgent, d.underAge, d.followUp, d.smallTalk, d.several, d.outOfScope} {
		if plan, ok := step(); ok {
			return plan
		}
	}
	if d.reading.Result.Scope == intents.Unsure {
		return d.clarify()
	}
	return d.answer(d.reading.Result.Top().Intent)
}

// choice follows a tap. The engine has already checked that it was offered.
func (d decider) choice() Plan {
	id := d.reading.Choice
	sure := func(plan Plan) Plan {
		plan.Confidence = 1
		return plan
	}
	switch id {
	case choiceResolved:
		return sure(Plan{Move: MoveResolved, Intent: "done", Phrase: "resolved.reply"})
	case choiceNotResolved:
		return sure(d.notHelped())
	case choiceAgent:
		return sure(d.handoff("requested"))
	case choiceCancelAgent:
		return sure(d.cancelHandoff())
	case choiceRecheck:
		return sure(d.answer(d.topicIntent()))
	case choiceNone:
		return sure(Plan{Move: MoveFallback, Intent: "other", Phrase: "fallback.again", OfferAgent: true})
	}
	if id == choiceIntent+"agent" {
		return sure(d.handoff("requested"))
	}
	if intent, ok := strings.CutPrefix(id, choiceIntent); ok {
		return sure(d.answer(intent))
	}
	nth, _ := strconv.Atoi(strings.TrimPrefix(id, choiceReason))
	return sure(d.nthReason(nth))
}

// urgent is what may never wait: despair, a scam, the wish for a human.
func (d decider) urgent() (Plan, bool) {
	switch d.confident() {
	case "distress":
		plan := d.handoff("distress")
		plan.Move, plan.Phrase = MoveCare, "distress.care"
		return plan, true
	case "scam":
		return Plan{Move: MoveWarn, Intent: "scam", Phrase: "scam.warning"}, true
	case "agent":
		return d.handoff("requested"), true
	}
	return Plan{}, false
}

// underAge stops where somebody says they are younger than the rule allows.
func (d decider) underAge() (Plan, bool) {
	for _, entity := range d.entities(intents.EntityAge) {
		age, err := strconv.ParseFloat(entity.Value, 64)
		if err == nil && age > 0 && age < adultAge && !entity.Negated {
			return Plan{Move: MoveRefuse, Intent: "fail.underage", Phrase: "underage.rule"}, true
		}
	}
	return Plan{}, false
}

// followUp recognises what only makes sense after an answer: "the second
// one?", "so what do I do?".
func (d decider) followUp() (Plan, bool) {
	if !d.c.Topic.Active() {
		return Plan{}, false
	}
	if ordinals := d.entities(intents.EntityOrdinal); len(ordinals) > 0 {
		nth, _ := strconv.Atoi(ordinals[0].Value)
		return d.nthReason(nth), true
	}
	leans := d.entities(intents.EntityFollowUp)
	if len(leans) == 0 {
		return Plan{}, false
	}
	plan := Plan{Move: MoveFollowUp, Intent: d.c.Topic.Intent, FollowUp: leans[0].Value}
	if plan.FollowUp == "why" {
		plan.Right = "explanation"
	}
	return plan, true
}

func (d decider) nthReason(nth int) Plan {
	return Plan{Move: MoveFollowUp, Intent: d.topicIntent(), FollowUp: "nth", Nth: nth}
}

// smallTalk answers the moves of a conversation that ask nothing.
func (d decider) smallTalk() (Plan, bool) {
	intent := d.confident()
	switch intent {
	case "greet", "thanks", "bye", "abuse":
		return Plan{Move: MoveSmallTalk, Intent: intent, Phrase: "small." + intent, OfferAgent: intent == "abuse"}, true
	case "affirm", "deny":
		return d.yesOrNo(intent), true
	case "done":
		return Plan{Move: MoveResolved, Intent: intent, Phrase: "resolved.reply"}, true
	case "not_helped":
		return d.notHelped(), true
	}
	return Plan{}, false
}

// yesOrNo reads a bare yes or no in the light of the answer before it: yes
// means go on, no means it did not help.
func (d decider) yesOrNo(intent string) Plan {
	switch {
	case !d.c.Topic.Active():
		return Plan{Move: MoveSmallTalk, Intent: intent, Phrase: "small." + intent}
	case intent == "affirm":
		return Plan{Move: MoveFollowUp, Intent: intent, FollowUp: "what_now"}
	}
	return d.notHelped()
}

func (d decider) notHelped() Plan {
	plan := Plan{Move: MoveNotHelped, Intent: "not_helped", Phrase: "not_helped.reply"}
	if d.c.Misses > 0 {
		plan.Phrase, plan.OfferAgent = "not_helped.again", true
	}
	return plan
}

// handoff asks for a human, unless one has been asked for already.
func (d decider) handoff(reason string) Plan {
	plan := Plan{Move: MoveHandoff, Intent: "agent", Phrase: "handoff.ticket", Handoff: reason}
	if d.waiting() {
		plan.Phrase, plan.Handoff = "handoff.already", ""
	}
	return plan
}

func (d decider) cancelHandoff() Plan {
	if !d.waiting() {
		return Plan{Move: MoveSmallTalk, Intent: "agent", Phrase: "handoff.no_request"}
	}
	return Plan{Move: MoveHandoff, Intent: "agent", Phrase: "handoff.cancelled", Cancel: true}
}

// waiting says whether a human was asked for and has not come yet.
func (d decider) waiting() bool {
	return d.c.Handoff == HandoffRequested || d.c.Handoff == HandoffQueued
}

func (d decider) outOfScope() (Plan, bool) {
	result := d.reading.Result
	if result.Scope != intents.OutOfScope {
		return Plan{}, false
	}
	plan := Plan{Move: MoveFallback, Intent: "other", Phrase: "out_of_scope", Options: d.starters()}
	if d.c.Misses > 0 {
		plan.Phrase, plan.OfferAgent = "fallback.again", true
	}
	return plan, true
}

// clarify offers the likeliest readings; a second miss offers a human instead
// of asking again.
func (d decider) clarify() Plan {
	if d.c.Clarify || d.c.Misses > 1 {
		return Plan{Move: MoveFallback, Intent: "other", Phrase: "fallback.again", Options: d.likely(), OfferAgent: true}
	}
	options := d.likely()
	if len(options) == 0 {
		return Plan{Move: MoveFallback, Intent: "other", Phrase: "fallback.first", Options: d.starters()}
	}
	return Plan{Move: MoveClarify, Phrase: "clarify.lead", Options: options}
}

// several answers a message that holds more than one question: the most
// specific one now, the others as choices.
func (d decider) several() (Plan, bool) {
	questions := d.questions()
	switch {
	case len(questions) == 0, len(questions) == 1 && d.reading.Result.Scope == intents.Confident:
		return Plan{}, false
	case len(questions) == 1:
		return d.answer(questions[0]), true
	}
	plan := d.answer(questions[0])
	plan.Also = questions[1:min(3, len(questions))]
	return plan, true
}

// questions are the intents that single parts of the message surely carry,
// those that name a cause first.
func (d decider) questions() []string {
	var specific, general []string
	for _, part := range d.reading.Parts {
		entry, ok := d.base.Answer(part.Top().Intent)
		switch {
		case !ok || part.Scope != intents.Confident:
		case entry.Cause != "":
			specific = appendNew(specific, entry.Intent)
		default:
			general = appendNew(general, entry.Intent)
		}
	}
	return appendNew(specific, general...)
}

// likely are the best candidates that have an answer.
func (d decider) likely() []string {
	var options []string
	for _, candidate := range d.reading.Result.Ranking {
		if answer, ok := d.base.Answer(candidate.Intent); ok && answer.Intent != "other" && len(options) < 3 {
			options = append(options, candidate.Intent)
		}
	}
	return options
}

// starters are the questions offered to somebody who was not understood.
func (d decider) starters() []string {
	return []string{"fail.unspecified", "status.check", "how.requirements"}
}

// answer plans the guided answer to one intent.
func (d decider) answer(intent string) Plan {
	entry, ok := d.base.Answer(intent)
	if !ok {
		return Plan{Move: MoveFallback, Intent: "other", Phrase: "fallback.first", Options: d.starters()}
	}
	plan := Plan{
		Move: MoveAnswer, Intent: intent, Check: entry.Check,
		Options: entry.Related, Right: entry.Right, Denied: d.causes(true),
	}
	plan.Described = d.described(entry, plan.Denied)
	if entry.Handoff && !d.waiting() {
		plan.Handoff = intent
	}
	return plan
}

// described lists the causes a person names: first the one their question is
// about, then any other, never one they say does not hold.
func (d decider) described(entry knowledge.Answer, denied []string) []string {
	var causes []string
	for _, cause := range append([]string{entry.Cause}, d.causes(false)...) {
		if !slices.Contains(denied, cause) && len(causes) < 2 {
			causes = appendNew(causes, cause)
		}
	}
	return causes
}

// causes are the causes named in the text, denied or not.
func (d decider) causes(denied bool) []string {
	var causes []string
	for _, entity := range d.entities(intents.EntityCause) {
		answer, ok := d.base.Answer(entity.Value)
		if ok && entity.Negated == denied {
			causes = appendNew(causes, answer.Cause)
		}
	}
	return causes
}

// topicIntent is the question the conversation is about, for acts that refer
// to it without naming it.
func (d decider) topicIntent() string {
	if d.c.Topic.Active() {
		return d.c.Topic.Intent
	}
	return "fail.unspecified"
}

// confident is the intent when the classifier is sure of it, else "".
func (d decider) confident() string {
	if d.reading.Result.Scope != intents.Confident {
		return ""
	}
	return d.reading.Result.Top().Intent
}

func (d decider) entities(kind intents.EntityKind) []intents.Entity {
	var found []intents.Entity
	for _, entity := range d.reading.Result.Entities {
		if entity.Kind == kind {
			found = append(found, entity)
		}
	}
	return found
}
