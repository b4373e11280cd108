package analytics

import (
	"time"

	"kaitong/bot"
)

// human takes in what happens between a person and the people at the desk. Of
// the bot nothing counts here: neither what it says meanwhile nor its time.
func (m *Memory) human(event bot.Event) {
	switch e := event.(type) {
	case bot.HandoffChanged:
		m.changeHands(e)
	case bot.Attended:
		m.attend(e)
	case bot.Disposed:
		m.disposed(e)
	case bot.Breached:
		m.Contact.mark(Breached, true)
		m.Contact.add(Breaches, true)
		m.aboutHandoff(HandoffBreached)
	}
}

// aboutHandoff sets bits with the reason and the queue of the moment. Nothing
// comes of a request that was none.
func (m *Memory) aboutHandoff(bits Bits) {
	bits |= HandoffAsked
	m.Contact.key(KindHandoff, m.reason, bits)
	m.Contact.key(KindQueue, m.queue, bits)
}

func (m *Memory) changeHands(e bot.HandoffChanged) {
	before := m.handoff
	m.handoff = e.State
	if !open(before) && open(e.State) {
		m.reason, m.queue = "", "" // of another request
	}
	if e.Reason != "" {
		m.reason = e.Reason
	}
	if e.Queue != "" {
		m.queue = e.Queue
	}
	switch {
	case waits(e.State):
		m.awaited(before, e.State)
	case e.State == bot.HandoffActive:
		m.takenBy(before)
	case e.State == bot.HandoffCancelled:
		m.withdrawn()
	case e.State == bot.HandoffResolved:
		m.Contact.mark(HumanResolved, true)
	}
	if !open(e.State) {
		m.asked, m.attended = time.Time{}, time.Time{}
	}
}

// awaited: who is moved in line, by whomever, still waits since they asked.
func (m *Memory) awaited(before, now bot.HandoffState) {
	c := &m.Contact
	c.mark(HandedOff, true)
	c.mark(Ticketed, now == bot.HandoffRequested)
	m.aboutHandoff(HandoffAsked)
	m.attended = time.Time{}
	if !open(before) {
		c.add(HumanRequests, true)
		m.asked, m.answered = m.clock, false
	}
}

// takenBy: an agent has it from now on. One who takes over from another goes on
// with the same talk.
func (m *Memory) takenBy(before bot.HandoffState) {
	m.Contact.mark(HandedOff, true)
	if before == bot.HandoffActive {
		return
	}
	m.Contact.add(HumanTalks, true)
	m.attended = m.clock
}

// withdrawn: a wish that was fulfilled cannot be withdrawn.
func (m *Memory) withdrawn() {
	if !m.answered {
		m.Contact.mark(HandoffCancelled, true)
		m.aboutHandoff(HandoffWithdrawn)
	}
}

// attend counts the time between an agent's acts. Notes are written by anybody
// at any time, so that they say nothing of how long somebody was talked to.
func (m *Memory) attend(e bot.Attended) {
	if m.attended.IsZero() || e.Act == bot.DeskNote {
		return
	}
	m.Contact.Sums[HumanTalkMS] += m.clock.Sub(m.attended).Milliseconds()
	m.attended = m.clock
}

// humanWrites ends the wait of somebody who asked for a human.
func (m *Memory) humanWrites() {
	c := &m.Contact
	c.mark(HumanAnswered, true)
	c.add(HumanMessages, true)
	m.aboutHandoff(HandoffHumanAnswered)
	if !m.asked.IsZero() {
		wait := m.clock.Sub(m.asked)
		c.add(HumanWaits, true)
		c.Sums[HumanWaitMS] += wait.Milliseconds()
		c.key(KindWait, waitBucket(wait), Happened)
	}
	m.asked, m.answered = time.Time{}, true
}

// waitBucket is the range a wait falls into; it sorts as it should.
func waitBucket(wait time.Duration) string {
	switch {
	case wait <= 30*time.Second:
		return "1 <=30s"
	case wait <= time.Minute:
		return "2 <=1m"
	case wait <= 3*time.Minute:
		return "3 <=3m"
	case wait <= 5*time.Minute:
		return "4 <=5m"
	case wait <= 15*time.Minute:
		return "5 <=15m"
	case wait <= time.Hour:
		return "6 <=1h"
	}
	return "7 >1h"
}

func (m *Memory) disposed(e bot.Disposed) {
	m.Contact.key(KindDisposed, e.Cause, Happened)
	if e.Solved == bot.SolvedYes {
		m.Contact.mark(HumanSolved, true)
		m.aboutHandoff(HandoffSolved)
	}
}
