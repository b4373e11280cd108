package demo_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/demo"
	"kaitong/bot"
	"kaitong/intents"
	"kaitong/knowledge"
)

const days = 20

func TestMonthIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	library := library(t)
	first, second, other := month(t, library, 7), month(t, library, 7), month(t, library, 8)
	if !reflect.DeepEqual(encoded(t, first), encoded(t, second)) {
		t.Error("the same seed made another month")
	}
	if reflect.DeepEqual(encoded(t, first), encoded(t, other)) {
		t.Error("another seed made the same month")
	}
}

// Whatever people do to each other in a longer time, it can be made up.
func TestManyMonths(t *testing.T) {
	t.Parallel()
	library := library(t)
	for seed := range uint64(6) {
		if _, err := demo.Month(t.Context(), demo.Options{
			Library: library, Tenant: "t", End: end(), Days: 60, Daily: 60, Seed: seed, Zone: zone(),
		}); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

func TestMonthTellsItsStory(t *testing.T) {
	t.Parallel()
	turns := month(t, library(t), 1)
	all, kinds, troubled := tally{}, tally{}, tally{}
	var late, coupon, early int
	for i, turn := range turns {
		if i > 0 && turn.At.Before(turns[i-1].At) {
			t.Fatalf("turn %d is before the one it follows", i)
		}
		if !strings.HasPrefix(turn.Conversation, "demo_") || !turn.At.Before(end()) {
			t.Fatalf("turn of %s at %v", turn.Conversation, turn.At)
		}
		day := turn.At.In(zone()).YearDay()
		for _, event := range turn.Events {
			kinds[event.Kind()]++
			switch e := event.(type) {
			case bot.Started:
				all[e.User[:5]]++
			case bot.Message:
				if e.About != nil && e.About.Cause == "technical.system_fault" {
					troubled[time.Duration(day).String()]++
				}
				if e.Author == bot.AuthorUser && strings.Contains(e.Blocks[0].Text, "免息券") {
					coupon++
				}
				if e.Author == bot.AuthorUser && strings.Contains(e.Blocks[0].Text, "信用贷") {
					if turn.At.Before(end().AddDate(0, 0, -days/2)) {
						early++
					} else {
						late++
					}
				}
			}
		}
	}
	if len(all) != 1 || all["demo-"] < 300 {
		t.Errorf("people: %v, want some hundreds, all called demo-…", all)
	}
	for _, kind := range []string{"handoff", "disposed", "breached", "fix_confirmed", "flow_ended", "feedback", "resolved", "warned", "right_invoked", "step_taken"} {
		if kinds[kind] == 0 {
			t.Errorf("nothing of the kind %s happened", kind)
		}
	}
	if most := slices.Max(troubled.counts()); most < 10 || len(troubled) > 5 {
		t.Errorf("the outage does not stand out: %v", troubled)
	}
	if early > 0 || late < 3 || coupon < 3 {
		t.Errorf("questions without an answer: new topic %d times early and %d late, coupons %d", early, late, coupon)
	}
}

type tally map[string]int

func (c tally) counts() []int {
	list := []int{0}
	for _, n := range c {
		list = append(list, n)
	}
	return list
}

func zone() *time.Location { return time.FixedZone("", 8*3600) }
func end() time.Time       { return time.Date(2026, 11, 27, 15, 30, 0, 0, time.UTC) }

func encoded(t *testing.T, turns []bot.Turn) []string {
	t.Helper()
	rows := make([]string, len(turns))
	for i, turn := range turns {
		row, err := bot.EncodeEvents(turn.Events)
		if err != nil {
			t.Fatal(err)
		}
		rows[i] = turn.Conversation + " " + turn.At.String() + " " + string(row.JSON)
	}
	return rows
}

func library(t *testing.T) *bot.Library {
	t.Helper()
	base, err := knowledge.Load(knowledge.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	model, err := intents.TrainShipped()
	if err != nil {
		t.Fatal(err)
	}
	return bot.NewLibrary(bot.Edition{ID: "demo", Base: base, Model: model})
}

func month(t *testing.T, library *bot.Library, seed uint64) []bot.Turn {
	t.Helper()
	turns, err := demo.Month(t.Context(), demo.Options{
		Library: library, Tenant: "t", End: end(), Days: days, Daily: 30, Seed: seed, Zone: zone(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return turns
}
