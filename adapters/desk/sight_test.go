package desk

import (
	"maps"
	"strings"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/staff"
)

func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	now := time.Now()
	entry := func(state bot.HandoffState, queue, agent string) bot.Entry {
		return bot.Entry{Handoff: bot.Handoff{State: state, Queue: queue, Agent: bot.Agent{ID: agent}}}
	}
	hands := func(at time.Time, state bot.HandoffState, agent string) bot.Turn {
		change := bot.HandoffChanged{State: state}
		if agent != "" {
			change.Agent = &bot.Agent{ID: agent}
		}
		return bot.Turn{At: at, Events: []bot.Event{change}}
	}
	lin := staff.Account{User: "lin", Role: staff.Agent, Queues: []string{"general"}}
	long, lately := now.Add(-2*handledFor), now.Add(-handledFor/2)
	for name, test := range map[string]struct {
		entry bot.Entry
		turns []bot.Turn
		want  bool // of an agent
	}{
		"waits in their line":              {entry(bot.HandoffQueued, "general", ""), nil, true},
		"a ticket in their line":           {entry(bot.HandoffRequested, "general", ""), nil, true},
		"of a colleague in their line":     {entry(bot.HandoffActive, "general", "zhou"), nil, true},
		"waits elsewhere":                  {entry(bot.HandoffQueued, "appeals", ""), nil, false},
		"theirs, from elsewhere":           {entry(bot.HandoffActive, "appeals", "lin"), nil, true},
		"never for a human":                {entry(bot.HandoffNone, "", ""), nil, false},
		"resolved by a colleague":          {entry(bot.HandoffResolved, "general", ""), []bot.Turn{hands(lately, bot.HandoffActive, "zhou"), hands(lately, bot.HandoffResolved, "")}, false},
		"cancelled in their line":          {entry(bot.HandoffCancelled, "general", ""), []bot.Turn{hands(lately, bot.HandoffCancelled, "")}, false},
		"resolved by them":                 {entry(bot.HandoffResolved, "general", ""), []bot.Turn{hands(lately, bot.HandoffActive, "lin"), hands(lately, bot.HandoffResolved, "")}, true},
		"resolved by them after long":      {entry(bot.HandoffResolved, "general", ""), []bot.Turn{hands(long, bot.HandoffActive, "lin"), hands(lately, bot.HandoffResolved, "")}, true},
		"resolved by them long ago":        {entry(bot.HandoffResolved, "general", ""), []bot.Turn{hands(long, bot.HandoffActive, "lin"), hands(long, bot.HandoffResolved, "")}, false},
		"theirs long ago, of others now":   {entry(bot.HandoffResolved, "general", ""), []bot.Turn{hands(long, bot.HandoffActive, "lin"), hands(long, bot.HandoffActive, "zhou"), hands(lately, bot.HandoffResolved, "")}, false},
		"given on, and it waits elsewhere": {entry(bot.HandoffQueued, "appeals", ""), []bot.Turn{hands(lately, bot.HandoffActive, "lin"), hands(lately, bot.HandoffQueued, "")}, false},
	} {
		found := bot.Case{Entry: test.entry, Turns: test.turns}
		if got := seesCase(lin, found, now); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
		for role, want := range map[staff.Role]bool{staff.Lead: true, staff.Compliance: true, staff.Admin: false} {
			if got := seesCase(staff.Account{User: "x", Role: role}, found, now); got != want {
				t.Errorf("%s, as %s: %v", name, role, got)
			}
		}
	}
}

// hand has an agent take a conversation over, or the bot when there is none, as
// the log says it.
func (e *fakeEngine) hand(conversation, agent string) {
	e.mu.Lock()
	c := e.cases[conversation]
	entry, change := c.Entry, bot.HandoffChanged{State: bot.HandoffResolved}
	entry.State, entry.Agent = bot.HandoffResolved, bot.Agent{}
	if agent != "" {
		change = bot.HandoffChanged{State: bot.HandoffActive, Agent: &bot.Agent{ID: agent}}
		entry.State, entry.Agent = bot.HandoffActive, bot.Agent{ID: agent}
	}
	turn := e.next(c, entry, change)
	e.mu.Unlock()
	e.publish(turn, conversation)
}

