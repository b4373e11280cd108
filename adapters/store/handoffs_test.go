package store_test

import (
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
