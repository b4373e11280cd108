package analytics

import (
	"errors"
	"time"

	"kaitong/bot"
)

// Version is the version of the fold: of what it counts, and of how it
// remembers. Figures made by another version must be made anew.
const Version = 1

// Limits of a contact.
const (
	// Pause is how long nobody says anything before a new question is a new
	// contact.
	Pause = time.Hour
	// ReturnDay is within what a new question undoes that the one before was
	// solved, and within what a word on the same matter still belongs to it.
	ReturnDay = 24 * time.Hour
	// ReturnWeek is within what a new question counts as a return at all.
	ReturnWeek = 7 * ReturnDay
	// MaxQuestion is how many runes of a question are kept.
	MaxQuestion = 200
)

// What can be wrong with a turn. Nothing is counted then.
var (
	// ErrRepeated: the turn was applied before.
	ErrRepeated = errors.New("turn was counted before")
	// ErrHole: a turn before it is missing.
	ErrHole = errors.New("a turn is missing")
)

var errSketch = errors.New("sketch")

// State is what the fold has to remember between turns. What it hands out is
// changed in place, and is to be kept until the next turn of the same
// conversation or person.
//
// What a turn changed is found so: every memory handed out during the turn
// holds a contact that may have changed, and every contact that was closed got
// its last change. Nothing else changes, ever.
type State interface {
	// Conversation returns the memory of a conversation, a zero one for a new
	// one. It is asked for the turn's own, and for the one that holds the
	// person's latest contact.
	Conversation(id string) (*Memory, error)
	// Person returns what is remembered of a person, zero for a new one.
	Person(tenant, user string) (*Person, error)
	// Close is told of a contact that will never change again, since another
	// has begun in its conversation. It must not keep the pointer.
	Close(contact *Contact) error
}

// Memory is what the fold remembers of a conversation.
type Memory struct {
	Version int64 // of the last turn applied
	Broken  bool  // a turn was missing: no more is counted here
	Contact Contact
}

// Person is what the fold remembers of a person: where their latest contact is
// that asked for something.
type Person struct {
	Conversation string // "" for none
	N            int
}

// Apply folds the next turn of the log in. A turn applied before wraps
// ErrRepeated, one that does not follow ErrHole; both count nothing, and after
// a hole nothing is counted in that conversation any more (Memory.Broken). Any
// other error comes from the state, and what was changed must be thrown away.
func Apply(s State, turn bot.Turn) error {
	_, _ = s, turn
	return errSketch
}

// Count says what a contact adds to which cell.
func (c *Contact) Count(zone *time.Location) (Cell, Counts) {
	cell := Cell{Day: DayOf(c.Began, zone), Place: c.Place}
	cell.Place.Region = ""
	return cell, Counts{Marks: c.Marks, Sums: c.Sums, Keys: c.Keys}
}

// MarshalBinary is a memory in a small form, for a projection to keep.
func (m *Memory) MarshalBinary() ([]byte, error) { return nil, errSketch }

// UnmarshalBinary reads what MarshalBinary wrote, and refuses anything else.
func (m *Memory) UnmarshalBinary(data []byte) error { _ = data; return errSketch }

// MarshalBinary is a contact in a small form, all of it.
func (c *Contact) MarshalBinary() ([]byte, error) { return nil, errSketch }

// UnmarshalBinary reads what MarshalBinary wrote, and refuses anything else.
func (c *Contact) UnmarshalBinary(data []byte) error { _ = data; return errSketch }

// MarshalBinary is what is remembered of a person, in a small form.
func (p *Person) MarshalBinary() ([]byte, error) { return nil, errSketch }

// UnmarshalBinary reads what MarshalBinary wrote, and refuses anything else.
func (p *Person) UnmarshalBinary(data []byte) error { _ = data; return errSketch }
