package bot

import (
	"slices"
	"strconv"

	"kaitong/knowledge"
)

// Finding is what the eligibility check brought: nothing (Outcome ""), a
// failure, or a verdict.
type Finding struct {
	Outcome CheckOutcome
	Verdict Verdict // only when Outcome is ok
}

// Reply is a finished answer.
type Reply struct {
	Blocks []Block
	About  About
	Minor  bool // the verdict says the person is below the age rule
}

// maxReasons is how many reasons an answer names at most. More would bury the
// ones that matter.
const maxReasons = 4

// Compose puts a plan and a finding into words. It is pure, and it writes no
// sentence of its own: every text is an authored one from the knowledge base
// and carries the id of the entry it comes from.
func Compose(plan Plan, finding Finding, base *knowledge.Base) Reply {
	w := &writer{plan: plan, finding: finding, base: base}
	w.about = About{Intent: plan.Intent, Confidence: plan.Confidence, Composed: "authored"}
	if plan.Masked {
		w.notice("info", "masked.notice")
	}
	switch plan.Move {
	case MoveAnswer:
		w.answer()
	case MoveFollowUp:
		w.followUp()
	case MoveNotHelped:
		w.notHelped()
	case MoveWarn:
		w.notice("warning", plan.Phrase)
		w.close()
	case MoveCare:
		w.notice("care", plan.Phrase)
		w.closeWithHuman()
	case MoveRefuse:
		w.underAge()
	case MoveHandoff:
		w.handoff()
	default:
		w.plain()
	}
	w.about.Sources = w.sources()
	return Reply{Blocks: w.blocks, About: w.about, Minor: w.stopped()}
}

// writer collects the blocks of one reply.
type writer struct {
	plan    Plan
	finding Finding
	base    *knowledge.Base
	blocks  []Block
	about   About
	extra   []Choice // offered before the standing choices
}

// answer tells the verdict first and what the person described second.
func (w *writer) answer() {
	entry, _ := w.base.Answer(w.plan.Intent)
	w.preface()
	switch {
	case w.finding.Outcome == CheckOK && w.finding.Verdict.Decision != Unknown:
		w.verdict(entry)
	case w.finding.Outcome != "":
		w.about.Decision = Unknown
		w.notice("info", "verdict.unknown")
		w.general(entry)
		w.extra = append(w.extra, w.recheck(w.plan.Intent))
	case entry.Check && w.plan.Anonymous:
		w.general(entry)
		w.notice("info", "verdict.anonymous")
	default:
		w.general(entry)
	}
	w.ticket()
	w.related()
	w.close()
}

// preface says what must be clear before the answer: that another product is
// meant, or that only one of several questions is answered now.
func (w *writer) preface() {
	if w.stopped() {
		return
	}
	if w.plan.Other != "" {
		w.say("product.other", "other", w.plan.Other)
	}
	if len(w.plan.Also) > 0 {
		w.say("many_questions.lead")
		w.extra = append(w.extra, w.intentChoices(w.plan.Also...)...)
	}
}

// verdict tells what the check said. A person who asked something else than
// why it failed gets their answer after it.
func (w *writer) verdict(entry knowledge.Answer) {
	w.about.Decision = w.finding.Verdict.Decision
	if w.stopped() {
		w.about.Reasons = []string{w.stopCause()}
		w.underAge()
		return
	}
	switch w.about.Decision {
	case Eligible:
		w.eligible(entry)
	case InReview:
		w.review()
	default:
		w.ineligible(entry)
	}
	fits := entry.OnlyIf == "" || entry.OnlyIf == string(w.about.Decision)
	if asksForReason(entry) || !fits {
		return
	}
	w.paragraphs(entry)
	if entry.Handoff {
		w.fixes(entry.Fixes, 1)
	}
}

// asksForReason tells "why does it fail" from questions about anything else.
func asksForReason(entry knowledge.Answer) bool {
	return entry.Cause != "" || entry.Right == "explanation"
}

func (w *writer) eligible(entry knowledge.Answer) {
	w.say("verdict.eligible")
	if !asksForReason(entry) {
		return
	}
	w.say("eligible.how_to_open")
	shown := false
	for _, id := range w.plan.Described {
		shown = w.described(id) || shown
	}
	if !shown {
		w.say("eligible.if_still_fails")
		w.fixes(w.technicalFixes(), 2)
	}
}

// described helps with a cause the person named and the check did not. It
// reports whether there was anything to do about it.
func (w *writer) described(id string) bool {
	cause, ok := w.base.Cause(id)
	if !ok {
		return false
	}
	if w.finding.Verdict.Decision == Eligible && cause.Category != "technical" {
		w.say("reported.also", "cause", cause.Title.In(w.plan.Locale))
		return false
	}
	w.sayAbout("reported.lead", cause)
	w.text(cause.Explain, "cause:"+cause.ID)
	w.fixes(cause.Fixes, 1)
	w.setCause(cause.ID)
	return true
}

