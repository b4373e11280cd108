package bot

import (
	"fmt"
	"slices"
	"time"
)

// Conversation is the fold of the turns of one conversation: all that is
// needed to decide on the next message, and nothing that cannot be rebuilt.
type Conversation struct {
	ID      string
	Owner   Identity
	Former  Identity // whose it was without a name, where it was claimed
	Product string
	Locale  string
	Version int64 // of the last turn applied
	Seq     int64 // of the last event a client may see

	Handoff Handoff

	Refusal Refusal // the latest one, where the latest check brought one
	Appeal  Appeal  // against it

	Topic    Topic
	Walk     Walk     // the flow the person is in
	Taken    []string // keys of the steps that are behind them, in any flow
	Walked   []string // flows that ended
	Minor    bool     // known to be below the age rule
	Care     int      // turns for which the bot stays with somebody in distress
	Scam     bool     // the last thing talked about was a scam
	Misses   int      // turns in a row that did not help
	Failed   int      // failed turns in a row, as far as they call for a human
	Abuse    int      // turns of abuse since a human was there last
	Declined bool     // sent a human away whom they had not asked for
	Clarify  bool     // the last reply offered readings to choose from

	ends   []int64                // ends[v-1] is Seq after version v
	seen   map[string]seenMessage // client message ids, for idempotency
	offers map[string]offer       // bot message id -> what it offered
	latest string                 // id of the last bot message
	said   said                   // what a human said last
	last   Move                   // what the bot did last
}

// said is the latest message as a list shows it.
type said struct {
	words string
	by    Author
	at    time.Time
}

// offer is what a bot message gave to choose from, and the step it showed:
// "tried it" below an old message is said of the step that message showed.
type offer struct {
	choices []Choice
	step    string
}

// Topic is what the conversation is about at the moment: the last answer that
// later messages may lean on.
type Topic struct {
	Intent   string
	Cause    string
	Reasons  []string // causes the check returned
	Fixes    []string // fixes shown so far, in order
	Decision Decision
	Symptom  string
	Locale   string // talked in
	Nth      int    // the reason talked about last, 1-based; 0 before any
}

// Active says whether there is anything to lean on.
func (t Topic) Active() bool { return t.Intent != "" }

// causes are the causes the topic can offer, the check's own first.
func (t Topic) causes() []string {
	if len(t.Reasons) > 0 || t.Cause == "" {
		return t.Reasons
	}
	return []string{t.Cause}
}

type seenMessage struct {
	version int64
	seq     int64
	digest  string
}

// NewConversation returns the empty conversation that the first turn opens.
func NewConversation(id string) *Conversation {
	return &Conversation{
		ID:      id,
		Handoff: Handoff{State: HandoffNone},
		seen:    map[string]seenMessage{},
		offers:  map[string]offer{},
	}
}

