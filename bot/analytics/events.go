package analytics

import (
	"hash/fnv"
	"strings"

	"kaitong/bot"
)

// apply takes in one event. Kinds that nothing is counted of do nothing.
func (m *Memory) apply(event bot.Event) {
	c := &m.Contact
	switch e := event.(type) {
	case bot.Message:
		m.message(e)
	case bot.Checked:
		m.checked(e)
	case bot.FeedbackGiven:
		m.vote(e)
	case bot.Resolved:
		m.resolved()
	case bot.FixConfirmed:
		m.confirmed(e)
	case bot.RightInvoked:
		m.right(e)
	case bot.Warned:
		c.mark(ScamWarned, true)
		c.key(KindWarning, e.Warning, Happened)
	case bot.AgeKnown:
		c.Marks = c.Marks.with(Minor, e.Minor)
	case bot.AppealStarted, bot.AppealFilled:
		c.mark(AppealStarted, true)
	case bot.AppealSubmitted:
		c.mark(AppealStarted, true)
		c.mark(AppealSubmitted, true)
	case bot.AppealAccepted:
		c.mark(AppealAccepted, true)
	case bot.AppealRefused:
		c.mark(AppealRefused, true)
	case bot.Alarmed:
		c.mark(Distress, true)
	default:
		if !m.walked(event) {
			m.human(event)
		}
	}
}

func (m *Memory) message(e bot.Message) {
	switch {
	case e.Author == bot.AuthorAgent:
		m.humanWrites()
	case e.Author == bot.AuthorBot && e.About != nil:
		m.Contact.add(BotMessages, true)
		m.shown(e.ID, e.About)
	}
}

// shown takes in what a reply showed.
func (m *Memory) shown(id string, about *bot.About) {
	c := &m.Contact
	c.told(about.Cause)
	for _, cause := range about.Reasons {
		c.told(cause)
	}
	for _, fix := range about.Fixes {
		c.key(KindFix, fix, FixShown)
	}
	c.key(KindSymptom, about.Symptom, SymptomDescribed)
	c.key(KindIncident, about.Incident, Happened)
	c.mark(IncidentShown, about.Incident != "")
	c.mark(Composed, about.Composed == "llm")
	m.stepShown(about)
	m.reply(id, about.Sources)
}

func (c *Contact) told(cause string) {
	c.key(KindCause, cause, CauseTold)
	if c.Place.Cause == "" {
		c.Place.Cause = clean(cause)
	}
}

// reply remembers which entries a message quoted, for the votes on it.
func (m *Memory) reply(id string, sources []string) {
	made := reply{id: hash(id)}
	for _, source := range sources {
		if !strings.HasPrefix(source, "phrase:") {
			if at := m.Contact.key(KindEntry, source, EntryShown); at >= 0 {
				if made.entries == nil {
					made.entries = make([]uint16, 0, len(sources))
				}
				made.entries = append(made.entries, uint16(at))
			}
		}
	}
	if len(made.entries) == 0 {
		return
	}
	if len(m.replies) == maxReplies {
		m.replies = append(m.replies[:0:0], m.replies[1:]...)
	}
	m.replies = append(m.replies, made)
}

func hash(id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	return h.Sum64()
}

// vote counts the last vote on each message.
func (m *Memory) vote(e bot.FeedbackGiven) {
	cast := vote{id: hash(e.Message), up: e.Vote == "up"}
	c, known := &m.Contact, false
	for i := range m.votes {
		if m.votes[i].id == cast.id {
			c.Sums[VotesUp] += one(cast.up) - one(m.votes[i].up)
			m.votes[i], known = cast, true
		}
	}
	if !known {
		if len(m.votes) == maxVotes {
			m.votes = append(m.votes[:0:0], m.votes[1:]...)
		}
		m.votes = append(m.votes, cast)
		c.Sums[Votes]++
		c.Sums[VotesUp] += one(cast.up)
	}
	m.rate()
}

func one(holds bool) int64 {
	if holds {
		return 1
	}
	return 0
}

// rate gives the votes to the entries that the messages quoted.
func (m *Memory) rate() {
	keys := m.Contact.Keys
	for i := range keys {
		if keys[i].Kind == KindEntry {
			keys[i].Bits &^= EntryUp | EntryDown
		}
	}
	for _, cast := range m.votes {
		bit := EntryDown
		if cast.up {
			bit = EntryUp
		}
		for _, made := range m.replies {
			for _, at := range made.entries {
				if made.id == cast.id {
					keys[at].Bits |= bit
				}
			}
		}
	}
}

func (m *Memory) checked(e bot.Checked) {
	c := &m.Contact
	c.add(Checks, true)
	c.key(KindCheck, string(e.Outcome), Happened)
	if e.Outcome != bot.CheckOK {
		c.add(ChecksFailed, true)
		c.mark(CheckFailed, true)
		return
	}
	c.mark(Checked, true)
	if e.Verdict == nil {
		return
	}
	decision := e.Verdict.Decision
	c.key(KindDecision, string(decision), Happened)
	c.mark(Eligible, decision == bot.Eligible)
	c.mark(Ineligible, decision == bot.Ineligible)
	c.mark(InReview, decision == bot.InReview)
}

func (m *Memory) right(e bot.RightInvoked) {
	c := &m.Contact
	c.key(KindRight, e.Right, Happened)
	c.mark(RightExplanation, e.Right == "explanation")
	c.mark(RightReview, e.Right == "human_review")
}

// resolved: the person calls it solved, so what they tried has helped.
func (m *Memory) resolved() {
	m.solved = true
	for i := range m.Contact.Keys {
		key := &m.Contact.Keys[i]
		if key.Kind == KindFix && key.Bits&FixTried != 0 && key.Bits&(FixFailed|FixDoubted) == 0 {
			key.Bits |= FixHelped
		}
	}
	m.stepBehind()
}

// confirmed: a check says that the cause is gone, by what was tried. Of a former
// contact it counts in this one, as told too.
func (m *Memory) confirmed(e bot.FixConfirmed) {
	c := &m.Contact
	c.mark(CheckConfirmed, true)
	c.key(KindCause, e.Cause, CauseTold|CauseConfirmed)
	for _, fix := range e.Fixes {
		if at := c.key(KindFix, fix, FixShown|FixTried|FixHelped|FixConfirmed); at >= 0 {
			c.Keys[at].Bits &^= FixFailed | FixDoubted
		}
	}
}
