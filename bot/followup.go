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
	case w.plan.FollowUp == "nth":
		w.nth(causes, w.plan.Nth)
	case w.plan.FollowUp == "more" && w.plan.Topic.Nth < len(causes)-1:
		w.nth(causes, max(w.plan.Topic.Nth, 1)+1)
	case len(causes) == 0:
		w.withoutCause()
	case w.plan.FollowUp == "why":
		w.why(w.current(causes))
	case w.plan.FollowUp == "how_long":
		w.say("followup.how_long")
		w.text(w.current(causes).Reassess, "cause:"+w.current(causes).ID)
	default:
		w.say("followup.what_now")
		w.nextFix()
	}
	w.close()
}

// nth tells all there is about the n-th reason.
func (w *writer) nth(causes []knowledge.Cause, n int) {
	if n < 1 || n > len(causes) {
		w.say("followup.no_more")
		return
	}
	cause := causes[n-1]
	w.about.Cause, w.about.Nth = cause.ID, n
	w.sayAbout("followup.nth", cause, "n", strconv.Itoa(n))
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

// withoutCause leans on an answer that was about no cause: the same answer's
// neighbours are the best guess at what comes next.
func (w *writer) withoutCause() {
	if w.plan.Topic.Decision == Eligible {
		w.say("eligible.how_to_open")
		w.say("eligible.if_still_fails")
		w.fixes(w.technicalFixes(), 2)
		return
	}
	w.say("followup.no_topic")
	w.related()
}

// nextFix shows the next fix that has not been shown yet: of the topic's
// causes, else of the technical checks. When all have been shown it says so.
func (w *writer) nextFix() {
	var ids []string
	for _, cause := range w.topicCauses() {
		if cause.Stop {
			return
		}
		ids = appendNew(ids, cause.Fixes...)
	}
	if len(ids) == 0 && w.plan.Topic.Active() {
		ids = w.technicalFixes()
	}
	for _, id := range ids {
		if !slices.Contains(w.plan.Topic.Fixes, id) {
			w.fixes([]string{id}, 1)
			return
		}
	}
	if len(ids) > 0 {
		w.say("followup.no_more")
	}
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