// Replay folds turns, which must be complete and in order, into a conversation.
func Replay(id string, turns []Turn) (*Conversation, error) {
	c := NewConversation(id)
	for _, turn := range turns {
		if err := c.Apply(turn); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Apply folds the next turn in. A turn out of order is an error and changes
// nothing: a hole in a history must never be served silently.
func (c *Conversation) Apply(turn Turn) error {
	if turn.Version != c.Version+1 {
		return fmt.Errorf("conversation %s: %w: turn %d does not follow %d", c.ID, ErrDamaged, turn.Version, c.Version)
	}
	c.Version = turn.Version
	for _, event := range turn.Events {
		c.apply(event, turn.At)
	}
	c.ends = append(c.ends, c.Seq)
	return nil
}

// before is the last version that has nothing beyond a sequence number.
func (c *Conversation) before(seq int64) int64 {
	first, _ := slices.BinarySearch(c.ends, seq+1)
	return int64(first)
}

func (c *Conversation) apply(event Event, at time.Time) {
	switch e := event.(type) {
	case Started:
		c.Owner = Identity{Tenant: e.Tenant, User: e.User, Anonymous: e.Anonymous}
		c.Product, c.Locale = e.Product, e.Locale
	case Claimed:
		c.Owner, c.Former = Identity{Tenant: e.Tenant, User: e.User}, c.Owner
	case Message:
		c.applyMessage(e)
		if e.Author == AuthorUser || e.Author == AuthorAgent { // what the bot says is no news to an agent
			c.said = said{words: firstWords(e.Blocks), by: e.Author, at: at}
		}
	case Understood:
		c.applyUnderstood(e)
	case HandoffChanged:
		c.handedOver(c.Handoff, e)
		c.Seq, c.Handoff = e.Seq, c.Handoff.apply(e, at)
	case Alarmed:
		c.Handoff = c.Handoff.alarmed(e)
	case Breached:
		c.Handoff = c.Handoff.breached(e)
	case Attended:
		c.seen[e.ID] = seenMessage{version: c.Version, seq: c.Seq, digest: e.Digest}
	case FeedbackGiven:
		c.seen[e.ID] = seenMessage{version: c.Version, seq: c.Seq, digest: e.Digest}
	case AgeKnown:
		c.Minor = e.Minor
	case Resolved:
		c.Failed = 0
	case FlowStarted:
		c.Walk = Walk{Flow: e.Flow, Edition: e.Edition, Cause: e.Cause, Before: e.Before}
	case StepTaken:
		c.applyStep(e)
	case FlowEnded:
		c.Walked, c.Walk = appendNew(c.Walked, e.Flow), Walk{}
	case Checked:
		c.Refusal = c.Refusal.checked(e)
	default:
		c.Appeal = c.Appeal.apply(event, at)
	}
}

// applyStep remembers a step for good: it is never offered again.
func (c *Conversation) applyStep(e StepTaken) {
	c.Taken = appendNew(c.Taken, e.Step)
	switch e.Outcome {
	case StepTried, StepFailed:
		if e.Outcome == StepFailed {
			c.Failed++
		}
		c.Walk.Fixes = appendNew(c.Walk.Fixes, e.Fix)
		c.Walk.Failed = c.Walk.Failed || e.Outcome == StepFailed
	}
}

func (c *Conversation) applyMessage(m Message) {
	c.Seq = m.Seq
	switch m.Author {
	case AuthorUser:
		c.seen[m.ID] = seenMessage{version: c.Version, seq: m.Seq, digest: m.Digest}
	case AuthorBot:
		c.applyReply(m)
	}
}

func (c *Conversation) applyReply(m Message) {
	made := offer{choices: choicesIn(m.Blocks)}
	if m.About != nil {
		made.step = m.About.Step
		c.Topic.absorb(*m.About)
		if !c.aside() {
			c.Walk.show(*m.About)
		}
		c.Refusal.tell(*m.About)
		c.Appeal.show(*m.About, c.last)
	}
	c.offers[m.ID], c.latest = made, m.ID
}

// aside says whether the last reply leads away from nothing: small talk, a
// word that was not understood, the wish for a human.
func (c *Conversation) aside() bool {
	return !slices.Contains([]Move{MoveAnswer, MoveFollowUp, MoveNotHelped, MoveResolved, MoveStep, MoveAppeal}, c.last)
}

// applyUnderstood keeps the count of turns that did not help, and forgets the
// topic when a new question opens another.
func (c *Conversation) applyUnderstood(u Understood) {
	c.tally(u)
	c.Clarify = u.Move == MoveClarify
	c.last = u.Move
	switch u.Move {
	case MoveFallback, MoveClarify, MoveNotHelped:
		c.Misses++
	case MoveAnswer:
		if u.Intent != c.Topic.Intent { // the same question again is no progress
			c.Misses = 0
		}
	case MoveResolved, MoveHandoff, MoveCare, MoveAppeal:
		c.Misses = 0
	}
	c.Care = max(c.Care-1, 0)
	switch u.Move {
	case MoveAnswer, MoveRefuse:
		c.Topic = c.Topic.next(u)
		c.Scam = false
	case MoveWarn:
		c.Scam = true
	case MoveCare:
		c.Care = careTurns
	}
}

// next is the topic that a new question opens. What was shown stays shown, but
// for somebody who has changed the language: they may not have understood it.
func (t Topic) next(u Understood) Topic {
	opened := Topic{Intent: u.Intent, Locale: u.Locale}
	if u.Locale == t.Locale {
		opened.Fixes = t.Fixes
	}
	return opened
}

// careTurns is how many turns the bot stays gentle after words of distress.
const careTurns = 4

// absorb adds what a reply showed to the topic.
func (t *Topic) absorb(about About) {
	if about.Cause != "" && t.Cause == "" {
		t.Cause = about.Cause
	}
	if len(about.Reasons) > 0 {
		t.Reasons = about.Reasons
	}
	if about.Decision != "" {
		t.Decision = about.Decision
	}
	if about.Nth > 0 {
		t.Nth = about.Nth
	}
	if about.Symptom != "" {
		t.Symptom = about.Symptom
	}
	t.Fixes = appendNew(t.Fixes, about.Fixes...)
}

func choicesIn(blocks []Block) []Choice {
	var choices []Choice
	for _, block := range blocks {
		if choices == nil {
			choices = slices.Clip(block.Choices) // shared by all who were offered the same
			continue
		}
		choices = append(choices, block.Choices...)
	}
	return choices
}

// appendNew appends the values that list does not hold yet.
func appendNew(list []string, values ...string) []string {
	for _, value := range values {
		if value != "" && !slices.Contains(list, value) {
			list = append(list, value)
		}
	}
	return list
}
