package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPrint(t *testing.T) {
	t.Parallel()
	latency := Latency{P50: 950, P90: 1500, P99: 25_000, P999: 250_000, Max: 12_000_000}
	r := Result{
		Options: Options{Sockets: 100}, Seconds: 10, Answered: 55_000, Measured: 50_000, Unanswered: 5, PerSecond: 5000,
		Answer: latency, Ack: latency, AnswerDue: &latency, BytesPerAnswer: 2800.4, AnswerBytes: 2500,
		Conversations: 100, Reconnects: 1, Retried: 2, Failed: 1, Unasked: 3,
		Errors: map[string]uint64{"rate_limited": 1, "busy": 2}, Faults: Faults{Lost: 4},
		Server: &Use{MicrosPerAnswer: 200, AnswersPerCoreSecond: 5000, Memory: 100 << 20},
		Client: &Use{MicrosPerAnswer: 30}, Others: 12,
	}
	want := `
answered                      5000 a second, 50000 in all, over 10.0 s on 100 sockets
                              p50     p90     p99      p99.9   max
ack                           950 µs  1.5 ms  25.0 ms  250 ms  12.0 s
answer                        950 µs  1.5 ms  25.0 ms  250 ms  12.0 s
answer, from when it was due  950 µs  1.5 ms  25.0 ms  250 ms  12.0 s
bytes                         2800 an answer with its ack and all, 2500 the answer alone
server                        200.0 µs CPU an answer, 5000 answers a core-second, 100 MiB
this program                  30.0 µs CPU an answer; all others 12 % of a core
connections                   100 conversations, 1 reconnects
errors                        busy 2, rate_limited 1; 2 sent again, 1 given up
not in time                   3 that were due were asked too late or never: the server is slower than the rate
unanswered                    5 when the run was over
WRONG                         4 lost, 0 acknowledged twice, 0 answered twice, 0 out of order, 0 of others
`
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), printed(r)); diff != "" {
		t.Error(diff)
	}
}

func TestPrintIdle(t *testing.T) {
	t.Parallel()
	r := Result{Options: Options{Sockets: 10, Idle: true}, Seconds: 5, ConnectSeconds: 0.5, Conversations: 10, Server: &Use{Memory: 60 << 20, MemoryPerSocket: 8000}}
	want := `
held         10 sockets for 5.0 s, connected in 0.5 s
server       0 % of a core, 60 MiB, 8000 bytes a socket
connections  10 conversations, 0 reconnects
checked      nothing lost, doubled, out of order or of others
`
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), printed(r)); diff != "" {
		t.Error(diff)
	}
}

func printed(r Result) string {
	var out strings.Builder
	r.Print(&out)
	return out.String()
}

func TestShort(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"0 µs": 0, "999 µs": 999 * time.Microsecond, "1.0 ms": time.Millisecond, "99.9 ms": 99900 * time.Microsecond,
		"100 ms": 100 * time.Millisecond, "9999 ms": 9999 * time.Millisecond, "10.0 s": 10 * time.Second,
	} {
		if got := short(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		values []float64
		want   Spread
	}{
		{nil, Spread{}},
		{[]float64{3}, Spread{3, 3, 3}},
		{[]float64{5, 1, 3}, Spread{3, 1, 5}},
		{[]float64{4, 1, 2, 9}, Spread{3, 1, 9}},
	} {
		if got := spreadOf(test.values); got != test.want {
			t.Errorf("%v: %+v, want %+v", test.values, got, test.want)
		}
	}
}
