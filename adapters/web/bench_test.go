package web

import (
	"fmt"
	"os"
	"testing"
)

// BenchmarkTurn is one question and its answer through real sockets, all of
// them asking at once. The server has a process of its own: cpu-µs/op and
// server-allocs/op are the server's alone. "echo" is bare gorilla echo beside it.
//
// With KAITONG_BENCH_PROFILE set, the last run's CPU profile goes to that path;
// with KAITONG_BENCH_HEAP the heap of the last idle server.
func BenchmarkTurn(b *testing.B) {
	for _, sockets := range []int{100, 1000} {
		for _, kind := range []string{"echo", "direct", "grouped"} {
			b.Run(fmt.Sprintf("%s/sockets=%d", kind, sockets), func(b *testing.B) { benchTurns(b, kind, sockets) })
		}
	}
}

func benchTurns(b *testing.B, kind string, sockets int) {
	server, crowd := cast(b, "server"), cast(b, "crowd")
	url := server.tell(order{Op: "serve", Kind: kind}).URL
	crowd.tell(order{Op: "dial", URL: url, N: sockets})
	crowd.tell(order{Op: "talk", Kind: kind, N: 10 * sockets}) // warm
	before := server.tell(order{Op: "usage"})
	if path := os.Getenv("KAITONG_BENCH_PROFILE"); path != "" {
		server.tell(order{Op: "profile", URL: path})
	}
	b.ResetTimer()
	crowd.tell(order{Op: "talk", Kind: kind, N: b.N})
	b.StopTimer()
	after := server.tell(order{Op: "usage"})
	b.ReportMetric(float64((after.CPU-before.CPU).Nanoseconds())/1000/float64(b.N), "cpu-µs/op")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(b.N), "server-allocs/op")
}

// BenchmarkIdle is what a socket costs that has said hello and then nothing
// ("asked": one question). Run it with -benchtime 1x.
func BenchmarkIdle(b *testing.B) {
	for _, kind := range []string{"echo", "direct", "asked"} {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				grown, n := idle(b, kind, 10_000), 10_000.0
				b.ReportMetric(float64(grown.RSS)/n, "rss-B/socket")
				b.ReportMetric(float64(grown.Heap)/n, "heap-B/socket")
				b.ReportMetric(float64(grown.Stack)/n, "stack-B/socket")
			}
		})
	}
}

// idle is what n sockets add to a server that has seen some.
func idle(t testing.TB, kind string, n int) report {
	server, crowd := cast(t, "server"), cast(t, "crowd")
	url := server.tell(order{Op: "serve", Kind: kind}).URL
	crowd.tell(order{Op: "dial", URL: url, N: 100})
	before := server.tell(order{Op: "settled"})
	crowd.tell(order{Op: "dial", URL: url, N: n})
	if kind == "asked" {
		crowd.tell(order{Op: "talk", N: n})
	}
	after := server.tell(order{Op: "settled", URL: os.Getenv("KAITONG_BENCH_HEAP")})
	return report{RSS: after.RSS - before.RSS, Heap: after.Heap - before.Heap, Stack: after.Stack - before.Stack}
}
