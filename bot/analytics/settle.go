package analytics

import "kaitong/bot"

// settle judges the contact by all that has happened so far. It may be called
// at any time, and again.
func (m *Memory) settle() {
	c := &m.Contact
	c.complete()
	c.Outcome = m.outcome()
	has := c.Marks.Has
	for _, judged := range []struct {
		mark  Mark
		holds bool
	}{
		{Covered, has(Involved) && !has(FellBack)},
		{SmallTalkOnly, !has(Requests)},
		{Contained, has(Requests) && !has(HandedOff)},
		{Confirmed, c.Outcome == OutcomeConfirmed},
		{Assumed, c.Outcome == OutcomeAssumed},
		{Solved, c.Outcome == OutcomeConfirmed || c.Outcome == OutcomeAssumed},
		{Abandoned, c.Outcome == OutcomeAbandoned},
		{Rated, c.Sums[Votes] > 0},
		{RatedUp, c.Sums[Votes] > 0 && c.Sums[VotesUp] == c.Sums[Votes]},
		{HumanAwaited, waits(m.handoff)},
		{HumanTalking, m.handoff == bot.HandoffActive},
	} {
		c.Marks = c.Marks.with(judged.mark, judged.holds)
	}
	c.Unanswered = m.unanswered()
	c.Marks = c.Marks.with(Unanswered, len(c.Unanswered) > 0)
	m.settleKeys()
}

// complete adds what follows from a mark, so that no share is ever above one,
// whatever a log holds.
func (c *Contact) complete() {
	for _, follows := range []struct{ from, mark Mark }{
		{HumanSolved, HumanResolved},
		{HumanResolved, HandedOff},
		{HumanAnswered, HandedOff},
		{HandoffCancelled, HandedOff},
		{Breached, HandedOff},
		{HandedOff, Requests},
		{FlowSolved, Guided},
		{Guided, Involved},
		{Answered, Involved},
		{Involved, Requests},
		{CheckConfirmed, Checked},
	} {
		c.mark(follows.mark, c.Marks.Has(follows.from))
	}
}

func (m *Memory) outcome() Outcome {
	has := m.Contact.Marks.Has
	switch {
	case !has(Requests):
		return OutcomeNone
	case has(HandedOff):
		return OutcomeHandedOff
	case has(Returned24h):
		return OutcomeReturned
	case m.solved && has(Involved):
		return OutcomeConfirmed
	case !has(Answered):
		return OutcomeUnanswered
	case m.left == nothing:
		return OutcomeAssumed
	}
	return OutcomeAbandoned
}

// unanswered are the misses that count: what did not help at first and was
// called solved in the end has an answer.
func (m *Memory) unanswered() []Question {
	var list []Question
	for _, miss := range m.misses {
		if miss.Outcome != MissNotHelped || m.Contact.Outcome != OutcomeConfirmed {
			list = append(list, miss)
		}
	}
	return list
}

// settleKeys gives to what was asked and told how the contact ended.
func (m *Memory) settleKeys() {
	c := &m.Contact
	solved, handed, returned := c.Marks.Has(Confirmed), c.Marks.Has(HandedOff), c.Marks.Has(Returned7d)
	for i := range c.Keys {
		key := &c.Keys[i]
		switch key.Kind {
		case KindIntent:
			key.Bits = key.Bits.with(IntentSolved, solved).with(IntentHandedOff, handed).with(IntentUnanswered, c.missed(key.Key.Key))
		case KindSymptom:
			key.Bits = key.Bits.with(SymptomSolved, solved).with(SymptomHandedOff, handed)
		case KindCause:
			key.Bits = key.Bits.with(CauseSolved, solved).with(CauseHandedOff, handed).with(CauseReturned, returned)
		}
	}
}

// missed says whether a question about an intent was not answered well.
func (c *Contact) missed(intent string) bool {
	for _, miss := range c.Unanswered {
		if miss.Intent == intent {
			return true
		}
	}
	return false
}
