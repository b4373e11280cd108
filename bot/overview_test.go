package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

func TestOverview(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	o := bot.NewOverview("c")
	for i, events := range [][]bot.Event{
		{bot.Started{Tenant: "default", User: "u", Anonymous: true, Product: "jiebei", Locale: "zh-CN"}},
		{bot.Understood{Locale: "en"}},
		{bot.HandoffChanged{State: bot.HandoffRequested, Ticket: "T-1"}, bot.HandoffChanged{State: bot.HandoffQueued}},
	} {
		turn := bot.Turn{Conversation: "c", Version: int64(i) + 1, At: at.Add(time.Duration(i) * time.Minute), Position: int64(10 * (i + 1)), Events: events}
		if err := o.Apply(turn); err != nil {
			t.Fatal(err)
		}
	}
	want := &bot.Overview{
		Conversation: "c", Owner: bot.Identity{Tenant: "default", User: "u", Anonymous: true}, Product: "jiebei", Locale: "zh-CN",
		Started: at, Last: at.Add(2 * time.Minute), Turns: 3, Handoff: bot.HandoffQueued, Ticket: "T-1", Position: 30,
	}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, turn := range map[string]bot.Turn{
		"again": {Conversation: "c", Version: 3}, "a hole": {Conversation: "c", Version: 5}, "of another": {Conversation: "d", Version: 4},
	} {
		if err := o.Apply(turn); err == nil || !cmp.Equal(want, o) {
			t.Errorf("%s: %v, %+v", name, err, o)
		}
	}
}

// The events of a row keep their order, whatever kinds they are of.
func TestOverviewOfARowInOrder(t *testing.T) {
	t.Parallel()
	row, err := bot.EncodeEvents([]bot.Event{
		bot.AppealRefused{Reference: "A-1"}, bot.HandoffChanged{Seq: 1, State: bot.HandoffQueued}, bot.AppealStarted{Product: "p"}, bot.HandoffChanged{Seq: 2, State: bot.HandoffActive},
	})
	if err != nil {
		t.Fatal(err)
	}
	events, err := bot.DecodeOverview(row.JSON)
	var kinds []string
	for _, event := range events {
		kinds = append(kinds, event.Kind())
	}
	if want := []string{"appeal_refused", "handoff", "appeal_started", "handoff"}; err != nil || !slices.Equal(kinds, want) {
		t.Errorf("got %v, %v", kinds, err)
	}
}

// What the fold needs of a row is found without decoding the row, whatever
// people type and whatever stands beside it.
func TestOverviewOfARow(t *testing.T) {
	t.Parallel()
	every := bottest.EveryEvent()
	for _, text := range bottest.Texts() {
		every = append(every, bottest.Turn("c", 1, text).Events...)
	}
	every = append(every, bottest.Turn("c", 1, `{"kind":"handoff","data":{"state":"active"}}`).Events...)
	every = append(every, bot.Understood{Entities: []bot.EntityRef{{Kind: "handoff", Value: "started"}}})
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.SampledFrom(every), 0, 6).Draw(t, "events")
		row, err := bot.EncodeEvents(events)
		if err != nil {
			t.Fatal(err)
		}
		brief, err := bot.DecodeOverview(row.JSON)
		if err != nil {
			t.Fatal(err)
		}
		whole, part := bot.NewOverview("c"), bot.NewOverview("c")
		if err := whole.Apply(bot.Turn{Conversation: "c", Version: 1, Events: events}); err != nil {
			t.Fatal(err)
		}
		if err := part.Apply(bot.Turn{Conversation: "c", Version: 1, Events: brief}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole, part); diff != "" {
			t.Fatalf("from all events, from those of the row:\n%s", diff)
		}
		concerned := slices.ContainsFunc(events, bot.InOverview)
		may := concerned || slices.ContainsFunc(events, func(e bot.Event) bool { return strings.HasPrefix(e.Kind(), "appeal_") })
		if found := bot.ConcernsOverview(row.JSON); concerned && !found || found && !may {
			t.Fatalf("concerns: %v, want %v: %s", found, concerned, row.JSON)
		}
	})
}

func TestOverviewOfTheFuture(t *testing.T) {
	t.Parallel()
	row := `[{"kind":"telepathy","data":{"kind":"handoff"}},{"kind":"handoff","data":{"state":"queued"}}]`
	events, err := bot.DecodeOverview([]byte(row))
	if err != nil || len(events) != 1 {
		t.Errorf("%v, %v", events, err)
	}
	if _, err := bot.DecodeOverview([]byte(row[:len(row)-10])); err == nil {
		t.Error("half a row is read")
	}
}

func FuzzDecodeOverview(f *testing.F) {
	row, err := bot.EncodeEvents(bottest.EveryEvent())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(row.JSON)
	f.Add([]byte(`[{"kind":"started","data":{"kind":"started","data":`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if events, err := bot.DecodeOverview(data); err != nil && len(events) > 0 {
			t.Errorf("events beside an error: %v", events)
		}
	})
}
