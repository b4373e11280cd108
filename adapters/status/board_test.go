package status

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"kaitong/bot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds waits that end early when all is well.
const patience = 20 * time.Second

// node is a board under test, with a clock and ticks of its own.
type node struct {
	*Board
	t    *testing.T
	dir  string
	tick chan time.Time
	log  *watchedLog
}

func openNode(t *testing.T, dir string, conn *nats.Conn) *node {
	t.Helper()
	n := &node{t: t, dir: dir, tick: make(chan time.Time), log: &watchedLog{grown: make(chan struct{}, 1)}}
	var err error
	n.Board, err = Open(Options{
		Dir: dir, Rules: testRules(), Now: time.Now, Conn: conn, Tick: n.tick,
		Logger: slog.New(slog.NewTextHandler(n.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.close)
	return n
}

func (n *node) close() {
	if err := n.Close(); err != nil {
		n.t.Error(err)
	}
}

// look makes the board look at its file, and returns when it has: the second
// tick is taken only after the first was dealt with.
func (n *node) look() {
	n.tick <- time.Time{}
	n.tick <- time.Time{}
}

func (n *node) live() []string {
	var ids []string
	for _, one := range n.Live() {
		ids = append(ids, one.ID)
	}
	return ids
}

func (n *node) wantLive(ids ...string) {
	n.t.Helper()
	if got := n.live(); !slices.Equal(got, ids) {
		n.t.Errorf("live: %v, want %v; log:\n%s", got, ids, n.log.String())
	}
}

func (n *node) file() string { return filepath.Join(n.dir, FileName) }

func (n *node) save(text string) {
	n.t.Helper()
	if err := replace(n.file(), []byte(text)); err != nil {
		n.t.Fatal(err)
	}
}

// watchedLog can be waited on for words.
type watchedLog struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{}
}

func (l *watchedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() {
		select {
		case l.grown <- struct{}{}:
		default:
		}
	}()
	return l.text.Write(p)
}

func (l *watchedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *watchedLog) await(t *testing.T, words string) {
	t.Helper()
	limit := time.After(patience)
	for !strings.Contains(l.String(), words) {
		select {
		case <-l.grown:
		case <-limit:
			t.Fatalf("the log never says %q:\n%s", words, l.String())
		}
	}
}

// startNATS runs a server of its own in this process.
func startNATS(t *testing.T) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(patience) {
		t.Fatal("NATS does not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

func connect(t *testing.T, s *server.Server) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

func ask(t *testing.T, conn *nats.Conn, request Request) (Answer, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return Ask(ctx, conn, request)
}

func mustAsk(t *testing.T, conn *nats.Conn, request Request) Answer {
	t.Helper()
	answer, err := ask(t, conn, request)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// One request reaches every node, and each remembers over a restart.
func TestNodesHear(t *testing.T) {
	t.Parallel()
	nats := startNATS(t)
	a, b := openNode(t, t.TempDir(), connect(t, nats)), openNode(t, t.TempDir(), connect(t, nats))
	operator := connect(t, nats)

	answer := mustAsk(t, operator, set(with("net", func(i *Incident) { i.Regions = []string{"浙江"} })))
	if answer.Did != 2 || !slices.Equal(idsOf(answer.State), []string{"net"}) {
		t.Errorf("set: %+v", answer)
	}
	a.wantLive("net")
	b.wantLive("net")
	want := bot.Incident{ID: "net", Area: "technical", Regions: []string{"浙江"}, Since: a.Live()[0].Since, Text: incident("net", "").Text}
	if got := a.Live()[0]; got.ID != want.ID || got.Area != want.Area || !slices.Equal(got.Regions, want.Regions) || got.Text["en"] != want.Text["en"] || got.Since.IsZero() {
		t.Errorf("live: %+v, want %+v", got, want)
	}
	a.close()
	a = openNode(t, a.dir, nil)
	a.wantLive("net")

	answer = mustAsk(t, operator, Request{Op: OpList})
	if answer.Did != 1 || !slices.Equal(idsOf(answer.State), []string{"net"}) {
		t.Errorf("list: %+v", answer)
	}
	mustAsk(t, operator, clearing("net"))
	b.wantLive()
}

func TestRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	nats := startNATS(t)
	a := openNode(t, t.TempDir(), connect(t, nats))
	operator := connect(t, nats)
	mustAsk(t, operator, set(incident("here", "technical")))
	for name, test := range map[string]struct {
		request Request
		code    string
	}{
		"no such area":  {set(incident("a", "weather")), codeInvalid},
		"a promise":     {set(with("a", func(i *Incident) { i.Text["zh-CN"] = "保证恢复" })), codeInvalid},
		"no such id":    {clearing("gone"), codeUnknown},
		"breaks schema": {set(incident("A", "technical")), codeInvalid},
	} {
		var fault *Fault
		if _, err := ask(t, operator, test.request); !errors.As(err, &fault) || fault.Code != test.code {
			t.Errorf("%s: %v, want %s", name, err, test.code)
		}
	}
	// A message that nobody waits on is heard and answered to nobody.
	for _, body := range []string{"\xff", "{}", strings.Repeat("x", 100_000)} {
		if err := operator.Publish(Subject, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if answer := mustAsk(t, operator, Request{Op: OpList}); !slices.Equal(idsOf(answer.State), []string{"here"}) {
		t.Errorf("list: %+v", answer)
	}
	a.wantLive("here")
}

// A node that was away learns what it missed when it starts.
func TestStartingNodeAsksTheOthers(t *testing.T) {
	t.Parallel()
	nats := startNATS(t)
	operator := connect(t, nats)
	away := openNode(t, t.TempDir(), connect(t, nats))
	mustAsk(t, operator, set(incident("over-soon", "technical")))
	away.close()

	stays := openNode(t, t.TempDir(), connect(t, nats)) // knows nothing, has nobody to ask
	mustAsk(t, operator, set(incident("over-soon", "technical")))
	mustAsk(t, operator, clearing("over-soon"))
	mustAsk(t, operator, set(incident("new", "policy")))

	back := openNode(t, away.dir, connect(t, nats))
	back.log.await(t, "an incident is live\" id=new")
	back.wantLive("new")
	stays.wantLive("new")
}

// Messages may be lost. Now and then a node asks.
func TestLostMessagesAreMadeUpFor(t *testing.T) {
	t.Parallel()
	nats := startNATS(t)
	a := openNode(t, t.TempDir(), connect(t, nats))
	b := openNode(t, t.TempDir(), connect(t, nats))
	if _, err := a.apply(set(incident("missed", "technical"))); err != nil { // b never hears of this
		t.Fatal(err)
	}
	b.wantLive()
	for range askEvery {
		b.tick <- time.Time{}
	}
	b.log.await(t, "id=missed")
	b.wantLive("missed")
}

func TestOtherNodesAreNotBelievedBlindly(t *testing.T) {
	t.Parallel()
	nats := startNATS(t)
	other := connect(t, nats)
	hostile := State{Incidents: []Incident{with("x", func(i *Incident) { i.Area, i.Changed = "weather", time.Now() })}}
	replies := [][]byte{[]byte("\xff"), []byte(`{"incidents":1}`), []byte(`{"error":{"code":"full","message":"no"}}`)}
	data, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Subscribe(Subject, natsReplies(append(replies, data))); err != nil {
		t.Fatal(err)
	}
	if err := other.Flush(); err != nil {
		t.Fatal(err)
	}
	a := openNode(t, t.TempDir(), connect(t, nats))
	a.log.await(t, "left out")
	a.wantLive()
}

func natsReplies(bodies [][]byte) nats.MsgHandler {
	return func(message *nats.Msg) {
		for _, body := range bodies {
			_ = message.Respond(body) // the test sees what came of it
		}
	}
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	if _, err := ask(t, connect(t, startNATS(t)), Request{Op: OpList}); !errors.Is(err, ErrNobody) {
		t.Errorf("got %v", err)
	}
}

// The command writes the file beside a running server, and the other way round.
func TestFileBesideABoard(t *testing.T) {
	t.Parallel()
	a := openNode(t, t.TempDir(), nil)
	options := FileOptions{Dir: a.dir, Rules: testRules(), Now: time.Now}
	change := func(request Request) State {
		t.Helper()
		state, err := ChangeFile(t.Context(), options, request)
		if err != nil {
			t.Fatal(err)
		}
		a.look()
		return state
	}
	change(set(incident("a", "technical")))
	a.wantLive("a")
	if _, err := a.apply(set(incident("b", "policy"))); err != nil {
		t.Fatal(err)
	}
	if got := idsOf(change(Request{Op: OpList})); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("the file says %v", got)
	}
	change(clearing("a"))
	a.wantLive("b")
	var fault *Fault
	if _, err := ChangeFile(t.Context(), options, clearing("a")); !errors.As(err, &fault) || fault.Code != codeUnknown {
		t.Errorf("clear again: %v", err)
	}
	if err := os.Remove(a.file()); err != nil {
		t.Fatal(err)
	}
	a.look()
	a.wantLive()
}

// Whatever lies in the place of the file, what was live stays live, it is said
// once, and nobody's work is overwritten.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":             "",
		"half":              `{"incidents":[{"id":`,
		"not UTF-8":         "{\"incidents\":[],\"x\":\"\xb0\"}",
		"unknown name":      `{"incidents":[],"incident":[]}`,
		"no such area":      `{"incidents":[{"id":"a","area":"weather","text":{"zh-CN":"坏","en":"bad"}}]}`,
		"one language":      `{"incidents":[{"id":"a","area":"all","text":{"zh-CN":"坏"}}]}`,
		"twice the same id": `{"incidents":[{"id":"a","area":"all","text":{"zh-CN":"坏","en":"bad"}},{"id":"a","area":"all","text":{"zh-CN":"坏","en":"bad"}}]}`,
		"too many":          `{"incidents":[` + strings.Repeat(`{"id":"a","area":"all","text":{"zh-CN":"坏","en":"bad"}},`, 20) + `{"id":"b","area":"all","text":{"zh-CN":"坏","en":"bad"}}]}`,
		"huge":              strings.Repeat(" ", maxState+1),
		"alias bomb":        "a: &a [x,x]\nb: [*a,*a]\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openNode(t, t.TempDir(), nil)
			if _, err := a.apply(set(incident("stays", "technical"))); err != nil {
				t.Fatal(err)
			}
			a.save(text)
			a.look()
			a.wantLive("stays")
			if _, err := a.apply(set(incident("new", "policy"))); err != nil { // holds, and is written once it can be
				t.Fatal(err)
			}
			a.look()
			a.wantLive("stays", "new")
			if got := strings.Count(a.log.String(), "not in use"); got != 1 {
				t.Errorf("said %d times:\n%s", got, a.log.String())
			}
			if data, err := os.ReadFile(a.file()); err != nil || string(data) != text {
				t.Errorf("overwritten: %q %v", data, err)
			}
			if _, fault := a.State(); fault == nil || !strings.Contains(fault.Error(), FileName) {
				t.Errorf("the board says %v about its file", fault)
			}
			if _, err := ChangeFile(t.Context(), FileOptions{Dir: a.dir, Rules: testRules(), Now: time.Now}, set(incident("c", "all"))); err == nil {
				t.Error("the command wrote over it")
			}

			a.save(`{"incidents":[{"id":"mended","area":"all","since":"2026-06-10T14:05:00Z","text":{"zh-CN":"坏","en":"bad"}}]}`)
			a.look()
			a.wantLive("mended", "new")
			if _, fault := a.State(); fault != nil {
				t.Errorf("still blamed: %v", fault)
			}
			b := openNode(t, a.dir, nil)
			b.wantLive("mended", "new")
		})
	}
}

func TestStartWithABrokenFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := openNode(t, dir, nil)
	a.wantLive()
	if _, fault := a.State(); fault == nil {
		t.Error("not blamed")
	}
}

