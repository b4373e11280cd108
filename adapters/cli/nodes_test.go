package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot"
)

// needsNodes skips what takes several nodes and some seconds.
func needsNodes(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs several nodes for some seconds; skipped by -short")
	}
}

// startNode runs a node in this process until the test ends, or stop.
func startNode(t *testing.T, spec nodeSpec) (app *App, address string, stop func()) {
	t.Helper()
	spec.Data = t.TempDir()
	app, err := NewApp(t.Context(), spec.config(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(stop)
	return app, "http://" + app.Addr().String(), stop
}

// twoNodes are two nodes on one database, each at its own server of a ring.
type twoNodes struct {
	database     string
	servers      *ring
	second       *App
	here, yonder string // addresses of the first and the second
}

func startTwoNodes(t *testing.T) twoNodes {
	t.Helper()
	n := twoNodes{database: storetest.Database(t), servers: startRing(t)}
	_, n.here, _ = startNode(t, nodeSpec{Database: n.database, NATS: n.servers.url(0)})
	n.second, n.yonder, _ = startNode(t, nodeSpec{Database: n.database, NATS: n.servers.url(1)})
	return n
}

// openDatabase opens the log that nodes share, to look into it.
func openDatabase(t *testing.T, database string) bot.EventLog {
	t.Helper()
	return openLog(t, store.Options{Database: database})
}

// window is one open socket of a person, and what it was shown.
type window struct {
	t      *testing.T
	client *client
	conv   string
	epoch  string
	seq    int64 // of the last event shown, or acknowledged
}

// openWindow opens a conversation, or goes on with the one of another window.
func openWindow(t *testing.T, address string, same *window) *window {
	t.Helper()
	return openWindowAs(t, address, "demo-overdue", same)
}

func openWindowAs(t *testing.T, address, user string, same *window) *window {
	t.Helper()
	h := hello{Locale: "zh-CN"}
	if same != nil {
		h.Resume = &resume{Conv: same.conv, Epoch: same.epoch}
	}
	c, err := dialAs(t.Context(), address, user, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.close() })
	w := &window{t: t, client: c}
	var data welcomeData
	if err := json.Unmarshal(w.until("welcome", "").Data, &data); err != nil {
		t.Fatal(err)
	}
	if same != nil && !data.Recovered {
		t.Fatalf("%s is not recovered", same.conv)
	}
	w.conv, w.epoch = data.Conv, data.Epoch
	return w
}

// until reads up to a frame of a kind, about a message if one is named.
func (w *window) until(kind, re string) frame {
	w.t.Helper()
	for {
		f := w.next()
		if f.Type == kind && (re == "" || f.Re == re) {
			return f
		}
		if f.Type == "error" {
			w.t.Fatalf("error frame: %s", f.Data)
		}
	}
}

// next reads one frame. Every event must come once and in order.
func (w *window) next() frame {
	w.t.Helper()
	var f frame
	select {
	case got, more := <-w.client.frames:
		if !more {
			w.t.Fatalf("the socket ended: %v", w.client.err)
		}
		f = got
	case <-time.After(20 * time.Second):
		w.t.Fatalf("no frame within 20 s, %d was shown", w.seq)
	}
	seq := f.Seq
	if f.Type == "ack" {
		var data struct {
			Seq       int64
			Duplicate bool
		}
		if err := json.Unmarshal(f.Data, &data); err != nil {
			w.t.Fatal(err)
		}
		if seq = data.Seq; data.Duplicate && seq <= w.seq {
			return f
		}
	}
	if seq > 0 {
		if seq != w.seq+1 {
			w.t.Errorf("shown %d after %d: %s %s", seq, w.seq, f.Type, f.Data)
		}
		w.seq = seq
	}
	return f
}

// reach reads until an event is shown.
func (w *window) reach(seq int64) {
	w.t.Helper()
	for w.seq < seq {
		w.next()
	}
}

// ask says something and waits for its ack and its answer.
func (w *window) ask(id string) {
	w.t.Helper()
	if !say(w.client, id) {
		w.t.Fatal("the socket is gone")
	}
	w.until("message", id)
}

// Two nodes show one person one conversation.
func TestTwoNodesOneConversation(t *testing.T) {
	needsNodes(t)
	t.Parallel()
	nodes := startTwoNodes(t)
	here := openWindow(t, nodes.here, nil)
	here.ask("m-1")
	there := openWindow(t, nodes.yonder, here)
	there.reach(here.seq)
	here.ask("m-2") // live, from one node to the other
	there.reach(here.seq)
	there.ask("m-3") // on top of what the other node stored
	here.reach(there.seq)

	before := here.seq
	say(there.client, "m-2")
	var ack struct {
		Seq       int64
		Duplicate bool
	}
	if err := json.Unmarshal(there.until("ack", "m-2").Data, &ack); err != nil || !ack.Duplicate || ack.Seq != 3 {
		t.Errorf("the same message again, to the other node: %+v, %v", ack, err)
	}
	if err := there.client.write(frame{Type: "message.send", ID: "m-1", Data: json.RawMessage(`{"text":"something else"}`)}); err != nil {
		t.Fatal(err)
	}
	if f := there.until("error", "m-1"); !strings.Contains(string(f.Data), `"id_conflict"`) {
		t.Errorf("the same id with another body: %s", f.Data)
	}
	here.ask("m-4")
	there.reach(here.seq)
	if here.seq != before+2 {
		t.Errorf("%d events after %d: a repeated message was stored", here.seq, before)
	}
	third := openWindow(t, nodes.yonder, here)
	third.reach(here.seq)
}

// People who talk in one conversation through two nodes at once are all
// answered, and everybody sees the same.
func TestTwoNodesAtOnce(t *testing.T) {
	needsNodes(t)
	t.Parallel()
	nodes := startTwoNodes(t)
	here := openWindow(t, nodes.here, nil)
	here.ask("begin")
	there := openWindow(t, nodes.yonder, here)
	const each = 25
	var talking sync.WaitGroup
	for name, w := range map[string]*window{"here": here, "there": there} {
		talking.Go(func() {
			for i := range each {
				w.insist(fmt.Sprintf("%s-%d", name, i))
			}
		})
	}
	talking.Wait()
	const last = 2 + 2*2*each
	here.reach(last)
	there.reach(last)
	seen := &thread{conv: here.conv, sent: []string{"begin"}}
	for i := range each {
		seen.sent = append(seen.sent, fmt.Sprintf("here-%d", i), fmt.Sprintf("there-%d", i))
	}
	for _, problem := range seen.compare(t.Context(), openDatabase(t, nodes.database)) {
		t.Error(problem)
	}
}

// insist says something until it is acknowledged: who loses the race for a
// version too often is told to try again.
func (w *window) insist(id string) {
	say(w.client, id)
	for {
		switch f := w.next(); {
		case f.Type == "ack" && f.Re == id:
			return
		case f.Type == "error":
			w.t.Logf("again: %s", f.Data)
			say(w.client, id)
		}
	}
}

// While NATS is away people on other nodes see each other's events all the
// same, a little later, and answers do without the check. Traffic is welcome.
func TestNodesWithoutNATS(t *testing.T) {
	needsNodes(t)
	t.Parallel()
	nodes := startTwoNodes(t)
	here := openWindow(t, nodes.here, nil)
	here.ask("with-1")
	there := openWindow(t, nodes.yonder, here)
	there.reach(here.seq)

	for i := range nodes.servers.servers {
		nodes.servers.stop(i)
	}
	eventually(t, "the node notices", func() bool { return nodes.second.core.bus.Ready() != nil })
	for i := range 3 {
		here.ask(fmt.Sprintf("without-%d", i))
		there.ask(fmt.Sprintf("without-there-%d", i))
	}
	here.reach(there.seq)
	there.reach(here.seq)
	status, body := get(t, nodes.yonder+"/readyz?verbose")
	if status != http.StatusOK || !strings.Contains(body, "NATS is not connected") || !strings.Contains(body, "read from the log") {
		t.Errorf("readyz says %d %s", status, body)
	}

	for i := range nodes.servers.servers {
		nodes.servers.start(i)
	}
	eventually(t, "the node is back", func() bool { return nodes.second.core.bus.Ready() == nil && !nodes.second.core.neighbours.live.Blind() })
	here.ask("again-1")
	there.reach(here.seq)
	there.ask("again-2")
	here.reach(there.seq)
}

// Two nodes whose NATS servers are inside them and listen nowhere see each
// other's turns through the log alone.
func TestNodesThatShareNoNATS(t *testing.T) {
	needsNodes(t)
	t.Parallel()
	database := storetest.Database(t)
	_, first, _ := startNode(t, nodeSpec{Database: database})
	_, second, _ := startNode(t, nodeSpec{Database: database})
	here := openWindow(t, first, nil)
	here.ask("m-1")
	there := openWindow(t, second, here)
	there.reach(here.seq)
	for i := range 3 {
		here.ask(fmt.Sprintf("here-%d", i))
		there.reach(here.seq)
		there.ask(fmt.Sprintf("there-%d", i))
		here.reach(there.seq)
	}
}

// A node that is started with a key of its own says what that means.
func TestNodesMustShareTheKey(t *testing.T) {
	needsNodes(t)
	t.Parallel()
	config := nodeSpec{Data: t.TempDir(), Database: storetest.Database(t)}.config()
	config.Auth.Key = ""
	var log safeBuffer
	app, err := NewApp(t.Context(), config, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	welcome(&out, app, config)
	if err := app.Close(t.Context()); err != nil {
		t.Error(err)
	}
	for _, part := range []string{"give all nodes the same auth.key", "give all nodes the same nats.url"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("%q is not in the log:\n%s", part, log.String())
		}
	}
	if !strings.Contains(out.String(), "Conversations are kept in postgres://127.0.0.1:") || strings.Contains(out.String(), "kaitong:") {
		t.Errorf("welcome:\n%s", out.String())
	}
}

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// A first message that is on its way through one node when its socket is lost
// is not answered a second time by the node that its person comes back to.
func TestFirstMessageComesBackThroughAnotherNode(t *testing.T) {
	needsNodes(t)
	t.Parallel()
	nodes := startTwoNodes(t)
	lost := openWindowAs(t, nodes.here, "demo-slow", nil)
	say(lost.client, "m-1")
	lost.until("check.state", "m-1")
	if err := lost.client.close(); err != nil {
		t.Fatal(err)
	}
	back := openWindowAs(t, nodes.yonder, "demo-slow", lost)
	say(back.client, "m-1")
	back.until("message", "m-1")
	turns, err := openDatabase(t, nodes.database).Tail(t.Context(), 0, 10)
	if err != nil || len(turns) != 1 || turns[0].Conversation != lost.conv {
		t.Errorf("one message became %d turns, %v", len(turns), err)
	}
}
