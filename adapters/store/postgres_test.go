package store_test

import (
	"log/slog"
	"testing"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

func TestEventLogInPostgreSQL(t *testing.T) {
	bottest.TestEventLog(t, openEmptyPostgres)
}

func TestEventLogReopenInPostgreSQL(t *testing.T) {
	addresses := make(chan map[bot.EventLog]string, 1)
	addresses <- map[bot.EventLog]string{}
	remember := func(log bot.EventLog, address string) bot.EventLog {
		known := <-addresses
		known[log] = address
		addresses <- known
		return log
	}
	bottest.TestEventLogReopen(t, func(t *testing.T) bot.EventLog {
		address := storetest.Database(t)
		return remember(openPostgres(t, address), address)
	}, func(t *testing.T, log bot.EventLog) bot.EventLog {
		closeLog(t, log.(*store.Log))
		known := <-addresses
		address := known[log]
		addresses <- known
		return remember(openPostgres(t, address), address)
	})
}

func openEmptyPostgres(t *testing.T) bot.EventLog {
	t.Helper()
	return openPostgres(t, storetest.Database(t))
}

func openPostgres(t testing.TB, address string) *store.Log {
	t.Helper()
	log, err := store.Open(t.Context(), postgresOptions(address))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeLog(t, log) })
	return log
}

func postgresOptions(address string) store.Options {
	return store.Options{Database: address, Logger: slog.New(slog.DiscardHandler)}
}
