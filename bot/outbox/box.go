package outbox

import (
	"context"
	"errors"
	"time"
)

// ErrMoved says that somebody else has read on meanwhile.
var ErrMoved = errors.New("the outbox was moved on by somebody else")

// Note is one thing that an endpoint has to be told.
type Note struct {
	Endpoint     string
	Conversation string
	Position     int64 // in the log, of the turn it tells of
	Nth          int   // within the turn
	ID           string
	Kind         string
	Body         []byte
	Noted        time.Time
	Due          time.Time // of the next try
	Tries        int       // made so far
}

// Endpoint is somebody who is told.
type Endpoint struct {
	Name string
	URL  string // as it was when it was met
	Gone bool   // wants to hear nothing more at this address
	Late bool   // was tried to be told something, and has not taken it yet; not kept, but found
}

// State is where an outbox stands.
type State struct {
	Begun     bool // false: nothing was ever read
	Position  int64
	Open      []string // conversations that are followed
	Endpoints []Endpoint
}

// Step is what reading on found. It is kept all together or not at all.
type Step struct {
	Begin    bool // the first step of an outbox; From is not looked at
	From, To int64
	Notes    []Note
	Opened   []string
	Closed   []string
	Met      []Endpoint // new, or at a new address
}

// Box keeps it. A nil error of what changes something means that it is on
// disk. It is safe for concurrent use, and any number of processes may share
// one.
//
// Every implementation must pass outboxtest.TestBox.
type Box interface {
	// Lead says whether this process is the one to read and tell. Of several one
	// is, as long as it asks every few seconds.
	Lead(ctx context.Context) (bool, error)
	State(ctx context.Context) (State, error)
	// Endpoints is State without the rest.
	Endpoints(ctx context.Context) ([]Endpoint, error)
	// Advance returns ErrMoved when the outbox does not stand where the step
	// begins. A note that is there already stays as it is.
	Advance(ctx context.Context, step Step) error
	// Due returns what an endpoint has to be told by now, what is due longest
	// first. Of a conversation only the first note can be due.
	Due(ctx context.Context, endpoint string, now time.Time, most int) ([]Note, error)
	// Done forgets a note that was told, or given up.
	Done(ctx context.Context, note Note) error
	// Later keeps Due and Tries of a note.
	Later(ctx context.Context, note Note) error
	// Gone keeps that an endpoint wants to hear nothing more, and forgets its notes.
	Gone(ctx context.Context, endpoint string) error
	// Forget forgets an endpoint and its notes.
	Forget(ctx context.Context, endpoint string) error
	// Close lets another process lead.
	Close() error
}
