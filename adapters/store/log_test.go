package store_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

// TestMain also lets this binary play the process that gets killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		os.Exit(appendUntilKilled(dir))
	}
	goleak.VerifyTestMain(m)
}

func TestEventLog(t *testing.T) {
	bottest.TestEventLog(t, openEmpty)
}

func TestEventLogReopen(t *testing.T) {
	bottest.TestEventLogReopen(t, openEmpty, func(t *testing.T, log bot.EventLog) bot.EventLog {
		return reopen(t, log.(*store.Log))
	})
}

func TestOpenMakesThePathItIsGiven(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a/b/c", "with space", "100%41", "what?mode=memory", "数据#1", "semi;colon&and=is", "."} {
		dir := filepath.Join(t.TempDir(), name)
		log := open(t, dir)
		if err := log.Append(t.Context(), bottest.Turn("c1", 1, "x")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "kaitong.db")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A clean stop leaves one file, so that copying it is a backup.
func TestCloseFoldsEverythingIntoOneFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := open(t, dir)
	if err := log.Append(t.Context(), bottest.Turn("c1", 1, "x")); err != nil {
		t.Fatal(err)
	}
	if _, err := log.Load(t.Context(), "c1", 0, 0); err != nil {
		t.Fatal(err)
	}
	closeLog(t, log)
	left, err := filepath.Glob(filepath.Join(dir, "kaitong.db*"))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// Conversations are personal data.
func TestFilesAreTheOwnersOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	log := open(t, dir)
	if err := log.Append(t.Context(), bottest.Turn("c1", 1, "x")); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 3 { // database, its WAL, the lock
		t.Fatalf("found only %v", entries)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has mode %o", entry.Name(), mode)
		}
	}
}

func openEmpty(t *testing.T) bot.EventLog {
	t.Helper()
	return open(t, t.TempDir())
}

func open(t testing.TB, dir string) *store.Log {
	t.Helper()
	log, err := store.Open(t.Context(), options(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeLog(t, log) })
	return log
}

func reopen(t *testing.T, log *store.Log) *store.Log {
	t.Helper()
	closeLog(t, log)
	return open(t, log.Dir())
}

func closeLog(t testing.TB, log *store.Log) {
	t.Helper()
	if err := log.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

func options(dir string) store.Options {
	return store.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)}
}
