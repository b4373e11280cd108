package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// What is on its way is finished and acknowledged, then everybody is sent off.
func TestDrain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	busy, idle := w.join("demo-a"), w.join("demo-b")
	busy.say("m1", "wait")
	<-w.engine.inside
	busy.say("m2", "behind it")
	busy.wantQuiet() // m2 is in line

	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		done <- w.server.Drain(ctx)
	}()
	for _, p := range []*peer{busy, idle} {
		if r := p.want("goaway"); r.Data["reason"] != "restart" || r.Data["after_ms"].(float64) < 1000 {
			t.Errorf("goaway: %s", r.raw)
		}
	}
	if _, resp, err := w.tryDial(http.Header{"Origin": {w.url}}, subprotocol); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a new socket while draining: %v", resp)
	}
	if resp := w.get("/readyz"); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("readyz while draining: %d", resp.StatusCode)
	}
	busy.say("m3", "too late")
	busy.wantError(codeBusy)

	w.engine.gate <- struct{}{}
	for _, id := range []string{"m1", "m2"} {
		if ack := busy.want("ack"); ack.Re != id {
			t.Fatalf("ack %s, want %s", ack.raw, id)
		}
		busy.last++
		busy.want("message")
	}
	busy.wantClose(1012)
	idle.wantClose(1012)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := w.server.Counters().Sockets; n != 0 {
		t.Errorf("%d sockets are left", n)
	}
}

// A turn that does not end is not waited for longer than asked.
func TestDrainGivesUpInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.say("m1", "wait")
	<-w.engine.inside
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := w.server.Drain(ctx); err == nil {
		t.Error("drain says nothing about the unfinished turn")
	}
	for {
		if _, err := p.read(); err != nil {
			break
		}
	}
}

// The more there are the longer they take to come back, and all are back in
// half a minute.
func TestReconnectSpread(t *testing.T) {
	t.Parallel()
	for sockets, want := range map[int]time.Duration{0: shortestSpread, 5000: 10 * time.Second, 20_000: longestSpread} {
		if got := reconnectSpread(sockets); got != want || beforeReconnect+got > 30*time.Second {
			t.Errorf("%d sockets: %s", sockets, got)
		}
	}
}

// Somebody who reads nothing does not keep the server from ending.
func TestDrainLeavesSlowReaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.WriteTimeout, o.Limits.OutboxBytes = time.Hour, 1<<30 })
	p := w.join("demo-a")
	w.everySession(func(s *session) {
		for s.out.since.Load() == 0 || s.out.waits() < 8<<20 {
			s.queue(make([]byte, 1<<20))
			s.out.flushSoon()
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.server.Drain(ctx); err != nil {
		t.Error(err)
	}
	p.conn.Close()
}

// Thousands are sent off in time: each hears goaway and 1012, whatever was
// stored was acknowledged, and they will not all come back at once.
func TestDrainACrowd(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 5,000 sockets; run without -short")
	}
	const sockets = 5000
	options := testOptions()
	options.Limits.Handshakes = 0
	engine := newTrivialEngine(true)
	options.Engine, options.Log = engine, slog.New(slog.DiscardHandler)
	server, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server.Handler())
	defer listener.Close()
	defer close(engine.line)
	url := "ws" + strings.TrimPrefix(listener.URL, "http") + "/v1/ws"

	leavers := make([]leaver, sockets)
	if err := atOnce(32, sockets, func(i int) error {
		m, err := newMember(url, net.IPv4(127, 2, 0, byte(1+i%200)))
		leavers[i].member = m
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var acks atomic.Int64
	for i := range leavers {
		all.Go(func() { leavers[i].leave(&acks) })
	}
	for acks.Load() < sockets { // everybody is talking
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	start := time.Now()
	if err := server.Drain(ctx); err != nil {
		t.Errorf("drain: %v", err)
	}
	t.Logf("%d sockets drained in %s", sockets, time.Since(start).Round(time.Millisecond))
	all.Wait()
	checkLeavers(t, leavers, engine, acks.Load())
}

func checkLeavers(t *testing.T, leavers []leaver, engine *trivialEngine, acks int64) {
	t.Helper()
	perSecond := map[time.Duration]int{}
	for i := range leavers {
		l := &leavers[i]
		var code closedWith
		if !errors.As(l.err, &code) || code != 1012 {
			t.Fatalf("socket %d ended with %v", i, l.err)
		}
		if l.after < beforeReconnect || l.after > beforeReconnect+reconnectSpread(len(leavers)) {
			t.Fatalf("socket %d may come back after %s", i, l.after)
		}
		perSecond[l.after.Truncate(time.Second)]++
	}
	for second, n := range perSecond {
		if n > 2*reconnectsPerSecond {
			t.Errorf("%d come back in the second after %s", n, second)
		}
	}
	var stored int64
	for _, last := range engine.seqs {
		stored += last / 2 // a question and an answer each
	}
	if stored != acks {
		t.Errorf("%d turns are stored, %d were acknowledged", stored, acks)
	}
}

// leaver talks until it is sent off.
type leaver struct {
	*member
	after time.Duration // of goaway
	err   error         // the end
}

func (l *leaver) leave(acks *atomic.Int64) {
	defer l.conn.Close()
	l.say()
	for {
		body, err := l.read()
		if err != nil {
			l.err = err
			return
		}
		switch {
		case bytes.HasPrefix(body, []byte(`{"type":"ack"`)):
			acks.Add(1)
			if l.after == 0 {
				l.say()
			}
		case bytes.HasPrefix(body, []byte(`{"type":"goaway"`)):
			var frame struct {
				Data struct {
					AfterMS int64 `json:"after_ms"`
				}
			}
			if l.err = json.Unmarshal(body, &frame); l.err != nil {
				return
			}
			l.after = time.Duration(frame.Data.AfterMS) * time.Millisecond
		}
	}
}
