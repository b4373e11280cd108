package cli

import (
	"strings"
	"testing"
	"time"

	"kaitong/adapters/store"
	"kaitong/bot"
)

func TestDemoSeed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seed := []string{"demo", "seed", "--days", "3", "--daily", "10", "--data", dir}
	if code, out, bad := command(t, "", seed...); code != exitOK || !strings.Contains(out, "made-up people are in the log") {
		t.Fatalf("exit %d: %s%s", code, out, bad)
	}
	if code, out, bad := command(t, "", "verify", "--data", dir); code != exitOK {
		t.Errorf("what was made up is not whole: %s%s", out, bad)
	}
	if code, out, bad := command(t, "", "conversations", "list", "--data", dir); code != exitOK || !strings.Contains(out, "demo_1_") {
		t.Errorf("exit %d: %s%s", code, out, bad)
	}
	if code, out, bad := command(t, "", seed...); code != exitFailed || !strings.Contains(bad, "another --seed") {
		t.Errorf("a second time: exit %d: %s%s", code, out, bad)
	}
	if code, out, bad := command(t, "", "demo", "seed", "--days", "0", "--data", dir); code != exitUsage {
		t.Errorf("no days: exit %d: %s%s", code, out, bad)
	}
}

// logSize is how many turns a log holds.
func logSize(t *testing.T, dir string) int {
	t.Helper()
	turns, err := openLog(t, store.Options{Dir: dir}).Tail(t.Context(), 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return len(turns)
}

// Made-up people in the log of real ones could never be taken out of the figures,
// and would wait at the desk.
func TestDemoSeedAmongPeople(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	t.Run("begin", func(t *testing.T) {
		begun := bot.Turn{Conversation: "c_1", Version: 1, At: time.Now().UTC(), Events: []bot.Event{bot.Started{Tenant: "default", User: "li-4711"}}}
		if err := openLog(t, store.Options{Dir: dir}).Append(t.Context(), begun); err != nil {
			t.Fatal(err)
		}
	})
	seed := []string{"demo", "seed", "--days", "2", "--daily", "5", "--data", dir}
	if code, out, bad := command(t, "", seed...); code != exitFailed || !strings.Contains(bad, "--data") {
		t.Errorf("exit %d: %s%s", code, out, bad)
	}
	t.Run("nothing is stored", func(t *testing.T) {
		if got := logSize(t, dir); got != 1 {
			t.Errorf("the log holds %d turns", got)
		}
	})
	if code, out, bad := command(t, "", append(seed, "--among-others")...); code != exitOK {
		t.Errorf("exit %d: %s%s", code, out, bad)
	}
}
