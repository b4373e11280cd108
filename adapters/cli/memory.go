package cli

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// heapRoom is how much garbage may gather before it is collected, while
	// the live heap is small. Go's own rule, as much again as is live, would
	// have a busy server with 20 MB alive collect several times a second.
	heapRoom = 96 << 20
	// pacePause is how often the rule is looked at again.
	pacePause = time.Second

	defaultPercent = 100
	maxPercent     = 1000
)

// paceGarbage keeps the collector's share of the work small for as long as ctx
// lives. Whoever sets GOGC knows better.
func paceGarbage(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	ticker := time.NewTicker(pacePause)
	defer ticker.Stop()
	set := defaultPercent
	defer func() { debug.SetGCPercent(defaultPercent) }()
	for {
		if want := gcPercent(liveHeap()); want*10 < set*9 || want*9 > set*10 { // setting it stops the world
			set = want
			debug.SetGCPercent(set)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// gcPercent leaves heapRoom to a small heap, and to a large one what Go would.
func gcPercent(live uint64) int {
	percent := heapRoom * 100 / max(live, 1)
	return int(min(max(percent, defaultPercent), maxPercent))
}

// liveHeap is what the last collection found alive, in bytes.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return heapRoom
	}
	return sample[0].Value.Uint64()
}
