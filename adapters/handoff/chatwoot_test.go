package handoff

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/bot"
)

// fakeChatwoot speaks the client API of an API channel, as strictly as it is
// known: who is not there is a 404, a contact that is there is returned.
type fakeChatwoot struct {
	t      *testing.T
	server *httptest.Server

	mu       sync.Mutex
	contacts map[string]map[string]any // by source_id
	rooms    map[string][]map[string]any
	said     map[string][]string // what was said in the conversations of a contact
	fail     int                 // so many requests fail first
}

func newFakeChatwoot(t *testing.T) *fakeChatwoot {
	t.Helper()
	f := &fakeChatwoot{t: t, contacts: map[string]map[string]any{}, rooms: map[string][]map[string]any{}, said: map[string][]string{}}
	mux := http.NewServeMux()
	inbox := "/public/api/v1/inboxes/inb1"
	mux.HandleFunc("POST "+inbox+"/contacts", f.contact)
	mux.HandleFunc("GET "+inbox+"/contacts/{source}/conversations", f.list)
	mux.HandleFunc("POST "+inbox+"/contacts/{source}/conversations", f.open)
	mux.HandleFunc("POST "+inbox+"/contacts/{source}/conversations/{id}/messages", f.say)
	mux.HandleFunc("POST "+inbox+"/contacts/{source}/conversations/{id}/toggle_status", f.resolve)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("no such address: %s %s", r.Method, r.URL)
		w.WriteHeader(http.StatusNotFound)
	})
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.fail > 0 {
			f.fail--
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.server.Close)
	return f
}

func (f *fakeChatwoot) endpoint() Endpoint {
	return Endpoint{Name: "cw", URL: f.server.URL, Inbox: "inb1", Secrets: Secrets{[]byte("hook-secret")}}
}

func (f *fakeChatwoot) read(r *http.Request) map[string]any {
	body := map[string]any{}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		f.t.Error(err)
	}
	return body
}

func (f *fakeChatwoot) contact(w http.ResponseWriter, r *http.Request) {
	body := f.read(r)
	source := fmt.Sprint(body["source_id"])
	if f.contacts[source] == nil {
		f.contacts[source] = body
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"source_id": source, "pubsub_token": "p", "id": len(f.contacts), "name": body["name"], "email": nil})
}

func (f *fakeChatwoot) known(w http.ResponseWriter, r *http.Request) bool {
	if f.contacts[r.PathValue("source")] == nil {
		w.WriteHeader(http.StatusNotFound)
		return false
	}
	return true
}

func (f *fakeChatwoot) list(w http.ResponseWriter, r *http.Request) {
	if f.known(w, r) {
		_ = json.NewEncoder(w).Encode(append([]map[string]any{}, f.rooms[r.PathValue("source")]...))
	}
}

func (f *fakeChatwoot) open(w http.ResponseWriter, r *http.Request) {
	if !f.known(w, r) {
		return
	}
	source := r.PathValue("source")
	room := map[string]any{"id": 100 + len(f.rooms), "uuid": "u", "inbox_id": 1, "contact_last_seen_at": 0, "status": "open", "agent_last_seen_at": 0, "messages": []any{}, "contact": map[string]any{}, "about": f.read(r)}
	f.rooms[source] = append(f.rooms[source], room)
	_ = json.NewEncoder(w).Encode(room)
}

func (f *fakeChatwoot) room(w http.ResponseWriter, r *http.Request) map[string]any {
	for _, room := range f.rooms[r.PathValue("source")] {
		if fmt.Sprint(room["id"]) == r.PathValue("id") {
			return room
		}
	}
	w.WriteHeader(http.StatusNotFound)
	return nil
}

func (f *fakeChatwoot) say(w http.ResponseWriter, r *http.Request) {
	if room := f.room(w, r); room != nil {
		room["status"] = "open" // what the contact says opens it again
		source := r.PathValue("source")
		f.said[source] = append(f.said[source], fmt.Sprint(f.read(r)["content"]))
		_ = json.NewEncoder(w).Encode(map[string]any{"id": 1, "content": "…", "message_type": 0})
	}
}

func (f *fakeChatwoot) resolve(w http.ResponseWriter, r *http.Request) {
	if room := f.room(w, r); room != nil {
		room["status"] = "resolved"
		_ = json.NewEncoder(w).Encode(room)
	}
}

// stands says what was said to a contact, and the states of its conversations.
func (f *fakeChatwoot) stands(source string) (said, states []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, room := range f.rooms[source] {
		states = append(states, fmt.Sprint(room["status"]))
	}
	return slices.Clone(f.said[source]), states
}

