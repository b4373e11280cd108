package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"kaitong/adapters/store"
	"kaitong/bot"
)

// crowd has conversations go on for ever through several logs, come what may:
// after an error it loads what is there and goes on from that.
type crowd struct {
	t     *testing.T
	logs  []*store.Log
	acks  chan string // the conversation whose turn was stored
	stop  context.CancelFunc
	group sync.WaitGroup
	acked map[string]int64 // the last version acknowledged
	mu    sync.Mutex
}

func gather(t *testing.T, conversations int, logs ...*store.Log) *crowd {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	c := &crowd{t: t, logs: logs, acks: make(chan string), stop: stop, acked: map[string]int64{}}
	for i := range conversations {
		c.group.Go(func() { c.goOn(ctx, fmt.Sprint("conversation-", i), logs[i%len(logs)]) })
	}
	t.Cleanup(func() { c.end() })
	return c
}

func (c *crowd) goOn(ctx context.Context, name string, log *store.Log) {
	for last := int64(0); ctx.Err() == nil; {
		if err := log.Append(ctx, victimTurn(name, last+1)); err != nil {
			last = c.find(ctx, name, log, last)
			continue
		}
		last++
		c.mu.Lock()
		c.acked[name] = last
		c.mu.Unlock()
		select {
		case c.acks <- name:
		case <-ctx.Done():
		}
	}
}

// find loads the last version, as the engine does after an error.
func (c *crowd) find(ctx context.Context, name string, log *store.Log, last int64) int64 {
	turns, err := log.Load(ctx, name, 0, 0)
	if err != nil {
		return last
	}
	return int64(len(turns))
}

// each waits until every conversation was acknowledged so many turns.
func (c *crowd) each(turns int) {
	missing := map[string]int{}
	for name := range c.names() {
		missing[name] = turns
	}
	for len(missing) > 0 {
		name := <-c.acks
		if missing[name]--; missing[name] <= 0 {
			delete(missing, name)
		}
	}
}

func (c *crowd) names() map[string]bool {
	names := map[string]bool{}
	for len(names) < 16 {
		names[<-c.acks] = true
	}
	return names
}

// during goes on while something happens to the database.
func (c *crowd) during(happens func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		happens()
	}()
	for {
		select {
		case <-c.acks:
		case <-done:
			return
		}
	}
}

// end stops the crowd and returns the last version acknowledged of each.
func (c *crowd) end() map[string]int64 {
	c.stop()
	c.group.Wait()
	return c.acked
}

// positionsWithoutGaps reads everything in pages.
func positionsWithoutGaps(t *testing.T, log bot.EventLog) (count int64) {
	t.Helper()
	for {
		page, err := log.Tail(t.Context(), count, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return count
		}
		for _, turn := range page {
			if count++; turn.Position != count {
				t.Fatalf("position %d comes after %d", turn.Position, count-1)
			}
		}
	}
}
