package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"kaitong/bot"
	"kaitong/bot/staff"
	"kaitong/bot/staff/stafftest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	tenant   = "acme"
	password = "correct horse 7"
)

func cheap() Cost { return Cost{Memory: 64, Passes: 1, Threads: 1} }

// clock is set by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// fakeEngine keeps conversations as the engine would, with rules just strict
// enough to tell who was first.
type fakeEngine struct {
	board *bot.Board
	tell  func(bot.Turn)

	mu    sync.Mutex
	cases map[string]*bot.Case
	acts  []bot.DeskAct
	seen  map[string]bool
	fail  error
}

func newFakeEngine() *fakeEngine {
	return &fakeEngine{board: bot.NewBoard(), tell: func(bot.Turn) {}, cases: map[string]*bot.Case{}, seen: map[string]bool{}}
}

// wait has somebody wait for a human.
func (e *fakeEngine) wait(conversation, queue string) {
	e.put(bot.Entry{
		Conversation: conversation, Owner: bot.Identity{Tenant: tenant, User: "user-of-" + conversation}, Locale: "zh-CN",
		Handoff: bot.Handoff{State: bot.HandoffQueued, Queue: queue, Epoch: 1, Since: time.Now(), Ticket: "T1"}, Last: "<b>人工</b>",
	})
}

// put stores a conversation as it is from now on, as one more turn.
func (e *fakeEngine) put(entry bot.Entry) {
	e.mu.Lock()
	c := e.cases[entry.Conversation]
	if c == nil {
		c = &bot.Case{}
		e.cases[entry.Conversation] = c
	}
	turn := e.next(c, entry, bot.Message{Seq: 1, ID: "m", Author: bot.AuthorUser, Blocks: []bot.Block{{Type: bot.BlockText, Text: "人工"}}})
	e.mu.Unlock()
	e.publish(turn, entry.Conversation)
}

func (e *fakeEngine) next(c *bot.Case, entry bot.Entry, events ...bot.Event) bot.Turn {
	entry.Version = int64(len(c.Turns) + 1)
	if entry.Version == 1 {
		events = append([]bot.Event{bot.Started{Tenant: tenant, User: entry.Owner.User}}, events...)
	}
	turn := bot.Turn{Conversation: entry.Conversation, Version: entry.Version, At: time.Now(), Events: events}
	c.Entry, c.Turns = entry, append(c.Turns, turn)
	return turn
}

func (e *fakeEngine) publish(turn bot.Turn, conversation string) {
	e.mu.Lock()
	entry := e.cases[conversation].Entry
	e.mu.Unlock()
	e.board.Put(entry)
	e.tell(turn)
}

func (e *fakeEngine) Attend(_ context.Context, act bot.DeskAct) (bot.Receipt, error) {
	e.mu.Lock()
	c := e.cases[act.Conversation]
	switch {
	case e.fail != nil:
		defer e.mu.Unlock()
		return bot.Receipt{}, e.fail
	case c == nil:
		defer e.mu.Unlock()
		return bot.Receipt{}, bot.ErrNotFound
	case e.seen[act.ID]:
		defer e.mu.Unlock()
		return bot.Receipt{Duplicate: true}, nil
	}
	entry := c.Entry
	switch act.Kind {
	case bot.DeskClaim:
		if entry.State == bot.HandoffActive {
			defer e.mu.Unlock()
			return bot.Receipt{}, bot.ErrTaken
		}
		entry.State, entry.Agent = bot.HandoffActive, act.Agent
		entry.Epoch++
	case bot.DeskTakeOver:
		entry.State, entry.Agent = bot.HandoffActive, act.Agent
		entry.Epoch++
	case bot.DeskNote:
	default:
		if entry.Epoch != act.Epoch || entry.Agent.ID != act.Agent.ID {
			defer e.mu.Unlock()
			return bot.Receipt{}, bot.ErrFenced
		}
		switch act.Kind {
		case bot.DeskResolve:
			entry.State, entry.Agent = bot.HandoffResolved, bot.Agent{}
			entry.Epoch++
		case bot.DeskTransfer:
			entry.Epoch++
			if entry.Agent = act.To; act.To.ID == "" {
				entry.State, entry.Queue = bot.HandoffQueued, act.Queue
			}
		}
	}
	e.seen[act.ID] = true
	e.acts = append(e.acts, act)
	turn := e.next(c, entry, bot.Message{Seq: 2, ID: act.ID, Author: bot.AuthorAgent, Blocks: []bot.Block{{Type: bot.BlockText, Text: act.Text}}}, bot.Attended{ID: act.ID, Agent: act.Agent, Act: act.Kind})
	e.mu.Unlock()
	e.publish(turn, act.Conversation)
	return bot.Receipt{Turn: turn}, nil
}

