package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// These tests decide themselves what meets in one transaction: the log is
// opened without its writer, and the writer is run, or one group committed, by
// hand.

func TestGroup(t *testing.T) {
	t.Parallel()
	type want map[string]int64 // conversation -> last version stored
	ok, conflict := error(nil), bot.ErrConflict
	for _, test := range []struct {
		name    string
		group   []bot.Turn
		answers []error
		stored  want
	}{
		{"alone", []bot.Turn{turn("a", 1)}, []error{ok}, want{"a": 1}},
		{"one conversation twice, in order", []bot.Turn{turn("a", 1), turn("a", 2)}, []error{ok, ok}, want{"a": 2}},
		{"the same version twice", []bot.Turn{turn("a", 1), turn("a", 1), turn("b", 1)}, []error{ok, conflict, ok}, want{"a": 1, "b": 1}},
		{"a skipped version among others", []bot.Turn{turn("b", 1), turn("a", 2), turn("c", 1)}, []error{ok, conflict, ok}, want{"b": 1, "c": 1}},
		{"out of order", []bot.Turn{turn("a", 2), turn("a", 1)}, []error{conflict, ok}, want{"a": 1}},
		{"after a loser the winner goes on", []bot.Turn{turn("a", 1), turn("a", 1), turn("a", 2)}, []error{ok, conflict, ok}, want{"a": 2}},
		{"conflicts only", []bot.Turn{turn("a", 2), turn("b", 3)}, []error{conflict, conflict}, want{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			log := openIdle(t, Options{})
			group := pendings(t, test.group...)
			log.commit(group)
			for i, one := range group {
				if got := <-one.done; !errors.Is(got, test.answers[i]) {
					t.Errorf("turn %d: %v, want %v", i, got, test.answers[i])
				}
			}
			stored := want{}
			for _, turn := range tailAll(t, log) {
				stored[turn.Conversation] = turn.Version
			}
			if len(stored) != len(test.stored) {
				t.Errorf("stored %v, want %v", stored, test.stored)
			}
			for name, version := range test.stored {
				if stored[name] != version {
					t.Errorf("%s ends at %d, want %d", name, stored[name], version)
				}
			}
		})
	}
}

func TestWhatNobodyWaitsForIsNotStored(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{})
	group := pendings(t, turn("a", 1), turn("b", 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	group[0].ctx = ctx
	log.commit(group)
	if err := <-group[0].done; !errors.Is(err, context.Canceled) {
		t.Errorf("abandoned turn: %v", err)
	}
	if err := <-group[1].done; err != nil {
		t.Errorf("its neighbour: %v", err)
	}
	if stored := tailAll(t, log); len(stored) != 1 || stored[0].Conversation != "b" {
		t.Errorf("stored %v", stored)
	}
}

// A transaction that cannot be written fails all of its turns, and the log
// takes the next ones as if nothing had happened.
func TestFailedGroupFailsWhole(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{})
	execute(t, log, `CREATE TRIGGER refuse BEFORE INSERT ON turns WHEN NEW.conversation = 'bad' BEGIN SELECT RAISE(ABORT, 'refused'); END`)
	group := pendings(t, turn("a", 1), turn("bad", 1), turn("b", 1), turn("a", 7))
	log.commit(group)
	for i, one := range group {
		if err := <-one.done; err == nil || errors.Is(err, bot.ErrConflict) {
			t.Errorf("turn %d: %v, want the failure of the group", i, err)
		}
	}
	if stored := tailAll(t, log); len(stored) != 0 {
		t.Errorf("stored %v", stored)
	}
	next := pendings(t, turn("a", 1))
	log.commit(next)
	if err := <-next[0].done; err != nil {
		t.Errorf("next group: %v", err)
	}
}

func TestFullQueueIsBusyAtOnce(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{Queue: 3})
	waiting := pendings(t, turn("a", 1), turn("b", 1), turn("c", 1))
	for _, one := range waiting {
		if err := log.enqueue(one); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Append(t.Context(), turn("d", 1)); !errors.Is(err, bot.ErrBusy) {
		t.Errorf("fourth turn: %v, want busy", err)
	}
	log.start()
	for _, one := range waiting {
		if err := <-one.done; err != nil {
			t.Error(err)
		}
	}
	if err := log.Append(t.Context(), turn("d", 1)); err != nil {
		t.Errorf("once there is room: %v", err)
	}
}

