package bot_test

import (
	"strings"
	"testing"
	"time"

	"kaitong/bot"
)

// Who is in line for somebody who is there does not end up waiting for nobody by
// what they say next. Whoever is in despair comes first all the same.
func TestNobodyLosesTheirPlaceByAsking(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		roster        there
		first, second string
		queue         string
		urgent        bool
	}{
		{"in despair, and nobody there for that", there{"general": 1}, "人工", "我不想活了", "general", true},
		{"in despair, and somebody there for that", there{"*": 1}, "人工", "我不想活了", "care", true},
		{"in despair, and nobody there at all", there{}, "人工", "我不想活了", "care", true},
		{"asks again after that", there{"*": 1}, "我不想活了", "人工", "care", true},
		{"asks again, and only they are there", there{"care": 1}, "我不想活了", "人工", "care", true},
		{"complains, and nobody is there for that", there{"general": 1}, "人工", "我要投诉你们", "general", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.roster)
			d.say(c.first)
			before := d.entry()
			for range 2 {
				d.now = d.now.Add(time.Second)
				d.say(c.second)
				after := d.entry()
				if after.State != before.State || after.Queue != c.queue || after.Urgent != c.urgent || c.urgent && after.Priority != 100 {
					t.Errorf("%s in %s, urgent %v at %d", after.State, after.Queue, after.Urgent, after.Priority)
				}
				if after.Ticket != before.Ticket || !after.Since.Equal(before.Since) || !before.Due.IsZero() && after.Due.After(before.Due) {
					t.Errorf("before %+v\nafter %+v", before.Handoff, after.Handoff)
				}
				if moved := after.Epoch - before.Epoch; moved > 1 {
					t.Errorf("changed hands %d times", moved)
				}
			}
		})
	}
}

// Whoever takes a conversation on reads that the person was in despair beside the
// agent before.
func TestDistressBesideAnAgentIsInTheBrief(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{"*": 1})
	d.say("人工")
	d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
	d.quiet("我不想活了")
	for _, later := range []string{"在吗", "有人看到吗", "算了", "好的"} {
		d.quiet(later)
	}
	found, err := d.engine.Case(t.Context(), "default", d.conv, "zh-CN")
	if lines := strings.Join(found.Brief.Lines("zh-CN"), "\n"); err != nil || !strings.Contains(lines, "请先关心本人") || !strings.Contains(lines, "求助的话：我不想活了") || !found.Entry.Urgent {
		t.Errorf("the brief says %q, %v", lines, err)
	}
}

// Whom nobody came for does not want nobody: a refusal of their appeal puts them
// in line again.
func TestRefusalAfterNobodyCame(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	k, _, reference := submitted(t, func(o *bot.Options) { o.Now = func() time.Time { return now } })
	now = now.Add(bot.UsualKeep + time.Hour)
	if err := k.engine.Tend(t.Context(), k.conv, "default"); err != nil {
		t.Fatal(err)
	}
	if _, open := k.engine.Board().Get(k.conv); open {
		t.Fatal("it has not ended")
	}
	if err := k.engine.RefuseAppeal(t.Context(), k.conv, reference, bot.RefusedFinal); err != nil {
		t.Fatal(err)
	}
	if e, _ := k.engine.Board().Get(k.conv); !e.Waiting() || e.Queue != "appeals" {
		t.Errorf("nobody hears of it: %+v", e.Handoff)
	}
}
