package handoff

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/bot/outbox"
	"kaitong/bot/outbox/outboxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 30 * time.Second

// stage is a log, a box, and whoever tells of them.
type stage struct {
	t      *testing.T
	log    *bottest.EventLog
	box    outbox.Box
	engine *fakeEngine
	ahead  atomic.Int64 // of the clock
	said   safeBuffer   // by the logger
	hooks  *Hooks
}

func newStage(t *testing.T) *stage {
	log := bottest.NewEventLog()
	return &stage{t: t, log: log, box: outboxtest.NewMemory(), engine: &fakeEngine{log: log, board: bot.NewBoard(), fail: map[string]error{}}}
}

func (s *stage) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

func (s *stage) options(endpoints ...Endpoint) Options {
	return Options{
		Tenant: "acme", Endpoints: endpoints, Private: true, Public: "https://bot.example.com/", Engine: s.engine, Log: s.log, Tail: s.log.Tail, Box: s.box,
		End: func(ctx context.Context) (int64, error) {
			all, err := s.log.Tail(ctx, 0, 1<<30)
			if err != nil || len(all) == 0 {
				return 0, err
			}
			return all[len(all)-1].Position, nil
		},
		Waiting: func(ctx context.Context) (names []string, err error) {
			all, err := s.log.Tail(ctx, 0, 1<<30)
			for _, turn := range all {
				if turn.Version == 1 {
					names = append(names, turn.Conversation)
				}
			}
			return names, err
		},
		Now:    s.now,
		Pace:   Pace{Tick: 2 * time.Millisecond, Timeout: patience, First: 2 * time.Millisecond, Most: 8 * time.Millisecond, GiveUp: 72 * time.Hour},
		Logger: slog.New(slog.NewTextHandler(&s.said, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// start tells endpoints until stop is called.
func (s *stage) start(endpoints ...Endpoint) (stop func()) {
	return s.startWith(s.options(endpoints...))
}

func (s *stage) startWith(options Options) (stop func()) {
	s.t.Helper()
	hooks, err := New(options)
	if err != nil {
		s.t.Fatal(err)
	}
	s.hooks = hooks
	stop = sync.OnceFunc(func() {
		if err := hooks.Close(context.Background()); err != nil {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(stop)
	return stop
}

// begun waits until the log is read, so that what comes is news.
func (s *stage) begun() {
	s.t.Helper()
	s.until(func() bool { return s.hooks.leading.Load() })
}

// until waits for something that has no other sign.
func (s *stage) until(done func() bool) {
	s.t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for timeout := time.After(patience); !done(); {
		select {
		case <-ticker.C:
		case <-timeout:
			s.t.Fatal("it never came to that; the log says:\n" + s.said.String())
		}
	}
}

func (s *stage) append(conversation string, version int64, events ...bot.Event) {
	s.t.Helper()
	turn := bot.Turn{Conversation: conversation, Version: version, At: time.Now().UTC(), Events: events}
	if err := s.log.Append(context.Background(), turn); err != nil {
		s.t.Fatal(err)
	}
}

// asks has somebody ask for a human, in a conversation of their own.
func (s *stage) asks(conversation string) { s.asksIn("acme", conversation) }

func (s *stage) asksIn(tenant, conversation string) {
	s.append(conversation, 1,
		bot.Started{Tenant: tenant, User: "u1", Product: "jiebei", Locale: "zh-CN"},
		says(1, "m1", bot.AuthorUser, "人工", nil),
		bot.HandoffChanged{Seq: 2, State: bot.HandoffQueued, Reason: "requested", Ticket: "T-1", Queue: "general", Owner: 1},
		says(3, "m2", bot.AuthorBot, "已为你转接", nil))
}

func says(seq int64, id string, author bot.Author, text string, by *bot.Agent) bot.Message {
	return bot.Message{Seq: seq, ID: id, Author: author, Blocks: []bot.Block{{Type: bot.BlockText, Text: text}}, By: by}
}

// fakeEngine answers from the log, and takes every act.
type fakeEngine struct {
	log   bot.EventLog
	board *bot.Board

	mu   sync.Mutex
	acts []bot.DeskAct
	fail map[string]error // by conversation
}

func (e *fakeEngine) Board() *bot.Board { return e.board }

func (e *fakeEngine) Case(ctx context.Context, tenant, conversation, _ string) (bot.Case, error) {
	turns, err := e.log.Load(ctx, conversation, 0, 0)
	if err != nil || len(turns) == 0 {
		return bot.Case{}, bot.ErrNotFound
	}
	conv, err := bot.Replay(conversation, turns)
	if err != nil || conv.Owner.Tenant != tenant {
		return bot.Case{}, bot.ErrNotFound
	}
	entry := bot.Entry{Conversation: conversation, Handoff: conv.Handoff}
	return bot.Case{Entry: entry, Turns: turns, Brief: bot.Brief{Asked: []string{"人工"}}}, nil
}

func (e *fakeEngine) Attend(_ context.Context, act bot.DeskAct) (bot.Receipt, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.fail[act.Conversation]; err != nil {
		return bot.Receipt{}, err
	}
	again := false
	for _, before := range e.acts {
		again = again || before.ID == act.ID
	}
	e.acts = append(e.acts, act)
	turn := bot.Turn{Conversation: act.Conversation, Version: 9}
	if act.Kind == bot.DeskClaim {
		turn.Events = []bot.Event{bot.HandoffChanged{State: bot.HandoffActive, Owner: act.Epoch + 1}}
	}
	return bot.Receipt{Turn: turn, Duplicate: again}, nil
}

// heard is one request that a desk got.
type heard struct {
	header http.Header
	body   []byte
	event  cloudEvent
}

func (h heard) words() string {
	if h.event.Data.Message != nil {
		return h.event.Type + " " + h.event.Data.Message.Text
	}
	return h.event.Type
}

// otherDesk is a server that is told things. It answers as answer says, and
// keeps what it has taken.
type otherDesk struct {
	t      *testing.T
	server *httptest.Server
	answer func(http.ResponseWriter, heard)
	tries  atomic.Int64
	took   chan heard
	known  map[string]bool // ids
}

func newDesk(t *testing.T, answer func(http.ResponseWriter, heard)) *otherDesk {
	t.Helper()
	d := &otherDesk{t: t, answer: answer, took: make(chan heard, 10_000), known: map[string]bool{}}
	d.server = httptest.NewServer(http.HandlerFunc(d.serve))
	t.Cleanup(d.server.Close)
	return d
}

func (d *otherDesk) serve(w http.ResponseWriter, r *http.Request) {
	d.tries.Add(1)
	got := heard{header: r.Header}
	got.body, _ = io.ReadAll(r.Body)
	if err := oracle(d.t, newSecret).VerifyIgnoringTimestamp(got.body, r.Header); err != nil {
		d.t.Error(err)
	}
	if err := json.Unmarshal(got.body, &got.event); err != nil {
		d.t.Errorf("%v: %s", err, got.body)
	}
	answered := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	if d.answer != nil {
		d.answer(answered, got)
	}
	if answered.status/100 == 2 {
		d.took <- got
	}
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (d *otherDesk) endpoint(name string) Endpoint {
	return Endpoint{Name: name, URL: d.server.URL + "/hook", Secrets: secrets(d.t, newSecret)}
}

// next is the next event. What was told before, and is told again after a
// restart, is left out as a desk does.
func (d *otherDesk) next() heard {
	d.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case got := <-d.took:
			if !d.known[got.event.ID] {
				d.known[got.event.ID] = true
				return got
			}
		case <-timeout:
			d.t.Fatal("nothing more was told")
		}
	}
}

// hears waits for exactly these, in order.
func (d *otherDesk) hears(want ...string) []heard {
	d.t.Helper()
	var list []heard
	for _, words := range want {
		got := d.next()
		if got.words() != words {
			d.t.Fatalf("told %q, want %q", got.words(), words)
		}
		list = append(list, got)
	}
	return list
}

type safeBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *safeBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(text)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