// technicalFixes are what anybody can try when nothing else stands in the way.
func (w *writer) technicalFixes() []string {
	var ids []string
	for _, cause := range w.base.Causes() {
		if cause.Category == "technical" && len(cause.Fixes) > 0 {
			ids = appendNew(ids, cause.Fixes[0])
		}
	}
	return ids
}

func (w *writer) review() {
	w.say("verdict.review")
	if eta := w.finding.Verdict.ReviewETA; eta != nil {
		w.say("verdict.review_eta", "eta", dateWords(*eta, w.plan.Locale))
	}
	if waiting, ok := w.base.Answer("status.review"); ok {
		w.fixes(waiting.Fixes, 1)
	}
}

// ineligible names the reasons that were returned, at most four, each with
// what helps.
func (w *writer) ineligible(entry knowledge.Answer) {
	causes := w.returned()
	w.about.Cause = causes[0].ID
	for _, cause := range causes {
		w.about.Reasons = append(w.about.Reasons, cause.ID)
	}
	if asksForReason(entry) && w.unchanged() {
		w.sameAgain(entry, causes)
		return
	}
	w.reasonsLead(causes)
	w.denied(causes)
	if !entry.Handoff {
		w.reasons(causes, asksForReason(entry))
		w.alsoDescribed()
	}
	w.offerMore(causes)
}

// unchanged says whether the person has heard this very verdict just before.
func (w *writer) unchanged() bool {
	return w.plan.Topic.Decision == Ineligible && slices.Equal(w.plan.Topic.Reasons, w.about.Reasons)
}

// sameAgain answers what was asked this time without telling the whole verdict
// a second time, and goes on to what has not been shown yet.
func (w *writer) sameAgain(entry knowledge.Answer, causes []knowledge.Cause) {
	names := make([]string, len(causes))
	for i, cause := range causes {
		names[i] = w.naming(cause)
	}
	w.say("verdict.same", "cause", listWords(names, w.plan.Locale))
	w.denied(causes)
	if entry.Cause != "" {
		w.paragraphs(entry)
	}
	fixes := fixesOf(causes)
	if entry.Cause != "" {
		fixes = append(slices.Clone(entry.Fixes), fixes...)
	}
	if next := w.unseen(fixes); next != "" {
		w.fixes([]string{next}, 1)
	} else {
		w.noMore()
	}
	w.offerMore(causes)
}

// reasons explains each reason and shows what helps most, so that an answer
// fits a phone; what else helps is one tap away. Who asked for something
// else than the reason gets only what helps, so that their answer stays near.
func (w *writer) reasons(causes []knowledge.Cause, explain bool) {
	for _, cause := range causes {
		if explain {
			w.text(cause.Explain, "cause:"+cause.ID)
		}
		w.fixes(cause.Fixes, 1)
	}
	if explain && len(causes) == 1 {
		w.details(causes[0])
	}
	if w.unseen(fixesOf(causes)) != "" {
		w.extra = append(w.extra, w.choice(choiceMore))
	}
}

// fixesOf lists the fixes of several causes, each once.
func fixesOf(causes []knowledge.Cause) []string {
	var ids []string
	for _, cause := range causes {
		ids = appendNew(ids, cause.Fixes...)
	}
	return ids
}

// denied takes note where the check returned what the person says does not
// hold: somebody should look, and nobody should argue.
func (w *writer) denied(causes []knowledge.Cause) {
	for _, cause := range causes {
		if slices.Contains(w.plan.Denied, cause.ID) {
			w.sayAbout("followup.dispute", cause)
		}
	}
}

// returned are the causes behind the returned codes, each once, in order. A
// code that may not be told counts as the neutral refusal, whoever let it
// come this far; so does a refusal without any reason.
func (w *writer) returned() []knowledge.Cause {
	var causes []knowledge.Cause
	var seen []string
	for _, reason := range w.finding.Verdict.Reasons {
		cause := w.causeOf(reason.Code)
		if before := len(seen); len(causes) < maxReasons {
			if seen = appendNew(seen, cause.ID); len(seen) > before {
				causes = append(causes, cause)
			}
		}
	}
	if len(causes) == 0 {
		causes = append(causes, w.base.Neutral())
	}
	return causes
}

func (w *writer) causeOf(code string) knowledge.Cause {
	reason, known := w.base.Reason(code)
	if !known || w.base.Class(code) == knowledge.Silent {
		return w.base.Neutral()
	}
	if cause, ok := w.base.Cause(reason.Cause); ok {
		return cause
	}
	return w.base.Neutral()
}

// stopped says whether any returned reason ends the matter: below the age rule
// nothing else is said, offered or suggested.
func (w *writer) stopped() bool {
	if w.finding.Outcome != CheckOK {
		return false
	}
	return slices.ContainsFunc(w.finding.Verdict.Reasons, func(r Reason) bool { return w.causeOf(r.Code).Stop })
}

