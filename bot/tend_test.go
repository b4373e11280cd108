package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

func (d *desk) tend() {
	d.t.Helper()
	if err := d.engine.Tend(d.t.Context(), d.conv, "default"); err != nil {
		d.t.Fatal(err)
	}
}

// lastSaid is the latest message of the conversation.
func (d *desk) lastSaid() bot.Message {
	d.t.Helper()
	turns, err := d.engine.History(d.t.Context(), d.who, d.conv, 0, 0)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, event := range turns[len(turns)-1].Events {
		if m, ok := event.(bot.Message); ok {
			d.last = m
		}
	}
	return d.last
}

// A request that nobody takes ends, is owned up to, and can be made anew; in
// both languages, as a ticket and in line.
func TestRequestsEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		locale, ask, words string
		online             int
	}{
		{"zh-CN", "人工", "没有人接", 0}, {"en", "agent please", "no longer in line", 0}, {"zh-CN", "人工", "没有人接", 1}, {"en", "agent please", "no longer in line", 1},
	} {
		roster := there{"*": c.online}
		d := newDesk(t, roster)
		d.locale = c.locale
		d.say(c.ask)
		first := d.entry()
		if want := d.now.Add(bot.UsualKeep); !first.Until.Equal(want) {
			t.Fatalf("kept until %s, want %s", first.Until, want)
		}
		d.now = d.now.Add(3 * 24 * time.Hour)
		roster["*"] = 1 - c.online
		d.tend() // moved in line, or out of it: the end stays
		if e := d.entry(); e.State == first.State || !e.Until.Equal(first.Until) {
			t.Fatalf("moved: %+v, was until %s", e.Handoff, first.Until)
		}
		d.now = first.Until.Add(time.Second)
		if !d.overdue() {
			t.Fatal("the end has come, and nothing is to be done")
		}
		d.tend()
		if _, open := d.engine.Board().Get(d.conv); open {
			t.Errorf("still on the board: %+v", d.entry().Handoff)
		}
		said := d.lastSaid()
		if !strings.Contains(words(said), c.words) || !strings.Contains(words(said), first.Ticket) || !offers(said, "agent") {
			t.Errorf("told %q, offered %v", words(said), choices(said))
		}
		d.tap("agent")
		if again := d.entry(); again.Ticket == first.Ticket || !again.Waiting() || !again.Until.Equal(d.now.Add(bot.UsualKeep)) {
			t.Errorf("asked anew: %+v", again.Handoff)
		}
	}
}

// Who has an agent waits for nothing, so nothing ends.
func TestTalkingDoesNotEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{"*": 1, "lin": 1})
	d.say("人工")
	d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
	d.now = d.now.Add(2 * bot.UsualKeep)
	if d.overdue() {
		t.Error("taken from an agent")
	}
	d.must(bot.DeskAct{Kind: bot.DeskRelease, Agent: agent("lin"), Epoch: d.entry().Epoch})
	if e := d.entry(); !e.Until.Equal(d.now.Add(bot.UsualKeep)) || d.overdue() {
		t.Errorf("put back: %+v at %s", e.Handoff, d.now)
	}
}

