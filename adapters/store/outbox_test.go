package store_test

import (
	"slices"
	"testing"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot/bottest"
	"kaitong/bot/outbox"
	"kaitong/bot/outbox/outboxtest"
)

func TestOutboxInSQLite(t *testing.T) {
	t.Parallel()
	outboxtest.TestBox(t, func(t *testing.T) outbox.Box { return openOutbox(t, options(t.TempDir())) })
}

func TestOutboxInPostgreSQL(t *testing.T) {
	t.Parallel()
	outboxtest.TestBox(t, func(t *testing.T) outbox.Box { return openOutbox(t, postgresOptions(storetest.Database(t))) })
}

// What was noted is there after a restart, beside a log that goes on.
func TestOutboxOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]store.Options{"SQLite": options(t.TempDir()), "PostgreSQL": postgresOptions(storetest.Database(t))} {
		log, err := store.Open(t.Context(), options)
		if err != nil {
			t.Fatal(name, err)
		}
		box, err := store.OpenOutbox(t.Context(), options)
		if err != nil {
			t.Fatal(name, err)
		}
		note := outboxtest.Note("e", "c", 1, 0)
		if err := box.Advance(t.Context(), outbox.Step{Begin: true, To: 3, Notes: []outbox.Note{note}}); err != nil {
			t.Fatal(name, err)
		}
		if err := log.Append(t.Context(), bottest.Turn("c1", 1, "x")); err != nil {
			t.Error(name, err)
		}
		if err := box.Close(); err != nil {
			t.Error(name, err)
		}
		closeLog(t, log)
		again := openOutbox(t, options)
		if notes, err := again.Due(t.Context(), "e", note.Due, 5); err != nil || len(notes) != 1 || notes[0].ID != note.ID {
			t.Errorf("%s: %v, %v", name, notes, err)
		}
	}
}

// Of several nodes one leads, until it goes.
func TestOneNodeLeadsTheOutbox(t *testing.T) {
	t.Parallel()
	options := postgresOptions(storetest.Database(t))
	first, second := openOutbox(t, options), openOutbox(t, options)
	lead := func(box *store.Outbox, want bool) {
		t.Helper()
		if leading, err := box.Lead(t.Context()); err != nil || leading != want {
			t.Errorf("leads: %v, %v", leading, err)
		}
	}
	lead(first, true)
	lead(second, false)
	lead(first, true)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	for leading := false; !leading; { // the server may notice a little later
		var err error
		if leading, err = second.Lead(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	lead(second, true)
}

func openOutbox(t *testing.T, options store.Options) *store.Outbox {
	t.Helper()
	box, err := store.OpenOutbox(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	return box
}

// Who keeps the outbox has read of a conversation, and it is erased before that is
// stored: nothing names it then.
func TestOutboxDoesNotNameWhatIsErased(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log, erasures, box := openAt(t, where), openErasures(t, where), openOutbox(t, where.options)
		appendAll(t, log, threeOf()...)
		if err := box.Advance(t.Context(), outbox.Step{Begin: true}); err != nil {
			t.Fatal(err)
		}
		erase(t, erasures, log, "b")
		step := outbox.Step{To: 6, Opened: []string{"a", "b"}, Notes: []outbox.Note{outboxtest.Note("e", "b", 1, 0)}}
		if err := box.Advance(t.Context(), step); err != nil {
			t.Fatal(err)
		}
		state, err := box.State(t.Context())
		if err != nil || !slices.Equal(state.Open, []string{"a"}) {
			t.Errorf("open are %v, %v", state.Open, err)
		}
	})
}
