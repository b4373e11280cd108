package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"kaitong/bot"
)

// history makes up what people and agents might do: not how the engine would do
// it, but everything it could write, in any order.
type history struct {
	random        *rand.Rand
	now           time.Time
	conversations []*made
	people        int
	seed          uint64
	begun         int
	last          string // conversation of the last turn
}

// made is a conversation that is being made up.
type made struct {
	id       string
	version  int64
	seq      int64
	last     string // id of the last message of the bot
	waiting  bool   // for a human
	attended bool
}

func newHistory(seed uint64, people int) *history {
	return &history{
		random: rand.New(rand.NewPCG(seed, 1)), people: people, seed: seed,
		now: time.Date(2026, 10, 28, 20, 0, 0, 0, time.UTC),
	}
}

func (h *history) chance(percent int) bool { return h.random.IntN(100) < percent }

func pick[T any](h *history, list ...T) T { return list[h.random.IntN(len(list))] }

// turn makes up the next turn of the log.
func (h *history) turn() bot.Turn {
	h.now = h.now.Add(pick(h, time.Second, 20*time.Second, 3*time.Minute, 40*time.Minute, 3*time.Hour, 11*time.Hour, 30*time.Hour))
	if len(h.conversations) == 0 || h.chance(25) {
		h.begun++
		h.conversations = append(h.conversations, &made{id: fmt.Sprintf("c_%d-%d", h.seed, h.begun)})
		return h.say(h.conversations[len(h.conversations)-1])
	}
	one := pick(h, h.conversations[max(0, len(h.conversations)-6):]...)
	switch {
	case one.attended && h.chance(60):
		return h.attend(one)
	case one.waiting && h.chance(40):
		return h.claim(one)
	case one.last != "" && h.chance(10):
		return h.next(one, bot.FeedbackGiven{ID: fmt.Sprint("v", one.version), Message: one.last, Vote: pick(h, "up", "down")})
	}
	return h.say(one)
}

func (h *history) next(one *made, events ...bot.Event) bot.Turn {
	one.version++
	h.last = one.id
	at := h.now
	if h.chance(5) {
		at = at.Add(-2 * time.Hour) // the clock of another node
	}
	return bot.Turn{Conversation: one.id, Version: one.version, At: at, Events: events}
}

func (m *made) nextSeq() int64 {
	m.seq++
	return m.seq
}

func (h *history) started() bot.Started {
	s := bot.Started{
		Tenant: pick(h, "default", "default", "other"), User: fmt.Sprint("u", h.random.IntN(h.people)), Anonymous: h.chance(10),
		Product: pick(h, "jiebei", "huabei"), Locale: pick(h, "zh-CN", "en"), Pack: "jiebei@1",
	}
	if h.chance(80) {
		s.Client = &bot.Client{Channel: pick(h, "web", "terminal"), AppVersion: pick(h, "10.5.1", "10.6", "", "*"), Region: pick(h, "浙江", "广东", "")}
	}
	return s
}

// say is a message of a person and what the bot makes of it.
func (h *history) say(one *made) bot.Turn {
	var events []bot.Event
	if one.version == 0 {
		events = append(events, h.started())
	}
	move := pick(h, bot.MoveAnswer, bot.MoveAnswer, bot.MoveAnswer, bot.MoveFallback, bot.MoveClarify, bot.MoveSmallTalk, bot.MoveFollowUp,
		bot.MoveStep, bot.MoveResolved, bot.MoveNotHelped, bot.MoveHandoff, bot.MoveWarn, bot.MoveCare, bot.MoveAppeal)
	if one.attended {
		move = bot.MoveRelay
	}
	id := fmt.Sprint("m", one.version)
	message := bot.Message{
		Seq: one.nextSeq(), ID: id, Author: bot.AuthorUser, Digest: "0123456789abcdef",
		Blocks: []bot.Block{{Type: bot.BlockText, Text: pick(h, "为什么我的借呗开通不了？", "what now", "怎么办\x00", "转人工")}},
	}
	if h.chance(10) {
		message.Masked = []string{"phone"}
	}
	intent := pick(h, "fail.unspecified", "how.activate", "fail.credit", "talk.thanks")
	events = append(events, message, bot.Understood{Move: move, Intent: intent, Confidence: 0.9, OutOfScope: move == bot.MoveFallback && h.chance(30), Locale: pick(h, "zh-CN", "en")})
	if move == bot.MoveRelay {
		return h.next(one, events...)
	}
	events = append(events, h.outcome(one, move)...)
	one.last = fmt.Sprint(one.id, "-a", one.version)
	about := &bot.About{Intent: intent, Confidence: 0.9, Composed: pick(h, "authored", "authored", "llm")}
	if move == bot.MoveAnswer || move == bot.MoveStep {
		about.Cause, about.Fixes = pick(h, "", "credit_thin", "id_expired"), pick(h, nil, []string{"wait"}, []string{"renew_id", "wait"})
		about.Sources = pick(h, nil, []string{"cause:credit_thin", "phrase:hello"}, []string{"answer:how"})
		about.Symptom, about.Incident = pick(h, "", "", "grey_button"), pick(h, "", "", "", "outage")
	}
	if move == bot.MoveStep {
		about.Flow, about.Step = "renew", pick(h, "one", "two")
	}
	return h.next(one, append(events, bot.Message{
		Seq: one.nextSeq(), ID: one.last, Author: bot.AuthorBot, Re: id, About: about,
		Blocks: []bot.Block{{Type: bot.BlockText, Text: "这次没有开通，主要是因为信用记录还比较少。"}},
	})...)
}

