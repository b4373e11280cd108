package bot_test

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// Who is in line when all agents leave hears so within a minute, in words of
// their own, and waits with a ticket from then on. An agent who loads their page
// anew alarms nobody.
func TestAllHaveGone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		locale, ask, gone, back string
	}{
		{"zh-CN", "人工", "现在没有人工在线", "有人工在线了"}, {"en", "agent please", "nobody is online right now", "online now"},
		{"zh-CN", "我不想活了", "12356", "12356"}, {"en", "i want to die", "12356", "12356"},
	} {
		roster := there{"*": 1}
		d := newDesk(t, roster)
		d.locale = c.locale
		d.say(c.ask)
		asked, seconds := d.entry(), 0
		pass := func(n int, until bot.HandoffState) {
			for seconds = 0; seconds < n && d.entry().State != until; seconds++ {
				d.now = d.now.Add(time.Second)
				if e := d.entry(); !e.Due.IsZero() && d.now.After(e.Due) {
					t.Fatalf("%q: a promise ended first", c.ask)
				}
				d.tend()
			}
		}
		roster["*"] = 0
		pass(20, bot.HandoffRequested)
		roster["*"] = 1
		pass(3, bot.HandoffRequested)
		roster["*"] = 0
		if asked.Queue == "care" { // whose promise is shorter than that: it ends first
			d.now = asked.Due.Add(time.Second)
			d.tend()
		} else {
			pass(61, bot.HandoffRequested)
		}
		e := d.entry()
		if e.State != bot.HandoffRequested || e.Ticket != asked.Ticket || !e.Due.IsZero() || !e.Since.Equal(asked.Since) {
			t.Fatalf("%q: after %d seconds %+v", c.ask, seconds, e.Handoff)
		}
		if said := words(d.lastSaid()); !strings.Contains(said, c.gone) || asked.Urgent == strings.Contains(said, "95188") {
			t.Errorf("%q: told %q", c.ask, said)
		}
		if d.overdue() {
			t.Error("there is more to be told at once")
		}
		roster["*"] = 1
		d.tend()
		if said := words(d.lastSaid()); d.entry().State != bot.HandoffQueued || !strings.Contains(said, c.back) {
			t.Errorf("%q: back in line, and told %q", c.ask, said)
		}
	}
}

// Out of hours it is said when they begin, wherever it is spoken of.
func TestHoursAreSaid(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)
	days := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	routing := bot.Routing{Queues: []bot.Queue{{ID: "general", Answer: time.Hour, Hours: bot.Hours{Zone: shanghai, Days: days, From: 9 * time.Hour, To: 18 * time.Hour}}}}
	for _, c := range []struct {
		locale, ask, how, opens string
		at                      time.Time
	}{
		{"zh-CN", "人工", "还要等多久", "周一 9:00", time.Date(2026, 11, 20, 20, 0, 0, 0, shanghai)},
		{"zh-CN", "人工", "还要等多久", "今天 9:00", time.Date(2026, 11, 23, 7, 0, 0, 0, shanghai)},
		{"en", "agent please", "is anyone there", "Monday at 9:00 (Asia/Shanghai)", time.Date(2026, 11, 20, 20, 0, 0, 0, shanghai)},
	} {
		d := newDesk(t, nil)
		d.now, d.locale = c.at, c.locale
		d.engine = newEngine(t, bottest.NewEventLog(), verdict(bot.Ineligible, "ID_EXPIRED"), func(o *bot.Options) {
			o.Roster, o.Routing, o.Now = there{"*": 1}, routing, func() time.Time { return d.now }
		})
		for _, said := range []string{words(d.say(c.ask)), words(d.say(c.how))} {
			if !strings.Contains(said, c.opens) || strings.Contains(said, "说准") || strings.Contains(said, "can’t say") {
				t.Errorf("at %s: %q", c.at, said)
			}
		}
		d.conv, d.who.User = "c_2", "u2"
		d.now = time.Date(2026, 11, 20, 17, 59, 30, 0, shanghai) // a Friday
		d.say(c.ask)
		for range 120 {
			d.now = d.now.Add(time.Second)
			d.tend()
		}
		if said := words(d.lastSaid()); d.entry().State != bot.HandoffRequested || !strings.Contains(said, strings.Replace(c.opens, "今天", "周一", 1)) {
			t.Errorf("after closing time: %s, %q", d.entry().State, said)
		}
	}
}

func TestHoursBeginNext(t *testing.T) {
	t.Parallel()
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) } // the 23rd is a Monday
	office := bot.Hours{Days: []time.Weekday{time.Monday}, From: 9 * time.Hour, To: 18 * time.Hour}
	for _, c := range []struct {
		name        string
		hours       bot.Hours
		after, want time.Time
	}{
		{"the same day", office, at(23, 7), at(23, 9)},
		{"a week later", office, at(23, 19), at(30, 9)},
		{"over midnight", bot.Hours{From: 22 * time.Hour, To: 6 * time.Hour}, at(23, 12), at(23, 22)},
		{"over midnight, the morning of a day that is listed", bot.Hours{Days: []time.Weekday{time.Saturday}, From: 22 * time.Hour, To: 6 * time.Hour}, at(23, 12), at(28, 0)},
		{"whole days", bot.Hours{Days: []time.Weekday{time.Wednesday}}, at(23, 12), at(25, 0)},
		{"never", bot.Hours{From: time.Hour, To: time.Hour}, at(23, 12), time.Time{}},
	} {
		if got := c.hours.Next(c.after); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A promise that was not kept moves nobody: they are told, the next one counts,
// and nothing changes hands.
func TestBreachKeepsThePlace(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{"*": 1})
	d.say("人工")
	before := d.entry()
	for late := 1; late <= 3; late++ {
		due := d.entry().Due
		d.now = due.Add(time.Second)
		d.tend()
		after := d.entry()
		if after.Epoch != before.Epoch || after.State != before.State || !after.InLine.Equal(before.InLine) || after.Late != late || !after.Due.After(d.now) {
			t.Errorf("before %+v\nafter %+v", before.Handoff, after.Handoff)
		}
		turns, err := d.engine.History(t.Context(), d.who, d.conv, 0, 0)
		if err != nil || kindsOf(turns)["handoff"] != 1 || !strings.Contains(words(d.lastSaid()), "比预计的久") {
			t.Errorf("shown %v, %v", kindsOf(turns), err)
		}
		if d.overdue() {
			t.Error("told at once again")
		}
	}
	d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin"), Epoch: before.Epoch, Afar: true})
}

// What operators read of somebody who needs a human says why, also where they
// are moved.
func TestReportsSayWhy(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	roster := there{"*": 1, "lin": 1}
	d := newDesk(t, roster)
	d.engine = newEngine(t, bottest.NewEventLog(), verdict(bot.Ineligible, "ID_EXPIRED"), func(o *bot.Options) {
		o.Roster, o.Now, o.Logger = roster, func() time.Time { return d.now }, slog.New(slog.NewTextHandler(&out, nil))
	})
	d.say("人工")
	d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
	d.quiet("还在吗")
	roster["*"], roster["lin"] = 0, 0
	d.now = d.now.Add(10 * time.Minute)
	d.tend()
	lines := slices.Collect(strings.Lines(out.String()))
	if len(lines) != 1 || !strings.Contains(lines[0], "reason=requested") {
		t.Errorf("reported %q", lines)
	}
	if said := words(d.lastSaid()); !strings.Contains(said, "现在没有人工在线") {
		t.Errorf("told %q", said)
	}
}
