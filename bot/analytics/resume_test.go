package analytics_test

import (
	"encoding"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kaitong/bot"
	"kaitong/bot/analytics"
)

// shelf is a state that forgets all it has handed out as soon as it can, and
// keeps bytes only, as a projection does that is started anew for each turn.
type shelf struct {
	kept   map[string][]byte
	out    map[string]*analytics.Memory
	people map[string]*analytics.Person
	closed []analytics.Contact
}

func (s *shelf) Conversation(id string) (*analytics.Memory, error) {
	if m, ok := s.out[id]; ok {
		return m, nil
	}
	m := &analytics.Memory{}
	s.out[id] = m
	if data, ok := s.kept["c"+id]; ok {
		return m, m.UnmarshalBinary(data)
	}
	return m, nil
}

func (s *shelf) Person(key string) (*analytics.Person, error) {
	p := &analytics.Person{}
	s.people[key] = p
	if data, ok := s.kept["p"+key]; ok {
		return p, p.UnmarshalBinary(data)
	}
	return p, nil
}

func (s *shelf) Close(contact *analytics.Contact) error {
	data, err := contact.MarshalBinary()
	if err != nil {
		return err
	}
	var read analytics.Contact
	if err := read.UnmarshalBinary(data); err != nil {
		return err
	}
	s.closed = append(s.closed, read)
	return nil
}

// apply folds one turn in, and keeps what is left of it.
func (s *shelf) apply(turn bot.Turn) error {
	s.out, s.people = map[string]*analytics.Memory{}, map[string]*analytics.Person{}
	if err := analytics.Apply(s, turn); err != nil {
		return err
	}
	for id, m := range s.out {
		if err := s.keep("c"+id, m); err != nil {
			return err
		}
	}
	for key, p := range s.people {
		if err := s.keep("p"+key, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) keep(key string, value encoding.BinaryMarshaler) error {
	data, err := value.MarshalBinary()
	s.kept[key] = data
	return err
}

// contacts are all contacts by conversation and number.
func (s *shelf) contacts() (map[string]analytics.Contact, error) {
	all := map[string]analytics.Contact{}
	for _, c := range s.closed {
		all[fmt.Sprint(c.Conversation, c.N)] = c
	}
	for key, data := range s.kept {
		if key[0] != 'c' {
			continue
		}
		var m analytics.Memory
		if err := m.UnmarshalBinary(data); err != nil {
			return nil, err
		}
		all[fmt.Sprint(m.Contact.Conversation, m.Contact.N)] = m.Contact
	}
	return all, nil
}

// What is kept between turns is all that is needed.
func TestResumed(t *testing.T) {
	t.Parallel()
	for _, h := range histories() {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			o := analytics.NewOracle(time.UTC)
			s := newStory(t, o)
			h.tells(s)
			same(t, o, s.turns)
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		turns := anyTurns(t)
		o := analytics.NewOracle(time.UTC)
		for _, turn := range turns {
			if err := o.Apply(turn); err != nil {
				t.Fatal(err)
			}
		}
		same(t, o, turns)
		bounded(t, o)
	})
}

type failing interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

func same(t failing, o *analytics.Oracle, turns []bot.Turn) {
	t.Helper()
	s := &shelf{kept: map[string][]byte{}}
	for _, turn := range turns {
		if err := s.apply(turn); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.contacts()
	if err != nil {
		t.Fatal(err)
	}
	straight := map[string]analytics.Contact{}
	for _, tenant := range []string{"acme", "other"} {
		q := everything()
		q.Tenant = tenant
		list, err := o.Contacts(nil, q, analytics.Which{}, analytics.Page{}) //nolint:staticcheck // it does not wait
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			straight[fmt.Sprint(c.Conversation, c.N)] = c
		}
	}
	if diff := cmp.Diff(straight, got); diff != "" {
		t.Errorf("straight, resumed after every turn:\n%s", diff)
	}
}

// bounded: no share is above one, and each contact that asked for something
// ended in exactly one way.
func bounded(t failing, o *analytics.Oracle) {
	t.Helper()
	q := everything()
	rows, err := o.Totals(nil, q, analytics.GroupDay) //nolint:staticcheck // it does not wait
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, figure := range analytics.Figures() {
			v := figure.Of(&row.Totals)
			if figure.Unit == analytics.UnitShare && (v.Num < 0 || v.Num > v.Den || v.Low > v.Value || v.High < v.Value) {
				t.Errorf("%s: %+v", figure.ID, v)
			}
		}
	}
}

