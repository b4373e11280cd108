package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

// victimDir, in the environment, makes this binary append to the log in that
// directory until somebody kills it.
const victimDir = "KAITONG_TEST_VICTIM_DIR"

// TestKilledUnderLoad kills a writing process with SIGKILL again and again on
// the same directory. Whatever it acknowledged must be there, unchanged and
// without holes.
func TestKilledUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for some seconds; skipped by -short")
	}
	t.Parallel()
	dir := t.TempDir()
	acked := map[string]int64{}
	var positions int64
	for round := range 6 {
		total := killAfter(t, dir, 300+round*217, acked)
		log := open(t, dir)
		positions = checkAcked(t, log, acked, positions)
		if report := verify(t, place{options: options(dir)}); !report.Sound() {
			t.Errorf("after the kill: %+v", report.Holes)
		}
		closeLog(t, log)
		t.Logf("round %d: %d turns acknowledged before the kill, none lost", round+1, total)
	}
}

// killAfter runs a victim, kills it after it reported enough turns, and notes
// the last version it acknowledged of every conversation.
func killAfter(t *testing.T, dir string, enough int, acked map[string]int64) int {
	t.Helper()
	victim := exec.CommandContext(t.Context(), os.Args[0])
	victim.Env = append(os.Environ(), victimDir+"="+dir)
	var complaints strings.Builder
	victim.Stderr = &complaints
	reports, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	total := readAcks(t, reports, acked, func(total int) {
		if total == enough {
			_ = victim.Process.Kill()
		}
	})
	err = victim.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Exited() || total < enough {
		t.Fatalf("victim ended by itself after %d turns: %v\n%s", total, err, complaints.String())
	}
	return total
}

func readAcks(t *testing.T, reports io.Reader, acked map[string]int64, seen func(total int)) int {
	t.Helper()
	lines := bufio.NewReader(reports)
	for total := 0; ; {
		line, err := lines.ReadString('\n')
		if err != nil { // a last line without its end is no acknowledgement
			return total
		}
		var name string
		var version int64
		if _, err := fmt.Sscan(line, &name, &version); err != nil {
			t.Fatalf("victim said %q: %v", line, err)
		}
		acked[name] = max(acked[name], version)
		total++
		seen(total)
	}
}

// checkAcked returns the last position, which must not have gone back.
func checkAcked(t *testing.T, log bot.EventLog, acked map[string]int64, before int64) int64 {
	t.Helper()
	for name, version := range acked {
		turns, err := log.Load(t.Context(), name, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(turns)) < version {
			t.Fatalf("%s: %d turns stored, %d acknowledged", name, len(turns), version)
		}
		for i, turn := range turns {
			if want := victimTurn(name, int64(i)+1); !sameTurn(t, turn, want) {
				t.Fatalf("%s: turn %d is %v, want %v", name, i+1, turn, want)
			}
		}
	}
	all, err := log.Tail(t.Context(), 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	last := all[len(all)-1].Position
	if last <= before {
		t.Fatalf("last position was %d, is %d", before, last)
	}
	return last
}

func sameTurn(t *testing.T, a, b bot.Turn) bool {
	t.Helper()
	x, err := bot.MarshalEvents(a.Events)
	if err != nil {
		t.Fatal(err)
	}
	y, err := bot.MarshalEvents(b.Events)
	if err != nil {
		t.Fatal(err)
	}
	return a.Conversation == b.Conversation && a.Version == b.Version && a.At.Equal(b.At) && string(x) == string(y)
}

func victimTurn(name string, version int64) bot.Turn {
	turn := bottest.Turn(name, version, strings.Repeat("字", int(version%700)))
	turn.At = time.Unix(version, 0).UTC()
	return turn
}

// appendUntilKilled is the victim: 32 conversations go on where they stopped,
// and every stored turn is reported in one write.
func appendUntilKilled(dir string) int {
	log, err := store.Open(context.Background(), options(dir))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	failed := make(chan error)
	for i := range 32 {
		go func() { failed <- appendForever(log, fmt.Sprint("conversation-", i)) }()
	}
	fmt.Fprintln(os.Stderr, <-failed)
	return 1
}

func appendForever(log *store.Log, name string) error {
	turns, err := log.Load(context.Background(), name, 0, 0)
	if err != nil {
		return err
	}
	for version := int64(len(turns)) + 1; ; version++ {
		if err := log.Append(context.Background(), victimTurn(name, version)); err != nil {
			return err
		}
		if _, err := fmt.Printf("%s %d\n", name, version); err != nil {
			return err
		}
	}
}
