package web

import (
	"fmt"
	"testing"
)

// Who writes is passed on both ways, a person at most once a second.
func TestTypingIsPassedOn(t *testing.T) {
	t.Parallel()
	typed := make(chan string, 10)
	w := newWorld(t, func(o *Options) { o.Typing = func(conversation string) { typed <- conversation } })
	clock := w.stopClock()
	p := w.join("demo-a")
	for i := range 3 {
		p.send(map[string]any{"type": "typing"})
		p.send(map[string]any{"type": "typing"})
		p.exchange(fmt.Sprint("m", i), "hello") // the frames before it were read
		if got := <-typed; got != p.conv || len(typed) > 0 {
			t.Errorf("typing in %q, and %d more", got, len(typed))
		}
		clock.advance(typingEvery)
	}
	w.server.Typing(p.conv)
	if r := p.want("typing"); r.Data["author"] != "agent" {
		t.Errorf("got %s", r.raw)
	}
}