func (e *fakeEngine) Case(_ context.Context, of, conversation, _ string) (bot.Case, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.cases[conversation]
	if c == nil || c.Entry.Owner.Tenant != of {
		return bot.Case{}, bot.ErrNotFound
	}
	found := *c
	found.Turns = append([]bot.Turn(nil), c.Turns...)
	found.Brief = bot.Brief{Asked: []string{"人工"}, Care: true}
	return found, nil
}

// office is a desk server over real sockets.
type office struct {
	t        *testing.T
	engine   *fakeEngine
	vault    *stafftest.Memory
	presence *Presence
	server   *Server
	http     *httptest.Server
}

func open(t *testing.T, change func(*Options)) *office {
	t.Helper()
	o := &office{t: t, engine: newFakeEngine(), vault: stafftest.NewMemory(), presence: NewPresence(PresenceOptions{Tenant: tenant, Node: "n1"})}
	options := Options{
		Engine: o.engine, Board: o.engine.board, Vault: o.vault, Presence: o.presence, Log: slog.New(slog.DiscardHandler), Tenant: tenant,
		Queues: bot.DefaultRouting().Queues, Cost: cheap(),
	}
	if change != nil {
		change(&options)
	}
	o.presence = options.Presence
	var err error
	if o.server, err = New(options); err != nil {
		t.Fatal(err)
	}
	o.engine.mu.Lock()
	o.engine.tell = o.server.Stored
	o.engine.mu.Unlock()
	o.http = httptest.NewServer(o.server.Handler())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := o.server.Drain(ctx); err != nil {
			t.Error(err)
		}
		o.http.Close()
	})
	return o
}

func productNames(locale string) map[string]string {
	if locale == localeEN {
		return map[string]string{"jiebei": "Jiebei"}
	}
	return map[string]string{"jiebei": "借呗"}
}

// hire makes an account.
func (o *office) hire(user string, role staff.Role, queues ...string) {
	o.t.Helper()
	account := stafftest.Clerk(user, role)
	account.Hash, account.Queues = cheap().Hash(password), queues
	if err := o.vault.Add(o.t.Context(), account); err != nil {
		o.t.Fatal(err)
	}
}

// browser is somebody with cookies, on a page of ours.
type browser struct {
	o      *office
	client *http.Client
	cookie *http.Cookie
	csrf   string
	origin string
	header http.Header
}

func (o *office) browser() *browser {
	return &browser{o: o, client: o.http.Client(), origin: o.http.URL, header: http.Header{}}
}

// signIn gets somebody in, and fails the test when that fails.
func (o *office) signIn(user string) *browser {
	o.t.Helper()
	b := o.browser()
	ask := map[string]string{"user": user, "password": password}
	if strings.HasPrefix(user, staff.DemoPrefix) {
		delete(ask, "password")
	}
	if got := b.ask("POST", "/v1/desk/login", ask); got.status != http.StatusOK {
		o.t.Fatalf("sign in as %s: %+v", user, got)
	}
	return b
}

// staffed hires somebody and signs them in.
func (o *office) staffed(user string, role staff.Role, queues ...string) *browser {
	o.t.Helper()
	o.hire(user, role, queues...)
	return o.signIn(user)
}

type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (a answer) code() string {
	code, _ := a.body["code"].(string)
	return code
}