func TestFolderInThePlaceOfTheFile(t *testing.T) {
	t.Parallel()
	a := openNode(t, t.TempDir(), nil)
	if err := os.Mkdir(a.file(), 0o700); err != nil {
		t.Fatal(err)
	}
	a.look()
	if _, fault := a.State(); fault == nil || !strings.Contains(fault.Error(), "no file") {
		t.Errorf("got %v", fault)
	}
}

// While another process writes, the change holds and is written afterwards.
func TestLockedFile(t *testing.T) {
	t.Parallel()
	a := openNode(t, t.TempDir(), nil)
	unlock, err := (&file{path: a.file()}).lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.apply(set(incident("a", "technical"))); err != nil {
		t.Fatal(err)
	}
	a.wantLive("a")
	if _, err := os.Stat(a.file()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("written all the same: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ChangeFile(ctx, FileOptions{Dir: a.dir, Rules: testRules(), Now: time.Now}, set(incident("b", "technical"))); !errors.Is(err, errLocked) {
		t.Errorf("the command: %v", err)
	}
	unlock()
	a.look()
	openNode(t, a.dir, nil).wantLive("a")
}

// Many write at once, over NATS and into the file, and nothing is lost.
func TestWritersAtOnce(t *testing.T) {
	t.Parallel()
	a := openNode(t, t.TempDir(), nil)
	var all sync.WaitGroup
	for i := range 8 {
		id := string(rune('a' + i))
		all.Go(func() {
			if _, err := a.apply(set(incident("board-"+id, "technical"))); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			options := FileOptions{Dir: a.dir, Rules: testRules(), Now: time.Now}
			if _, err := ChangeFile(t.Context(), options, set(incident("file-"+id, "technical"))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	a.look()
	if got := a.live(); len(got) != 16 {
		t.Errorf("live: %v", got)
	}
	if got := openNode(t, a.dir, nil).live(); len(got) != 16 {
		t.Errorf("kept: %v", got)
	}
}

func TestSuggestIsForOperatorsOnly(t *testing.T) {
	t.Parallel()
	a := openNode(t, t.TempDir(), nil)
	spike := bot.Spike{Area: "technical.network", Category: "technical", Since: time.Now(), Window: 10 * time.Minute, Conversations: 9, Usual: 0.5}
	for range queued + 5 { // a full queue holds nobody up
		a.Suggest(spike)
	}
	for len(a.suggestions) > 0 {
		a.look()
	}
	a.look() // the one taken last is written by now
	state, fault := a.State()
	if fault != nil || len(state.Suggested) != 1 || state.Suggested[0].ID != "spike-technical.network" || state.Suggested[0].Minutes != 10 {
		t.Errorf("%+v %v", state, fault)
	}
	a.wantLive()
	again, _ := openNode(t, a.dir, nil).State()
	if len(again.Suggested) != 1 {
		t.Errorf("after a restart: %+v", again)
	}
}

// What Live returned is the caller's own.
func TestLiveIsACopy(t *testing.T) {
	t.Parallel()
	a := openNode(t, t.TempDir(), nil)
	if _, err := a.apply(set(incident("a", "technical"))); err != nil {
		t.Fatal(err)
	}
	a.Live()[0].ID = "b"
	a.wantLive("a")
}

func TestClosedBoardChangesNothing(t *testing.T) {
	t.Parallel()
	nats := startNATS(t)
	conn := connect(t, nats)
	a := openNode(t, t.TempDir(), conn)
	a.close()
	if _, err := a.apply(set(incident("a", "technical"))); err == nil {
		t.Error("a closed board took a request")
	}
	if _, err := ask(t, connect(t, nats), Request{Op: OpList}); !errors.Is(err, ErrNobody) {
		t.Errorf("a closed board answers: %v", err)
	}
}

func BenchmarkLive(b *testing.B) {
	board, err := Open(Options{Dir: b.TempDir(), Rules: testRules(), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer board.Close()
	for b.Loop() {
		board.Live()
	}
}
