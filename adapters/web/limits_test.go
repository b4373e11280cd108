package web

import (
	"testing"
	"time"

	"kaitong/bot"
)

func TestAllowance(t *testing.T) {
	t.Parallel()
	limits := DefaultLimits() // 20 in 10 s
	p := newPeople(limits).acts
	who, now := bot.Identity{User: "a"}, 1000*time.Second
	for i := range 20 {
		if _, ok := p.take(who, now); !ok {
			t.Fatalf("act %d refused", i)
		}
	}
	wait, ok := p.take(who, now)
	if ok || wait != 500*time.Millisecond {
		t.Errorf("act 21: %v %v", wait, ok)
	}
	if _, ok := p.take(who, now+wait); !ok {
		t.Error("refused after the wait that was asked for")
	}
	if _, ok := p.take(bot.Identity{User: "b"}, now); !ok {
		t.Error("somebody else is limited too")
	}
	if _, ok := p.take(bot.Identity{User: "a", Tenant: "other"}, now); !ok {
		t.Error("the same name at another tenant is limited too")
	}
}

// However many people come, those whose allowance is whole again are forgotten.
func TestAllowanceForgets(t *testing.T) {
	t.Parallel()
	p := newPeople(DefaultLimits()).acts
	now := 1000 * time.Second
	for i := range 3 * forgetAbove {
		p.take(bot.Identity{User: itoa(int64(i))}, now+time.Duration(i)*time.Second)
	}
	if n := len(p.spent); n > forgetAbove+int(DefaultLimits().Window/time.Second)+1 {
		t.Errorf("%d people are remembered", n)
	}
}

// With very many active people the list is looked through once a window, not
// at every act.
func TestAllowanceForgetsOnceAWindow(t *testing.T) {
	t.Parallel()
	limits := DefaultLimits()
	p := newPeople(limits).acts
	now := 1000 * time.Second
	for i := range forgetAbove + 1 {
		p.take(bot.Identity{User: itoa(int64(i))}, now)
	}
	first := bot.Identity{User: "0"}
	p.take(bot.Identity{User: "late"}, now+limits.Window-1)
	if _, ok := p.spent[first]; !ok {
		t.Error("looked through again within the window")
	}
	p.take(bot.Identity{User: "later"}, now+limits.Window)
	if _, ok := p.spent[first]; ok {
		t.Error("not looked through in the next window")
	}
}

func TestSocketCount(t *testing.T) {
	t.Parallel()
	p := newPeople(DefaultLimits())
	who := bot.Identity{User: "a"}
	for range 3 {
		if !p.enter(who) {
			t.Fatal("refused too early")
		}
	}
	if p.enter(who) {
		t.Error("a fourth socket")
	}
	p.leave(who)
	if !p.enter(who) {
		t.Error("no socket after one was closed")
	}
	for range 3 {
		p.leave(who)
	}
	if len(p.sockets) != 0 {
		t.Error("somebody without sockets is remembered")
	}
}