func (b *browser) ask(method, path string, body any) answer {
	b.o.t.Helper()
	var content io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(body)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			b.o.t.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(b.o.t.Context(), method, b.o.http.URL+path, content)
	if err != nil {
		b.o.t.Fatal(err)
	}
	request.Header = b.header.Clone()
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	b.sign(request.Header)
	response, err := b.client.Do(request)
	if err != nil {
		b.o.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.o.t.Fatal(err)
	}
	for _, cookie := range response.Cookies() {
		b.cookie = cookie
	}
	got := answer{status: response.StatusCode, header: response.Header, text: string(text), body: map[string]any{}}
	_ = json.Unmarshal(text, &got.body)
	if csrf, ok := got.body["csrf"].(string); ok {
		b.csrf = csrf
	}
	return got
}

func (b *browser) sign(h http.Header) {
	if b.origin != "" {
		h.Set("Origin", b.origin)
	}
	if b.cookie != nil && b.cookie.Value != "" {
		h.Set("Cookie", b.cookie.Name+"="+b.cookie.Value)
	}
	if b.csrf != "" {
		h.Set(csrfHeader, b.csrf)
	}
}

// line is an open socket.
type line struct {
	t      *testing.T
	conn   *websocket.Conn
	hello  helloData
	frames chan frame
	closed chan error
}

func (b *browser) connect() *line {
	b.o.t.Helper()
	l, response, err := b.dial(Subprotocol)
	if err != nil {
		b.o.t.Fatalf("connect: %v, %v", err, response)
	}
	first := l.next(typeHello)
	if err := json.Unmarshal(first.Data, &l.hello); err != nil {
		b.o.t.Fatal(err)
	}
	return l
}

func (b *browser) dial(protocols ...string) (*line, *http.Response, error) {
	b.o.t.Helper()
	header := b.header.Clone()
	b.sign(header)
	dialer := websocket.Dialer{Subprotocols: protocols}
	conn, response, err := dialer.DialContext(b.o.t.Context(), "ws"+strings.TrimPrefix(b.o.http.URL, "http")+"/v1/desk/ws", header)
	if err != nil {
		return nil, response, err
	}
	l := &line{t: b.o.t, conn: conn, frames: make(chan frame, 10_000), closed: make(chan error, 1)}
	b.o.t.Cleanup(func() { conn.Close() })
	go l.read()
	return l, response, nil
}

func (l *line) read() {
	for {
		_, text, err := l.conn.ReadMessage()
		if err != nil {
			l.closed <- err
			close(l.frames)
			return
		}
		var f frame
		if json.Unmarshal(text, &f) == nil {
			l.frames <- f
		}
	}
}

// patience is far beyond what anything takes.
const patience = 20 * time.Second

// next is the next frame of a kind; others are let go.
func (l *line) next(kind string) frame {
	l.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case f, ok := <-l.frames:
			if !ok {
				l.t.Fatalf("the socket ended before a frame %s", kind)
			}
			if f.Type == kind {
				return f
			}
		case <-timeout:
			l.t.Fatalf("no frame %s came", kind)
		}
	}
}

// answer is the ack or the error for a frame.
func (l *line) answer(id string) frame {
	l.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case f, ok := <-l.frames:
			if !ok {
				l.t.Fatalf("the socket ended before an answer to %s", id)
			}
			if f.Re == id {
				return f
			}
		case <-timeout:
			l.t.Fatalf("no answer to %s came", id)
		}
	}
}

func (l *line) send(kind, id string, data any) {
	l.t.Helper()
	if err := l.conn.WriteMessage(websocket.TextMessage, encode(kind, id, "", data)); err != nil {
		l.t.Fatal(err)
	}
}

func (l *line) end() error {
	l.t.Helper()
	select {
	case err := <-l.closed:
		return err
	case <-time.After(patience):
		l.t.Fatal("the socket stays open")
		return nil
	}
}

// act does something and returns the code of the refusal, "" for none.
func (l *line) act(id string, data map[string]any) string {
	l.t.Helper()
	l.send("act", id, data)
	f := l.answer(id)
	if f.Type == typeAck {
		return ""
	}
	var bad errorData
	into(l.t, f, &bad)
	return string(bad.Code)
}

func into(t *testing.T, f frame, data any) {
	t.Helper()
	if err := json.Unmarshal(f.Data, data); err != nil {
		t.Fatalf("%s: %v", f.Data, err)
	}
}
