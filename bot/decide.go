package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaitong/intents"
	"kaitong/knowledge"
)

// Reading is one user message as it was understood: the classifier's result
// for a text, or the choice that was tapped.
type Reading struct {
	Result intents.Result
	Parts  []intents.Result // of the single questions, when there are several
	Choice string           // id of the choice, "" for a text
	Step   string           // the step that the tapped message showed
	Text   string           // as it was said, masked
	Blank  bool             // nothing was left once personal data was hidden
	Reader string           // llm where a language model read it, "" for the classifier

	Client  Client
	Day     time.Time
	Edition string     // of the knowledge that answers
	Live    []Incident // what is wrong with the service

	Elsewhere *Appeal // of another conversation of this person, where they ask how it stands
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
	Symptom    string   // what the person says they see, where it has words of its own
	Described  []string // causes the person describes, most specific first
	Denied     []string // causes the person says do not hold
	Phrase     string   // the fixed wording of moves that have one
	Options    []string // intents offered as choices
	Instead    []string // what else may have been meant, where a model chose
	Also       []string // further questions of the same message, to be offered next
	Right      string   // explanation | human_review
	Topic      Topic    // the answer that a follow-up leans on
	FollowUp   string   // what_now | nth | more | why | how_long | cause | dispute | plan | guess
	Nth        int      // which reason a follow-up asks for, 1-based
	Other      string   // name of the product meant, when it is not ours
	Minor      *bool    // what the message says about the age rule, if anything
	Handoff    string   // reason for a hand-off request, "" for none
	Cancel     bool     // withdraw the hand-off request
	Call       string   // reason to call a human unasked, where one is there
	Ticket     string   // of the hand-off request, new or waiting
	Waiting    bool     // a human was asked for and has not come yet
	Line       Line     // their place in line, when there is one
	Distressed bool     // a moment ago, or since they wait
	OfferAgent bool     // say that a human can take over, not just show the choice
	Masked     bool     // personal data was hidden in the message
	Anonymous  bool
	Fresh      bool      // no earlier reply of the check will do
	Again      bool      // asked to look again at a refusal, not to be told of anything else
	Guide      *Guidance // of MoveStep only
	Filing     *Filing   // of MoveAppeal only
	Appeal     Appeal    // as it stands once the message is answered
	Client     Client
	Live       []Incident
	way        *walker
}

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
	d := &decider{c: c, base: base, reading: reading, way: newWalker(c, reading, base, locale)}
	plan := d.move()
	plan.way, plan.Client, plan.Live = &d.way, reading.Client, reading.Live
	plan.Minor = d.minor()
	plan.Call = d.call(plan)
	plan.Appeal = c.Appeal
	if plan.Filing != nil {
		plan.Appeal = plan.Filing.after(c.Appeal)
	}
	plan.Other = d.otherProduct(locale)
	plan.Locale, plan.Topic, plan.Anonymous = locale, c.Topic, c.Owner.Anonymous
	plan.Product = base.Pack().Product.Name.In(locale)
	if plan.Intent == "" {
		plan.Intent = d.reading.Result.Top().Intent
	}
	if plan.Confidence == 0 {
		plan.Confidence = rounded(d.reading.Result.Top().Confidence)
	}
	plan.Check = plan.Check && !plan.Anonymous
	plan.Distressed = c.distressed()
	plan.Waiting = (d.c.Handoff.Waiting() || plan.Handoff != "") && !plan.Cancel
	if plan.Ticket == "" {
		plan.Ticket = c.Handoff.Ticket
	}
	return plan
}

type decider struct {
	c       *Conversation
	base    *knowledge.Base
	reading Reading
	way     walker
	seen    []knowledge.Symptom // once looked for
	looked  bool
}