func (s *stage) untilSaid(f *fakeChatwoot, source, state string, want ...string) {
	s.t.Helper()
	s.until(func() bool {
		said, states := f.stands(source)
		return len(said) >= len(want) && slices.Equal(states, []string{state})
	})
	said, _ := f.stands(source)
	if diff := cmp.Diff(want, said); diff != "" {
		s.t.Error(diff)
	}
}

func TestChatwootHearsAConversation(t *testing.T) {
	t.Parallel()
	s, f := newStage(t), newFakeChatwoot(t)
	f.fail = 5 // somewhere in between
	s.start(f.endpoint())
	s.begun()
	ours, lin := bot.Agent{ID: "cw/inbox", Name: "Zoe"}, bot.Agent{ID: "lin", Name: "林晓"}
	s.asks("c1")
	s.append("c1", 2, says(4, "m3", bot.AuthorUser, "在吗？", nil))
	s.append("c1", 3, bot.HandoffChanged{Seq: 5, State: bot.HandoffActive, Owner: 2, Agent: &ours, Ticket: "T-1"})
	s.append("c1", 4, says(6, "m4", bot.AuthorAgent, "stands there already", &ours))
	s.append("c1", 5, bot.HandoffChanged{Seq: 7, State: bot.HandoffActive, Owner: 3, Agent: &lin, Ticket: "T-1"})
	s.append("c1", 6, says(8, "m5", bot.AuthorAgent, "我来", &lin))
	s.append("c1", 7, bot.HandoffChanged{Seq: 9, State: bot.HandoffResolved, Owner: 4, Ticket: "T-1"}, says(10, "m6", bot.AuthorBot, "回来了", nil))
	s.untilSaid(f, "c1", "resolved", "【请求人工】 T-1\n问的是：人工\n\n人工\n【机器人】已为你转接", "在吗？", "【已由 林晓 接手】", "【林晓】我来")
	if got := f.contacts["c1"]; got["name"] != "Kaitong T-1" || strings.Contains(fmt.Sprint(got), "u1") {
		t.Errorf("contact %v", got)
	}
	s.asks("c2")
	s.append("c2", 2, bot.HandoffChanged{Seq: 4, State: bot.HandoffCancelled, Owner: 2, Ticket: "T-1"})
	s.untilSaid(f, "c2", "resolved", "【请求人工】 T-1\n问的是：人工\n\n人工\n【机器人】已为你转接", "【对方不再需要人工】")
}

// fromChatwoot sends what Chatwoot sends.
func (s *stage) fromChatwoot(secret string, at time.Time, body string) (int, map[string]any) {
	s.t.Helper()
	request := httptest.NewRequest(http.MethodPost, "/v1/handoff/chatwoot/cw", strings.NewReader(body))
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", at.Unix(), body)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Chatwoot-Timestamp", fmt.Sprint(at.Unix()))
	request.Header.Set("X-Chatwoot-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	request.Header.Set("X-Chatwoot-Delivery", "d1")
	return s.send(request)
}

func outgoing(id int, conversation, text, more string) string {
	return fmt.Sprintf(`{"account":{"id":1,"name":"Acme"},"additional_attributes":{},"content_attributes":{},"content_type":"text","content":%q,"created_at":"2026-03-02T09:30:00Z",
		"id":%d,"message_type":"outgoing","private":false,"sender":{"id":3,"name":"Zoe","email":"z@acme","type":"user"},"source_id":null,"event":"message_created",
		"inbox":{"id":1,"name":"Kaitong"},"conversation":{"id":100,"channel":"Channel::Api","status":"open","contact_inbox":{"id":5,"source_id":%q}}%s}`, text, id, conversation, more)
}

func chatwootStage(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.start(Endpoint{Name: "cw", URL: "http://127.0.0.1:1/", Inbox: "inb1", Secrets: Secrets{[]byte("hook-secret")}},
		Endpoint{Name: "desk-a", URL: "http://127.0.0.1:1/", Secrets: secrets(t, newSecret)})
	return s
}

