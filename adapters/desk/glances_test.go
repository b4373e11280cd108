package desk

import (
	"slices"
	"testing"
	"time"

	"kaitong/bot/staff"
)

// A page opens a conversation and watches it: that is one look. Another watch is
// another.
func TestALookIsRecordedOnce(t *testing.T) {
	t.Parallel()
	at := &clock{at: time.Now()}
	o := open(t, func(options *Options) { options.Now = at.now })
	o.engine.wait("c1", "general")
	b := o.staffed("lin", staff.Agent)
	l := b.connect()
	watch := func(id string) {
		l.send("watch", id, map[string]any{"conversation": "c1", "after": 0})
		versions(t, l, 1)
		l.send("unwatch", id+"-end", map[string]any{"conversation": "c1"})
	}
	look := func() { b.ask("GET", "/v1/desk/conversations/c1", nil) }
	look()
	watch("w1")
	watch("w2")
	look()
	at.pass(glanceLife + time.Second)
	watch("w3")
	if got, want := o.records(), []string{"lin login", "lin opened", "lin watched", "lin opened", "lin watched"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
