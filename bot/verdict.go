package bot

import (
	"slices"
	"strconv"

	"kaitong/knowledge"
)

// verdict tells what the check said. A person who asked something else than
// why it failed gets their answer after it.
func (w *writer) verdict(entry knowledge.Answer) {
	w.about.Decision = w.finding.Verdict.Decision
	if w.stopped() {
		w.about.Reasons = []string{w.base.Stop()}
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
	if asksForReason(entry) || !fits || w.plan.Again {
		return
	}
	if entry.Plan && w.about.Decision == Ineligible {
		w.advice(w.returned())
		return
	}
	w.paragraphs(entry)
	if entry.Handoff || w.plan.Symptom != "" {
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
		w.addOfNow(w.paragraph("verdict.review_eta", "eta", dateWords(*eta, w.plan.Locale)))
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
	if w.unchanged() {
		w.sameAgain(entry, causes)
		return
	}
	w.reasonsLead(causes)
	w.denied(causes)
	if !entry.Handoff && !entry.Plan {
		w.reasons(causes, asksForReason(entry))
		w.alsoDescribed()
	}
	w.offerMore(causes)
}

// unchanged says whether the person has heard this very verdict just before, in
// the language they speak now.
func (w *writer) unchanged() bool {
	topic := w.plan.Topic
	return topic.Decision == Ineligible && slices.Equal(topic.Reasons, w.about.Reasons) && topic.Locale == string(w.plan.Locale)
}

// sameAgain answers what was asked this time without telling the whole verdict
// a second time, and goes on to what has not been shown yet.
func (w *writer) sameAgain(entry knowledge.Answer, causes []knowledge.Cause) {
	if w.plan.Again {
		w.stillThere(causes)
		return
	}
	names := make([]string, len(causes))
	for i, cause := range causes {
		names[i] = w.naming(cause)
	}
	w.say("verdict.same", "cause", listWords(names, w.plan.Locale))
	w.denied(causes)
	fits := entry.OnlyIf == "" || entry.OnlyIf == string(Ineligible)
	if asksForReason(entry) || !fits {
		w.goOn(entry, fixesOf(causes))
	}
	w.offerMore(causes)
}

// stillThere answers who asked to look again: it is still so, and changes take
// their time.
func (w *writer) stillThere(causes []knowledge.Cause) {
	w.sayAbout("flow.unconfirmed", causes[0])
	w.text(causes[0].Reassess, "cause:"+causes[0].ID)
	w.offerMore(causes)
}

// goOn says what is known about the very thing asked, and shows the next fix.
// Beside the neutral refusal a guess is neither confirmed nor denied.
func (w *writer) goOn(entry knowledge.Answer, fixes []string) {
	neutral := w.base.Neutral().ID
	guess := entry.Cause != "" && entry.Cause != neutral && slices.Contains(w.about.Reasons, neutral)
	switch {
	case guess:
		w.say("verdict.neutral.guess")
	case entry.Cause != "":
		w.paragraphs(entry)
		fixes = append(slices.Clone(entry.Fixes), fixes...)
	}
	if next := w.unseen(fixes); next != "" {
		w.fixes([]string{next}, 1)
	} else {
		w.noMore()
	}
}

// reasons explains each reason and shows what helps most, so that an answer
// fits a phone; what else helps is one tap away. Who asked for something
// else than the reason gets only what helps, so that their answer stays near.
func (w *writer) reasons(causes []knowledge.Cause, explain bool) {
	for _, cause := range causes {
		if explain {
			w.explain(cause)
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

// explain says what a reason means: in the words of the symptom the person
// described, where it is the same matter.
func (w *writer) explain(cause knowledge.Cause) {
	if seen, ok := w.base.Symptom(w.plan.Symptom); ok && seen.Cause == cause.ID && cause.Disclosure == knowledge.Specific {
		for _, paragraph := range seen.Text {
			w.text(paragraph, "symptom:"+seen.ID)
		}
		return
	}
	w.text(cause.Explain, "cause:"+cause.ID)
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
		if !ok || cause.Stop || slices.Contains(w.about.Reasons, id) || w.veiled(cause) {
			continue
		}
		if slices.Contains(w.about.Reasons, w.base.Neutral().ID) {
			w.say("verdict.neutral.guess")
			return
		}
		w.sayAbout("reported.also", cause)
		if w.plan.Symptom == "" {
			w.fixes(cause.Fixes, 1)
		}
	}
}

// veiled says whether a word about a guess would tell which of several causes
// of one category it is, where only the category may be told.
func (w *writer) veiled(guess knowledge.Cause) bool {
	return guess.Disclosure == knowledge.Generic && slices.ContainsFunc(w.about.Reasons, func(id string) bool {
		returned, _ := w.base.Cause(id)
		return returned.Disclosure == knowledge.Generic && returned.Category == guess.Category
	})
}

// offerMore offers the other reasons in full, and the human review where the
// service says there is one.
func (w *writer) offerMore(causes []knowledge.Cause) {
	for _, cause := range causes[1:] {
		w.extra = append(w.extra, Choice{ID: choiceCause + cause.ID, Label: w.naming(cause)})
	}
	switch {
	case !w.finding.Verdict.Appealable:
	case w.plan.Intent != "appeal":
		w.appeal = true
		w.extra = append(w.extra, w.intentChoices("appeal")...)
	case w.plan.Appeal.State == "":
		w.extra = append(w.extra, w.choice(choiceAppealStart))
	}
	if slices.ContainsFunc(causes, func(c knowledge.Cause) bool { return c.Category == "credit" && len(c.Fixes) > 0 }) {
		w.extra = append(w.extra, w.choice(choicePlan))
	}
}
