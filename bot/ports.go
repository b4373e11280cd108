package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Errors that cross a port. Adapters wrap them with their subject.
var (
	// ErrConflict: another writer stored this version first, or the version
	// is not the next one. Reload and try again.
	ErrConflict = errors.New("version conflict")
	// ErrNotFound: no such conversation, or it belongs to somebody else. The
	// two are told apart nowhere, so that ids cannot be probed.
	ErrNotFound = errors.New("not found")
	// ErrMoved comes with ErrNotFound, and to one person only: the conversation was
	// theirs before they, or whoever had their anonymous token, signed in.
	ErrMoved = errors.New("it belongs to who signed in")
	// ErrIDConflict: a message id was used again with another body.
	ErrIDConflict = errors.New("message id already used with another body")
	// ErrInvalid: the input breaks a rule of the contract.
	ErrInvalid = errors.New("invalid input")
	// ErrBusy: a bounded queue is full. Try again later.
	ErrBusy = errors.New("busy")
	// ErrUnknownEvent: the log holds an event of a newer program.
	ErrUnknownEvent = errors.New("unknown event kind")
	// ErrMissingBlock: a row refers to a sealed block that the log does not hold.
	ErrMissingBlock = errors.New("sealed block is missing")
	// ErrDamaged: turns of this conversation are gone or were changed. It stays
	// so until an operator restores it: asking again is of no use.
	ErrDamaged = errors.New("conversation is not whole")
	// ErrErased: the conversation was erased and its id is never taken again:
	// begin a new one. To whoever only asks it is ErrNotFound.
	ErrErased = fmt.Errorf("%w: it was erased", ErrNotFound)
	// ErrClosed: the log or engine has been closed.
	ErrClosed = errors.New("closed")
)

// EventLog keeps turns. It is the only truth of the system.
//
// Every implementation must pass bottest.TestEventLog.
type EventLog interface {
	// Append stores one turn and returns when it is durable. Turn.Version
	// must be one more than the conversation's last version, else
	// ErrConflict and nothing is stored. When ctx ends first the turn may or
	// may not be stored; the caller finds out by loading.
	Append(ctx context.Context, turn Turn) error
	// Load returns the first limit turns of one conversation with
	// Version > after, all of them when limit is 0, in order, each with its
	// Position. An unknown conversation has none.
	Load(ctx context.Context, conversation string, after int64, limit int) ([]Turn, error)
	// Tail returns at most limit turns of all conversations with
	// Position > after, in Position order. Positions grow and are never
	// reused; they may have gaps. A turn returned later never has a Position
	// below one already returned.
	Tail(ctx context.Context, after int64, limit int) ([]Turn, error)
	// Epoch identifies this log: clients resume only within one. It never
	// changes on restart; whoever puts a backup in the log's place must give it
	// a new one, since numbers already shown to clients may be given out again.
	Epoch() string
}

// Decision is what the eligibility service concluded.
type Decision string

// The decisions of the eligibility contract.
const (
	Eligible   Decision = "eligible"
	Ineligible Decision = "ineligible"
	InReview   Decision = "review"
	Unknown    Decision = "unknown"
)

// Reason is one reason code with its parameters.
type Reason struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
}

// Verdict is a validated, neutralised answer of the eligibility service.
type Verdict struct {
	Decision   Decision   `json:"decision"`
	Reasons    []Reason   `json:"reasons,omitempty"` // in the order returned
	Appealable bool       `json:"appealable,omitempty"`
	ReviewETA  *time.Time `json:"review_eta,omitempty"`
	CheckedAt  time.Time  `json:"checked_at"`
	ValidUntil time.Time  `json:"valid_until"`
}

// Client describes the app a person uses, as far as the host told us.
type Client struct {
	AppVersion string `json:"app_version,omitempty"`
	OS         string `json:"os,omitempty"`
	Network    string `json:"network,omitempty"`
	Region     string `json:"region,omitempty"`
	Channel    string `json:"channel,omitempty"` // web, app, terminal …
}

// CheckRequest asks whether one user may activate one product.
type CheckRequest struct {
	Tenant  string
	User    string
	Product string
	Locale  string
	Client  Client
	Fresh   bool // the person asked to look again: no earlier reply will do

	// Asking, when set, is called on the caller's goroutine before the wait for
	// the service begins; not at all when there is nothing to wait for.
	Asking func()
}

// Incident is something that is wrong with the service at the moment, as
// operators published it.
type Incident struct {
	ID      string
	Area    string   // all, a category of causes (technical), or one cause
	Regions []string // where; empty: everywhere
	Since   time.Time
	Text    map[string]string // per locale, for people
}

// Status knows what is wrong at the moment. Live must return at once.
type Status interface {
	// Live returns the incidents that have not been cleared, oldest first.
	Live() []Incident
}

// Errors an eligibility check ends with. To a person they all mean "the check
// could not be made"; operators want to know which.
var (
	ErrCheckTimeout     = errors.New("eligibility check timed out")
	ErrCheckUnavailable = errors.New("eligibility service unavailable")
	ErrCheckInvalid     = errors.New("eligibility reply invalid")
)

// CheckOutcome is how a check ended, as the log records it.
type CheckOutcome string

// The outcomes of a check.
const (
	CheckOK          CheckOutcome = "ok"
	CheckTimeout     CheckOutcome = "timeout"
	CheckUnavailable CheckOutcome = "unavailable"
	CheckInvalid     CheckOutcome = "invalid"
)

// Eligibility asks the service that knows. Implementations must replace every
// code that may not be told before returning: nothing in bot ever sees one.
type Eligibility interface {
	// Check returns within its own deadline. Errors wrap one of ErrCheck….
	Check(ctx context.Context, request CheckRequest) (Verdict, error)
}

// Identity is who is talking, taken from a verified token only.
type Identity struct {
	Tenant    string
	User      string
	Anonymous bool
}

// Say is one thing a person does in a conversation. Exactly one of Text,
// Choice, Vote and Handoff is set.
type Say struct {
	Conversation string
	MessageID    string // chosen by the client; the same id is the same message
	User         Identity
	Locale       string // zh-CN | en; "" for the language the person writes in
	Product      string // product id, "" for the pack's own
	Client       Client

	Text    string
	Choice  *ChoiceRef
	Vote    *Vote
	Handoff HandoffAsk

	// OnCheck, when set, is told "checking" before and "done" or
	// "unavailable" after an eligibility check, on the caller's goroutine.
	OnCheck func(state string)

	masked []string // kinds of personal data hidden, set by the engine
	rush   *rush    // of the conversation, set by the engine
	spent  *bool    // a model was asked about it in vain: it is not waited for again
}

// ChoiceRef is a tap on a quick reply of an earlier message.
type ChoiceRef struct {
	Message string
	Choice  string
}

// Vote is feedback on a bot message.
type Vote struct {
	Message string
	Up      bool
	Reason  string
}

// HandoffAsk is an explicit request about the hand-off.
type HandoffAsk string

// What can be asked about a hand-off.
const (
	HandoffRequest HandoffAsk = "request"
	HandoffCancel  HandoffAsk = "cancel"
)

// Receipt is what Handle returns once a turn is stored.
type Receipt struct {
	Turn      Turn
	Seq       int64 // of the user's own message, or the last seq for acts without one
	Duplicate bool  // the id was known; Turn is the recorded one
}
