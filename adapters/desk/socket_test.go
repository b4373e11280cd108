package desk

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/bot"
	"kaitong/bot/staff"
)

func conversations(board []entryData) []string {
	names := []string{}
	for _, entry := range board {
		names = append(names, entry.Conversation)
	}
	return names
}

func TestGreeting(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	o.engine.wait("c2", "appeals")
	other := bot.Entry{Conversation: "c3", Owner: bot.Identity{Tenant: "other", User: "x"}, Handoff: bot.Handoff{State: bot.HandoffQueued, Queue: "general"}}
	o.engine.put(other)
	for user, test := range map[string]struct {
		role         staff.Role
		serves       []string
		queues, sees []string
	}{
		"lin":  {staff.Agent, nil, []string{"care", "appeals", "general"}, []string{"c1", "c2"}},
		"zhou": {staff.Agent, []string{"appeals"}, []string{"appeals"}, []string{"c2"}},
		"chen": {staff.Lead, []string{"care"}, []string{"care"}, []string{"c1", "c2"}},
		"wang": {staff.Compliance, nil, []string{"care", "appeals", "general"}, []string{"c1", "c2"}},
	} {
		l := o.staffed(user, test.role, test.serves...).connect()
		hello := l.hello
		if got := conversations(hello.Board); !slices.Equal(got, test.sees) || !slices.Equal(hello.Queues, test.queues) {
			t.Errorf("%s sees %v of %v", user, got, hello.Queues)
		}
		if hello.Me.User != user || hello.Me.CSRF == "" || !slices.ContainsFunc(hello.Presence, func(p presenceData) bool { return p.User == user && p.Status == StatusOnline }) {
			t.Errorf("%s: %+v", user, hello)
		}
		if hello.Board[0].User != "u***"+hello.Board[0].Conversation {
			t.Errorf("%s is shown %q", user, hello.Board[0].User)
		}
	}
}

func TestListsAreLive(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	lin, zhou := o.staffed("lin", staff.Agent, "general").connect(), o.staffed("zhou", staff.Agent, "appeals").connect()
	chen := o.staffed("chen", staff.Lead).connect()
	o.engine.wait("c1", "general")
	for _, l := range []*line{lin, chen} {
		var entry entryData
		into(t, l.next(typeEntry), &entry)
		if entry.Conversation != "c1" || entry.State != bot.HandoffQueued || entry.Queue != "general" || entry.Last != "<b>人工</b>" {
			t.Errorf("got %+v", entry)
		}
	}
	if code := lin.act("a1", map[string]any{"conversation": "c1", "kind": "claim", "epoch": 1}); code != "" {
		t.Fatal(code)
	}
	var claimed entryData
	into(t, chen.next(typeEntry), &claimed)
	if claimed.State != bot.HandoffActive || claimed.Agent == nil || claimed.Agent.ID != "lin" || claimed.Agent.Name != "林 lin" || claimed.Epoch != 2 {
		t.Errorf("got %+v", claimed)
	}
	// To another line: one desk loses sight of it, another gets it.
	if code := lin.act("a2", map[string]any{"conversation": "c1", "kind": "transfer", "epoch": 2, "to": map[string]string{"id": "zhou"}}); code != "" {
		t.Fatal(code)
	}
	var given entryData
	into(t, zhou.next(typeEntry), &given)
	if given.Agent == nil || given.Agent.ID != "zhou" || given.Agent.Name != "林 zhou" {
		t.Errorf("got %+v", given)
	}
	if code := zhou.act("a3", map[string]any{"conversation": "c1", "kind": "transfer", "epoch": 3, "queue": "appeals"}); code != "" {
		t.Fatal(code)
	}
	var gone goneData
	if into(t, lin.next(typeGone), &gone); gone.Conversation != "c1" || gone.Agent != nil {
		t.Errorf("got %+v", gone)
	}
	o.engine.put(bot.Entry{Conversation: "c1", Owner: bot.Identity{Tenant: tenant}, Handoff: bot.Handoff{State: bot.HandoffResolved}})
	if into(t, zhou.next(typeGone), &gone); gone.Conversation != "c1" {
		t.Errorf("got %+v", gone)
	}
	// Who loses one from a line of others is told to whom.
	o.talking("c2", "zhou", "在吗")
	if code := chen.act("a4", map[string]any{"conversation": "c2", "kind": "takeover", "epoch": 2}); code != "" {
		t.Fatal(code)
	}
	if into(t, zhou.next(typeGone), &gone); gone.Conversation != "c2" || gone.Agent == nil || gone.Agent.ID != "chen" {
		t.Errorf("got %+v", gone)
	}
}

