package store_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"kaitong/adapters/store"
)

// BenchmarkGrowth measures how a log gets slower and larger with what it holds:
// how long a lone turn of a conversation from anywhere in it waits, how long it
// takes to read one whole conversation, to open the log, and how many bytes a
// turn takes on the disk. The largest size fills some minutes.
func BenchmarkGrowth(b *testing.B) {
	for _, conversations := range []int{10_000, 100_000, 1_000_000} {
		if testing.Short() && conversations > 10_000 {
			b.Skip("the larger sizes take minutes; skipped by -short")
		}
		b.Run(fmt.Sprintf("conversations=%d", conversations), func(b *testing.B) {
			dir := b.TempDir()
			log := open(b, dir)
			grow(b, log, conversations)
			closeLog(b, log)
			begin := time.Now()
			log = open(b, dir)
			opened := time.Since(begin)
			for b.Loop() {
				visit(b, log, conversations)
			}
			b.ReportMetric(float64(opened.Microseconds()), "open-µs")
			b.ReportMetric(bytesATurn(b, dir, conversations*grownTurns), "B/turn")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// grownTurns is how many turns each conversation is filled with.
const grownTurns = 2

// grow appends to many conversations at once, as a crowd would over time.
func grow(b *testing.B, log *store.Log, conversations int) {
	b.Helper()
	const together = 256
	var group sync.WaitGroup
	for first := range together {
		group.Go(func() {
			for i := first; i < conversations; i += together {
				for version := int64(1); version <= grownTurns; version++ {
					if err := log.Append(b.Context(), ordinaryTurn(grownName(i), version)); err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
	}
	group.Wait()
}

func grownName(i int) string { return fmt.Sprintf("c_%032x", i) }

// visit reports the medians of reading and of going on with conversations from
// anywhere in the log.
func visit(b *testing.B, log *store.Log, conversations int) {
	b.Helper()
	const visits = 1000
	loads, appends := make([]time.Duration, visits), make([]time.Duration, visits)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range visits {
		name := grownName(random.IntN(conversations))
		begin := time.Now()
		turns, err := log.Load(b.Context(), name, 0, 0)
		loads[i] = time.Since(begin)
		if err != nil {
			b.Fatal(err)
		}
		begin = time.Now()
		if err := log.Append(b.Context(), ordinaryTurn(name, int64(len(turns))+1)); err != nil {
			b.Fatal(err)
		}
		appends[i] = time.Since(begin)
	}
	slices.Sort(loads)
	slices.Sort(appends)
	for name, times := range map[string][]time.Duration{"load": loads, "append": appends} {
		b.ReportMetric(float64(times[visits/2].Microseconds()), name+"-p50-µs")
		b.ReportMetric(float64(times[visits*99/100].Microseconds()), name+"-p99-µs")
	}
}

func bytesATurn(b *testing.B, dir string, turns int) float64 {
	b.Helper()
	info, err := os.Stat(filepath.Join(dir, "kaitong.db"))
	if err != nil {
		b.Fatal(err)
	}
	return float64(info.Size()) / float64(turns)
}
