package bot

import (
	"errors"
	"fmt"
	"time"
)

// Errors of what agents do.
var (
	// ErrTaken: somebody else was first.
	ErrTaken = errors.New("another agent has this conversation")
	// ErrFenced: who owns the conversation has changed since the agent looked.
	ErrFenced = errors.New("the conversation has changed hands")
)

// HandoffState is where the hand-off to a human stands.
type HandoffState string

// The states of a hand-off. "none" is never stored.
const (
	HandoffNone      HandoffState = "none"
	HandoffRequested HandoffState = "requested" // a ticket: nobody can take it now
	HandoffQueued    HandoffState = "queued"    // in line, agents are there
	HandoffActive    HandoffState = "active"    // an agent talks; the bot is silent
	HandoffResolved  HandoffState = "resolved"
	HandoffCancelled HandoffState = "cancelled"
)

// Agent is a member of staff who talks to people.
type Agent struct {
	Tenant string `json:"-"`
	ID     string `json:"id"`
	Name   string `json:"name"` // what people are shown
}

// Handoff is who has a conversation: the bot, a queue, or an agent.
type Handoff struct {
	State    HandoffState
	Reason   string // requested, distress, an intent or symptom …
	Ticket   string
	Queue    string
	Priority int       // higher is served first
	Epoch    int64     // grows with every change of hands: whoever acts on an older one is late
	Asked    int64     // the epoch in which a human was asked for, until the request is over
	Agent    Agent     // who has it while active
	Since    time.Time // waiting or talking since
	Due      time.Time // while waiting: when the next thing was promised; zero: nothing was
	Until    time.Time // while waiting: after which the request is closed
	InLine   time.Time // while in line: since agents have been there
	Late     int       // while waiting: how often what was promised was not kept
	Urgent   bool      // somebody in distress
}

// Reasons of hand-offs that are not the name of an intent or a symptom.
const (
	ReasonRequested = "requested"    // asked for
	ReasonDistress  = "distress"     // somebody is in despair
	ReasonFailed    = "failed_turns" // the bot was no help, several times in a row
	ReasonAbuse     = "abuse"        // the bot was insulted, several times
	ReasonExpired   = "expired"      // of the end of one that nobody took
)

// Waiting says whether a human was asked for and has not come yet.
func (h Handoff) Waiting() bool {
	return h.State == HandoffRequested || h.State == HandoffQueued
}

// Open says whether the conversation belongs on a desk.
func (h Handoff) Open() bool { return h.Waiting() || h.State == HandoffActive }

// sameAs says whether the request is still the one of an epoch, whoever has it now.
func (h Handoff) sameAs(epoch int64) bool { return h.Open() && h.Asked <= epoch && epoch <= h.Epoch }

// apply folds a recorded change in.
func (h Handoff) apply(e HandoffChanged, at time.Time) Handoff {
	next := Handoff{State: e.State, Reason: h.Reason, Ticket: h.Ticket, Queue: h.Queue, Priority: h.Priority, Epoch: e.Owner, Since: at}
	if h.Waiting() && next.Waiting() {
		next.Since, next.Until, next.Late = h.Since, h.Until, h.Late // who is moved in line keeps their place
	}
	if next.Asked = h.Asked; !h.Open() {
		next.Asked = next.Epoch
	}
	if next.State == HandoffQueued {
		next.InLine = at
		if h.State == HandoffQueued {
			next.InLine = h.InLine
		}
	}
	if e.Reason != "" {
		next.Reason = e.Reason
	}
	if e.Ticket != "" {
		next.Ticket = e.Ticket
	}
	if e.Queue != "" {
		next.Queue, next.Priority = e.Queue, e.Priority
	}
	if e.Agent != nil {
		next.Agent = *e.Agent
	}
	if e.Due != nil {
		next.Due = *e.Due
	}
	if e.Until != nil {
		next.Until = *e.Until
	}
	if next.Urgent = next.Open() && (h.Urgent && h.Open() || e.Reason == ReasonDistress); next.Urgent {
		next.Priority = max(next.Priority, h.Priority) // wherever they are passed on to
	}
	return next
}

// alarmed folds in that somebody is in distress who has an agent already.
func (h Handoff) alarmed(e Alarmed) Handoff {
	h.Urgent, h.Priority = true, max(h.Priority, e.Priority)
	return h
}

// breached folds in that a promise was not kept, and the next one.
func (h Handoff) breached(e Breached) Handoff {
	h.Late++
	if e.Next != nil {
		h.Due = *e.Next
	}
	return h
}

// change is the event of a change of hands, without its number.
func (h Handoff) change(state HandoffState) HandoffChanged {
	return HandoffChanged{State: state, Owner: h.Epoch + 1, Ticket: h.Ticket}
}

// claim gives a waiting conversation to an agent.
func (h Handoff) claim(agent Agent) (HandoffChanged, error) {
	switch {
	case h.State == HandoffActive && h.Agent.ID != agent.ID:
		return HandoffChanged{}, fmt.Errorf("claim: %w", ErrTaken)
	case !h.Waiting():
		return HandoffChanged{}, fmt.Errorf("claim: nobody waits here: %w", ErrFenced)
	}
	return h.giveTo(agent), nil
}

// takeOver gives a conversation to a lead, whoever has it.
func (h Handoff) takeOver(lead Agent) (HandoffChanged, error) {
	if !h.Open() {
		return HandoffChanged{}, fmt.Errorf("take over: %w", ErrFenced)
	}
	return h.giveTo(lead), nil
}

// owned checks that an agent acts on what is theirs, as it is now.
func (h Handoff) owned(agent Agent, epoch int64) error {
	switch {
	case h.State != HandoffActive || h.Epoch != epoch:
		return ErrFenced
	case h.Agent.ID != agent.ID:
		return ErrTaken
	}
	return nil
}

// giveTo puts a conversation into the hands of an agent.
func (h Handoff) giveTo(agent Agent) HandoffChanged {
	change := h.change(HandoffActive)
	change.Agent = &agent
	return change
}

// putBack puts a conversation into a line, at a place.
func (h Handoff) putBack(place Place) HandoffChanged {
	change := h.change(place.State)
	change.Queue, change.Priority, change.Due = place.Queue, place.Priority, place.due()
	if !h.Waiting() || h.Until.IsZero() {
		change.Until = &place.Until
	}
	return change
}

// Line is what is known about somebody's place in line. The zero value is: not
// in line, nobody is there.
type Line struct {
	Position int  // 1 is next
	Minutes  int  // people waited lately; 0: not known
	Longer   bool // they wait longer than people did lately

	Opens time.Time // out of hours, for who is in no line: when they begin again
	Now   time.Time
}
