package desk

import (
	"slices"
	"strings"
	"testing"
)

// What a socket is still to be sent of a conversation is how it stands now, in
// the place of how it stood; everything else stays in its order.
func TestTheNewestStateWins(t *testing.T) {
	t.Parallel()
	limits := Limits{}.withDefaults()
	limits.Outbox = 4
	o := newOutbox(nil, limits)
	o.push([]byte("hello"))
	o.renew("c1", []byte("c1 waits"))
	o.renew("c2", []byte("c2 waits"))
	for range 100 {
		o.renew("c1", []byte("c1 has an agent"))
	}
	o.renew("c1", []byte("c1 gone"))
	o.push([]byte("ack"))
	if want := len("hello" + "c1 gone" + "c2 waits" + "ack"); o.bytes != want {
		t.Errorf("%d bytes, want %d", o.bytes, want)
	}
	if got := sent(o); got != "hello, c1 gone, c2 waits, ack" {
		t.Errorf("sent %s", got)
	}
	o.renew("c1", []byte("c1 waits again")) // what was sent is not changed any more
	if got := sent(o); got != "c1 waits again" {
		t.Errorf("sent %s", got)
	}
	o.close(closeRestarting, "")
	o.renew("c1", []byte("too late"))
	o.renew("c1", []byte("too late"))
	if got := sent(o); got != "" {
		t.Errorf("sent %s after the end", got)
	}
}

func sent(o *outbox) string {
	batch, _, _ := o.take()
	var texts []string
	for frame := range slices.Values(batch) {
		texts = append(texts, string(frame))
	}
	return strings.Join(texts, ", ")
}
