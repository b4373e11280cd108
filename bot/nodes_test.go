package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// twoNodes are two engines on one log, as two processes would be.
func twoNodes(t *testing.T) (a, b *bot.Engine) {
	t.Helper()
	log := bottest.NewEventLog()
	return newEngine(t, log, verdict(bot.Ineligible, "ID_EXPIRED")), newEngine(t, log, verdict(bot.Ineligible, "ID_EXPIRED"))
}

func sayTo(t *testing.T, engine *bot.Engine, id, text string) (bot.Receipt, error) {
	t.Helper()
	return engine.Handle(t.Context(), bot.Say{
		Conversation: "c1", MessageID: id, User: bot.Identity{Tenant: "default", User: "u1"}, Locale: "zh-CN", Text: text,
	})
}

// A node that was away sees what the others stored meanwhile.
func TestNodeKnowsWhatAnotherStored(t *testing.T) {
	t.Parallel()
	a, b := twoNodes(t)
	who := bot.Identity{Tenant: "default", User: "u1"}
	for i, engine := range []*bot.Engine{b, a, a} {
		if _, err := sayTo(t, engine, fmt.Sprint("m", i), "为什么我的借呗开通不了"); err != nil {
			t.Fatal(err)
		}
	}
	there, err := a.Open(t.Context(), who, "c1")
	if err != nil {
		t.Fatal(err)
	}
	here, err := b.Open(t.Context(), who, "c1")
	if err != nil || here.Seq != there.Seq || here.Seq != 6 {
		t.Errorf("one node stands at %d, the other at %d, %v", there.Seq, here.Seq, err)
	}
}

// A message that was stored through one node is not answered again by another.
func TestMessageSentAgainToAnotherNode(t *testing.T) {
	t.Parallel()
	a, b := twoNodes(t)
	if _, err := sayTo(t, b, "m0", "你好"); err != nil {
		t.Fatal(err)
	}
	first, err := sayTo(t, a, "m1", "为什么我的借呗开通不了")
	if err != nil {
		t.Fatal(err)
	}
	again, err := sayTo(t, b, "m1", "为什么我的借呗开通不了")
	if err != nil || !again.Duplicate || again.Seq != first.Seq || again.Turn.Version != first.Turn.Version {
		t.Errorf("sent again: %+v, %v", again, err)
	}
	if _, err := sayTo(t, b, "m1", "另一句话"); !errors.Is(err, bot.ErrIDConflict) {
		t.Errorf("another body under the same id: %v", err)
	}
}

