package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/bot/staff"
)

func openErasures(t *testing.T, where place) *store.Erasures {
	t.Helper()
	erasures, err := store.OpenErasures(t.Context(), where.options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := erasures.Close(); err != nil {
			t.Error(err)
		}
	})
	return erasures
}

func appendAll(t *testing.T, log *store.Log, turns ...bot.Turn) {
	t.Helper()
	for _, turn := range turns {
		if err := log.Append(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
	}
}

// erase carries out what a server does: ask, erase, done.
func erase(t *testing.T, erasures *store.Erasures, log *store.Log, names ...string) store.Erased {
	t.Helper()
	if err := erasures.Ask(t.Context(), store.ReasonRequest, time.Now(), names...); err != nil {
		t.Fatal(err)
	}
	due, err := erasures.Due(t.Context(), 100)
	if err != nil || len(due) != len(names) {
		t.Fatalf("due are %v, %v", due, err)
	}
	gone, err := erasures.Erase(t.Context(), log, due...)
	if err != nil {
		t.Fatal(err)
	}
	if err := erasures.Done(t.Context(), due...); err != nil {
		t.Fatal(err)
	}
	return gone
}

// threeOf are two turns each of a, b and c, one after the other.
func threeOf() (turns []bot.Turn) {
	for version := range int64(2) {
		for _, name := range []string{"a", "b", "c"} {
			turns = append(turns, bottest.Turn(name, version+1, "words of "+name))
		}
	}
	return turns
}

func TestErasedConversationIsGone(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log, erasures := openAt(t, where), openErasures(t, where)
		appendAll(t, log, threeOf()...)
		if gone := erase(t, erasures, log, "b", "never there"); gone != (store.Erased{Conversations: 1, Turns: 2}) {
			t.Errorf("gone are %+v", gone)
		}
		if turns, err := log.Load(t.Context(), "b", 0, 0); len(turns) > 0 || !errors.Is(err, bot.ErrErased) || !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("found %v, %v", turns, err)
		}
		if turns, err := log.Load(t.Context(), "a", 0, 0); err != nil || len(turns) != 2 {
			t.Errorf("of the neighbour: %v, %v", turns, err)
		}
		if _, err := log.Load(t.Context(), "never there", 0, 0); err != nil {
			t.Error("a name that was never there:", err)
		}
		closeLog(t, log)
		report := verify(t, where)
		if !report.Sound() || report.Erased != (store.Erased{Conversations: 1, Turns: 2}) || report.Turns != 4 {
			t.Errorf("%+v", report)
		}
	})
}

// What a client sends late does not bring a conversation back, here or after a
// restart.
func TestErasedNameIsNeverTakenAgain(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log, erasures := openAt(t, where), openErasures(t, where)
		appendAll(t, log, threeOf()...)
		erase(t, erasures, log, "b")
		late := func(log *store.Log) {
			t.Helper()
			if err := log.Append(t.Context(), bottest.Turn("b", 3, "late")); !errors.Is(err, bot.ErrConflict) {
				t.Errorf("the next turn: %v", err)
			}
			if err := log.Append(t.Context(), bottest.Turn("b", 1, "anew")); !errors.Is(err, bot.ErrErased) {
				t.Errorf("a first turn: %v", err)
			}
		}
		late(log)
		closeLog(t, log)
		again := openAt(t, where)
		late(again)
		appendAll(t, again, bottest.Turn("d", 1, "another"), bottest.Turn("a", 3, "goes on"))
	})
}

// Readers of the tail remember positions: those of the newest turns are not
// given out again.
func TestErasedPositionsAreNeverGivenOutAgain(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log, erasures := openAt(t, where), openErasures(t, where)
		appendAll(t, log, threeOf()...)
		erase(t, erasures, log, "c", "b")
		closeLog(t, log)
		again := openAt(t, where)
		appendAll(t, again, bottest.Turn("a", 3, "goes on"))
		turns, err := again.Tail(t.Context(), 4, 10)
		if err != nil || len(turns) != 1 || turns[0].Position <= 6 {
			t.Errorf("the tail is %v, %v", turns, err)
		}
		closeLog(t, again)
		if report := verify(t, where); !report.Sound() {
			t.Errorf("%+v", report)
		}
	})
}

