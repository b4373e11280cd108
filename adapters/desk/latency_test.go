package desk

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"kaitong/bot/staff"
)

// TestHowSoonEveryDeskSeesARequest measures, over real sockets, how long it
// takes from a request for a human until the last of 50 desks has it, with 200
// conversations waiting. It logs the figures; what they must be is no matter of
// a machine that does other things too.
func TestHowSoonEveryDeskSeesARequest(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const waiting, desks, requests = 200, 50, 300
	o := open(t, nil)
	for i := range waiting {
		o.engine.wait(fmt.Sprint("old", i), "general")
	}
	seen := make([][]time.Time, desks)
	var read sync.WaitGroup
	for i := range desks {
		l := o.staffed(fmt.Sprint("agent", i), staff.Agent).connect()
		if len(l.hello.Board) != waiting {
			t.Fatalf("%d conversations", len(l.hello.Board))
		}
		read.Go(func() {
			for range requests {
				l.next(typeEntry)
				seen[i] = append(seen[i], time.Now())
			}
		})
	}
	asked := make([]time.Time, requests)
	tick := time.NewTicker(5 * time.Millisecond) // 200 requests a second
	defer tick.Stop()
	for i := range asked {
		<-tick.C
		asked[i] = time.Now()
		o.engine.wait(fmt.Sprint("new", i), "general")
	}
	read.Wait()
	var last []time.Duration
	for i, at := range asked {
		slowest := time.Duration(0)
		for _, desk := range seen {
			slowest = max(slowest, desk[i].Sub(at))
		}
		last = append(last, slowest)
	}
	slices.Sort(last)
	t.Logf("request until the last of %d desks: p50 %s, p99 %s, max %s", desks, last[requests/2], last[requests*99/100], last[requests-1])
}
