package cli

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/bench"
)

// commandEnv makes this test program the whole command line, for commands that
// run themselves once more.
const commandEnv = "KAITONG_TEST_COMMAND"

// actAsCommand runs the command line when the environment says so.
func actAsCommand() (code int, acted bool) {
	if os.Getenv(commandEnv) == "" {
		return 0, false
	}
	os.Unsetenv(commandEnv) // it is no setting
	return Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr), true
}

func runBench(t *testing.T, args ...string) (code int, out, problems string) {
	t.Helper()
	t.Setenv(commandEnv, "1")
	var written, failures strings.Builder
	code = run(t.Context(), append([]string{"bench"}, args...), streams{in: strings.NewReader("你好\nwhy?\n"), out: &written, err: &failures})
	return code, written.String(), failures.String()
}

func TestBench(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server and asks it for a second; skipped by -short")
	}
	code, out, problems := runBench(t, "--sockets", "5", "--duration", "1s", "--warmup", "100ms", "--questions", "-", "--per-conversation", "10", "--json")
	var r bench.Result
	if err := json.Unmarshal([]byte(out), &r); code != exitOK || err != nil {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, problems)
	}
	if r.Answered == 0 || r.Asked != r.Answered || len(r.Errors) > 0 || r.Conversations <= 5 || r.Reconnects > 0 || r.Sockets != 5 || r.Duration != time.Second {
		t.Errorf("%+v", r)
	}
}

func TestBenchBaseline(t *testing.T) {
	if testing.Short() {
		t.Skip("starts four servers; skipped by -short")
	}
	code, out, problems := runBench(t, "--sockets", "3", "--duration", "200ms", "--warmup", "50ms", "--baseline", "--repeat", "1", "--data", t.TempDir())
	if code != exitOK {
		t.Fatalf("exit %d: %s%s", code, out, problems)
	}
	for _, part := range []string{"\nkaitong ", "\necho ", "\npipeline ", "\nnaive ", "\nkaitong to "} {
		if !strings.Contains(out, part) {
			t.Errorf("no %q in\n%s", part, out)
		}
	}
}

func TestBenchUsage(t *testing.T) {
	for _, args := range [][]string{
		{"--baseline", "--url", "http://127.0.0.1:1"}, {"--sockets", "many"}, {"--sockets", "0"}, {"--sockets", "1000000"},
		{"--duration", "0s"}, {"--rate", "5", "--think", "1s"}, {"--rate", "5", "--idle"}, {"--rate", "NaN"},
		{"--baseline", "--repeat", "0"}, {"--repeat", "0"}, {"--repeat", "2"},
		{"--pid", "1"}, {"--url", "http://127.0.0.1:1", "--pid", "-1"},
	} {
		if code, _, problems := runBench(t, args...); code != exitUsage || problems == "" {
			t.Errorf("%v: exit %d, %q", args, code, problems)
		}
	}
	if code, _, problems := runBench(t, "--questions", t.TempDir()+"/none.txt"); code != exitFailed || !strings.Contains(problems, "none.txt") {
		t.Errorf("exit %d, %q", code, problems)
	}
}

func TestPulse(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	now := time.Unix(0, 0)
	p := &pulse{out: &out, now: func() time.Time { return now }, shown: now}
	p.show("", bench.Progress{Connected: 1, Sockets: 2})
	now = now.Add(lineEvery)
	p.show("", bench.Progress{Connected: 1, Sockets: 2})
	now = now.Add(lineEvery)
	p.show("round 1", bench.Progress{Asking: true, PerSecond: 1234, P50: 1234 * time.Microsecond, P99: 20 * time.Millisecond, Left: 3 * time.Second, Errors: 4})
	p.terminal = true
	p.show("", bench.Progress{Connected: 2, Sockets: 2})
	p.finish()
	want := "1 of 2 sockets\nround 1:   1234 answers/s  p50 1.23ms  p99 20ms  about 3s left  4 errors\n\r2 of 2 sockets\x1b[K\r\x1b[K"
	if out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