func (d *decider) move() Plan {
	switch {
	case d.reading.Choice != "":
		return d.guard(d.choice())
	case d.reading.Blank:
		return d.guard(Plan{Move: MoveSmallTalk, Intent: "other", Phrase: "small.go_on"})
	}
	for _, step := range []func() (Plan, bool){
		d.aboutWait, d.urgent, d.underAge, d.adult, d.inAppeal, d.aboutHandoff, d.afterScam, d.inFlow, d.advice, d.dispute, d.followUp, d.smallTalk, d.symptom, d.several, d.guess, d.outOfScope,
	} {
		if plan, ok := step(); ok {
			return d.guard(plan)
		}
	}
	if d.reading.Result.Scope == intents.Unsure {
		return d.guard(d.clarify())
	}
	return d.guard(d.answer(d.reading.Result.Top().Intent))
}

// guard keeps what was learnt about a person above what they say next: who is
// under age gets nothing but the rule and a human, and who was in distress a
// moment ago is not met with small talk.
func (d *decider) guard(plan Plan) Plan {
	minor := d.c.Minor
	if said := d.minor(); said != nil {
		minor = *said
	}
	switch plan.Move {
	case MoveAnswer, MoveFollowUp, MoveNotHelped, MoveClarify, MoveFallback, MoveStep, MoveAppeal:
		if minor {
			return Plan{Move: MoveRefuse, Intent: "fail.underage", Phrase: "underage.rule", OfferAgent: d.c.Minor}
		}
	}
	switch plan.Move {
	case MoveFollowUp, MoveNotHelped, MoveClarify, MoveFallback, MoveSmallTalk, MoveResolved, MoveStep:
		if d.c.Care > 0 {
			return Plan{Move: MoveCare, Intent: "distress", Phrase: "distress.stay"}
		}
	}
	return plan
}

// minor is what the message says about the age rule, where the pack has one.
func (d *decider) minor() *bool {
	if d.base.Stop() == "" {
		return nil
	}
	for _, entity := range d.entities(intents.EntityAge) {
		if age, err := strconv.ParseFloat(entity.Value, 64); err == nil && age > 0 && !entity.Negated {
			below := age < adultAge
			return &below
		}
	}
	return nil
}

// otherProduct is the name of a neighbouring product the message is about,
// when it does not mention ours.
func (d *decider) otherProduct(locale knowledge.Locale) string {
	name := ""
	for _, entity := range d.entities(intents.EntityProduct) {
		if entity.Value == d.base.Pack().Product.ID {
			return ""
		}
		for _, neighbour := range d.base.Pack().Neighbours {
			if neighbour.ID == entity.Value {
				name = neighbour.Name.In(locale)
			}
		}
	}
	return name
}

// choice follows a tap. The engine has already checked that it was offered.
func (d *decider) choice() Plan {
	id := d.reading.Choice
	sure := func(plan Plan) Plan {
		plan.Confidence = 1
		return plan
	}
	if plan, ok := d.stepChoice(id); ok {
		return sure(plan)
	}
	if plan, ok := d.appealChoice(id); ok {
		return sure(plan)
	}
	switch id {
	case choiceResolved:
		return sure(Plan{Move: MoveResolved, Intent: "done", Phrase: "resolved.reply"})
	case choiceNotResolved:
		return sure(d.notHelped())
	case choicePlan:
		return sure(d.improvement())
	case choiceAgent:
		return sure(d.handoff(ReasonRequested))
	case choiceCancelAgent:
		return sure(d.cancelHandoff())
	case choiceMore:
		return sure(Plan{Move: MoveFollowUp, Intent: d.topicIntent(), FollowUp: "what_now"})
	case choiceNone:
		return sure(Plan{Move: MoveFallback, Intent: "other", Phrase: "fallback.again", OfferAgent: true})
	}
	if id == choiceIntent+"agent" {
		return sure(d.handoff(ReasonRequested))
	}
	if intent, ok := strings.CutPrefix(id, choiceIntent); ok {
		return sure(d.answer(intent))
	}
	if intent, ok := strings.CutPrefix(id, choiceRecheck); ok {
		plan := d.answer(intent)
		plan.Fresh = true
		return sure(plan)
	}
	cause := strings.TrimPrefix(id, choiceCause)
	return sure(Plan{Move: MoveFollowUp, Intent: d.topicIntent(), FollowUp: "cause", Described: []string{cause}})
}

