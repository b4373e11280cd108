package web

import (
	"strings"
	"testing"
)

// A damaged conversation locks nobody out: what is asked of it ends, whoever
// comes back begins anew, and the operator is told which one it is.
func TestDamagedConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.exchange("m1", "x")
	w.engine.hurtConv(p.conv)

	p.say("m2", "x")
	if r := p.wantError(codeDamaged); r.Re != "m2" || r.Data["retryable"] != false {
		t.Errorf("%s", r.raw)
	}
	for _, after := range []int64{0, 2} { // 0 is how a conversation without anything stored is resumed
		back, welcome := w.rejoin("demo-a", p.conv, after)
		if back.conv == p.conv || welcome.Data["recovered"] != false || welcome.Data["seq"] != 0.0 {
			t.Errorf("after %d: %s", after, welcome.raw)
		}
		back.exchange("m2", "x")
	}
	if log := w.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "conversation="+p.conv) {
		t.Errorf("log:\n%s", log)
	}
	for _, user := range []string{"demo-a", "demo-b"} {
		wantProblem(t, w.getAs("/v1/conversations/"+p.conv+"/events", "Bearer "+w.token(user)), codeNotFound)
	}
}