// reasonsLead names the reasons before anything is said about them.
func (w *writer) reasonsLead(causes []knowledge.Cause) {
	if len(causes) == 1 {
		if causes[0].ID == w.base.Neutral().ID {
			w.say("verdict.neutral")
		} else {
			w.sayAbout("verdict.ineligible.one", causes[0])
		}
		return
	}
	w.say("verdict.ineligible.many", "count", strconv.Itoa(len(causes)))
	facts := Block{Type: BlockFacts, Title: w.phrase("facts.title.reasons")}
	for i, cause := range causes {
		facts.Items = append(facts.Items, Item{
			Label:  w.phrase("facts.reason", "n", strconv.Itoa(i+1)),
			Text:   w.naming(cause),
			Source: "cause:" + cause.ID,
		})
	}
	w.add(facts)
}

// naming is how a cause is called. Titles of generic causes name no more than
// their category; the knowledge base's authors see to that.
func (w *writer) naming(cause knowledge.Cause) string { return cause.Title.In(w.plan.Locale) }

// details is the rest of what is known about one cause.
func (w *writer) details(cause knowledge.Cause) {
	source := "cause:" + cause.ID
	facts := Block{Type: BlockFacts, Title: w.phrase("facts.title.details", "cause", w.naming(cause)), Source: source}
	for _, part := range []struct {
		key  string
		text knowledge.Text
	}{{"facts.based_on", cause.BasedOn}, {"facts.reassess", cause.Reassess}, {"facts.avoid", cause.Avoid}} {
		if words := part.text.In(w.plan.Locale); words != "" {
			facts.Items = append(facts.Items, Item{Label: w.phrase(part.key), Text: words, Source: source})
		}
	}
	if len(facts.Items) > 0 {
		w.add(facts)
	}
}

// alsoDescribed helps with what the person described and the check did not
// return. Beside the neutral refusal nothing may be said about a guess, not
// even that it is wrong.
func (w *writer) alsoDescribed() {
	for _, id := range w.plan.Described {
		cause, ok := w.base.Cause(id)
		if !ok || cause.Stop || slices.Contains(w.about.Reasons, id) {
			continue
		}
		if slices.Contains(w.about.Reasons, w.base.Neutral().ID) {
			w.say("verdict.neutral.guess")
			return
		}
		w.sayAbout("reported.also", cause)
		w.fixes(cause.Fixes, 1)
	}
}

// offerMore offers the other reasons in full, and the human review where the
// service says there is one.
func (w *writer) offerMore(causes []knowledge.Cause) {
	for _, cause := range causes[1:] {
		w.extra = append(w.extra, Choice{ID: choiceCause + cause.ID, Label: w.naming(cause)})
	}
	if w.finding.Verdict.Appealable && w.plan.Intent != "appeal" {
		w.say("appeal.available")
		w.extra = append(w.extra, w.intentChoices("appeal")...)
	}
}

// general answers without a verdict: the entry's own words, then what helps.
func (w *writer) general(entry knowledge.Answer) {
	w.paragraphs(entry)
	cause, ok := w.base.Cause(entry.Cause)
	if ok && !slices.Contains(w.plan.Denied, entry.Cause) {
		w.setCause(cause.ID)
	}
	fixes := appendNew(append([]string(nil), entry.Fixes...), cause.Fixes...)
	w.fixes(fixes, 2)
	for _, id := range w.plan.Described {
		if id != entry.Cause {
			w.described(id)
		}
	}
}

func (w *writer) paragraphs(entry knowledge.Answer) {
	for _, paragraph := range entry.Text {
		w.text(paragraph, "answer:"+entry.Intent)
	}
}

func (w *writer) setCause(id string) {
	if w.about.Cause == "" {
		w.about.Cause = id
	}
}

// underAge says the rule and stops.
func (w *writer) underAge() {
	w.setCause(w.stopCause())
	w.notice("info", "underage.rule")
	if w.plan.Move == MoveRefuse {
		w.close()
	}
}

func (w *writer) stopCause() string {
	for _, cause := range w.base.Causes() {
		if cause.Stop {
			return cause.ID
		}
	}
	return ""
}

// ticket tells what becomes of a hand-off that an answer leads to.
func (w *writer) ticket() {
	if w.plan.Handoff != "" {
		w.say("handoff.ticket")
	}
}

func (w *writer) handoff() {
	w.say(w.plan.Phrase)
	if w.plan.Cancel {
		w.close()
		return
	}
	w.offer(w.choice(choiceCancelAgent), w.choice(choiceResolved))
}

// notHelped moves on to the next thing worth trying, or to a human.
func (w *writer) notHelped() {
	next := w.nextFix()
	if next == "" && w.plan.Topic.Active() {
		w.noMore()
	} else {
		w.say(w.plan.Phrase)
		w.fixes([]string{next}, 1)
	}
	if w.plan.Topic.Decision == Unknown {
		w.extra = append(w.extra, w.recheck(w.plan.Topic.Intent))
	}
	w.close()
}

// plain is a fixed wording, with questions to choose from where there are any.
func (w *writer) plain() {
	w.say(w.plan.Phrase)
	w.extra = append(w.extra, w.intentChoices(w.plan.Options...)...)
	switch w.plan.Move {
	case MoveClarify:
		w.extra = append(w.extra, w.choice(choiceNone))
		w.closeWithHuman()
	case MoveSmallTalk:
		w.closeWithHuman()
	default:
		w.close()
	}
}
