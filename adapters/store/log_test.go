package store_test

import (
	"context"
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestEventLog(t *testing.T) {
	bottest.TestEventLog(t, func(t *testing.T) bot.EventLog { return open(t, t.TempDir()) })
}

func open(t testing.TB, dir string) *store.Log {
	t.Helper()
	log, err := store.Open(t.Context(), store.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return log
}