// urgent is what may never wait: despair, a scam, the wish for a human.
func (d *decider) urgent() (Plan, bool) {
	switch d.confident() {
	case "distress":
		plan := d.handoff(ReasonDistress)
		plan.Move, plan.Intent, plan.Phrase = MoveCare, "distress", "distress.care"
		return plan, true
	case "scam":
		return Plan{Move: MoveWarn, Intent: "scam", Phrase: "scam.warning"}, true
	case "agent":
		if seen := d.symptomOf("agent"); seen != "" { // "what is the number of customer service?"
			return d.answerAs("agent", seen), true
		}
		return d.handoff(ReasonRequested), true
	}
	return Plan{}, false
}

// underAge stops where somebody says they are younger than the rule allows.
func (d *decider) underAge() (Plan, bool) {
	minor := d.minor()
	return Plan{Move: MoveRefuse, Intent: "fail.underage", Phrase: "underage.rule"}, minor != nil && *minor
}

// smallTalk answers the moves of a conversation that ask nothing.
func (d *decider) smallTalk() (Plan, bool) {
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
func (d *decider) yesOrNo(intent string) Plan {
	switch {
	case !d.c.Topic.Active():
		return Plan{Move: MoveSmallTalk, Intent: intent, Phrase: "small." + intent}
	case intent == "affirm":
		return Plan{Move: MoveFollowUp, Intent: intent, FollowUp: "what_now"}
	}
	return d.notHelped()
}

func (d *decider) notHelped() Plan {
	plan := Plan{Move: MoveNotHelped, Intent: "not_helped", Phrase: "not_helped.reply"}
	if d.c.Misses > 0 {
		plan.Phrase, plan.OfferAgent = "not_helped.again", true
	}
	return plan
}

func (d *decider) outOfScope() (Plan, bool) {
	result := d.reading.Result
	if result.Scope != intents.OutOfScope {
		return Plan{}, false
	}
	if d.leans() != "" && !d.c.Topic.Active() { // "what now?", before anything was asked
		return Plan{Move: MoveFallback, Intent: "other", Phrase: "small.greet", Options: d.starters(), OfferAgent: d.c.Misses > 0}, true
	}
	plan := Plan{Move: MoveFallback, Intent: "other", Phrase: "out_of_scope", Options: d.starters(), OfferAgent: d.c.Misses > 0}
	if d.reading.Result.Top().Intent != "other" {
		plan.Phrase = "fallback.first"
	}
	if d.c.Misses > 0 && plan.Phrase == "fallback.first" {
		plan.Phrase = "fallback.again"
	}
	return plan, true
}

// clarify offers the likeliest readings; a second miss offers a human instead
// of asking again.
func (d *decider) clarify() Plan {
	if d.c.Clarify || d.c.Misses > 1 {
		return Plan{Move: MoveFallback, Intent: "other", Phrase: "fallback.again", Options: d.likely(), OfferAgent: true}
	}
	options := d.likely()
	if len(options) < 2 {
		return Plan{Move: MoveFallback, Intent: "other", Phrase: "fallback.first", Options: d.starters()}
	}
	return Plan{Move: MoveClarify, Phrase: "clarify.lead", Options: options}
}

// several answers a message that holds more than one question: the most
// specific one now, the others as choices.
func (d *decider) several() (Plan, bool) {
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
func (d *decider) questions() []string {
	var specific, general, why []string
	for _, part := range d.reading.Parts {
		entry, ok := d.base.Answer(part.Top().Intent)
		switch {
		case !ok || part.Scope != intents.Confident:
		case entry.Cause != "":
			specific = appendNew(specific, entry.Intent)
		case entry.Right == "explanation": // "why not?" beside what they think it is asks the same
			why = appendNew(why, entry.Intent)
		default:
			general = appendNew(general, entry.Intent)
		}
	}
	if len(specific) == 0 {
		general = append(why, general...)
	}
	return appendNew(specific, general...)
}

// likely are the best candidates that have an answer.
func (d *decider) likely() []string {
	var options []string
	for _, candidate := range d.reading.Result.Ranking {
		if answer, ok := d.base.Answer(candidate.Intent); ok && answer.Intent != "other" && answer.Intent != "agent" && len(options) < mostLikely {
			options = append(options, candidate.Intent)
		}
	}
	return options
}

// starters are the questions offered to somebody who was not understood.
func (d *decider) starters() []string {
	return []string{"fail.unspecified", "status.check", "how.requirements"}
}

// answer plans the guided answer to one intent, in the words of the symptom
// where one was described.
func (d *decider) answer(intent string) Plan { return d.answerAs(intent, d.symptomOf(intent)) }

func (d *decider) answerAs(intent, symptom string) Plan {
	if intent == "appeal" && symptom == "" && (d.mayAppeal() || d.madeElsewhere()) && d.wantsForm() {
		return d.file(FilingStart)
	}
	return d.standing(intent, symptom)
}

// standing is the answer that the pack has for an intent.
func (d *decider) standing(intent, symptom string) Plan {
	entry, ok := answerTo(d.base, intent, symptom)
	if !ok {
		return Plan{Move: MoveFallback, Intent: "other", Phrase: "fallback.first", Options: d.starters()}
	}
	plan := Plan{
		Move: MoveAnswer, Intent: intent, Check: entry.Check,
		Options: entry.Related, Right: d.right(intent), Denied: d.causes(true), Symptom: symptom,
	}
	plan.Described = d.described(entry, append(d.plain(intent, symptom), plan.Denied...))
	if entry.Handoff && !d.c.Handoff.Waiting() && !d.asksBesideForm(intent) {
		plan.Handoff = cmp.Or(symptom, intent)
	}
	return plan
}

// right is the right somebody uses by asking, in whatever words.
func (d *decider) right(intent string) string {
	entry, _ := d.base.Answer(intent)
	return entry.Right
}

// plain is the cause an intent usually stands for, where the symptom described
// is help with no cause behind it.
func (d *decider) plain(intent, symptom string) []string {
	seen, ok := d.base.Symptom(symptom)
	if entry, _ := d.base.Answer(intent); ok && seen.Cause == "" && entry.Cause != "" {
		return []string{entry.Cause}
	}
	return nil
}

// described lists the causes a person names: first the one their question is
// about, then any other, never one they say does not hold.
func (d *decider) described(entry knowledge.Answer, denied []string) []string {
	var causes []string
	for _, cause := range append([]string{entry.Cause}, d.causes(false)...) {
		if !slices.Contains(denied, cause) && len(causes) < 2 {
			causes = appendNew(causes, cause)
		}
	}
	return causes
}

// causes are the causes named in the text, denied or not.
func (d *decider) causes(denied bool) []string {
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
func (d *decider) topicIntent() string {
	if d.c.Topic.Active() {
		return d.c.Topic.Intent
	}
	return "fail.unspecified"
}

// confident is the intent when the classifier is sure of it, else "".
func (d *decider) confident() string { return d.reading.confident() }

func (r Reading) confident() string {
	if r.Result.Scope != intents.Confident {
		return ""
	}
	return r.Result.Top().Intent
}

func (d *decider) entities(kind intents.EntityKind) []intents.Entity {
	var found []intents.Entity
	for _, entity := range d.reading.Result.Entities {
		if entity.Kind == kind {
			found = append(found, entity)
		}
	}
	return found
}
