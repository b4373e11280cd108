package cli

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"sync/atomic"
	"testing"

	"kaitong/adapters/store"
	"kaitong/bot"
)

// address is where the node is at the moment, for the people who look for it.
type address struct{ now atomic.Pointer[string] }

func (a *address) set(to string) { a.now.Store(&to) }

func (a *address) nodes() []string {
	if to := a.now.Load(); to != nil {
		return []string{*to}
	}
	return nil
}

// Forty people are talking while the server is killed again and again.
// Afterwards every acknowledged message is there under its number, and every
// message has one answer.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	if testing.Short() {
		t.Skip("kills and restarts a server process; skipped by -short")
	}
	spec := nodeSpec{Data: t.TempDir()}
	server, where := startProcess(t, spec), address{}
	where.set(server.address)
	people := gather(t, 40, where.nodes)
	for range rounds(t, 5) {
		people.hear(400) // everybody is in the middle of something
		server.kill()
		server = startProcess(t, spec)
		where.set(server.address)
	}
	people.hear(400)
	people.dismiss()
	server.kill()
	people.check(openLog(t, store.Options{Dir: spec.Data}))
}

// rounds is how often something is done over and over:
// KAITONG_TEST_ROUNDS=20 for more than the usual.
func rounds(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv("KAITONG_TEST_ROUNDS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("KAITONG_TEST_ROUNDS=%s: %v", text, err)
	}
	return n
}

// openLog opens a log to look into it.
func openLog(t *testing.T, where store.Options) bot.EventLog {
	t.Helper()
	where.Logger = slog.New(slog.DiscardHandler)
	log, err := store.Open(t.Context(), where)
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

// The server dies between any two steps of a turn.
func TestKillBetweenTwoSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("kills and restarts a server process; skipped by -short")
	}
	for _, at := range []step{afterDecode, beforeCheck, afterCheck, beforeStore, afterStore, beforeAck, midAck, afterAck} {
		t.Run(string(at), func(t *testing.T) {
			spec := nodeSpec{Data: t.TempDir(), Fail: failPoint{Step: at, Call: 20}}
			server, where := startProcess(t, spec), address{}
			where.set(server.address)
			people := gather(t, 10, where.nodes)
			server.awaitDeath(t)
			spec.Fail = failPoint{}
			server = startProcess(t, spec)
			where.set(server.address)
			people.hear(200)
			people.dismiss()
			server.kill()
			people.check(openLog(t, store.Options{Dir: spec.Data}))
		})
	}
}