// anyTurns are turns of a few people in a few conversations, each plausible by
// itself and in any order.
func anyTurns(t *rapid.T) []bot.Turn {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	versions := map[string]int64{}
	turns := make([]bot.Turn, rapid.IntRange(1, 30).Draw(t, "turns"))
	for i := range turns {
		now = now.Add(time.Duration(rapid.SampledFrom([]int{-5, 0, 1, 30, 61, 600, 1500, 12000}).Draw(t, "minutes")) * time.Minute)
		conv := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "conversation")
		versions[conv]++
		turns[i] = bot.Turn{Conversation: conv, Version: versions[conv], At: now, Position: int64(i + 1), Events: anyEvents(t, i)}
		if versions[conv] == 1 {
			user := rapid.SampledFrom([]string{"u1", "u2"}).Draw(t, "user")
			turns[i].Events = append([]bot.Event{bot.Started{Tenant: "acme", User: user, Locale: "en"}}, turns[i].Events...)
		}
	}
	return turns
}

func anyEvents(t *rapid.T, n int) []bot.Event {
	name := rapid.SampledFrom([]string{"a", "b", ""})
	about := &bot.About{
		Cause: name.Draw(t, "cause"), Fixes: []string{name.Draw(t, "fix")}, Sources: []string{"cause:" + name.Draw(t, "source")},
		Flow: name.Draw(t, "flow"), Step: name.Draw(t, "step"),
	}
	move := rapid.SampledFrom([]bot.Move{
		bot.MoveAnswer, bot.MoveClarify, bot.MoveFallback, bot.MoveSmallTalk, bot.MoveFollowUp, bot.MoveStep, bot.MoveAppeal,
		bot.MoveHandoff, bot.MoveResolved, bot.MoveNotHelped, bot.MoveWarn, bot.MoveRefuse, bot.MoveCare, bot.MoveRelay,
	}).Draw(t, "move")
	events := []bot.Event{
		bot.Message{Author: bot.AuthorUser, Choice: rapid.SampledFrom([]string{"", "intent:a"}).Draw(t, "choice"), Blocks: []bot.Block{{Text: "words"}}},
		bot.Understood{Move: move, Intent: name.Draw(t, "intent")},
		bot.Message{Author: bot.AuthorBot, ID: fmt.Sprint("b", n), About: about},
	}
	if rapid.IntRange(0, 3).Draw(t, "desk") == 0 {
		events = nil
	}
	return append(events, rapid.SliceOfN(rapid.SampledFrom(otherEvents(n)), 0, 3).Draw(t, "events")...)
}

func otherEvents(n int) []bot.Event {
	return []bot.Event{
		bot.HandoffChanged{State: bot.HandoffQueued, Reason: "requested", Queue: "general"}, bot.HandoffChanged{State: bot.HandoffActive},
		bot.HandoffChanged{State: bot.HandoffResolved}, bot.HandoffChanged{State: bot.HandoffCancelled},
		bot.Attended{Act: bot.DeskReply}, bot.Resolved{}, bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{Decision: bot.Eligible}},
		bot.Checked{Outcome: bot.CheckTimeout}, bot.FeedbackGiven{Message: fmt.Sprint("b", n-1), Vote: "up"},
		bot.FeedbackGiven{Message: fmt.Sprint("b", n-1), Vote: "down"}, bot.FlowStarted{Flow: "a"},
		bot.StepTaken{Flow: "a", Step: "a", Fix: "a", Outcome: bot.StepTried}, bot.StepTaken{Flow: "a", Step: "b", Fix: "b", Outcome: bot.StepFailed},
		bot.FlowEnded{Flow: "a", Outcome: bot.FlowExhausted}, bot.FlowEnded{Flow: "a", Outcome: bot.FlowSolved},
		bot.AppealStarted{}, bot.AppealFilled{}, bot.AppealSubmitted{},
	}
}

func FuzzMemory(f *testing.F) {
	o := analytics.NewOracle(time.UTC)
	s := newStory(f, o)
	s.said("为什么", bot.MoveAnswer, "fail", bot.About{Cause: "net", Sources: []string{"cause:net"}})
	s.said("那个", bot.MoveClarify, "fail", bot.About{})
	s.vote(1, "up")
	s.wantsHuman("requested")
	m, err := o.Conversation("c1")
	if err != nil {
		f.Fatal(err)
	}
	data, err := m.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)-1])
	f.Fuzz(func(t *testing.T, data []byte) {
		var m, again analytics.Memory
		if err := m.UnmarshalBinary(data); err != nil {
			return
		}
		data, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if err := again.UnmarshalBinary(data); err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if _, counts := again.Contact.Count(time.UTC); len(counts.Keys) < len(again.Contact.Keys) {
			t.Error("keys are lost")
		}
		turn := bot.Turn{Conversation: "c1", Version: m.Version + 1, At: time.Now(), Events: []bot.Event{
			bot.Message{Author: bot.AuthorUser}, bot.Understood{Move: bot.MoveAnswer}, bot.FeedbackGiven{Message: "b1", Vote: "up"},
		}}
		state := analytics.NewOracle(time.UTC)
		kept, err := state.Conversation("c1")
		if err != nil {
			t.Fatal(err)
		}
		*kept = m
		_ = state.Apply(turn) // whatever was read can be gone on with
	})
}
