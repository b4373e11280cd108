package web

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// pour sends n frames as one write, as a client does that waits for no answer.
func (p *peer) pour(n int, frame func(i int) string) {
	p.t.Helper()
	var all []byte
	for i := range n {
		body := []byte(frame(i))
		mustFit(p.t, "client.json", body)
		all = append(all, masked(body)...)
	}
	if _, err := p.conn.NetConn().Write(all); err != nil {
		p.t.Fatalf("send: %v", err)
	}
}

func pingFrame(i int) string { return fmt.Sprintf(`{"type":"ping","id":"p%d"}`, i) }

func sendFrame(i int) string {
	return fmt.Sprintf(`{"type":"message.send","id":"m%d","data":{"text":"question %d"}}`, i, i)
}

// Whoever reads is answered every frame, however many come at once.
func TestBurstOfPings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.Outbox = 4 })
	p := w.join("demo-a")
	const n = 500
	p.pour(n, pingFrame)
	for i := range n {
		if r := p.want("pong"); r.Re != "p"+itoa(int64(i)) {
			t.Fatalf("reply %d: %s", i, r.raw)
		}
	}
	p.exchange("m1", "still here")
	if slow := w.server.Counters().Slow; slow != 0 {
		t.Errorf("%d sockets were cut", slow)
	}
}

func TestBurstOfMessages(t *testing.T) {
	t.Parallel()
	const n = 200
	for name, test := range map[string]struct {
		perWindow int
		inbox     int
		allowed   map[string]bool
	}{
		"limited":   {20, 32, map[string]bool{"ack": true, string(codeRateLimited): true, string(codeBusy): true}},
		"unlimited": {10 * n, 32, map[string]bool{"ack": true, string(codeBusy): true}},
		"roomy":     {10 * n, n, map[string]bool{"ack": true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *Options) {
				o.Limits.MessagesPerWindow, o.Limits.Window, o.Limits.Inbox, o.Limits.Outbox = test.perWindow, time.Hour, test.inbox, 4
			})
			p := w.join("demo-a")
			p.pour(n, sendFrame)
			replies := p.replies(n)
			for i := range n {
				if got := replies["m"+itoa(int64(i))]; !test.allowed[got] {
					t.Errorf("message %d: %q", i, got)
				}
			}
			if slow := w.server.Counters().Slow; slow != 0 {
				t.Errorf("%d sockets were cut", slow)
			}
		})
	}
}

// replies reads until n frames were answered, and says what each was told.
func (p *peer) replies(n int) map[string]string {
	p.t.Helper()
	told := map[string]string{}
	for len(told) < n {
		r, err := p.read()
		if err != nil {
			p.t.Fatalf("after %d replies: %v", len(told), err)
		}
		switch r.Type {
		case "ack":
			told[r.Re] = r.Type
		case "error":
			told[r.Re], _ = r.Data["code"].(string)
		}
	}
	return told
}

// A tab that reads is not cut for the burst of another.
func TestBurstOfAnotherTab(t *testing.T) {
	t.Parallel()
	const n = 200
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Inbox = 10*n, n })
	p := w.join("demo-a")
	p.exchange("first", "x")
	tab, _ := w.rejoin("demo-a", p.conv, 2)
	p.pour(n, sendFrame)
	p.replies(n)
	for range 2 * n {
		tab.want("message")
	}
}

// Whoever asks on and on and reads nothing is not read on either; what waits
// for them stays small, others are served, and the watch on writes lets go of
// them. They can come back.
func TestBurstWithoutReading(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow = 1 << 40 }) // else a flood is read slowly
	watch := w.stopClock()
	p := w.join("demo-a")
	p.exchange("m1", "x")
	var s *session
	w.everySession(func(each *session) { s = each })
	other := w.join("demo-b")
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		var burst []byte
		for i := range 1000 {
			burst = append(burst, masked([]byte(pingFrame(i)))...)
		}
		for {
			if _, err := p.conn.NetConn().Write(burst); err != nil {
				return
			}
		}
	}()
	for !s.out.holdsReader() {
		runtime.Gosched()
	}
	limits := w.server.limits
	if waits := s.out.waits(); waits > limits.OutboxBytes {
		t.Errorf("%d bytes wait", waits)
	}
	other.exchange("m1", "others are not touched")
	for w.server.Counters().Slow == 0 {
		if s.out.holdsReader() {
			watch.advance(limits.WriteTimeout + 1)
			s.tick()
		}
		runtime.Gosched()
	}
	<-gone
	_, welcome := w.rejoin("demo-a", p.conv, 2)
	if welcome.Data["recovered"] != true {
		t.Errorf("%s", welcome.raw)
	}
}

// holdsReader says whether the reader waits for a write that is stuck.
func (o *outbox) holdsReader() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.room != nil && o.since.Load() != 0
}
