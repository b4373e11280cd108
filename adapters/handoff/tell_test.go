package handoff

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/bot"
)

// story lets a conversation go all the way.
func (s *stage) story(conversation string) {
	lin := bot.Agent{ID: "desk-a/7", Name: "林晓"}
	s.asks(conversation)
	s.append(conversation, 2, says(4, "m3", bot.AuthorUser, "在吗？", nil))
	s.append(conversation, 3, bot.Attended{ID: "a1", Agent: lin, Act: bot.DeskClaim}, bot.HandoffChanged{Seq: 5, State: bot.HandoffActive, Owner: 2, Agent: &lin, Ticket: "T-1"})
	s.append(conversation, 4, bot.Noted{Agent: lin, Text: "只给同事看"})
	s.append(conversation, 5, says(6, "m4", bot.AuthorAgent, "在的", &lin))
	s.append(conversation, 6, bot.Disposed{Agent: lin, Cause: "credit.overdue", Solved: bot.SolvedYes, Note: "还清即可"},
		bot.HandoffChanged{Seq: 7, State: bot.HandoffResolved, Owner: 3, Ticket: "T-1"}, says(8, "m5", bot.AuthorBot, "我回来了", nil))
	s.append(conversation, 7, says(9, "m6", bot.AuthorUser, "谢谢", nil))
}

func TestAWholeHandOffIsTold(t *testing.T) {
	t.Parallel()
	s, desk := newStage(t), newDesk(t, nil)
	s.start(desk.endpoint("desk-a"))
	s.begun()
	s.append("quiet", 1, bot.Started{Tenant: "acme", User: "u"}, says(1, "x", bot.AuthorUser, "不用人工", nil))
	s.story("c1")
	list := desk.hears(EventRequested, EventMessage+" 在吗？", EventClaimed, EventMessage+" 在的", EventResolved)
	for i, got := range list {
		event := got.event
		if event.SpecVersion != "1.0" || event.Source != "urn:kaitong:acme" || event.Subject != "c1" || event.DataContentType != "application/json" ||
			event.ID != got.header.Get("webhook-id") || got.header.Get("Content-Type") != "application/cloudevents+json" {
			t.Errorf("envelope: %+v, %v", event, got.header)
		}
		if i > 0 && (event.Data.Version <= list[i-1].event.Data.Version || event.ID == list[i-1].event.ID) {
			t.Errorf("%s comes after %s", event.ID, list[i-1].event.ID)
		}
		if err := oracle(t, newSecret).Verify(got.body, got.header); err != nil {
			t.Error(err)
		}
		if strings.Contains(string(got.body), "u1") || strings.Contains(string(got.body), "只给同事看") {
			t.Errorf("tells who it is, or notes: %s", got.body)
		}
	}
	first, claimed, last := list[0].event.Data, list[2].event.Data, list[4].event.Data
	first.Since, first.Messages[0].At, first.Messages[1].At = nil, time.Time{}, time.Time{}
	want := eventData{
		Conversation: "c1", Version: 1, Epoch: 1, State: bot.HandoffQueued, Ticket: "T-1", Reason: "requested", Queue: "general", Locale: "zh-CN", Product: "jiebei",
		Brief:      []string{"问的是：人工"},
		Messages:   []message{{ID: "m1", Author: bot.AuthorUser, Text: "人工"}, {ID: "m2", Author: bot.AuthorBot, Text: "已为你转接"}},
		Transcript: "https://bot.example.com/v1/handoff/conversations/c1",
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	lin := &agent{Desk: "desk-a", ID: "7", Name: "林晓"}
	if diff := cmp.Diff(lin, claimed.Agent); diff != "" || claimed.Epoch != 2 || claimed.State != bot.HandoffActive {
		t.Errorf("%+v\n%s", claimed, diff)
	}
	if diff := cmp.Diff(&disposition{Cause: "credit.overdue", Solved: bot.SolvedYes, Note: "还清即可"}, last.Disposition); diff != "" || last.State != bot.HandoffResolved {
		t.Errorf("%+v\n%s", last, diff)
	}
}

func TestOthersAreTold(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	all, some := newDesk(t, nil), newDesk(t, nil)
	picky := some.endpoint("picky")
	picky.Events = []string{EventRequested, EventCancelled}
	s.start(all.endpoint("all"), picky)
	s.begun()
	s.asksIn("another", "theirs")
	s.asks("c1")
	s.append("c1", 2, says(4, "m3", bot.AuthorUser, "还要多久", nil))
	s.append("c1", 3, bot.HandoffChanged{Seq: 5, State: bot.HandoffCancelled, Owner: 2, Ticket: "T-1"})
	s.append("theirs", 2, bot.HandoffChanged{Seq: 5, State: bot.HandoffCancelled, Owner: 2})
	all.hears(EventRequested, EventMessage+" 还要多久", EventCancelled)
	some.hears(EventRequested, EventCancelled)
	s.asks("c2")
	all.hears(EventRequested)
	some.hears(EventRequested)
}

// What waited before a desk is connected waits for it too.
func TestANewDeskHearsWhoWaits(t *testing.T) {
	t.Parallel()
	s, first, second := newStage(t), newDesk(t, nil), newDesk(t, nil)
	s.asks("waits")
	s.asksIn("another", "theirs")
	s.append("done", 1, bot.Started{Tenant: "acme", User: "u"}, bot.HandoffChanged{Seq: 1, State: bot.HandoffQueued, Owner: 1})
	s.append("done", 2, bot.HandoffChanged{Seq: 2, State: bot.HandoffResolved, Owner: 2})
	stop := s.start(first.endpoint("first"))
	first.hears(EventRequested)
	s.append("waits", 2, says(4, "m3", bot.AuthorUser, "在吗？", nil))
	first.hears(EventMessage + " 在吗？")
	stop()
	s.append("waits", 3, says(5, "m4", bot.AuthorUser, "还在", nil))
	s.start(first.endpoint("first"), second.endpoint("second"))
	got := second.hears(EventRequested, EventMessage+" 还在")
	if len(got[0].event.Data.Messages) != 3 {
		t.Errorf("comes with %d messages", len(got[0].event.Data.Messages))
	}
	first.hears(EventMessage + " 还在")
}

func TestAnEndpointThatIsNoLongerConfiguredIsForgotten(t *testing.T) {
	t.Parallel()
	s, desk := newStage(t), newDesk(t, nil)
	s.start(desk.endpoint("old"))()
	s.start(desk.endpoint("new"))
	s.begun()
	state, err := s.box.State(t.Context())
	if err != nil || len(state.Endpoints) != 1 || state.Endpoints[0].Name != "new" {
		t.Errorf("%+v, %v", state.Endpoints, err)
	}
}