// outcome is what else a move may write.
func (h *history) outcome(one *made, move bot.Move) []bot.Event {
	switch move {
	case bot.MoveAnswer:
		if h.chance(50) {
			return []bot.Event{h.checked()}
		}
	case bot.MoveStep:
		return pick(h,
			[]bot.Event{bot.FlowStarted{Flow: "renew", Edition: "e", Cause: "id_expired"}},
			[]bot.Event{bot.StepTaken{Flow: "renew", Step: "one", Fix: "renew_id", Outcome: pick(h, bot.StepTried, bot.StepFailed, bot.StepSkipped)}},
			[]bot.Event{bot.FlowEnded{Flow: "renew", Outcome: pick(h, bot.FlowSolved, bot.FlowExhausted, bot.FlowLeft)}})
	case bot.MoveResolved:
		if h.chance(50) {
			return []bot.Event{bot.Resolved{Confirmed: true}, bot.FixConfirmed{Flow: "renew", Cause: "id_expired", Fixes: []string{"renew_id"}, Before: bot.Ineligible, After: bot.Eligible}}
		}
		return []bot.Event{bot.Resolved{Confirmed: true}}
	case bot.MoveHandoff, bot.MoveCare:
		one.waiting = true
		return []bot.Event{bot.HandoffChanged{Seq: one.nextSeq(), State: pick(h, bot.HandoffRequested, bot.HandoffQueued), Reason: pick(h, "requested", "distress"), Ticket: pick(h, "", "T1"), Queue: "general"}}
	case bot.MoveWarn:
		return []bot.Event{bot.Warned{Warning: "scam"}}
	case bot.MoveAppeal:
		return pick(h, []bot.Event{bot.AppealStarted{Product: "jiebei"}}, []bot.Event{bot.AppealSubmitted{Reference: "A1"}, bot.RightInvoked{Right: "human_review"}})
	}
	return nil
}

func (h *history) checked() bot.Event {
	if h.chance(20) {
		return bot.Checked{Outcome: pick(h, bot.CheckTimeout, bot.CheckUnavailable)}
	}
	return bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{Decision: pick(h, bot.Eligible, bot.Ineligible), CheckedAt: h.now, ValidUntil: h.now}}
}

// claim is an agent who takes somebody who waits, or that they give up.
func (h *history) claim(one *made) bot.Turn {
	one.waiting = false
	if h.chance(25) {
		return h.next(one, bot.HandoffChanged{Seq: one.nextSeq(), State: bot.HandoffNone, Reason: "cancelled"})
	}
	if h.chance(25) {
		one.waiting = true
		return h.next(one, bot.Breached{Queue: "general", Due: h.now})
	}
	one.attended = true
	return h.next(one, bot.HandoffChanged{Seq: one.nextSeq(), State: bot.HandoffActive, Queue: "general", Agent: &bot.Agent{ID: "a1"}})
}

// attend is something an agent does.
func (h *history) attend(one *made) bot.Turn {
	agent := bot.Agent{ID: "a1"}
	if h.chance(30) {
		one.attended = false
		return h.next(one, bot.Disposed{Agent: agent, Cause: "id_expired", Solved: pick(h, bot.SolvedYes, bot.SolvedNo)},
			bot.HandoffChanged{Seq: one.nextSeq(), State: bot.HandoffResolved})
	}
	return h.next(one, bot.Message{Seq: one.nextSeq(), ID: fmt.Sprint("h", one.version), Author: bot.AuthorAgent, By: &agent,
		Blocks: []bot.Block{{Type: bot.BlockText, Text: "您好，我来看一下。"}}})
}

// forget takes a conversation out, which nobody goes on with then.
func (h *history) forget(id string) {
	h.conversations = slices.DeleteFunc(h.conversations, func(one *made) bool { return one.id == id })
}
