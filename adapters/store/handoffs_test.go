package store_test

import (
	"fmt"
	"sync"
	"testing"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

// Every turn is there, in order, and of its events those of hand-offs.
func TestTailOfHandOffs(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]store.Options{"SQLite": options(t.TempDir()), "PostgreSQL": postgresOptions(storetest.Database(t))} {
		log, err := store.Open(t.Context(), options)
		if err != nil {
			t.Fatal(name, err)
		}
		asked := bottest.Turn("c2", 1, "人工")
		asked.Events = append(asked.Events, bot.HandoffChanged{Seq: 9, State: bot.HandoffQueued, Owner: 1, Ticket: "T"})
		for _, turn := range []bot.Turn{bottest.Turn("c1", 1, `{"kind":"handoff","data":{}}`), asked, bottest.Turn("c1", 2, "x")} {
			if err := log.Append(t.Context(), turn); err != nil {
				t.Fatal(name, err)
			}
		}
		whole, err := log.Tail(t.Context(), 0, 10)
		if err != nil {
			t.Fatal(name, err)
		}
		brief, err := log.TailHandoffs(t.Context(), 0, 10)
		if err != nil || len(brief) != len(whole) {
			t.Fatalf("%s: %d turns of %d, %v", name, len(brief), len(whole), err)
		}
		for i, turn := range brief {
			if turn.Conversation != whole[i].Conversation || turn.Version != whole[i].Version || turn.Position != whole[i].Position {
				t.Errorf("%s: turn %d is %+v", name, i, turn)
			}
			if hands := turn.Conversation == "c2"; hands != (len(turn.Events) == 1) || len(turn.Events) > 1 {
				t.Errorf("%s: turn %d has %+v", name, i, turn.Events)
			}
		}
		if rest, err := log.TailHandoffs(t.Context(), whole[0].Position, 1); err != nil || len(rest) != 1 || rest[0].Position != whole[1].Position {
			t.Errorf("%s: %+v, %v", name, rest, err)
		}
		closeLog(t, log)
	}
}

// All who wait are found, however many, those with the oldest turns first, also
// where the list is behind the log; who was helped is not.
func TestHandedOverFindsAll(t *testing.T) {
	t.Parallel()
	const most = 1100 // more than two pages
	for name, options := range map[string]store.Options{"SQLite": options(t.TempDir()), "PostgreSQL": postgresOptions(storetest.Database(t))} {
		log, err := store.Open(t.Context(), options)
		if err != nil {
			t.Fatal(name, err)
		}
		hand := func(conversation string, version int64, state bot.HandoffState) {
			turn := bottest.Turn(conversation, version, "x")
			turn.Events = append(turn.Events, bot.HandoffChanged{Seq: 9, State: state, Owner: version})
			if err := log.Append(t.Context(), turn); err != nil {
				t.Error(name, err)
			}
		}
		hand("oldest", 1, bot.HandoffRequested)
		var group sync.WaitGroup
		places := make(chan int)
		for range 16 {
			group.Go(func() {
				for i := range places {
					hand(fmt.Sprint("c", i), 1, bot.HandoffQueued)
				}
			})
		}
		for i := range most {
			places <- i
		}
		close(places)
		group.Wait()
		hand("helped", 1, bot.HandoffQueued)
		hand("helped", 2, bot.HandoffResolved)
		hand("newest", 1, bot.HandoffActive)
		for _, behind := range []bool{true, false} {
			if !behind {
				closeLog(t, log)
				if err := store.RebuildOverviews(t.Context(), options, func(int64, int64) {}); err != nil {
					t.Fatal(name, err)
				}
				if log, err = store.Open(t.Context(), options); err != nil {
					t.Fatal(name, err)
				}
			}
			names, err := log.HandedOver(t.Context())
			if err != nil {
				t.Fatal(name, err)
			}
			seen := map[string]bool{}
			for _, one := range names {
				if seen[one] {
					t.Errorf("%s: %s twice", name, one)
				}
				seen[one] = true
			}
			if missing := most + 2 - len(seen); missing > 0 || !seen["newest"] || names[0] != "oldest" || !behind && seen["helped"] {
				t.Errorf("%s, behind %v: %d missing, first %s", name, behind, missing, names[0])
			}
		}
		closeLog(t, log)
	}
}
