package bot_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

func somebody() bot.Identity { return bot.Identity{Tenant: "default", User: "user-1"} }
func nobody() bot.Identity {
	return bot.Identity{Tenant: "default", User: "anon-0123", Anonymous: true}
}

func ask(t *testing.T, engine *bot.Engine, who bot.Identity, id string) (bot.Receipt, error) {
	t.Helper()
	return engine.Handle(t.Context(), bot.Say{Conversation: "c1", MessageID: id, User: who, Locale: "zh-CN", Text: "为什么我的借呗开通不了"})
}

// began is a conversation that somebody without a name has begun.
func began(t *testing.T, engine *bot.Engine) {
	t.Helper()
	if _, err := ask(t, engine, nobody(), "m1"); err != nil {
		t.Fatal(err)
	}
}

// Whoever signs in takes the conversation along: from then on it is theirs, they
// are checked, and the name they had does not open it.
func TestClaim(t *testing.T) {
	t.Parallel()
	log := bottest.NewEventLog()
	engine := newEngine(t, log, verdict(bot.Ineligible, "ID_EXPIRED"))
	began(t, engine)
	if err := engine.Claim(t.Context(), "c1", nobody(), somebody()); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Open(t.Context(), nobody(), "c1"); !errors.Is(err, bot.ErrNotFound) || !errors.Is(err, bot.ErrMoved) {
		t.Errorf("the former name opens it: %v", err)
	}
	stranger := bot.Identity{Tenant: "default", User: "user-2"}
	if _, err := engine.Open(t.Context(), stranger, "c1"); !errors.Is(err, bot.ErrNotFound) || errors.Is(err, bot.ErrMoved) {
		t.Errorf("a stranger is told: %v", err)
	}
	if _, err := engine.History(t.Context(), nobody(), "c1", 0, 0); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("the former name reads it: %v", err)
	}
	if _, err := ask(t, engine, nobody(), "m2"); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("the former name writes in it: %v", err)
	}
	turns, err := engine.History(t.Context(), somebody(), "c1", 0, 0)
	if err != nil || len(turns) != 1 {
		t.Errorf("the owner reads %d turns, %v", len(turns), err)
	}
	receipt, err := ask(t, engine, somebody(), "m3")
	if err != nil {
		t.Fatal(err)
	}
	if !checked(receipt.Turn) {
		t.Errorf("nothing is checked for the owner: %+v", receipt.Turn.Events)
	}
	replayed, err := log.Load(t.Context(), "c1", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	conv, err := bot.Replay("c1", replayed)
	if err != nil || conv.Owner != somebody() {
		t.Errorf("the log says it is of %+v, %v", conv.Owner, err)
	}
}

func checked(turn bot.Turn) bool {
	for _, event := range turn.Events {
		if _, is := event.(bot.Checked); is {
			return true
		}
	}
	return false
}

func TestWhatCannotBeClaimed(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, bottest.NewEventLog(), verdict(bot.Eligible))
	began(t, engine)
	other := bot.Identity{Tenant: "default", User: "anon-4567", Anonymous: true}
	foreign := bot.Identity{Tenant: "bank-2", User: "user-1"}
	foreignFormer := bot.Identity{Tenant: "bank-2", User: nobody().User, Anonymous: true}
	for name, c := range map[string]struct {
		conv     string
		from, to bot.Identity
		want     error
	}{
		"unknown":                {"c2", nobody(), somebody(), bot.ErrNotFound},
		"another's":              {"c1", other, somebody(), bot.ErrNotFound},
		"for another tenant":     {"c1", nobody(), foreign, bot.ErrNotFound},
		"from another tenant":    {"c1", foreignFormer, foreign, bot.ErrNotFound},
		"from somebody with one": {"c1", bot.Identity{Tenant: "default", User: "user-2"}, somebody(), bot.ErrInvalid},
		"for nobody":             {"c1", nobody(), other, bot.ErrInvalid},
		"no id":                  {"", nobody(), somebody(), bot.ErrInvalid},
	} {
		if err := engine.Claim(t.Context(), c.conv, c.from, c.to); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := engine.Open(t.Context(), nobody(), "c1"); err != nil {
		t.Errorf("it is no longer its owner's: %v", err)
	}
}

// Of several who claim at once, at several nodes, one is the owner.
func TestClaimsAtOnceGiveOneOwner(t *testing.T) {
	t.Parallel()
	a, b := twoNodes(t)
	began(t, a)
	if _, err := b.Open(t.Context(), nobody(), "c1"); err != nil { // both know it
		t.Fatal(err)
	}
	var won atomic.Int64
	var all sync.WaitGroup
	for i := range 20 {
		engine := []*bot.Engine{a, b}[i%2]
		all.Go(func() {
			to := bot.Identity{Tenant: "default", User: fmt.Sprint("user-", i)}
			switch err := engine.Claim(t.Context(), "c1", nobody(), to); {
			case err == nil:
				won.Add(1)
				for _, node := range []*bot.Engine{a, b} {
					if _, err := node.Open(t.Context(), to, "c1"); err != nil {
						t.Errorf("the owner does not get in: %v", err)
					}
				}
			case !errors.Is(err, bot.ErrNotFound):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d owners", won.Load())
	}
}

// A node that has the conversation in memory as it was does not go by that.
func TestClaimAtAnotherNode(t *testing.T) {
	t.Parallel()
	a, b := twoNodes(t)
	began(t, b)
	if err := a.Claim(t.Context(), "c1", nobody(), somebody()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Open(t.Context(), nobody(), "c1"); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("the former name opens it: %v", err)
	}
	if err := b.MayAttach(t.Context(), nobody(), "c1"); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("the former name attaches: %v", err)
	}
	if _, err := ask(t, b, somebody(), "m2"); err != nil {
		t.Errorf("the owner is not known: %v", err)
	}
}

// A desk of the other node sees whose it is.
func TestClaimedConversationOnTheBoard(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, bottest.NewEventLog(), verdict(bot.Eligible))
	began(t, engine)
	if _, err := engine.Handle(t.Context(), bot.Say{Conversation: "c1", MessageID: "m2", User: nobody(), Locale: "zh-CN", Handoff: bot.HandoffRequest}); err != nil {
		t.Fatal(err)
	}
	if err := engine.Claim(t.Context(), "c1", nobody(), somebody()); err != nil {
		t.Fatal(err)
	}
	if entry, there := engine.Board().Get("c1"); !there || entry.Owner != somebody() {
		t.Errorf("on the board: %+v", entry.Owner)
	}
}