func TestVerifyTellsErasureFromDamage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ damage, want string }{
		"a turn cut off":         {`DELETE FROM turns WHERE conversation = 'c' AND version = 2`, `the turn at this position is missing`},
		"a turn cut out":         {`DELETE FROM turns WHERE conversation = 'a'`, `the turn at this position is missing`},
		"no tombstone":           {`DELETE FROM erased`, `the turn at this position is missing`},
		"a changed tombstone":    {`UPDATE erased SET turns = 1`, `tombstone 1 was changed`},
		"another reason":         {`UPDATE erased SET reason = 'operator'`, `tombstone 1 was changed`},
		"a tombstone too few":    {`UPDATE erased SET n = 2`, `tombstones 1 to 1 are missing`},
		"a conversation is back": {`UPDATE turns SET conversation = 'b' WHERE conversation = 'a'`, `tombstone 1 says that it was erased`},
	} {
		everywhere(t, func(t *testing.T, where place) {
			t.Log(name)
			log, erasures := openAt(t, where), openErasures(t, where)
			appendAll(t, log, threeOf()...)
			erase(t, erasures, log, "b")
			closeLog(t, log)
			where.execute(t, test.damage)
			report := verify(t, where)
			for _, hole := range report.Holes {
				if strings.Contains(hole.Problem, test.want) {
					return
				}
			}
			t.Errorf("%s: want %q in %+v", name, test.want, report.Holes)
		})
	}
}

// What was asked for before a crash is still due after it.
func TestErasureIsOnRecord(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log, erasures := openAt(t, where), openErasures(t, where)
		appendAll(t, log, threeOf()...)
		at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
		if err := erasures.Ask(t.Context(), store.ReasonOperator, at, "a"); err != nil {
			t.Fatal(err)
		}
		if err := erasures.Ask(t.Context(), "boredom", at, "b"); !errors.Is(err, bot.ErrInvalid) {
			t.Errorf("another reason: %v", err)
		}
		closeLog(t, log)
		again, later := openAt(t, where), openErasures(t, where)
		due, err := later.Due(t.Context(), 5)
		if err != nil || len(due) != 1 || due[0] != (store.Asked{Conversation: "a", Reason: store.ReasonOperator, At: at}) {
			t.Fatalf("due are %v, %v", due, err)
		}
		for range 2 { // it may be done twice
			if _, err := later.Erase(t.Context(), again, due...); err != nil {
				t.Fatal(err)
			}
		}
		if err := later.Done(t.Context(), due...); err != nil {
			t.Fatal(err)
		}
		if due, err := later.Due(t.Context(), 5); err != nil || len(due) > 0 {
			t.Errorf("still due are %v, %v", due, err)
		}
		names, last, err := later.Buried(t.Context(), 0)
		namer, failed := later.Namer(t.Context())
		if err != nil || failed != nil || last != 1 || !names[namer("a")] || names[namer("b")] {
			t.Errorf("buried are %v up to %d, %v, %v", names, last, err, failed)
		}
	})
}

