package handoff

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kaitong/bot"
)

// ledger is an audit log that can be full.
type ledger struct {
	mu    sync.Mutex
	lines []string
	full  bool
}

func (l *ledger) audit(r *http.Request, deed Deed) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full {
		return errors.New("disk full")
	}
	l.lines = append(l.lines, strings.Trim(fmt.Sprint(deed.Who, " ", deed.Did, " ", deed.Conversation, " ", deed.Reason), " "))
	if r.RemoteAddr == "" {
		l.lines = append(l.lines, "from nowhere")
	}
	return r.Context().Err()
}

func audited(t *testing.T) (*stage, *ledger) {
	t.Helper()
	s, l := newStage(t), &ledger{}
	options := s.options(Endpoint{Name: "desk-a", URL: "http://127.0.0.1:1/", Secrets: secrets(t, newSecret)})
	options.Audit = l.audit
	s.startWith(options)
	return s, l
}

func (s *stage) reads(conversation string) (int, map[string]any) {
	return s.do(http.MethodGet, conversationsPath+conversation, newSecret, conversation, time.Now(), "")
}

// What other desks read and what they take or give back is on record; what they
// write is in the conversation only.
func TestDeedsOfOtherDesksAreRecorded(t *testing.T) {
	t.Parallel()
	s, l := audited(t)
	s.asks("c1")
	s.reads("c1")
	s.reads("none")
	s.act(claim)
	s.act(claim) // sent again: it may not have been recorded
	for _, kind := range []string{`"reply","text":"secret words","epoch":2`, `"note","text":"secret words"`, `"resolve","epoch":2,"disposition":{"solved":"yes"}`} {
		if status, answer := s.act(`{"id":"act-1","conversation":"c1","agent":{"id":"7","name":"林晓"},"type":` + kind + `}`); status != http.StatusOK {
			t.Errorf("%s: %v", kind, answer)
		}
	}
	s.engine.mu.Lock()
	s.engine.fail["c1"] = errors.New("no")
	s.engine.mu.Unlock()
	s.act(claim)
	want := []string{"desk-a/ opened c1", "desk-a/7 claim c1", "desk-a/7 claim c1", "desk-a/7 resolve c1 yes"}
	if !slices.Equal(l.lines, want) {
		t.Errorf("recorded %q, want %q", l.lines, want)
	}
}

func TestDeedsOfChatwootAreRecorded(t *testing.T) {
	t.Parallel()
	s, l := newStage(t), &ledger{}
	options := s.options(Endpoint{Name: "cw", URL: "http://127.0.0.1:1/", Inbox: "inb1", Secrets: Secrets{[]byte("hook-secret")}})
	options.Audit = l.audit
	s.startWith(options)
	s.asks("c1")
	s.engine.board.Put(bot.Entry{Conversation: "c1", Version: 1, Owner: bot.Identity{Tenant: "acme"}, Handoff: bot.Handoff{State: bot.HandoffQueued, Epoch: 1}})
	if status, answer := s.fromChatwoot("hook-secret", time.Now(), outgoing(7, "c1", "secret words", "")); status != http.StatusOK {
		t.Errorf("%d %v", status, answer)
	}
	if want := []string{"cw/inbox claim c1"}; !slices.Equal(l.lines, want) {
		t.Errorf("recorded %q, want %q", l.lines, want)
	}
}

// What cannot be recorded is not shown, and not acknowledged.
func TestDeedsThatCannotBeRecorded(t *testing.T) {
	t.Parallel()
	s, l := audited(t)
	s.asks("c1")
	l.full = true
	if status, answer := s.reads("c1"); status != http.StatusInternalServerError || answer["messages"] != nil {
		t.Errorf("read: %d %v", status, answer)
	}
	if status, answer := s.act(claim); status != http.StatusInternalServerError {
		t.Errorf("claim: %d %v", status, answer)
	}
	l.full = false
	if status, answer := s.act(claim); status != http.StatusOK || answer["duplicate"] != true || len(l.lines) != 1 {
		t.Errorf("claim, sent again: %d %v, %q", status, answer, l.lines)
	}
}