// A request of a log from before there was an end has one all the same, by its
// line.
func TestOldRequestsEnd(t *testing.T) {
	t.Parallel()
	log := bottest.NewEventLog()
	d := newDesk(t, there{})
	d.engine = newEngine(t, log, verdict(bot.Eligible), func(o *bot.Options) {
		o.Roster, o.Now = there{}, func() time.Time { return d.now }
		o.Routing = bot.Routing{Queues: []bot.Queue{{ID: "general", Answer: time.Minute, Keep: time.Hour}}}
	})
	turn := bot.Turn{Conversation: d.conv, Version: 1, At: d.now, Events: []bot.Event{
		bot.Started{Tenant: "default", User: "u1", Locale: "zh-CN"},
		bot.HandoffChanged{Seq: 1, State: bot.HandoffRequested, Reason: "requested", Ticket: "K1", Queue: "general", Owner: 1},
	}}
	if err := log.Append(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	if err := d.engine.Refresh(t.Context(), d.conv); err != nil {
		t.Fatal(err)
	}
	if d.overdue() {
		t.Error("ended at once")
	}
	d.now = d.now.Add(61 * time.Minute)
	if d.tend(); d.entry().State != "" {
		t.Errorf("an hour later it is %s", d.entry().State)
	}
}

// counting asks how often somebody asks who is there.
type counting struct {
	there
	asked int
}

func (c *counting) Online(tenant, queue string) int {
	c.asked++
	return c.there.Online(tenant, queue)
}

// When a line opens, those who wait are looked after some at a time, the urgent
// and those who came first before others, and it is asked once a line who is
// there.
func TestLinesOpenLittleByLittle(t *testing.T) {
	t.Parallel()
	roster := &counting{there: there{"*": 0}}
	d := newDesk(t, roster)
	for i := range 30 {
		d.conv, d.who.User = fmt.Sprint("c", i), fmt.Sprint("u", i)
		d.now = d.now.Add(time.Second)
		d.say(map[bool]string{true: "我不想活了", false: "人工"}[i == 29])
	}
	roster.there["*"] = 1
	for left := 30; left > 0; left -= 10 {
		roster.asked = 0
		due := d.engine.Overdue(d.engine.Board().Open(), 10)
		if len(due) != 10 || roster.asked > 2 {
			t.Fatalf("%d of %d at once, asked %d times who is there", len(due), left, roster.asked)
		}
		if left == 30 && (due[0].Conversation != "c29" || due[1].Conversation != "c0" || due[9].Conversation != "c8") {
			t.Errorf("first %s, then %s … %s", due[0].Conversation, due[1].Conversation, due[9].Conversation)
		}
		for _, entry := range due {
			if err := d.engine.Tend(t.Context(), entry.Conversation, "default"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if due := d.engine.Overdue(d.engine.Board().Open(), 10); len(due) > 0 {
		t.Errorf("%d are left", len(due))
	}
}

// What is said of how long it takes is so: a place where somebody is there, the
// usual wait where it is known and not over, and nothing else.
func TestHowLong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		locale, ask, how, place, nobody, usual, longer string
	}{
		{"zh-CN", "人工", "还要等多久", "第 2 位", "没有人工在线", "一般等 4 分钟", "比最近一般的时间久"},
		{"en", "agent please", "how long will it take", "place 2", "Nobody is online", "about 4 min", "longer than people usually did"},
	} {
		roster := there{"*": 1}
		d := newDesk(t, roster)
		d.locale = c.locale
		for i := range 3 { // a night as a ticket is no wait in line
			roster["*"] = 0
			d.conv, d.who.User = fmt.Sprint("before", i), fmt.Sprint("u", i)
			d.say(c.ask)
			d.now = d.now.Add(10 * time.Hour)
			roster["*"] = 1
			d.tend()
			d.now = d.now.Add(4 * time.Minute)
			d.must(bot.DeskAct{Kind: bot.DeskClaim, ID: fmt.Sprint("claim", i), Agent: agent("lin")})
		}
		d.conv, d.who.User = "ahead", "ahead"
		d.say(c.ask)
		d.now = d.now.Add(time.Second)
		d.conv, d.who.User = "mine", "mine"
		d.say(c.ask)
		expect := func(name string, want, not []string) {
			t.Helper()
			said := words(d.say(c.how))
			for _, part := range want {
				if !strings.Contains(said, part) {
					t.Errorf("%s: %q is not said in %q", name, part, said)
				}
			}
			for _, part := range not {
				if strings.Contains(said, part) {
					t.Errorf("%s: %q is said in %q", name, part, said)
				}
			}
		}
		expect("in line", []string{c.place, c.usual}, []string{c.nobody, c.longer})
		roster["*"] = 0
		expect("all have gone", []string{c.nobody}, []string{c.place, c.usual, c.longer})
		d.now = d.now.Add(5 * time.Minute)
		roster["*"] = 1
		expect("after a while", []string{c.place, c.longer}, []string{c.nobody, c.usual})
	}
}

// An agent of another desk may know less: its claim is held to the epoch it
// knows by the log itself, its note to what humans have or had.
func TestAgentsAfarAreHeldToWhatTheyKnow(t *testing.T) {
	t.Parallel()
	zoe := bot.Agent{Tenant: "default", ID: "desk-a/7", Name: "Zoe"}
	for _, c := range []struct {
		name  string
		setup func(*desk)
		act   bot.DeskAct
		want  error
	}{
		{"a claim", func(d *desk) { d.say("人工") }, bot.DeskAct{Kind: bot.DeskClaim, Epoch: 1}, nil},
		{"a claim of an old epoch", func(d *desk) { d.say("人工"); d.say("不用人工了"); d.say("人工") }, bot.DeskAct{Kind: bot.DeskClaim, Epoch: 1}, bot.ErrFenced},
		{"a claim of an epoch to come", func(d *desk) { d.say("人工") }, bot.DeskAct{Kind: bot.DeskClaim, Epoch: 2}, bot.ErrFenced},
		{"a claim of what another has", func(d *desk) { d.say("人工"); d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")}) }, bot.DeskAct{Kind: bot.DeskClaim, Epoch: 1}, bot.ErrTaken},
		{"a note beside the bot", func(d *desk) { d.say("你好") }, bot.DeskAct{Kind: bot.DeskNote, Text: "x"}, bot.ErrFenced},
		{"a note while somebody waits", func(d *desk) { d.say("人工") }, bot.DeskAct{Kind: bot.DeskNote, Text: "x"}, nil},
		{"a note beside another agent", func(d *desk) { d.say("人工"); d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")}) }, bot.DeskAct{Kind: bot.DeskNote, Text: "x"}, nil},
		{"a note after it was resolved", func(d *desk) {
			d.say("人工")
			d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
			d.must(bot.DeskAct{Kind: bot.DeskResolve, Agent: agent("lin"), Epoch: 2, Disposition: bot.Disposition{Solved: bot.SolvedYes}})
		}, bot.DeskAct{Kind: bot.DeskNote, Text: "x"}, nil},
		{"a note on what the person withdrew", func(d *desk) { d.say("人工"); d.say("不用人工了") }, bot.DeskAct{Kind: bot.DeskNote, Text: "x"}, bot.ErrFenced},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, there{"*": 1})
			c.setup(d)
			c.act.Agent, c.act.Afar = zoe, true
			if _, err := d.act(c.act); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