// Both nodes answer at the same time: every message once, in one order.
func TestNodesShareAConversation(t *testing.T) {
	t.Parallel()
	a, b := twoNodes(t)
	const each = 20
	var group sync.WaitGroup
	for name, engine := range map[string]*bot.Engine{"a": a, "b": b} {
		group.Go(func() {
			for i := range each {
				for {
					_, err := sayTo(t, engine, fmt.Sprint(name, i), "为什么我的借呗开通不了")
					if err == nil {
						break
					}
					if !errors.Is(err, bot.ErrConflict) {
						t.Errorf("%s%d: %v", name, i, err)
						break
					}
				}
			}
		})
	}
	group.Wait()
	turns, err := a.History(t.Context(), bot.Identity{Tenant: "default", User: "u1"}, "c1", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	asked, seq := map[string]bool{}, int64(0)
	for _, turn := range turns {
		for _, event := range turn.Events {
			m, ok := event.(bot.Message)
			if !ok {
				continue
			}
			if seq++; m.Seq != seq {
				t.Fatalf("seq %d comes where %d should", m.Seq, seq)
			}
			if m.Author == bot.AuthorUser && asked[m.ID] {
				t.Errorf("message %s is stored twice", m.ID)
			}
			asked[m.ID] = asked[m.ID] || m.Author == bot.AuthorUser
		}
	}
	if len(turns) != 2*each {
		t.Errorf("%d turns for %d messages", len(turns), 2*each)
	}
}

// Whatever was seen before, the rest of a history is exactly what follows it.
func TestHistoryAfter(t *testing.T) {
	t.Parallel()
	a, b := twoNodes(t)
	who := bot.Identity{Tenant: "default", User: "u1"}
	for i, text := range []string{"为什么我的借呗开通不了", "人工", "怎么办", "算了"} {
		if _, err := sayTo(t, a, fmt.Sprint("m", i), text); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := b.History(t.Context(), who, "c1", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	last, err := b.Open(t.Context(), who, "c1")
	if err != nil {
		t.Fatal(err)
	}
	for after := int64(0); after <= last.Seq+2; after++ {
		var want []string
		for _, turn := range whole {
			want = append(want, seqs(bot.Visible(turn, after))...)
		}
		rest, err := b.History(t.Context(), who, "c1", after, 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, turn := range rest {
			got = append(got, seqs(turn.Events)...)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("after %d comes %v, want %v", after, got, want)
		}
		for most := 1; most <= len(want)+1; most++ {
			page, err := b.History(t.Context(), who, "c1", after, most)
			if err != nil {
				t.Fatal(err)
			}
			var first []string
			for _, turn := range page {
				first = append(first, seqs(turn.Events)...)
			}
			if !slices.Equal(first, want[:len(first)]) || len(first) < min(most, len(want)) || len(first) > most+2 {
				t.Errorf("the first %d after %d are %v of %v", most, after, first, want)
			}
		}
	}
}

func seqs(events []bot.Event) []string {
	var list []string
	for _, event := range events {
		switch e := event.(type) {
		case bot.Message:
			list = append(list, fmt.Sprint(e.Seq))
		case bot.HandoffChanged:
			list = append(list, fmt.Sprint(e.Seq))
		}
	}
	return list
}

// What one node offered can be tapped, and voted on, through another that has
// not heard of it yet.
func TestTapOnWhatAnotherNodeOffered(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(say *bot.Say, message bot.Message){
		"tap": func(say *bot.Say, m bot.Message) {
			say.Choice = &bot.ChoiceRef{Message: m.ID, Choice: lastChoices(m)[0].ID}
		},
		"vote": func(say *bot.Say, m bot.Message) { say.Vote = &bot.Vote{Message: m.ID, Up: true} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := twoNodes(t)
			if _, err := sayTo(t, b, "m0", "你好"); err != nil {
				t.Fatal(err)
			}
			var answer bot.Receipt
			for _, id := range []string{"m1", "m2"} {
				var err error
				if answer, err = sayTo(t, a, id, "为什么我的借呗开通不了"); err != nil {
					t.Fatal(err)
				}
			}
			message, _ := answer.Turn.Events[len(answer.Turn.Events)-1].(bot.Message)
			say := bot.Say{Conversation: "c1", MessageID: "m3", User: bot.Identity{Tenant: "default", User: "u1"}, Locale: "zh-CN"}
			act(&say, message)
			if receipt, err := b.Handle(t.Context(), say); err != nil || receipt.Turn.Version != 4 {
				t.Errorf("turn %d, %v", receipt.Turn.Version, err)
			}
		})
	}
}

func lastChoices(m bot.Message) []bot.Choice { return m.Blocks[len(m.Blocks)-1].Choices }

// secretive stores the next turn and says that it could not.
type secretive struct {
	bot.EventLog
	armed atomic.Bool
}

func (l *secretive) Append(ctx context.Context, turn bot.Turn) error {
	err := l.EventLog.Append(ctx, turn)
	if err == nil && l.armed.Swap(false) {
		return bot.ErrBusy
	}
	return err
}

// A turn that was stored while nobody could say so is told of when its message
// comes again: until then, other nodes cannot have heard of it.
func TestTurnOfADoubtfulAppendIsToldOf(t *testing.T) {
	t.Parallel()
	log := &secretive{EventLog: bottest.NewEventLog()}
	var told []int64
	engine := newEngine(t, log, verdict(bot.Eligible), func(o *bot.Options) {
		o.Watch = func(turn bot.Turn) { told = append(told, turn.Version) }
	})
	log.armed.Store(true)
	if _, err := sayTo(t, engine, "m1", "你好"); !errors.Is(err, bot.ErrBusy) {
		t.Fatalf("the log was busy: %v", err)
	}
	if again, err := sayTo(t, engine, "m1", "你好"); err != nil || !again.Duplicate {
		t.Fatalf("sent again: %+v, %v", again, err)
	}
	if !slices.Equal(told, []int64{1}) {
		t.Errorf("told of turns %v", told)
	}
}
