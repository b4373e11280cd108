package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/bot"
)

// bareServer is the server of a measurement: this package with an engine that
// does nothing worth measuring, or nothing but gorilla.
type bareServer struct {
	profile *os.File
}

func (b *bareServer) do(o order) report {
	switch o.Op {
	case "serve":
		return b.serve(o.Kind)
	case "profile":
		return b.startProfile(o.URL)
	case "usage":
		return usage(b.stopProfile())
	case "settled":
		runtime.GC()
		runtime.GC()
		debug.FreeOSMemory()
		return usage(writeHeap(o.URL))
	}
	return report{Error: "no order " + o.Op}
}

func (b *bareServer) serve(kind string) report {
	handler, err := bareHandler(kind)
	if err != nil {
		return report{Error: err.Error()}
	}
	if os.Getenv("KAITONG_BENCH_HEAP") != "" {
		runtime.MemProfileRate = 1024
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return report{Error: err.Error()}
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return report{URL: "ws://" + listener.Addr().String() + "/v1/ws"}
}

func bareHandler(kind string) (http.Handler, error) {
	if kind == "echo" {
		return http.HandlerFunc(bareEcho), nil
	}
	options := testOptions()
	options.Limits.MessagesPerWindow, options.Limits.SocketsPerUser = 1e9, 1e9
	options.Limits.Handshakes = 0
	options.Log = slog.New(slog.DiscardHandler)
	options.Engine = newTrivialEngine(kind == "grouped")
	server, err := New(options)
	if err != nil {
		return nil, err
	}
	return server.Handler(), nil
}

// bareEcho is the echo example of gorilla with its defaults.
func bareEcho(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{Subprotocols: []string{subprotocol}}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	for {
		kind, body, err := conn.ReadMessage()
		if err != nil || conn.WriteMessage(kind, body) != nil {
			return
		}
	}
}

func (b *bareServer) startProfile(path string) (r report) {
	var err error
	if b.profile, err = os.Create(path); err == nil {
		err = pprof.StartCPUProfile(b.profile)
	}
	if err != nil {
		r.Error = err.Error()
	}
	return r
}

func (b *bareServer) stopProfile() error {
	if b.profile == nil {
		return nil
	}
	pprof.StopCPUProfile()
	file := b.profile
	b.profile = nil
	return file.Close()
}

func writeHeap(path string) error {
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(pprof.WriteHeapProfile(file), file.Close())
}

// usage is what this process has used up so far.
func usage(err error) report {
	var used syscall.Rusage
	err = errors.Join(err, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	status, readErr := os.ReadFile("/proc/self/status")
	if err = errors.Join(err, readErr); err != nil {
		return report{Error: err.Error()}
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kib, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	return report{
		CPU:     time.Duration(used.Utime.Nano() + used.Stime.Nano()),
		RSS:     kib << 10,
		Heap:    int64(memory.HeapInuse),
		Stack:   int64(memory.StackInuse),
		Mallocs: int64(memory.Mallocs),
	}
}

// trivialEngine answers everything with the same words and keeps nothing but
// the numbers.
type trivialEngine struct {
	mu     sync.Mutex
	seqs   map[string]int64
	line   chan chan struct{} // of the turns waiting for their commit, when grouped
	answer []bot.Block
	about  bot.About
}

func newTrivialEngine(grouped bool) *trivialEngine {
	e := &trivialEngine{seqs: map[string]int64{}, about: bot.About{Intent: "fail.unspecified", Confidence: 0.9, Composed: "authored"}}
	e.answer = []bot.Block{
		{Type: bot.BlockText, Text: "帮你查过了：这次没有开通，主要和还款记录有关。有一笔还款已经逾期，先把它还清，系统会在之后的评估里看到。"},
		{Type: bot.BlockNotice, Level: "info", Text: "按时还款可能有助于下一次评估，但不能保证结果和时间。"},
	}
	if grouped {
		e.line = make(chan chan struct{}, 10_000)
		go e.commit()
	}
	return e
}

// commit lets turns wait for each other as a shared fsync does.
func (e *trivialEngine) commit() {
	for first := range e.line {
		time.Sleep(time.Millisecond)
		close(first)
		for range len(e.line) {
			close(<-e.line)
		}
	}
}

func (e *trivialEngine) Handle(_ context.Context, say bot.Say) (bot.Receipt, error) {
	e.mu.Lock()
	seq := e.seqs[say.Conversation] + 1
	e.seqs[say.Conversation] = seq + 1
	e.mu.Unlock()
	if e.line != nil {
		stored := make(chan struct{})
		e.line <- stored
		<-stored
	}
	turn := bot.Turn{Conversation: say.Conversation, Version: seq, At: time.Now(), Events: []bot.Event{
		bot.Message{Seq: seq, ID: say.MessageID, Author: bot.AuthorUser, Blocks: []bot.Block{{Type: bot.BlockText, Text: say.Text}}},
		bot.Message{Seq: seq + 1, ID: "b-" + say.MessageID, Author: bot.AuthorBot, Re: say.MessageID, Blocks: e.answer, About: &e.about},
	}}
	return bot.Receipt{Turn: turn, Seq: seq}, nil
}

func (e *trivialEngine) Open(context.Context, bot.Identity, string) (bot.Summary, error) {
	return bot.Summary{}, bot.ErrNotFound
}

func (e *trivialEngine) History(context.Context, bot.Identity, string, int64, int) ([]bot.Turn, error) {
	return nil, bot.ErrNotFound
}

func (e *trivialEngine) Greeting(_, _ string) []bot.Block { return nil }
func (e *trivialEngine) Page(_, _ string) bot.Page        { return bot.Page{} }
func (e *trivialEngine) HelpCentre(string) bot.HelpCentre { return bot.HelpCentre{} }
func (*trivialEngine) Claim(context.Context, string, bot.Identity, bot.Identity) error {
	return bot.ErrNotFound
}

func (e *trivialEngine) Epoch() string { return "epoch-1" }