func TestAgentsOfChatwoot(t *testing.T) {
	t.Parallel()
	s := chatwootStage(t)
	s.asks("c1")
	zoe := bot.Agent{Tenant: "acme", ID: "cw/inbox", Name: "Zoe"}
	must := func(body string) {
		t.Helper()
		if status, answer := s.fromChatwoot("hook-secret", time.Now(), body); status != http.StatusOK {
			t.Errorf("%d %v", status, answer)
		}
	}
	must(outgoing(7, "c1", "你好", ""))
	s.append("c1", 2, bot.HandoffChanged{Seq: 4, State: bot.HandoffActive, Owner: 2, Agent: &zoe, Ticket: "T-1"})
	must(outgoing(8, "c1", "还在吗？", ""))
	must(outgoing(9, "c1", "只给同事", `,"private":true`))
	must(`{"event":"conversation_status_changed","id":100,"status":"resolved","contact_inbox":{"id":5,"source_id":"c1"},"changed_attributes":[]}`)
	want := []bot.DeskAct{
		{Conversation: "c1", ID: "cw-cw-m7-claim", Agent: zoe, Kind: bot.DeskClaim, Epoch: 1},
		{Conversation: "c1", ID: "cw-cw-m7", Agent: zoe, Kind: bot.DeskReply, Epoch: 2, Text: "你好"},
		{Conversation: "c1", ID: "cw-cw-m8", Agent: zoe, Kind: bot.DeskReply, Epoch: 2, Text: "还在吗？"},
		{Conversation: "c1", ID: "cw-cw-m9", Agent: zoe, Kind: bot.DeskNote, Text: "只给同事"},
		{Conversation: "c1", ID: "cw-cw-r100-2", Agent: zoe, Kind: bot.DeskResolve, Epoch: 2, Disposition: bot.Disposition{Solved: bot.SolvedUnknown}},
	}
	for i := range want {
		want[i].Afar = true
	}
	if diff := cmp.Diff(want, s.engine.acts); diff != "" {
		t.Error(diff)
	}
}

func TestWhatChatwootSaysBesides(t *testing.T) {
	t.Parallel()
	s := chatwootStage(t)
	s.asks("c1")
	for _, body := range []string{
		strings.Replace(outgoing(1, "c1", "x", ""), `"outgoing"`, `"incoming"`, 1), strings.Replace(outgoing(1, "c1", "x", ""), `"outgoing"`, `"activity"`, 1),
		strings.Replace(outgoing(1, "c1", "x", ""), `"type":"user"`, `"type":"agent_bot"`, 1), strings.Replace(outgoing(1, "c1", "x", ""), `message_created`, `message_updated`, 1),
		outgoing(1, "c1", "  ", ""), `{"event":"conversation_status_changed","id":100,"status":"open","contact_inbox":{"source_id":"c1"}}`,
		`{"event":"conversation_status_changed","id":100,"status":"resolved","contact_inbox":{"source_id":"c1"}}`, // it waits, and is not theirs
		`{"event":"webwidget_triggered"}`,
	} {
		if status, answer := s.fromChatwoot("hook-secret", time.Now(), body); status != http.StatusOK {
			t.Errorf("%.60s: %d %v", body, status, answer)
		}
	}
	for name, test := range map[string]struct {
		secret string
		at     time.Time
		body   string
		want   int
	}{
		"another secret": {"wrong", time.Now(), outgoing(1, "c1", "x", ""), 401}, "too old": {"hook-secret", time.Now().Add(-6 * time.Minute), outgoing(1, "c1", "x", ""), 401},
		"no JSON": {"hook-secret", time.Now(), `{`, 400}, "nobody": {"hook-secret", time.Now(), outgoing(1, "nobody", "x", ""), 404},
	} {
		if status, _ := s.fromChatwoot(test.secret, test.at, test.body); status != test.want {
			t.Errorf("%s: %d", name, status)
		}
	}
	// The secret of one kind opens nothing of the other.
	request := httptest.NewRequest(http.MethodPost, "/v1/handoff/chatwoot/desk-a", strings.NewReader(`{}`))
	request.Header.Set("X-Chatwoot-Timestamp", fmt.Sprint(time.Now().Unix()))
	request.Header.Set("X-Chatwoot-Signature", "sha256=")
	if status, _ := s.send(request); status != http.StatusUnauthorized {
		t.Errorf("without a secret: %d", status)
	}
	header := http.Header{}
	Secrets{[]byte("hook-secret")}.Sign(header, "act-1", time.Now(), []byte(claim))
	request = httptest.NewRequest(http.MethodPost, "/v1/handoff/acts", strings.NewReader(claim))
	request.Header = header
	if status, _ := s.send(request); status != http.StatusUnauthorized {
		t.Errorf("with the other secret: %d", status)
	}
	if len(s.engine.acts) > 0 {
		t.Errorf("done: %+v", s.engine.acts)
	}
}