// The audit log tells what agents did as before, and to whom no more.
func TestErasedConversationInTheAuditLog(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log, erasures := openAt(t, where), openErasures(t, where)
		appendAll(t, log, threeOf()...)
		vault, err := store.OpenStaff(t.Context(), where.options)
		if err != nil {
			t.Fatal(err)
		}
		defer vault.Close()
		record := func(conversation string) {
			t.Helper()
			if err := vault.Record(t.Context(), staff.Record{At: time.Now(), Who: "lin", Did: "opened", Conversation: conversation}); err != nil {
				t.Fatal(err)
			}
		}
		for _, conversation := range []string{"a", "b", "", "b"} {
			record(conversation)
		}
		erase(t, erasures, log, "b")
		record("b") // a desk that has not heard of it
		records, err := vault.Records(t.Context(), 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		gone := staff.ErasedConversation("b")
		for i, want := range []string{"a", gone, "", gone, gone} {
			if records[i].Conversation != want {
				t.Errorf("record %d is of %q, want %q", i+1, records[i].Conversation, want)
			}
		}
		if _, err := staff.Follow(0, staff.Link{}, records); err != nil {
			t.Error(err)
		}
		records[1].Conversation = staff.ErasedConversation("c")
		if _, err := staff.Follow(0, staff.Link{}, records); !errors.Is(err, staff.ErrBroken) {
			t.Errorf("with another conversation: %v", err)
		}
	})
}

// Whose a conversation is says the log, also where the list is behind it.
func TestConversationsOfAPerson(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log := openAt(t, where)
		begun := func(name, user string) bot.Turn {
			return bot.Turn{Conversation: name, Version: 1, At: time.Now(), Events: []bot.Event{bot.Started{Tenant: "t", User: user, Anonymous: user == "anon-1"}}}
		}
		claimed := bot.Turn{Conversation: "b", Version: 2, At: time.Now(), Events: []bot.Event{bot.Claimed{Tenant: "t", User: "lin"}}}
		appendAll(t, log, begun("a", "lin"), begun("b", "anon-1"), begun("c", "anon-1"), begun("d", "other"), claimed)
		want := func(user string, names ...string) {
			t.Helper()
			if got, err := log.ConversationsOf(t.Context(), bot.Identity{Tenant: "t", User: user}); err != nil || !slices.Equal(got, names) {
				t.Errorf("of %s: %v, %v", user, got, err)
			}
		}
		want("lin", "a", "b")
		want("anon-1", "c")
		closeLog(t, log)
		if err := store.RebuildOverviews(t.Context(), where.options, func(int64, int64) {}); err != nil {
			t.Fatal(err)
		}
		log = openAt(t, where)
		want("lin", "a", "b")
		want("anon-1", "c")
		want("nobody")
		if got, err := log.ConversationsOf(t.Context(), bot.Identity{Tenant: "another", User: "lin"}); err != nil || len(got) > 0 {
			t.Errorf("of another tenant: %v, %v", got, err)
		}
	})
}

// What is kept long enough says the log, also where the list is behind it: who
// came back yesterday, has a human or an appeal under way stays.
func TestKeptLongestWhereTheListIsBehind(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log := openAt(t, where)
		now := time.Now()
		say := func(name string, version int64, at time.Time, events ...bot.Event) bot.Turn {
			return bot.Turn{Conversation: name, Version: version, At: at, Events: events}
		}
		old := now.Add(-1000 * time.Hour)
		names := []string{"old", "back", "human", "appeal"}
		for _, name := range names {
			appendAll(t, log, say(name, 1, old, bot.Started{Tenant: "t", User: "lin"}))
		}
		closeLog(t, log)
		if err := store.RebuildOverviews(t.Context(), where.options, func(int64, int64) {}); err != nil {
			t.Fatal(err)
		}
		log = openAt(t, where)
		appendAll(t, log,
			say("back", 2, now, bot.FeedbackGiven{Vote: "up"}),
			say("human", 2, old, bot.HandoffChanged{State: bot.HandoffQueued}),
			say("appeal", 2, old, bot.AppealStarted{}, bot.AppealSubmitted{}))
		got, err := log.KeptLongest(t.Context(), now.Add(-time.Hour), 10)
		if err != nil || !slices.Equal(got, []string{"old"}) {
			t.Errorf("kept longest are %v, %v", got, err)
		}
	})
}