func TestActsAndRoles(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	o.engine.wait("c2", "appeals")
	lin, zhou := o.staffed("lin", staff.Agent, "general").connect(), o.staffed("zhou", staff.Agent, "general").connect()
	chen, wang := o.staffed("chen", staff.Lead).connect(), o.staffed("wang", staff.Compliance).connect()
	for i, test := range []struct {
		who  *line
		act  map[string]any
		want string
	}{
		{wang, map[string]any{"conversation": "c1", "kind": "claim"}, "forbidden"},
		{wang, map[string]any{"conversation": "c1", "kind": "note", "text": "x"}, "forbidden"},
		{lin, map[string]any{"conversation": "c2", "kind": "claim"}, "forbidden"},
		{lin, map[string]any{"conversation": "c1", "kind": "takeover"}, "forbidden"},
		{lin, map[string]any{"conversation": "c1", "kind": "erase"}, "bad_field"},
		{lin, map[string]any{"conversation": "<script>", "kind": "claim"}, "bad_field"},
		{lin, map[string]any{"conversation": "none", "kind": "claim"}, "not_found"},
		{lin, map[string]any{"conversation": "c1", "kind": "claim", "agent": "zhou"}, "bad_field"},
		{lin, map[string]any{"conversation": "c1", "kind": "claim"}, ""},
		{zhou, map[string]any{"conversation": "c1", "kind": "claim"}, "taken"},
		{zhou, map[string]any{"conversation": "c1", "kind": "reply", "epoch": 2, "text": "x"}, "fenced"},
		{lin, map[string]any{"conversation": "c1", "kind": "reply", "epoch": 1, "text": "x"}, "fenced"},
		{lin, map[string]any{"conversation": "c1", "kind": "reply", "epoch": 2, "text": "x"}, ""},
		{lin, map[string]any{"conversation": "c1", "kind": "transfer", "epoch": 2, "to": map[string]string{"id": "wang"}}, "bad_field"},
		{lin, map[string]any{"conversation": "c1", "kind": "transfer", "epoch": 2, "to": map[string]string{"id": "none", "name": "x"}}, "bad_field"},
		{chen, map[string]any{"conversation": "c1", "kind": "takeover"}, ""},
		{lin, map[string]any{"conversation": "c1", "kind": "reply", "epoch": 2, "text": "x"}, "fenced"},
	} {
		if got := test.who.act(fmt.Sprint("act-", i), test.act); got != test.want {
			t.Errorf("%d, %v: got %q, want %q", i, test.act, got, test.want)
		}
	}
	lin.send("act", "", map[string]any{"conversation": "c1", "kind": "claim"})
	var bad errorData
	if into(t, lin.next(typeError), &bad); bad.Code != codeBadField || bad.Field != "id" {
		t.Errorf("without an id: %+v", bad)
	}
}

func TestAnActHappensOnce(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	l := o.staffed("lin", staff.Agent).connect()
	for i, want := range []bool{false, true} {
		l.send("act", "a1", map[string]any{"conversation": "c1", "kind": "claim"})
		var ack ackData
		if into(t, l.answer("a1"), &ack); ack.Duplicate != want {
			t.Errorf("%d: %+v", i, ack)
		}
	}
}

func TestManyClaimOne(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	const agents, each = 20, 10
	var wg sync.WaitGroup
	var owners atomic.Int64
	for i := range agents {
		l := o.staffed(fmt.Sprint("agent", i), staff.Agent).connect()
		wg.Go(func() {
			for n := range each {
				switch code := l.act(fmt.Sprint("claim-", i, "-", n), map[string]any{"conversation": "c1", "kind": "claim"}); code {
				case "":
					owners.Add(1)
				case "taken":
				default:
					t.Errorf("agent %d: %s", i, code)
				}
			}
		})
	}
	wg.Wait()
	if owners.Load() != 1 {
		t.Errorf("%d owners", owners.Load())
	}
}