// When a conversation is over, whoever handled it may look on; the colleagues of
// the line may not, and are shown nothing more.
func TestSightEndsWithTheConversation(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	lin, zhou, chen := o.staffed("lin", staff.Agent, "general"), o.staffed("zhou", staff.Agent, "general"), o.staffed("chen", staff.Lead)
	o.engine.hand("c1", "lin")
	desks := []*line{lin.connect(), zhou.connect(), chen.connect()}
	for _, l := range desks {
		l.send("watch", "w1", map[string]any{"conversation": "c1", "after": 0})
		versions(t, l, 2)
	}
	o.engine.hand("c1", "")
	for _, l := range desks {
		l.next(typeGone)
	}
	for name, test := range map[string]struct {
		who  *browser
		want string
	}{"who handled it": {lin, ""}, "a colleague": {zhou, "forbidden"}, "a lead": {chen, ""}} {
		if got := test.who.ask("GET", "/v1/desk/conversations/c1", nil); got.code() != test.want {
			t.Errorf("%s: %+v", name, got)
		}
		reveal := test.who.ask("POST", "/v1/desk/conversations/c1/reveal", map[string]string{"reason": "客户回电"})
		if reveal.code() != test.want {
			t.Errorf("%s: %+v", name, reveal)
		}
	}
	o.engine.hand("c1", "")
	o.engine.wait("c2", "general")
	for f := range desks[1].frames {
		if f.Type == typeTurn && strings.Contains(string(f.Data), `"version":4`) {
			t.Errorf("a colleague is shown %s", f.Data)
		}
		if f.Type == typeEntry && strings.Contains(string(f.Data), "c2") {
			break
		}
	}
}

// Whoever does not hear that something was done sends it again: it is
// acknowledged, and recorded, though they may see the conversation no more, or
// the colleague has gone since. Nothing else is done that way.
func TestActsAreAcknowledgedOutOfSight(t *testing.T) {
	t.Parallel()
	for _, given := range []map[string]any{{"queue": "care"}, {"to": map[string]string{"id": "zhou"}}} {
		o := open(t, nil)
		o.hire("zhou", staff.Agent, "care")
		o.presence.Heard(Seat{Node: "n2", User: "zhou", Name: "周", Role: staff.Agent, Status: StatusOnline})
		o.engine.wait("c1", "general")
		lin, chen := o.staffed("lin", staff.Agent, "general").connect(), o.staffed("chen", staff.Agent, "general").connect()
		lin.act("a1", map[string]any{"conversation": "c1", "kind": "claim"})
		give := map[string]any{"conversation": "c1", "kind": "transfer", "epoch": 2}
		maps.Copy(give, given)
		if code := lin.act("a2", give); code != "" {
			t.Fatalf("%v: %q", given, code)
		}
		o.presence.Heard(Seat{Node: "n2", User: "zhou", Name: "周", Role: staff.Agent, Status: StatusOffline})
		if code := lin.act("a2", give); code != "" {
			t.Errorf("%v, again: %q", given, code)
		}
		if _, toQueue := given["queue"]; !toQueue {
			continue
		}
		if code := lin.act("a3", map[string]any{"conversation": "c1", "kind": "note", "text": "x"}); code != "forbidden" {
			t.Errorf("%v, something else: %q", given, code)
		}
		if code := chen.act("a2", give); code != "forbidden" {
			t.Errorf("%v, by somebody else: %q", given, code)
		}
	}
}

func TestGivingToSomebodyWhoIsNotThere(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	o.hire("zhou", staff.Agent)
	lin := o.staffed("lin", staff.Agent).connect()
	lin.act("a1", map[string]any{"conversation": "c1", "kind": "claim"})
	give := func(id, to string) string {
		return lin.act(id, map[string]any{"conversation": "c1", "kind": "transfer", "epoch": 2, "to": map[string]string{"id": to}})
	}
	if code := give("a2", "zhou"); code != "colleague_offline" {
		t.Errorf("to one who is offline: %q", code)
	}
	o.presence.Heard(Seat{Node: "n2", User: "zhou", Name: "周", Role: staff.Agent, Status: StatusOnline})
	if code := give("a3", "zhou"); code != "" {
		t.Errorf("to one at another node: %q", code)
	}
}
