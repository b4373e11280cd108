package bot

import "time"

// Turn is one row of the log: everything that one step changed in one
// conversation, stored atomically or not at all.
type Turn struct {
	Conversation string
	Version      int64     // 1, 2, 3 … without gaps within a conversation
	At           time.Time // UTC clock of the writer; order comes from Version
	Events       []Event
	Position     int64 // place in the whole log, set by the log; 0 before that
}

// Event is one fact inside a turn. The concrete types are listed in eventKinds.
type Event interface{ Kind() string }

// Author says who wrote a message.
type Author string

// The authors a message can have.
const (
	AuthorUser   Author = "user"
	AuthorBot    Author = "bot"
	AuthorAgent  Author = "agent"
	AuthorSystem Author = "system"
)

type (
	// Started opens a conversation and binds it to its owner: for good, unless that
	// is somebody without a name, see Claimed.
	Started struct {
		Tenant    string `json:"tenant"`
		User      string `json:"user"`
		Anonymous bool   `json:"anonymous,omitempty"`
		Product   string `json:"product"`
		Locale    string `json:"locale"`
		Pack      string `json:"pack"` // id@version of the knowledge pack

		Client *Client `json:"client,omitempty"` // as far as it says what it is
	}

	// Claimed gives a conversation to the person that its anonymous owner turned
	// out to be, once and for good.
	Claimed struct {
		Tenant string `json:"tenant"`
		User   string `json:"user"`
	}

	// Message is something said. Clients see it, so it has a Seq.
	Message struct {
		Seq    int64    `json:"seq"` // 1, 2, 3 … per conversation over all events with a Seq
		ID     string   `json:"id"`  // chosen by the client for user messages
		Author Author   `json:"author"`
		Re     string   `json:"re,omitempty"`     // id of the user message answered
		Blocks []Block  `json:"blocks"`           // already masked
		About  *About   `json:"about,omitempty"`  // on bot messages
		Digest string   `json:"digest,omitempty"` // of the masked body, on user messages
		Choice string   `json:"choice,omitempty"` // id of the choice the user tapped
		Masked []string `json:"masked,omitempty"` // kinds of personal data removed
		By     *Agent   `json:"by,omitempty"`     // who wrote it, on agents' messages
	}

	// Understood records how a user message was read.
	Understood struct {
		Move       Move        `json:"move"`
		Intent     string      `json:"intent"`
		Confidence float64     `json:"confidence"`
		Ranking    []Ranked    `json:"ranking,omitempty"`
		OutOfScope bool        `json:"out_of_scope,omitempty"`
		Locale     string      `json:"locale,omitempty"` // answered in
		Entities   []EntityRef `json:"entities,omitempty"`
		Reader     string      `json:"reader,omitempty"` // llm where a language model read it
	}

	// Checked records one eligibility check, already neutralised.
	Checked struct {
		Outcome CheckOutcome `json:"outcome"`
		Verdict *Verdict     `json:"verdict,omitempty"` // only when Outcome is ok
	}

	// HandoffChanged records a step of the hand-off. Clients see it.
	HandoffChanged struct {
		Seq    int64        `json:"seq"`
		State  HandoffState `json:"state"`
		Reason string       `json:"reason,omitempty"` // requested, failed_turns, distress, appeal …
		Ticket string       `json:"ticket,omitempty"`
		Owner  int64        `json:"owner"` // ownership epoch, grows with every change

		Queue    string     `json:"queue,omitempty"` // the line one waits in
		Priority int        `json:"priority,omitempty"`
		Agent    *Agent     `json:"agent,omitempty"` // who has it from now on
		Due      *time.Time `json:"due,omitempty"`   // when the next thing is promised
		Until    *time.Time `json:"until,omitempty"` // after which the request is closed
	}

	// Alarmed records that somebody who has an agent wrote words of distress.
	Alarmed struct {
		Reason   string `json:"reason"` // distress
		Priority int    `json:"priority"`
	}

	// Attended records that an agent did something, and under which id.
	Attended struct {
		ID     string   `json:"id"` // chosen by the desk
		Digest string   `json:"digest"`
		Agent  Agent    `json:"agent"`
		Act    DeskKind `json:"act"`
	}

	// Noted is an agent's note to other agents. Clients never see it.
	Noted struct {
		Agent Agent  `json:"agent"`
		Text  string `json:"text"` // already masked
	}

	// Disposed records what an agent found out.
	Disposed struct {
		Agent  Agent  `json:"agent"`
		Cause  string `json:"cause,omitempty"` // the actual cause
		Solved Solved `json:"solved"`
		Note   string `json:"note,omitempty"` // already masked
	}

	// Breached records that somebody waited longer than was promised, and until
	// when they are to wait now where they keep their place.
	Breached struct {
		Queue string     `json:"queue"`
		Due   time.Time  `json:"due"`
		Next  *time.Time `json:"next,omitempty"`
	}

	// RightInvoked records that a person used a right: an explanation of the
	// decision, or a review by a human.
	RightInvoked struct {
		Right string `json:"right"` // explanation | human_review
	}

	// Warned records that a fixed warning was shown.
	Warned struct {
		Warning string `json:"warning"` // scam
	}

	// AgeKnown records on which side of the age rule a person is, by their own
	// words or by a verdict. Below it, nothing is offered any more.
	AgeKnown struct {
		Minor bool `json:"minor"`
	}

	// FeedbackGiven is a vote on a bot message.
	FeedbackGiven struct {
		ID      string `json:"id"` // chosen by the client
		Digest  string `json:"digest"`
		Message string `json:"message"`
		Vote    string `json:"vote"` // up | down
		Reason  string `json:"reason,omitempty"`
	}

	// Resolved records that the user called the question solved.
	Resolved struct {
		Confirmed bool `json:"confirmed"`
	}

	// FlowStarted records that a person begins to be guided step by step. They
	// finish on the edition of the knowledge they began with.
	FlowStarted struct {
		Flow    string   `json:"flow"`
		Edition string   `json:"edition"`
		Cause   string   `json:"cause,omitempty"`  // what it is to mend
		Before  Decision `json:"before,omitempty"` // what the check said last
	}

	// StepTaken records what became of one step of a flow. A step is never
	// offered again after it.
	StepTaken struct {
		Flow    string      `json:"flow"`
		Step    string      `json:"step"`          // its key
		Fix     string      `json:"fix,omitempty"` // the fix it belongs to
		Outcome StepOutcome `json:"outcome"`
		Answer  string      `json:"answer,omitempty"` // to a question of the flow
	}

	// FlowEnded records how a flow ended.
	FlowEnded struct {
		Flow    string      `json:"flow"`
		Outcome FlowOutcome `json:"outcome"`
	}

	// FixConfirmed records that a fresh check, made with the person's consent
	// after they called it solved, no longer returns what stood in the way.
	FixConfirmed struct {
		Flow   string   `json:"flow,omitempty"`
		Cause  string   `json:"cause,omitempty"` // the cause that is gone
		Fixes  []string `json:"fixes,omitempty"` // those that were tried
		Before Decision `json:"before,omitempty"`
		After  Decision `json:"after"`
	}
)

