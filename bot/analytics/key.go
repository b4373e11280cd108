package analytics

// Kind is what a key names: an intent, a cause, a fix and so on.
type Kind string

// The kinds of keys.
const (
	KindIntent       Kind = "intent"
	KindSymptom      Kind = "symptom"
	KindCause        Kind = "cause"
	KindFix          Kind = "fix"
	KindFlow         Kind = "flow"
	KindStep         Kind = "step"  // flow/step
	KindEntry        Kind = "entry" // of the knowledge: cause:…, fix:…, answer:…
	KindHandoff      Kind = "handoff"
	KindQueue        Kind = "queue"
	KindCheck        Kind = "check"
	KindDecision     Kind = "decision"
	KindRight        Kind = "right"
	KindWarning      Kind = "warning"
	KindIncident     Kind = "incident"
	KindWait         Kind = "wait"          // how long until a human wrote, in buckets
	KindDisposed     Kind = "disposed"      // the cause an agent found
	KindHour         Kind = "hour"          // 0 … 167, Monday at midnight is 0
	KindRegion       Kind = "region"        // of the person
	KindCauseRegion  Kind = "cause_region"  // cause|region
	KindCauseVersion Kind = "cause_version" // cause|version
	KindPath         Kind = "path"          // intent|cause|outcome
)

// Key is one thing that figures are kept about.
type Key struct {
	Kind Kind
	Key  string
}

// Bits says what happened about a key in a contact; which bit means what
// depends on the kind, see [Kinds].
type Bits uint8

// MaxBits is how many bits a kind has at most.
const MaxBits = 8

// Has says whether a bit is set.
func (b Bits) Has(bit int) bool { return b&(1<<bit) != 0 }

// Keyed is a key with what happened about it in one contact.
type Keyed struct {
	Key
	Bits Bits
}

// Bits of the kinds, in the order of [KindInfo.Bits].
const (
	IntentAsked Bits = 1 << iota
	IntentAnswered
	IntentFellBack
	IntentHandedOff
	IntentSolved
	IntentUnanswered
)

// Bits of symptoms.
const (
	SymptomDescribed Bits = 1 << iota
	SymptomSolved
	SymptomHandedOff
)

// Bits of causes, and of causes by region and version.
const (
	CauseTold Bits = 1 << iota
	CauseSolved
	CauseHandedOff
	CauseReturned
	CauseConfirmed // a check says that it is gone
)

// Bits of fixes.
const (
	FixShown Bits = 1 << iota
	FixTried
	FixFailed
	FixHelped
	FixConfirmed
	FixDoubted // it was called solved, and then they asked again
)

// Bits of flows.
const (
	FlowStarted Bits = 1 << iota
	FlowEndedSolved
	FlowEndedExhausted
	FlowEndedLeft
)

// Bits of steps.
const (
	StepShown Bits = 1 << iota
	StepDone
	StepFailed
	StepSkipped
	StepLeft
)

// Bits of entries.
const (
	EntryShown Bits = 1 << iota
	EntryUp
	EntryDown
)

// Bits of hand-offs by reason and by queue.
const (
	HandoffAsked Bits = 1 << iota
	HandoffHumanAnswered
	HandoffSolved
	HandoffWithdrawn
	HandoffBreached
)

// Bits of hours, regions and paths.
const (
	Here Bits = 1 << iota // the contact itself
	HereHandedOff
	HereSolved
	HereUnanswered
	HereCheckFailed
)

// Happened is the only bit of kinds that have no more to say.
const Happened Bits = 1

// KindInfo describes a kind.
type KindInfo struct {
	Kind  Kind
	Bits  []string          // what each bit is called, the lowest first
	Means map[string]string // per locale
}
