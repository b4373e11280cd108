package desk

import (
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// A promise made after one that was broken makes nobody punctual again.
func TestABrokenPromiseStaysBroken(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.put(bot.Entry{
		Conversation: "c1", Owner: bot.Identity{Tenant: tenant, User: "u"},
		Handoff: bot.Handoff{State: bot.HandoffQueued, Queue: "care", Epoch: 3, Since: time.Now().Add(-8 * time.Minute), Due: time.Now().Add(time.Hour), Late: 4},
	})
	lin := o.staffed("lin", staff.Lead)
	got := lin.ask("GET", "/v1/desk/queues", nil)
	for _, queue := range got.body["queues"].([]any) {
		id, late := queue.(map[string]any)["id"].(string), queue.(map[string]any)["late"].(float64)
		if want := map[string]float64{"care": 1}[id]; late != want {
			t.Errorf("%v overdue in %s, want %v", late, id, want)
		}
	}
	if late := newEntryData(o.engine.board.List(tenant)[0]).Late; late != 4 {
		t.Errorf("%d broken promises are shown, want 4", late)
	}
}
