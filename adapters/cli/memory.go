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
// lives, and gives memory back when it has become quiet. Whoever sets GOGC knows
// better.
func paceGarbage(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	ticker := time.NewTicker(pacePause)
	defer ticker.Stop()
	defer func() { debug.SetGCPercent(defaultPercent) }()
	pace := pacer{percent: defaultPercent}
	for {
		percent, giveBack := pace.look(readHeap())
		if percent != pace.percent { // setting it stops the world
			pace.percent = percent
			debug.SetGCPercent(percent)
		}
		if giveBack {
			debug.FreeOSMemory()
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// pacer remembers what it takes to tell a busy server from a quiet one.
type pacer struct {
	percent   int
	allocated uint64 // at the last look
	quiet     int    // looks in a row at which little was allocated
	unclean   bool   // much was allocated since memory was given back
}

const (
	// quietBytes is what a server may allocate between two looks and be quiet:
	// more than the pings of ten thousand sockets need.
	quietBytes = 2 << 20
	// quietLooks is how long it must have been quiet.
	quietLooks = 3
)

// look returns the percentage that fits the heap, and whether to give back what
// a crowd that has gone has left behind.
func (p *pacer) look(h heap) (percent int, giveBack bool) {
	percent = p.percent
	if want := gcPercent(h.live); want*10 < percent*9 || want*9 > percent*10 {
		percent = want
	}
	if h.allocated-p.allocated > quietBytes {
		p.quiet, p.unclean = 0, true
	} else {
		p.quiet++
	}
	p.allocated = h.allocated
	giveBack = p.unclean && p.quiet >= quietLooks
	p.unclean = p.unclean && !giveBack
	return percent, giveBack
}

// gcPercent leaves heapRoom to a small heap, and to a large one what Go would.
func gcPercent(live uint64) int {
	percent := heapRoom * 100 / max(live, 1)
	return int(min(max(percent, defaultPercent), maxPercent))
}

// heap is what the runtime says about the heap, in bytes.
type heap struct {
	live      uint64 // found alive by the last collection
	allocated uint64 // ever
}

func readHeap() heap {
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(samples)
	return heap{live: samples[0].Value.Uint64(), allocated: samples[1].Value.Uint64()}
}
