package analytics

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"kaitong/bot"
)

// Version is the version of the fold: of what it counts, and of how it
// remembers. Figures made by another version must be made anew.
const Version = 2

// Limits of a contact.
const (
	// Pause is how long nobody says anything before a new question is a new
	// contact.
	Pause = time.Hour
	// ReturnDay is within what a new question undoes that the one before was
	// solved, and within what a step of the same flow still belongs to it.
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

// State is what the fold has to remember between turns. What it hands out is
// changed in place, and is to be kept until the next turn of the same
// conversation or person.
//
// What a turn changed is found so: every memory handed out during the turn
// holds a contact that may have changed, and every contact that was closed got
// its last change. Nothing else changes, ever. A memory that was handed out and
// is still zero (Version is 0) is of a conversation that has been forgotten.
type State interface {
	// Conversation returns the memory of a conversation, a zero one for a new
	// one. It is asked for the turn's own, and for the one that holds the
	// person's latest contact.
	Conversation(id string) (*Memory, error)
	// Person returns what is remembered under a [PersonKey], zero for somebody
	// new.
	Person(key string) (*Person, error)
	// Close is told of a contact that will never change again, since another
	// has begun in its conversation. It must not keep the pointer.
	Close(contact *Contact) error
}

// Person is what the fold remembers of a person: where their latest contact is
// that asked for something.
type Person struct {
	Conversation string // "" for none
	N            int
}

// PersonKey stands for a person without naming them.
func PersonKey(tenant, user string) string {
	sum := sha256.Sum256([]byte(tenant + "\x00" + user))
	return hex.EncodeToString(sum[:16])
}

// Apply folds the next turn of the log in. A turn applied before wraps
// ErrRepeated, one that does not follow ErrHole; both count nothing, and after
// a hole nothing is counted in that conversation any more (Memory.Broken). Any
// other error comes from the state, and what was changed must be thrown away.
func Apply(s State, turn bot.Turn) error {
	m, err := s.Conversation(turn.Conversation)
	if err != nil {
		return fmt.Errorf("conversation %s: %w", turn.Conversation, err)
	}
	switch {
	case turn.Version <= m.Version:
		return fmt.Errorf("conversation %s: turn %d: %w", turn.Conversation, turn.Version, ErrRepeated)
	case m.Broken || turn.Version != m.Version+1:
		m.Broken = true
		return fmt.Errorf("conversation %s: turn %d after %d: %w", turn.Conversation, turn.Version, m.Version, ErrHole)
	}
	f := &folding{state: s, m: m, turn: turn, seen: look(turn.Events)}
	if err := f.run(); err != nil {
		return fmt.Errorf("conversation %s: turn %d: %w", turn.Conversation, turn.Version, err)
	}
	return nil
}

// folding is one turn on its way into the memory of its conversation.
type folding struct {
	state State
	m     *Memory
	turn  bot.Turn
	seen  glance
	asks  bool // the person asks for something
}

func (f *folding) run() error {
	m := f.m
	m.clock = later(m.clock, f.turn.At.UTC())
	if f.seen.started != nil && m.Version == 0 { // a conversation begins once
		m.open(f.seen.started)
	}
	if f.seen.claimed != nil {
		if err := f.claim(f.seen.claimed); err != nil {
			return err
		}
	}
	f.asks = f.seen.asks(m)
	cut := f.cuts()
	if f.asks && (cut || !m.Contact.Marks.Has(Requests)) {
		if err := f.returns(cut); err != nil {
			return err
		}
	}
	if err := f.begin(cut); err != nil {
		return err
	}
	f.person()
	for _, event := range f.turn.Events {
		m.apply(event)
	}
	m.Version = f.turn.Version
	m.Contact.Through, m.Contact.Position = f.turn.Version, f.turn.Position
	m.settle()
	return nil
}

// later is a clock that never goes back, whatever the clocks of nodes say.
func later(a, b time.Time) time.Time {
	if b.Before(a) {
		return a
	}
	return b
}

// cuts says whether a new contact begins: something is asked after a pause, and
// no human has the conversation or is awaited.
func (f *folding) cuts() bool {
	m := f.m
	return f.asks && m.Contact.N > 0 && !open(m.handoff) && m.clock.Sub(m.Contact.Last) > Pause
}

func open(state bot.HandoffState) bool {
	return waits(state) || state == bot.HandoffActive
}

func waits(state bot.HandoffState) bool {
	return state == bot.HandoffRequested || state == bot.HandoffQueued
}

// claim notes that somebody without a name is somebody from now on. What they
// asked last goes along, so nothing points here from the name they had.
func (f *folding) claim(e *bot.Claimed) error {
	before, err := f.state.Person(f.m.who)
	if err != nil {
		return fmt.Errorf("person: %w", err)
	}
	latest := *before
	f.m.who, f.m.anonymous = PersonKey(e.Tenant, e.User), false
	if latest.Conversation != f.turn.Conversation {
		return nil
	}
	*before = Person{}
	person, err := f.state.Person(f.m.who)
	if err != nil {
		return fmt.Errorf("person: %w", err)
	}
	*person = latest
	return nil
}

// returns notes with the person's latest contact that they have come back, and
// that this one is the latest now.
func (f *folding) returns(cut bool) error {
	person, err := f.state.Person(f.m.who)
	if err != nil {
		return fmt.Errorf("person: %w", err)
	}
	n := max(f.m.Contact.N, 1)
	if cut {
		n++
	}
	before := *person
	*person = Person{Conversation: f.turn.Conversation, N: n}
	if before.Conversation == "" || before == *person {
		return nil
	}
	other, err := f.state.Conversation(before.Conversation)
	if err != nil {
		return fmt.Errorf("the contact before, in %s: %w", before.Conversation, err)
	}
	if other.Contact.N == before.N { // else it has been forgotten
		other.returned(f.m.clock.Sub(other.Contact.Last))
	}
	return nil
}

// begin opens the first contact, or closes one and opens the next.
func (f *folding) begin(cut bool) error {
	m := f.m
	if m.Contact.N > 0 && !cut {
		return nil
	}
	if cut {
		if err := f.state.Close(&m.Contact); err != nil {
			return fmt.Errorf("close contact %d: %w", m.Contact.N, err)
		}
	}
	m.next(f.turn)
	if u := &f.seen.understood; cut && u.Locale != "" {
		m.Contact.Place.Locale = u.Locale
	}
	return nil
}

// person takes in what the person said, before anything that follows from it.
func (f *folding) person() {
	m, c := f.m, &f.m.Contact
	if f.seen.said {
		c.Last = m.clock
	}
	if !f.seen.user {
		return
	}
	c.Sums[PersonMessages]++
	c.mark(Masked, f.seen.masked)
	if !f.seen.read {
		return
	}
	if f.asks {
		m.ask()
	}
	m.hear(&f.seen, f.asks, f.turn.Version)
}
