package web

import (
	"context"
	"net/http"
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
