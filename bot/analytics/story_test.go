package analytics_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/analytics"
)

// story makes turns by hand, and folds them as they come. It begins on a Monday
// at eight in the morning.
type story struct {
	t        testing.TB
	state    analytics.State
	now      time.Time
	conv     string
	who      bot.Identity
	app      *bot.Client
	versions map[string]int64
	turns    []bot.Turn
}

func newStory(t testing.TB, state analytics.State) *story {
	return &story{
		t: t, state: state, now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), conv: "c1",
		who: bot.Identity{Tenant: "acme", User: "u1"}, versions: map[string]int64{},
	}
}

func (s *story) wait(d time.Duration) { s.now = s.now.Add(d) }

// in goes on in another conversation.
func (s *story) in(conv string) { s.conv = conv }

// turn appends one turn to the conversation.
func (s *story) turn(events ...bot.Event) {
	s.t.Helper()
	s.versions[s.conv]++
	turn := bot.Turn{Conversation: s.conv, Version: s.versions[s.conv], At: s.now, Events: events, Position: int64(len(s.turns) + 1)}
	if turn.Version == 1 {
		started := bot.Started{Tenant: s.who.Tenant, User: s.who.User, Anonymous: s.who.Anonymous, Product: "jiebei", Locale: "zh-CN", Client: s.app}
		turn.Events = append([]bot.Event{started}, events...)
	}
	s.turns = append(s.turns, turn)
	if err := analytics.Apply(s.state, turn); err != nil {
		s.t.Fatal(err)
	}
}

// said is a turn in which the person types, and the bot replies with a move.
func (s *story) said(text string, move bot.Move, intent string, about bot.About, more ...bot.Event) {
	s.t.Helper()
	s.user(bot.Message{Blocks: []bot.Block{{Type: bot.BlockText, Text: text}}}, bot.Understood{Move: move, Intent: intent}, &about, more)
}

// tapped is said, with a choice instead of words.
func (s *story) tapped(choice string, move bot.Move, intent string, about bot.About, more ...bot.Event) {
	s.t.Helper()
	m := bot.Message{Choice: choice, Blocks: []bot.Block{{Type: bot.BlockText, Text: "按钮的文字"}}}
	s.user(m, bot.Understood{Move: move, Intent: intent}, &about, more)
}

func (s *story) user(m bot.Message, u bot.Understood, about *bot.About, more []bot.Event) {
	s.t.Helper()
	n := len(s.turns) + 1
	m.Author, m.ID = bot.AuthorUser, fmt.Sprintf("m%d", n)
	events := append([]bot.Event{m, u}, more...)
	if u.Move != bot.MoveRelay {
		about.Intent, about.Composed = u.Intent, "authored"
		events = append(events, bot.Message{Author: bot.AuthorBot, ID: fmt.Sprintf("b%d", n), Re: m.ID, About: about})
	}
	s.turn(events...)
}

// answered is the plainest question there is.
func (s *story) answered() {
	s.t.Helper()
	s.said("为什么开通不了", bot.MoveAnswer, "fail", bot.About{})
}

func (s *story) solved() {
	s.t.Helper()
	s.said("解决了", bot.MoveResolved, "done", bot.About{}, bot.Resolved{Confirmed: true})
}

func (s *story) vote(message int, vote string) {
	s.t.Helper()
	s.turn(bot.FeedbackGiven{ID: fmt.Sprintf("v%d", len(s.turns)), Message: fmt.Sprintf("b%d", message), Vote: vote})
}

func (s *story) wantsHuman(reason string) {
	s.t.Helper()
	s.said("转人工", bot.MoveHandoff, "agent", bot.About{}, bot.HandoffChanged{State: bot.HandoffQueued, Reason: reason, Queue: "general"})
}

func (s *story) cancels() {
	s.t.Helper()
	s.tapped("cancel_agent", bot.MoveHandoff, "agent", bot.About{}, bot.HandoffChanged{State: bot.HandoffCancelled})
}

// act is what an agent does.
func (s *story) act(kind bot.DeskKind, more ...bot.Event) {
	s.t.Helper()
	s.turn(append([]bot.Event{bot.Attended{Act: kind, Agent: bot.Agent{ID: "lin"}}}, more...)...)
}

func (s *story) claimed() {
	s.t.Helper()
	s.act(bot.DeskClaim, bot.HandoffChanged{State: bot.HandoffActive, Agent: &bot.Agent{ID: "lin"}})
}

func (s *story) agentWrites() {
	s.t.Helper()
	s.act(bot.DeskReply, bot.Message{Author: bot.AuthorAgent, ID: "a", Blocks: []bot.Block{{Type: bot.BlockText, Text: "您好"}}})
}

func (s *story) closed(solved bot.Solved) {
	s.t.Helper()
	s.act(bot.DeskResolve, bot.Disposed{Cause: "credit", Solved: solved}, bot.HandoffChanged{State: bot.HandoffResolved},
		bot.Message{Author: bot.AuthorBot, ID: "back"})
}

// contacts are all contacts of an oracle, the oldest first.
func contacts(t testing.TB, o *analytics.Oracle) []analytics.Contact {
	t.Helper()
	newest, err := o.Contacts(t.Context(), everything(), analytics.Which{}, analytics.Page{})
	if err != nil {
		t.Fatal(err)
	}
	list := make([]analytics.Contact, 0, len(newest))
	for i := range newest {
		list = append(list, newest[len(newest)-1-i])
	}
	return list
}

func everything() analytics.Query {
	return analytics.Query{Tenant: "acme", From: 0, To: 1 << 20}
}

// marksOf are the marks of a contact but the one that all have.
func marksOf(c analytics.Contact) string {
	var names []string
	for mark := analytics.Requests; int(mark) < analytics.MarkCount; mark++ {
		if c.Marks.Has(mark) {
			names = append(names, mark.String())
		}
	}
	return strings.Join(names, " ")
}

// keysOf are the keys of one kind with their bits by name.
func keysOf(t testing.TB, c analytics.Contact, kind analytics.Kind) string {
	t.Helper()
	_, counts := c.Count(time.UTC)
	var list []string
	for _, keyed := range counts.Keys {
		if keyed.Kind == kind {
			list = append(list, keyed.Key.Key+": "+bitsOf(t, kind, keyed.Bits))
		}
	}
	return strings.Join(list, "; ")
}

func bitsOf(t testing.TB, kind analytics.Kind, bits analytics.Bits) string {
	t.Helper()
	for _, info := range analytics.Kinds() {
		if info.Kind != kind {
			continue
		}
		var names []string
		for bit := range analytics.MaxBits {
			switch {
			case !bits.Has(bit):
			case bit >= len(info.Bits):
				t.Fatalf("bit %d of %s has no name", bit, kind)
			default:
				names = append(names, info.Bits[bit])
			}
		}
		return strings.Join(names, " ")
	}
	t.Fatalf("kind %s is not described", kind)
	return ""
}
