package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot/bottest"
	"kaitong/bot/outbox"
	"kaitong/bot/outbox/outboxtest"
)

// Every turn is told of once it is stored, and nothing else is.
func TestCommittedTurnsAreCounted(t *testing.T) {
	t.Parallel()
	options := options(t.TempDir())
	var turns, groups atomic.Int64
	options.Committed = func(n int, took time.Duration) {
		if n < 1 || took < 0 {
			t.Errorf("%d turns in %v", n, took)
		}
		turns.Add(int64(n))
		groups.Add(1)
	}
	log, err := store.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if err := log.Append(t.Context(), bottest.Turn(fmt.Sprintf("c%d", i), 1, "x")); err != nil {
			t.Fatal(err)
		}
	}
	closeLog(t, log) // with the pages of the overview
	if turns.Load() != 20 || groups.Load() != 20 {
		t.Errorf("%d turns in %d groups", turns.Load(), groups.Load())
	}
}

func TestBacklogOfTheOutbox(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]store.Options{"SQLite": options(t.TempDir()), "PostgreSQL": postgresOptions(storetest.Database(t))} {
		box := openOutbox(t, options)
		first := outboxtest.Note("crm", "c", 1, 0)
		notes := []outbox.Note{first, outboxtest.Note("crm", "c", 1, 1), outboxtest.Note("other", "d", 2, 0)}
		if err := box.Advance(t.Context(), outbox.Step{Begin: true, To: 3, Notes: notes}); err != nil {
			t.Fatal(name, err)
		}
		if err := box.Done(t.Context(), first); err != nil {
			t.Fatal(name, err)
		}
		backlog, err := box.Backlog(t.Context())
		if diff := cmp.Diff(map[string]int{"crm": 1, "other": 1}, backlog); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}