type (
	// AppealStarted opens the form in which a person asks for a review. What is
	// known already is in it, as far as it may be told.
	AppealStarted struct {
		Product string    `json:"product"`
		Causes  []string  `json:"causes,omitempty"`
		Decided time.Time `json:"decided"` // when the verdict was given
	}

	// AppealFilled records one answer to the form.
	AppealFilled struct {
		Field string `json:"field"`           // explanation | proofs | consent
		Value string `json:"value,omitempty"` // already masked; "" for nothing to say
	}

	// ProofAttached records a document by what it is. Its content is kept
	// elsewhere, sealed, and never in the log.
	ProofAttached struct {
		Proof
	}

	// AppealSubmitted records that a person sent the form off, as they saw it.
	AppealSubmitted struct {
		Reference string `json:"reference"`
	}

	// AppealAccepted records that the institution has it.
	AppealAccepted struct {
		Reference string    `json:"reference"`
		At        time.Time `json:"at"` // by the institution's clock
	}

	// AppealRefused records that the institution will not take it, however often
	// it is sent. Class is one of ours; the words of a service are never stored.
	AppealRefused struct {
		Reference string       `json:"reference"`
		Class     RefusalClass `json:"class"`
		At        time.Time    `json:"at"`
	}

	// ProofDropped records that a document is no longer kept: its appeal was not
	// sent off in time.
	ProofDropped struct {
		ID string `json:"id"`
	}
)

// StepOutcome is what became of one step.
type StepOutcome string

// The outcomes of a step.
const (
	StepTried    StepOutcome = "tried"
	StepFailed   StepOutcome = "failed" // tried, and it did not help
	StepSkipped  StepOutcome = "skipped"
	StepAnswered StepOutcome = "answered" // a question of the flow
)

// FlowOutcome is how a flow ended.
type FlowOutcome string

// The outcomes of a flow.
const (
	FlowSolved    FlowOutcome = "solved"    // the person says so
	FlowExhausted FlowOutcome = "exhausted" // every step was taken
	FlowLeft      FlowOutcome = "left"      // for another flow, a human, or nothing
)

// Solved is whether a question was solved, as an agent saw it.
type Solved string

// What an agent can say of it.
const (
	SolvedYes     Solved = "yes"
	SolvedNo      Solved = "no"
	SolvedUnknown Solved = "unknown"
)

// Ranked is one candidate intent.
type Ranked struct {
	Intent     string  `json:"intent"`
	Confidence float64 `json:"confidence"`
}

// EntityRef is one entity found in a message.
type EntityRef struct {
	Kind    string `json:"kind"`
	Value   string `json:"value"`
	Negated bool   `json:"negated,omitempty"`
}

// Kind names the event in the log. These names are part of the log format.
func (Started) Kind() string        { return "started" }
func (Claimed) Kind() string        { return "claimed" }
func (Message) Kind() string        { return "message" }
func (Understood) Kind() string     { return "understood" }
func (Checked) Kind() string        { return "checked" }
func (HandoffChanged) Kind() string { return "handoff" }
func (Alarmed) Kind() string        { return "alarmed" }
func (Attended) Kind() string       { return "attended" }
func (Noted) Kind() string          { return "noted" }
func (Disposed) Kind() string       { return "disposed" }
func (Breached) Kind() string       { return "breached" }
func (RightInvoked) Kind() string   { return "right_invoked" }
func (Warned) Kind() string         { return "warned" }
func (AgeKnown) Kind() string       { return "age_known" }
func (FeedbackGiven) Kind() string  { return "feedback" }
func (Resolved) Kind() string       { return "resolved" }
func (FlowStarted) Kind() string    { return "flow_started" }
func (StepTaken) Kind() string      { return "step_taken" }
func (FlowEnded) Kind() string      { return "flow_ended" }
func (FixConfirmed) Kind() string   { return "fix_confirmed" }

func (AppealStarted) Kind() string   { return "appeal_started" }
func (AppealFilled) Kind() string    { return "appeal_filled" }
func (ProofAttached) Kind() string   { return "proof_attached" }
func (AppealSubmitted) Kind() string { return "appeal_submitted" }
func (AppealAccepted) Kind() string  { return "appeal_accepted" }
func (AppealRefused) Kind() string   { return "appeal_refused" }
func (ProofDropped) Kind() string    { return "proof_dropped" }
