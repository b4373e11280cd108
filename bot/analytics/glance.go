package analytics

import "kaitong/bot"

// glance is what a turn is about, seen at once.
type glance struct {
	started    *bot.Started
	claimed    *bot.Claimed
	user       bool // the person wrote or tapped
	words      string
	choice     string
	masked     bool
	read       bool // it was understood, one way or another
	understood bot.Understood
	reply      *bot.About // of the bot, to what the person said
	said       bool       // a person spoke, or an agent did something they notice
	flow       bool       // a flow begins
	appeal     bool       // the form of an appeal is opened
	exhausted  bool       // a flow ended and did not help
	handoff    bot.HandoffState
}

func look(events []bot.Event) (g glance) {
	for _, event := range events {
		switch e := event.(type) {
		case bot.Started:
			g.begins(e)
		case bot.Claimed:
			g.claims(e)
		case bot.Message:
			g.message(&e)
		case bot.Understood:
			g.understood, g.read = e, true
		case bot.FlowStarted:
			g.flow = true
		case bot.FlowEnded:
			g.exhausted = g.exhausted || e.Outcome == bot.FlowExhausted
		case bot.AppealStarted:
			g.appeal = true
		case bot.HandoffChanged:
			g.handoff = e.State
		case bot.Attended:
			g.said = g.said || e.Act != bot.DeskNote
		}
	}
	return g
}

func (g *glance) begins(e bot.Started) { g.started = &e }

func (g *glance) claims(e bot.Claimed) { g.claimed = &e }

func (g *glance) message(m *bot.Message) {
	switch m.Author {
	case bot.AuthorUser:
		g.user, g.said, g.words, g.choice, g.masked = true, true, words(m), m.Choice, len(m.Masked) > 0
	case bot.AuthorAgent:
		g.said = true
	case bot.AuthorBot:
		if m.About != nil {
			g.reply = m.About
		}
	}
}

// asks says whether the person asks for something. Small talk, "it is solved"
// and what an agent is told do not. What belongs to a flow or a form that is
// open already does only when it comes so late that it is a return.
func (g *glance) asks(m *Memory) bool {
	if !g.user || !g.read {
		return false
	}
	late := m.Contact.N > 0 && m.clock.Sub(m.Contact.Last) > ReturnDay
	switch g.understood.Move {
	case bot.MoveAnswer, bot.MoveClarify, bot.MoveFallback, bot.MoveFollowUp, bot.MoveNotHelped, bot.MoveWarn, bot.MoveRefuse, bot.MoveCare:
		return true
	case bot.MoveStep:
		return g.flow || late
	case bot.MoveAppeal:
		return g.appeal || late
	case bot.MoveHandoff: // not where the wish is withdrawn
		return open(g.after(m.handoff))
	}
	return false
}

// after is the state of the hand-off after the turn.
func (g *glance) after(before bot.HandoffState) bot.HandoffState {
	if g.handoff != "" {
		return g.handoff
	}
	return before
}

// typed is what the person typed, "" where they tapped.
func (g *glance) typed() string {
	if g.choice != "" {
		return ""
	}
	return g.words
}

// words is the text of a message.
func words(m *bot.Message) string {
	if len(m.Blocks) == 0 {
		return ""
	}
	return m.Blocks[0].Text
}
