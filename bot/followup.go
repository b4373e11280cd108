package bot

import (
	"slices"
	"strconv"

	"kaitong/knowledge"
)

// followUp answers what leans on the answer before: it goes deeper into one
// reason, or on to the next thing to do.
func (w *writer) followUp() {
	causes := w.topicCauses()
	switch {
	case w.plan.FollowUp == "cause":
		w.inDepth(causes, w.plan.Described[0])
	case w.plan.FollowUp == "nth":
		w.nth(causes, w.plan.Nth)
	case w.plan.FollowUp == "more" && w.plan.Topic.Nth < len(causes)-1:
		w.nth(causes, max(w.plan.Topic.Nth, 1)+1)
	case w.plan.FollowUp == "plan":
		w.advice(causes)
	case w.plan.FollowUp == "guess":
		w.say("verdict.neutral.guess")
		w.extra = append(w.extra, w.intentChoices("appeal")...)
	case w.plan.FollowUp == "promise":
		w.noPromise(causes)
	case len(causes) == 0:
		w.withoutCause()
	case w.plan.FollowUp == "dispute":
		w.disputed(causes)
	case w.plan.FollowUp == "why":
		w.why(w.current(causes))
	case w.plan.FollowUp == "how_long":
		w.say("followup.how_long")
		w.text(w.current(causes).Reassess, "cause:"+w.current(causes).ID)
	default:
		w.whatNow()
	}
	w.offerFlow()
	w.close()
}

// noPromise answers who wants to be told that it will work out.
func (w *writer) noPromise(causes []knowledge.Cause) {
	w.say("followup.promise")
	if len(causes) > 0 {
		w.text(w.current(causes).Reassess, "cause:"+w.current(causes).ID)
	}
}

// whatNow goes on to the next fix, or says honestly that there is none.
func (w *writer) whatNow() {
	next := w.nextFix()
	if next == "" {
		w.noMore()
		return
	}
	w.say("followup.what_now")
	w.fixes([]string{next}, 1)
}

// noMore says that everything has been shown, and points to a human.
func (w *writer) noMore() {
	w.say("followup.no_more")
	w.plan.OfferAgent = true
	w.extra = append(w.extra, w.intentChoices("appeal")...)
}

// disputed takes note that the finding is said to be wrong.
func (w *writer) disputed(causes []knowledge.Cause) {
	cause := w.current(causes)
	for _, each := range causes {
		if slices.Contains(w.plan.Denied, each.ID) {
			cause = each
		}
	}
	w.about.Cause = cause.ID
	w.sayAbout("followup.dispute", cause)
	w.extra = append(w.extra, w.recheck(w.plan.Topic.Intent))
	w.extra = append(w.extra, w.intentChoices("appeal")...)
}

// nth tells all there is about the n-th reason.
func (w *writer) nth(causes []knowledge.Cause, n int) {
	switch {
	case n >= 1 && n <= len(causes):
		w.about.Nth = n
		w.sayAbout("followup.nth", causes[n-1], "n", strconv.Itoa(n))
		w.whole(causes[n-1])
		w.others(causes, causes[n-1].ID)
	case len(causes) == 1:
		w.say("followup.only_one")
	default:
		w.noMore()
	}
}

// inDepth tells all there is about one cause, whatever is talked about now.
func (w *writer) inDepth(causes []knowledge.Cause, id string) {
	cause, ok := w.base.Cause(id)
	if !ok {
		w.noMore()
		return
	}
	w.about.Nth = 1 + slices.IndexFunc(causes, func(c knowledge.Cause) bool { return c.ID == id })
	w.whole(cause)
	w.others(causes, id)
}

// others offers the remaining reasons.
func (w *writer) others(causes []knowledge.Cause, id string) {
	for _, cause := range causes {
		if cause.ID != id {
			w.extra = append(w.extra, Choice{ID: choiceCause + cause.ID, Label: w.naming(cause)})
		}
	}
}

// whole is everything the pack says about a cause.
func (w *writer) whole(cause knowledge.Cause) {
	w.about.Cause = cause.ID
	w.text(cause.Explain, "cause:"+cause.ID)
	w.fixes(cause.Fixes, 2)
	w.details(cause)
}

func (w *writer) why(cause knowledge.Cause) {
	w.setCause(cause.ID)
	w.say("followup.why")
	w.text(cause.Explain, "cause:"+cause.ID)
	w.text(cause.BasedOn, "cause:"+cause.ID)
}

// withoutCause leans on an answer that was about no cause: what the check said
// is still true, and the same answer's neighbours are the best guess at what
// comes next.
func (w *writer) withoutCause() {
	switch w.plan.Topic.Decision {
	case Eligible:
		w.say("eligible.how_to_open")
		w.say("eligible.if_still_fails")
		w.fixes(w.technicalFixes(), 2)
	case InReview:
		w.review()
	case Unknown:
		w.notice("info", "verdict.unknown")
		w.fixes([]string{w.nextFix()}, 1)
		w.extra = append(w.extra, w.recheck(w.plan.Topic.Intent))
	default:
		w.say("followup.no_topic")
		w.related()
	}
}

// nextFix is the next fix that has not been shown yet: of the topic's causes,
// else of the technical checks where something was to be activated. "" means
// that all have been shown, or that there are none to show.
func (w *writer) nextFix() string {
	ids := fixesOf(w.topicCauses())
	if entry, _ := w.base.Answer(w.plan.Topic.Intent); len(ids) == 0 && entry.Check {
		ids = w.technicalFixes()
	}
	return w.unseen(ids)
}

// unseen is the first of the fixes that neither the conversation nor this
// reply has shown yet.
func (w *writer) unseen(ids []string) string {
	for _, id := range ids {
		if !slices.Contains(w.plan.Topic.Fixes, id) && !slices.Contains(w.about.Fixes, id) {
			return id
		}
	}
	return ""
}

// topicCauses are the causes the conversation is about.
func (w *writer) topicCauses() []knowledge.Cause {
	var causes []knowledge.Cause
	for _, id := range w.plan.Topic.causes() {
		if cause, ok := w.base.Cause(id); ok {
			causes = append(causes, cause)
		}
	}
	return causes
}

// current is the cause talked about last.
func (w *writer) current(causes []knowledge.Cause) knowledge.Cause {
	return causes[min(max(w.plan.Topic.Nth, 1), len(causes))-1]
}
