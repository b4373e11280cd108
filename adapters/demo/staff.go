package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kaitong/bot"
)

// When agents are there, in hours of the day.
const (
	deskOpens  = 9
	deskCloses = 21
)

// Online implements [bot.Roster].
func (m *month) Online(string, string) int {
	if hour := m.agenda.now.In(m.Zone).Hour(); hour < deskOpens || hour >= deskCloses {
		return 0
	}
	return len(m.story.Agents)
}

// There implements [bot.Roster].
func (m *month) There(string, string) bool { return true }

// fetch lets an agent take somebody who waits, sooner or later.
func (m *month) fetch(p *person) {
	wait := p.between(20*time.Second, 150*time.Second)
	if m.dayOf(m.agenda.now) == m.story.Rush.Day {
		wait = time.Duration(float64(wait) * m.story.Rush.Waits)
	}
	at := m.agenda.now.Add(wait)
	if m.Online("", "") == 0 {
		at = m.nextOpening().Add(p.between(time.Minute, 40*time.Minute))
	}
	m.lookAfter(p, at)
	if p.chance(0.08) { // some do not wait
		m.agenda.plan(p.between(time.Minute, 4*time.Minute), func(ctx context.Context) error {
			return p.say(ctx, bot.Say{Handoff: bot.HandoffCancel})
		})
	}
	m.agenda.planAt(at, func(ctx context.Context) error { return m.serve(ctx, p) })
}

func (m *month) nextOpening() time.Time {
	now := m.agenda.now.In(m.Zone)
	opening := time.Date(now.Year(), now.Month(), now.Day(), deskOpens, 0, 0, 0, m.Zone)
	if opening.Before(now) {
		opening = opening.AddDate(0, 0, 1)
	}
	return opening
}

// lookAfter keeps what somebody who waits was promised, until they are served.
func (m *month) lookAfter(p *person, until time.Time) {
	next := m.agenda.now.Add(time.Minute)
	if !next.Before(until) {
		return
	}
	m.agenda.planAt(next, func(ctx context.Context) error {
		if err := m.engine.Tend(ctx, p.conversation, m.Tenant); err != nil {
			return err
		}
		m.lookAfter(p, until)
		return nil
	})
}

// serve is a talk between an agent and a person.
func (m *month) serve(ctx context.Context, p *person) error {
	agent := one(p, m.story.Agents)
	act := bot.DeskAct{Conversation: p.conversation, Agent: bot.Agent{Tenant: m.Tenant, ID: agent.ID, Name: agent.Name}, Kind: bot.DeskClaim}
	receipt, err := m.attend(ctx, act)
	if err != nil { // they did not wait, or a colleague was first
		return late(err)
	}
	act.Epoch = owner(receipt.Turn)
	m.talk(p, act, 1+p.random.IntN(3))
	return nil
}

func (m *month) attend(ctx context.Context, act bot.DeskAct) (bot.Receipt, error) {
	act.ID = m.newID()
	return m.engine.Attend(ctx, act)
}

// owner is the epoch of the hand-off after a turn.
func owner(turn bot.Turn) int64 {
	for _, event := range turn.Events {
		if change, ok := event.(bot.HandoffChanged); ok {
			return change.Owner
		}
	}
	return 0
}

// talk plans so many replies of an agent, what the person says to each, and the
// end.
func (m *month) talk(p *person, act bot.DeskAct, replies int) {
	at := m.agenda.now
	for range replies {
		at = at.Add(p.between(15*time.Second, 2*time.Minute))
		m.agenda.planAt(at, func(ctx context.Context) error {
			reply := act
			reply.Kind, reply.Text = bot.DeskReply, one(p, m.story.Replies.in(p.english))
			_, err := m.attend(ctx, reply)
			return late(err)
		})
		at = at.Add(p.between(10*time.Second, time.Minute))
		m.agenda.planAt(at, func(ctx context.Context) error {
			return p.say(ctx, bot.Say{Text: one(p, m.story.Answers.in(p.english))})
		})
	}
	m.agenda.planAt(at.Add(p.between(20*time.Second, 3*time.Minute)), func(ctx context.Context) error { return m.resolve(ctx, p, act) })
}

// resolve writes down what the agent found.
func (m *month) resolve(ctx context.Context, p *person, act bot.DeskAct) error {
	found := bot.Disposition{Cause: p.situation.Cause, Solved: bot.SolvedNo, Note: "demo"}
	switch {
	case p.mended || p.chance(0.25+0.5*p.situation.Fixes):
		found.Solved, p.mended = bot.SolvedYes, true
	case p.chance(0.3):
		found.Solved = bot.SolvedUnknown
	}
	act.Kind, act.Disposition = bot.DeskResolve, found
	if _, err := m.attend(ctx, act); err != nil {
		return late(err)
	}
	p.comeBack()
	return nil
}

// late is nil where the person has left the agent meanwhile.
func late(err error) error {
	if errors.Is(err, bot.ErrFenced) || errors.Is(err, bot.ErrTaken) || errors.Is(err, bot.ErrInvalid) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	return nil
}