func TestFramesThatAreRefused(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	l := o.staffed("lin", staff.Agent).connect()
	for name, test := range map[string]struct {
		text string
		want Code
	}{
		"no JSON":           {`hello`, codeBadJSON},
		"unknown type":      {`{"type":"dance","id":"x"}`, codeUnknownType},
		"unknown field":     {`{"type":"status","id":"x","admin":true}`, codeBadField},
		"status of its own": {`{"type":"status","id":"x","data":{"status":"offline"}}`, codeBadField},
		"no data":           {`{"type":"act","id":"x"}`, codeBadJSON},
		"before the start":  {`{"type":"watch","id":"x","data":{"conversation":"c1","after":-1}}`, codeBadField},
		"no conversation":   {`{"type":"watch","id":"x","data":{"conversation":"none"}}`, codeNotFound},
	} {
		if err := l.conn.WriteMessage(websocket.TextMessage, []byte(test.text)); err != nil {
			t.Fatal(err)
		}
		var bad errorData
		if into(t, l.next(typeError), &bad); bad.Code != test.want || bad.Message == "" {
			t.Errorf("%s: %+v", name, bad)
		}
	}
	if err := l.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"`+strings.Repeat("a", 40<<10)+`"}`)); err != nil {
		t.Fatal(err)
	}
	if err := l.end(); !websocket.IsCloseError(err, websocket.CloseMessageTooBig) && !errors.Is(err, net.ErrClosed) && !websocket.IsUnexpectedCloseError(err) {
		t.Errorf("a frame too large: %v", err)
	}
}

func versions(t *testing.T, l *line, n int) []int64 {
	t.Helper()
	var got []int64
	for range n {
		var turn turnData
		into(t, l.next(typeTurn), &turn)
		got = append(got, turn.Version)
	}
	return got
}

// Whoever watches sees every turn once and in order, also of turns that other
// nodes stored.
func TestWatching(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	l := o.staffed("lin", staff.Agent).connect()
	l.send("watch", "w1", map[string]any{"conversation": "c1", "after": 0})
	if got := versions(t, l, 1); got[0] != 1 {
		t.Errorf("got %v", got)
	}
	o.engine.wait("c1", "general")
	if got := versions(t, l, 1); got[0] != 2 {
		t.Errorf("got %v", got)
	}
	o.engine.mu.Lock()
	o.engine.tell = func(bot.Turn) {} // another node
	o.engine.mu.Unlock()
	for range 5 {
		o.engine.wait("c1", "general") // the board hears of it
	}
	if got := versions(t, l, 5); !slices.Equal(got, []int64{3, 4, 5, 6, 7}) {
		t.Errorf("got %v", got)
	}
	o.engine.mu.Lock()
	o.engine.next(o.engine.cases["c1"], o.engine.cases["c1"].Entry, bot.Noted{Text: "x"}) // nobody hears of it
	o.engine.mu.Unlock()
	o.server.Announce("c1", 8)
	if got := versions(t, l, 1); got[0] != 8 {
		t.Errorf("got %v", got)
	}
	l.send("unwatch", "u1", map[string]any{"conversation": "c1"})
	l.send("act", "n1", map[string]any{"conversation": "c1", "kind": "note", "text": "after"})
	l.answer("n1")
	o.server.Announce("c1", 9)
	l.send("act", "n2", map[string]any{"conversation": "c1", "kind": "note", "text": "after"})
	for f := range l.frames {
		if f.Type == typeTurn {
			t.Errorf("got a turn of what is watched no more: %s", f.Data)
		}
		if f.Re == "n2" {
			break
		}
	}
}

// Who may not look at a conversation any more is shown nothing more of it, and
// writes nothing into it, whether it is on the lists or not. That somebody
// watches is on record.
func TestWatchingEndsWithTheRight(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	b := o.staffed("lin", staff.Agent, "general")
	lin, chen := b.connect(), o.staffed("chen", staff.Lead).connect()
	lin.send("watch", "w1", map[string]any{"conversation": "c1", "after": 0})
	versions(t, lin, 1)
	o.engine.wait("c1", "appeals")
	lin.next(typeGone)
	o.engine.wait("c1", "appeals")
	o.engine.put(bot.Entry{Conversation: "c2", Owner: bot.Identity{Tenant: tenant, User: "u"}, Handoff: bot.Handoff{State: bot.HandoffNone}})
	for i, conversation := range []string{"c1", "c2"} {
		if code := lin.act(fmt.Sprint("n", i), map[string]any{"conversation": conversation, "kind": "note", "text": "x"}); code != "forbidden" {
			t.Errorf("a note in %s: %q", conversation, code)
		}
	}
	o.engine.wait("c3", "general")
	for f := range lin.frames { // nothing of c1 comes before c3
		if f.Type == typeTurn && strings.Contains(string(f.Data), "c1") {
			t.Fatalf("shown what is for others: %s", f.Data)
		}
		if f.Type == typeEntry && strings.Contains(string(f.Data), "c3") {
			break
		}
	}
	_ = chen
	records, err := o.vault.Records(t.Context(), 0, 100)
	if err != nil || !slices.ContainsFunc(records, func(r staff.Record) bool {
		return r.Did == "watched" && r.Who == "lin" && r.Conversation == "c1" && r.From != ""
	}) {
		t.Errorf("%v, %+v", err, records)
	}
}

// A storm of turns, some told, some not, while desks begin to watch: no gap, no
// turn twice.
func TestWatchingInAStorm(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	const turns, desks = 200, 5
	var lines []*line
	for i := range desks {
		lines = append(lines, o.staffed(fmt.Sprint("agent", i), staff.Agent).connect())
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for range turns - 1 {
			o.engine.wait("c1", "general")
		}
	})
	for _, l := range lines {
		wg.Go(func() { l.send("watch", "w", map[string]any{"conversation": "c1", "after": 0}) })
	}
	wg.Wait()
	for i, l := range lines {
		for n, version := range versions(t, l, turns) {
			if version != int64(n+1) {
				t.Fatalf("desk %d: turn %d came as number %d", i, version, n+1)
			}
		}
	}
}

func TestWatchingWhatIsNotForOne(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "appeals")
	l := o.staffed("lin", staff.Agent, "general").connect()
	l.send("watch", "w1", map[string]any{"conversation": "c1"})
	var bad errorData
	if into(t, l.answer("w1"), &bad); bad.Code != codeForbidden {
		t.Errorf("got %+v", bad)
	}
	o.engine.wait("c1", "appeals")
	l.send("status", "s", map[string]any{"status": "away"})
	for f := range l.frames {
		if f.Type == typeTurn {
			t.Error("a turn of another line is shown")
		}
		if f.Type == typePresence {
			break
		}
	}
}

func TestTypingBothWays(t *testing.T) {
	t.Parallel()
	typed := make(chan string, 10)
	o := open(t, func(options *Options) { options.Typing = func(conversation string) { typed <- conversation } })
	o.engine.wait("c1", "general")
	o.engine.wait("c2", "general")
	l := o.staffed("lin", staff.Agent).connect()
	l.act("a1", map[string]any{"conversation": "c1", "kind": "claim"})
	l.send("typing", "", map[string]any{"conversation": "c2"}) // nobody's
	l.send("typing", "", map[string]any{"conversation": "c1"})
	if got := <-typed; got != "c1" {
		t.Errorf("typing in %s", got)
	}
	l.send("watch", "w1", map[string]any{"conversation": "c1", "after": 0})
	l.next(typeTurn)
	o.server.Typing("c2")
	o.server.Typing("c1")
	var typing conversationData
	if into(t, l.next(typeTyping), &typing); typing.Conversation != "c1" {
		t.Errorf("got %+v", typing)
	}
}

func TestPresence(t *testing.T) {
	t.Parallel()
	watch := &clock{at: time.Now()}
	told := make(chan Seat, 100)
	o := open(t, func(options *Options) {
		options.Presence = NewPresence(PresenceOptions{Tenant: tenant, Node: "n1", Now: watch.now, Tell: func(seat Seat) { told <- seat }})
	})
	online := func(queue string, want int) {
		t.Helper()
		if got := o.presence.Online(tenant, queue); got != want {
			t.Errorf("%d online for %s, want %d", got, queue, want)
		}
	}
	online("general", 0)
	lin := o.staffed("lin", staff.Agent, "general").connect()
	wang := o.staffed("wang", staff.Compliance).connect()
	online("general", 1)
	online("appeals", 0)
	if got := o.presence.Online("other", "general"); got != 0 {
		t.Errorf("%d online for others", got)
	}
	o.engine.wait("c1", "general")
	lin.act("a1", map[string]any{"conversation": "c1", "kind": "claim"})
	var seat presenceData
	for seat.User != "lin" || seat.Load != 1 {
		into(t, wang.next(typePresence), &seat)
	}
	lin.send("status", "s", map[string]any{"status": "away"})
	for seat.Status != StatusAway {
		into(t, wang.next(typePresence), &seat)
	}
	online("general", 0)
	o.presence.Heard(Seat{Node: "n2", User: "chen", Name: "陈岚", Role: staff.Lead, Status: StatusOnline})
	for seat.User != "chen" {
		into(t, wang.next(typePresence), &seat)
	}
	online("general", 1)
	o.presence.Heard(Seat{Node: "n2", User: "lin", Name: "林晓", Role: staff.Agent, Status: StatusOnline}) // another desk of hers
	online("general", 2)
	o.presence.Heard(Seat{Node: "n2", User: "chen", Status: StatusOffline})
	online("general", 1)
	watch.pass(seatLife)
	online("general", 0) // n2 is silent
	o.presence.Heard(Seat{Node: "n1", User: "ghost", Role: staff.Agent, Status: StatusOnline})
	online("general", 0) // we know ourselves who is here
	lin.conn.Close()
	for seat := range told {
		if seat.User == "lin" && seat.Status == StatusOffline {
			break
		}
	}
}

func TestSocketsEndWithTheirSession(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		then func(*office, *browser)
		want int
	}{
		"logout": {func(_ *office, b *browser) { b.ask("POST", "/v1/desk/logout", map[string]any{}) }, closeUnauthorized},
		"disabled": {func(o *office, _ *browser) {
			o.staffed("root", staff.Admin).ask("PATCH", "/v1/desk/accounts/lin", map[string]any{"disabled": true})
		}, closeUnauthorized},
		"new password": {func(o *office, _ *browser) {
			o.staffed("root", staff.Admin).ask("PATCH", "/v1/desk/accounts/lin", map[string]any{"password": "another fine 9"})
		}, closeUnauthorized},
		"other queues": {func(o *office, _ *browser) {
			o.staffed("root", staff.Admin).ask("PATCH", "/v1/desk/accounts/lin", map[string]any{"queues": []string{"care"}})
		}, closeChanged},
		"disabled elsewhere": {func(o *office, _ *browser) {
			account, err := o.vault.Account(o.t.Context(), "lin")
			if err == nil {
				err = o.vault.Update(o.t.Context(), account.WithDisabled(true))
			}
			if err != nil {
				o.t.Error(err)
			}
		}, closeUnauthorized},
		"restart": {func(o *office, _ *browser) {
			if err := o.server.Drain(o.t.Context()); err != nil {
				o.t.Error(err)
			}
		}, closeRestarting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, func(options *Options) { options.Limits.RecheckEvery = 20 * time.Millisecond })
			b := o.staffed("lin", staff.Agent)
			l := b.connect()
			test.then(o, b)
			if err := l.end(); !websocket.IsCloseError(err, test.want) {
				t.Errorf("got %v, want %d", err, test.want)
			}
		})
	}
}

func TestSilentSocketsAreAskedAndCut(t *testing.T) {
	t.Parallel()
	o := open(t, func(options *Options) { options.Limits.PingEvery = 40 * time.Millisecond })
	l := o.staffed("lin", staff.Agent).connect()
	l.next(typePing)
	if err := l.end(); err == nil {
		t.Error("no error")
	}
}

// A desk that does not read is cut; the others notice nothing, and it comes
// back to a whole board.
func TestASlowDeskIsCut(t *testing.T) {
	t.Parallel()
	o := open(t, func(options *Options) { options.Limits.Outbox = 50; options.Limits.OutboxBytes = 64 << 10 })
	slow, quick := o.staffed("slow", staff.Agent), o.staffed("quick", staff.Agent).connect()
	header := map[string][]string{}
	slow.sign(header)
	dialer := websocket.Dialer{Subprotocols: []string{Subprotocol}, NetDialContext: (&net.Dialer{}).DialContext}
	conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(o.http.URL, "http")+"/v1/desk/ws", header)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	last := strings.Repeat("长", 20_000)
	for i := 0; o.server.hub.count() > 1; i++ {
		o.engine.put(bot.Entry{
			Conversation: fmt.Sprint("c", i%5), Owner: bot.Identity{Tenant: tenant}, Handoff: bot.Handoff{State: bot.HandoffQueued, Queue: "general"}, Last: last,
		})
		quick.next(typeEntry)
	}
	if hello := slow.connect().hello; len(hello.Board) != 5 {
		t.Errorf("%d conversations", len(hello.Board))
	}
}

func TestTooManyDesks(t *testing.T) {
	t.Parallel()
	o := open(t, func(options *Options) { options.Limits.Sockets = 1 })
	b := o.staffed("lin", staff.Agent)
	b.connect()
	if _, response, err := b.dial(Subprotocol); err == nil || response.StatusCode != 503 {
		t.Errorf("got %v, %v", response, err)
	}
}

func TestTooFast(t *testing.T) {
	t.Parallel()
	o := open(t, func(options *Options) { options.Limits.Frames = 5 })
	l := o.staffed("lin", staff.Agent).connect()
	for range 6 {
		l.send("typing", "x", map[string]any{"conversation": "c1"})
	}
	var bad errorData
	if into(t, l.next(typeError), &bad); bad.Code != codeRateLimited || !bad.Retryable || bad.RetryAfterMS == 0 {
		t.Errorf("got %+v", bad)
	}
}

func TestNewWantsEverything(t *testing.T) {
	t.Parallel()
	_, err := New(Options{})
	for _, part := range []string{"engine", "board", "vault", "presence", "logger", "tenant"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v", part, err)
		}
	}
}
