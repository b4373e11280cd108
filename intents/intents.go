// Package intents reads what a person wrote: it normalises the text, ranks
// the intents it may carry with a calibrated confidence, finds entities, and
// says when a question is none of ours. The model is linear over character
// and word n-grams and is trained at start-up from the utterances in data.
package intents

// Candidate is one intent with the calibrated probability that it is meant.
type Candidate struct {
	Intent     string  `json:"intent"`
	Confidence float64 `json:"confidence"` // 0..1
}

// Scope is what the decision rule makes of a ranking.
type Scope string

// The outcomes of the decision rule.
const (
	Confident  Scope = "confident"    // answer the first candidate
	Unsure     Scope = "unsure"       // offer the first two or three as choices
	OutOfScope Scope = "out_of_scope" // none of our intents
)

// EntityKind names what an entity is.
type EntityKind string

// The kinds of entities that are extracted.
const (
	EntityProduct    EntityKind = "product"     // Value: jiebei, huabei, wangshangdai, laifenqi, zhima
	EntityQuote      EntityKind = "quote"       // Value: the system message quoted, e.g. 综合评估未通过
	EntityAppVersion EntityKind = "app_version" // Value: dotted number
	EntityAge        EntityKind = "age"         // Value: years as a decimal number; of the speaker, not of their child or a friend
	EntityAmount     EntityKind = "amount"      // Value: yuan as a decimal number
	EntityDate       EntityKind = "date"        // Value: as written, normalised
	EntityCause      EntityKind = "cause"       // Value: an intent name such as fail.credit_bad that the text names
	EntityOrdinal    EntityKind = "ordinal"     // Value: 1..9, or OrdinalLast; "第二个呢", "the second one"
	EntitySymptom    EntityKind = "symptom"     // Value: the id of a symptom of the knowledge pack
	EntityFollowUp   EntityKind = "follow_up"   // Value: a FollowUp name; only short texts that lean on what was said before
)

// OrdinalLast is the value of an EntityOrdinal for the last of several things.
const OrdinalLast = "last"

// What a follow-up says, the values of EntityFollowUp. They are read from the
// words alone: whether there is an answer, a warning or a hand-off to lean on,
// the conversation knows. A text may carry more than one of them.
const (
	FollowUpWhatNow       = "what_now"
	FollowUpWhy           = "why"
	FollowUpPromise       = "promise" // wants to be told that it will work out
	FollowUpMore          = "more"
	FollowUpHowLong       = "how_long"
	FollowUpDispute       = "dispute"        // the finding is said to be wrong
	FollowUpFixed         = "fixed"          // what was advised has been done
	FollowUpRecheck       = "recheck"        // check once more
	FollowUpWaiting       = "waiting"        // where is the human that was asked for
	FollowUpAck           = "ack"            // heard, nothing asked; the intent may be affirm as well
	FollowUpPaid          = "paid"           // money or a code went out already; only after a scam warning
	FollowUpAboutBot      = "about_bot"      // is this a person or a program
	FollowUpCancelHandoff = "cancel_handoff" // the human is wanted no more

	// While somebody is guided through steps.
	FollowUpTried  = "tried"  // the step is done; whether it helped is not said
	FollowUpFailed = "failed" // the step did not help
	FollowUpHow    = "how"    // how is that done, where is it
	FollowUpSkip   = "skip"   // the next step, this one not
	FollowUpResume = "resume" // back to the steps
	FollowUpSteps  = "steps"  // to be guided step by step
	FollowUpPlan   = "plan"   // a plan for a better credit standing
	FollowUpSave   = "save"   // the answer as text, to keep

	// While somebody fills in a form.
	FollowUpSubmit = "submit" // send it off
	FollowUpLeave  = "leave"  // enough of it
)

// followUps are all values of EntityFollowUp, in the order in which a text that
// says several reports them: what leans on an answer before what leans on a step.
func followUps() []string {
	return []string{
		FollowUpAboutBot, FollowUpAck, FollowUpCancelHandoff, FollowUpDispute, FollowUpFixed, FollowUpHowLong,
		FollowUpMore, FollowUpPaid, FollowUpPromise, FollowUpRecheck, FollowUpWaiting, FollowUpWhatNow, FollowUpWhy,
		FollowUpTried, FollowUpFailed, FollowUpHow, FollowUpSkip, FollowUpResume, FollowUpSteps, FollowUpPlan, FollowUpSave, FollowUpSubmit, FollowUpLeave,
	}
}

// Entity is one thing the text names.
type Entity struct {
	Kind    EntityKind `json:"kind"`
	Value   string     `json:"value"`
	Negated bool       `json:"negated,omitempty"` // "没有逾期": named, but said not to hold
}

// Result is how one text was read.
type Result struct {
	Ranking  []Candidate `json:"ranking"` // best first, at most 5, never empty
	Scope    Scope       `json:"scope"`
	Entities []Entity    `json:"entities,omitempty"`
}

// Top returns the best candidate.
func (r Result) Top() Candidate {
	if len(r.Ranking) == 0 {
		return Candidate{Intent: "other"}
	}
	return r.Ranking[0]
}