func TestCloseStoresWhatWasAccepted(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{})
	waiting := pendings(t, turn("a", 1), turn("a", 2), turn("b", 1))
	for _, one := range waiting {
		if err := log.enqueue(one); err != nil {
			t.Fatal(err)
		}
	}
	log.shut()
	log.start()
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, one := range waiting {
		if err := <-one.done; err != nil {
			t.Errorf("turn %d: %v", i, err)
		}
	}
	again := openIdle(t, Options{Dir: log.dir})
	if stored := tailAll(t, again); len(stored) != 3 {
		t.Errorf("stored %v", stored)
	}
}

// When Close may not wait, nobody is left without an answer and nothing is
// stored behind the callers' backs.
func TestCloseWithoutPatience(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{})
	waiting := pendings(t, turn("a", 1))
	if err := log.enqueue(waiting[0]); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 {
		if err := log.Close(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("close: %v", err)
		}
	}
	log.start()
	if err := <-waiting[0].done; !errors.Is(err, bot.ErrClosed) {
		t.Errorf("waiting turn: %v", err)
	}
	<-log.done
	again := openIdle(t, Options{Dir: log.dir})
	if stored := tailAll(t, again); len(stored) != 0 {
		t.Errorf("stored %v", stored)
	}
}

func TestCloseBesideAppenders(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{})
	log.start()
	var group sync.WaitGroup
	last := make([]int64, 8)
	started := make(chan struct{}, len(last))
	for i := range last {
		group.Go(func() {
			for version := int64(1); ; version++ {
				err := log.Append(t.Context(), turn(string(rune('a'+i)), version))
				if errors.Is(err, bot.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				if last[i] = version; version == 3 {
					started <- struct{}{}
				}
			}
		})
	}
	for range last {
		<-started
	}
	if err := log.Close(t.Context()); err != nil {
		t.Error(err)
	}
	group.Wait()
	again := openIdle(t, Options{Dir: log.dir})
	for i, version := range last {
		stored, err := again.Load(t.Context(), string(rune('a'+i)), 0, 0)
		if err != nil || int64(len(stored)) != version {
			t.Errorf("%d turns stored, %d acknowledged (%v)", len(stored), version, err)
		}
	}
}

func TestGroupIsBounded(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{})
	for version := range int64(maxGroup + 10) {
		if err := log.enqueue(pendings(t, turn("a", version+1))[0]); err != nil {
			t.Fatal(err)
		}
	}
	first := log.gather([]*pending{<-log.queue})
	second := log.gather([]*pending{<-log.queue})
	if len(first) != maxGroup || len(second) != 10 {
		t.Errorf("groups of %d and %d", len(first), len(second))
	}
}

func TestCheckReportsACommitThatHangs(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	log := openIdle(t, Options{Now: func() time.Time { return now }})
	log.health.begin(now.Add(-slowCommit))
	if err := log.Check(t.Context()); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	log.health.begin(now.Add(-slowCommit - time.Second))
	if err := log.Check(t.Context()); err == nil {
		t.Error("a commit that hangs is not reported")
	}
	log.health.end(nil)
	if err := log.Check(t.Context()); err != nil {
		t.Errorf("after it came back: %v", err)
	}
}

func turn(conversation string, version int64) bot.Turn {
	return bottest.Turn(conversation, version, "x")
}

// openIdle opens a log that nobody writes for.
func openIdle(t testing.TB, options Options) *Log {
	t.Helper()
	if options.Dir == "" {
		options.Dir = t.TempDir() // PostgreSQL does not look at it
	}
	options.Logger = slog.New(slog.DiscardHandler)
	log, err := open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { release(t, log) })
	return log
}

// release ends a log whether or not the test ran its writer.
func release(t testing.TB, log *Log) {
	t.Helper()
	log.shut()
	log.start()
	<-log.done
}

func pendings(t testing.TB, turns ...bot.Turn) []*pending {
	t.Helper()
	var list []*pending
	for _, turn := range turns {
		one, err := newPending(t.Context(), turn)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	return list
}

func tailAll(t *testing.T, log *Log) []bot.Turn {
	t.Helper()
	turns, err := log.Tail(t.Context(), 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return turns
}

func execute(t *testing.T, log *Log, text string) {
	t.Helper()
	executeIn(t, log.dir, text)
}

// executeIn does something to a database behind the back of its log.
func executeIn(t testing.TB, dir, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", sqliteDSN(filepath.Join(dir, databaseName), []string{busyTimeout(5 * time.Second)}))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}
