package analytics

// Mark is something that holds of a contact or does not. Its number is its bit
// in [Marks] and its column in a projection: new ones are added at the end, and
// change [Version].
type Mark uint8

// The marks. What each means exactly is in docs/analytics.md, with the figures
// that count it.
const (
	Contacts         Mark = iota // always: the contact itself
	Requests                     // asked for something: more than small talk
	Involved                     // the bot tried to answer a request
	Answered                     // got at least one real answer
	Covered                      // involved, and every question was understood
	Clarified                    // was offered readings to choose from
	FellBack                     // was not understood at least once
	OutOfScope                   // asked what is not our subject
	SmallTalkOnly                // greetings, thanks and the like, no more
	Contained                    // a request, and no human was asked for
	Confirmed                    // contained, and the person or a check says it is solved
	Assumed                      // contained and answered; left without asking further
	Solved                       // confirmed or assumed
	Revoked                      // was called solved, and then they asked again
	Returned24h                  // the same person asked again within 24 hours
	Returned7d                   // the same person asked again within seven days
	HandedOff                    // a human was asked for
	Ticketed                     // when nobody was there
	HumanAnswered                // a human wrote to them
	HandoffCancelled             // they withdrew the wish before a human wrote
	HumanResolved                // an agent closed the matter
	HumanSolved                  // an agent closed it as solved
	Breached                     // they waited longer than was promised
	Abandoned                    // contained; left while the bot waited for their word
	Rated                        // voted on at least one answer
	RatedUp                      // every vote that counts is an up
	Checked                      // an eligibility check gave a verdict
	CheckFailed                  // an eligibility check could not be made
	Eligible                     // a verdict said eligible
	Ineligible                   // a verdict said ineligible
	InReview                     // a verdict said in review
	RightExplanation             // asked for an explanation of the decision
	RightReview                  // asked for a review by a human
	ScamWarned                   // was shown the warning of scams
	Distress                     // was in distress
	Minor                        // is below the age rule
	AppealStarted                // was at the form of an appeal
	AppealSubmitted              // sent an appeal off
	AppealAccepted               // the institution has it
	Guided                       // was led step by step
	FlowSolved                   // a flow ended in success
	CheckConfirmed               // a fresh check says that a cause is gone
	Unanswered                   // has at least one unanswered question
	Masked                       // wrote personal data, which was hidden
	Abused                       // was abusive
	IncidentShown                // was told of an incident
	Composed                     // got words a language model wrote
	Anonymous                    // is not known by name to the host
	HumanAwaited                 // a human was asked for and has not come yet
	HumanTalking                 // a human has the conversation
	AppealRefused                // the institution does not take it

	marks // how many there are
)

// MarkCount is how many marks there are.
const MarkCount = int(marks)

// Marks are the marks of one contact, a bit each.
type Marks uint64

// Has says whether a mark holds.
func (m Marks) Has(mark Mark) bool { return m&(1<<mark) != 0 }

// with sets a mark or takes it away.
func (m Marks) with(mark Mark, holds bool) Marks {
	if holds {
		return m | 1<<mark
	}
	return m &^ (1 << mark)
}

// String is the name of a mark in figures, queries and documents.
func (m Mark) String() string {
	names := markNames()
	if int(m) < len(names) {
		return names[m]
	}
	return "unknown"
}

func markNames() [MarkCount]string {
	return [MarkCount]string{
		"contacts", "requests", "involved", "answered", "covered", "clarified", "fell_back", "out_of_scope", "small_talk_only",
		"contained", "confirmed", "assumed", "solved", "revoked", "returned_24h", "returned_7d",
		"handed_off", "ticketed", "human_answered", "handoff_cancelled", "human_resolved", "human_solved", "breached", "abandoned",
		"rated", "rated_up", "checked", "check_failed", "eligible", "ineligible", "in_review",
		"right_explanation", "right_review", "scam_warned", "distress", "minor",
		"appeal_started", "appeal_submitted", "appeal_accepted", "guided", "flow_solved", "check_confirmed",
		"unanswered", "masked", "abused", "incident_shown", "composed", "anonymous", "human_awaited", "human_talking",
		"appeal_refused",
	}
}
