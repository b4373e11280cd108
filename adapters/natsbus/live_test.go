package natsbus_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"kaitong/adapters/natsbus"
)

// node is one that takes part in the live announcements of a log.
type node struct {
	conn   *nats.Conn
	live   *natsbus.Live
	heard  chan natsbus.Stored
	missed atomic.Int64
	hints  chan struct{} // one for each time something may have been missed
	beat   chan time.Time
	clock  atomic.Int64 // seconds
}

func join(t *testing.T, bus *natsbus.Bus, name string, change func(*natsbus.LiveOptions)) *node {
	t.Helper()
	n := &node{conn: bus.Conn(), heard: make(chan natsbus.Stored, 10_000), hints: make(chan struct{}, 10_000), beat: make(chan time.Time)}
	options := natsbus.LiveOptions{
		Node: name, Epoch: "epoch",
		Heard:  func(turn natsbus.Stored) { n.heard <- turn },
		Missed: func() { n.missed.Add(1); n.hints <- struct{}{} },
		Beat:   n.beat, Now: func() time.Time { return time.Unix(n.clock.Load(), 0) },
	}
	if change != nil {
		change(&options)
	}
	var err error
	if n.live, err = bus.Live(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.live.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if err := bus.Conn().Flush(); err != nil { // the server knows of it
		t.Fatal(err)
	}
	return n
}

func (n *node) next(t *testing.T) natsbus.Stored {
	t.Helper()
	return receive(t, n.heard, "an announcement")
}

func receive[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(patience):
		t.Fatalf("%s did not come", what)
		panic("unreachable")
	}
}

// two are nodes on connections of their own, to one server.
func two(t *testing.T) (external *server.Server, first, second *node) {
	t.Helper()
	external = runServer(t, server.RANDOM_PORT)
	first = join(t, start(t, natsbus.Options{URL: external.ClientURL()}), "first", nil)
	second = join(t, start(t, natsbus.Options{URL: external.ClientURL()}), "second", nil)
	return external, first, second
}

func TestNodesHearOfEachOther(t *testing.T) {
	t.Parallel()
	_, first, second := two(t)
	const turns = 2000
	for i := range turns {
		first.live.Announce(natsbus.Stored{Conversation: "c_1", Version: int64(i + 1), Seq: int64(2*i + 2)})
	}
	for i := range turns {
		if got := second.next(t); got.Conversation != "c_1" || got.Version != int64(i+1) || got.Seq != int64(2*i+2) {
			t.Fatalf("announcement %d is %+v", i, got)
		}
	}
	second.live.Announce(natsbus.Stored{Conversation: "c_2", Version: 1, Seq: 2})
	if got := first.next(t); got.Conversation != "c_2" {
		t.Errorf("the first node hears %+v: only the other's turns are news", got)
	}
	if first.missed.Load()+second.missed.Load() != 0 {
		t.Errorf("missed: %d and %d", first.missed.Load(), second.missed.Load())
	}
}

// A turn that nobody could be told of shows at the next beat, as a gap.
func TestLossShowsAtTheNextBeat(t *testing.T) {
	t.Parallel()
	external, first, second := two(t)
	first.live.Announce(natsbus.Stored{Conversation: "c", Version: 1, Seq: 2})
	second.next(t)
	probe := start(t, natsbus.Options{URL: external.ClientURL()})
	stranger(t, probe.Conn(), `{"node":"first","epoch":"epoch","n":2}`) // as if 2 had been lost
	receive(t, second.hints, "the gap")
	second.live.Announce(natsbus.Stored{Conversation: "c", Version: 2, Seq: 4})
	first.next(t)
	second.beat <- time.Time{} // spoke since the last one
	second.beat <- time.Time{} // says that it is there
	second.live.Announce(natsbus.Stored{Conversation: "c", Version: 3, Seq: 6})
	if got := first.next(t); got.Version != 3 || first.missed.Load() != 0 {
		t.Errorf("%+v, missed %d: a beat is no announcement", got, first.missed.Load())
	}
}

// Full queues never hold a turn up. The others are told to look themselves.
func TestTooManyTurnsNeverWait(t *testing.T) {
	t.Parallel()
	external := runServer(t, server.RANDOM_PORT)
	bus := start(t, natsbus.Options{URL: external.ClientURL()})
	second := join(t, start(t, natsbus.Options{URL: external.ClientURL()}), "second", nil)
	live, err := bus.Live(natsbus.LiveOptions{
		Node: "first", Epoch: "epoch", Heard: func(natsbus.Stored) {}, Missed: func() {},
		Beat: make(chan time.Time),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = live.Close(t.Context()) }()
	const turns = 200_000
	for i := range turns {
		live.Announce(natsbus.Stored{Conversation: "c", Version: int64(i + 1), Seq: 1})
	}
	live.Announce(natsbus.Stored{Conversation: "last", Version: 1, Seq: 1})
	heard := 0
	for got := (natsbus.Stored{}); got.Conversation != "last" && second.missed.Load() == 0; heard++ {
		select {
		case got = <-second.heard:
		case <-second.hints:
		case <-time.After(patience):
			t.Fatal("neither the last turn nor a hint came")
		}
	}
	t.Logf("heard %d of %d, told %d times to look", heard, turns, second.missed.Load())
}

// After NATS was away both sides look into the log, and go on live.
func TestNATSAwayAndBack(t *testing.T) {
	t.Parallel()
	external, first, second := two(t)
	first.live.Announce(natsbus.Stored{Conversation: "c", Version: 1, Seq: 2})
	second.next(t)
	port := external.Addr().(*net.TCPAddr).Port
	external.Shutdown()
	external.WaitForShutdown()
	for !first.live.Blind() || !second.live.Blind() {
		time.Sleep(time.Millisecond)
	}
	first.live.Announce(natsbus.Stored{Conversation: "c", Version: 2, Seq: 4})
	runServer(t, port)
	receive(t, first.hints, "the first node's hint")
	receive(t, second.hints, "the second node's hint")
	for _, one := range []*node{first, second} {
		if err := one.conn.FlushTimeout(patience); err != nil || one.live.Blind() { // the server knows of it again
			t.Fatalf("blind %v, %v", one.live.Blind(), err)
		}
	}
	first.live.Announce(natsbus.Stored{Conversation: "c", Version: 3, Seq: 6})
	if got := second.next(t); got.Version != 3 {
		t.Errorf("heard %+v", got)
	}
	receive(t, second.hints, "the hint that version 2 was never announced")
}

// A node that falls silent is missed until it speaks again; one that said
// goodbye is not.
func TestSilentNodesAreMissed(t *testing.T) {
	t.Parallel()
	external := runServer(t, server.RANDOM_PORT)
	n := join(t, start(t, natsbus.Options{URL: external.ClientURL()}), "first", nil)
	probe := start(t, natsbus.Options{URL: external.ClientURL()})
	for _, step := range []struct {
		name, says string
		at         int64
		blind      bool
	}{
		{"heard", `{"node":"third","epoch":"epoch","n":0}`, 100, false},
		{"silent", ``, 110, true},
		{"back", `{"node":"third","epoch":"epoch","n":0}`, 111, false},
		{"gone", `{"node":"third","epoch":"epoch","n":0,"bye":true}`, 112, false},
		{"long gone", ``, 130, false},
		{"killed", `{"node":"fourth","epoch":"epoch","n":0}`, 131, false},
		{"missed", ``, 140, true},
		{"forgotten", ``, 1000, false},
	} {
		n.clock.Store(step.at)
		if step.says != "" {
			stranger(t, probe.Conn(), step.says)
			stranger(t, probe.Conn(), `{"node":"marker","epoch":"epoch","n":1,"turns":[{"conv":"c","version":1,"seq":1}],"bye":true}`)
			n.next(t) // so what came before has been heard
		}
		if got := n.live.Blind(); got != step.blind {
			t.Errorf("%s: blind is %v", step.name, got)
		}
	}
}

// Whatever is published on the subject, nothing crashes, nothing foreign is
// believed, and what follows is heard.
func TestHostileAnnouncements(t *testing.T) {
	t.Parallel()
	external, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, MaxPayload: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	external.Start()
	t.Cleanup(func() { external.Shutdown(); external.WaitForShutdown() })
	if !external.ReadyForConnections(patience) {
		t.Fatal("the server does not start")
	}
	bus := start(t, natsbus.Options{URL: external.ClientURL()})
	first := join(t, bus, "first", nil)
	probe := start(t, natsbus.Options{URL: external.ClientURL()})
	turn := `{"conv":"c","version":1,"seq":1}`
	for _, text := range []string{
		"", "{", "null", "[]", `"text"`, "\xff\xfe", strings.Repeat("x", 10<<20),
		`{"node":"x","epoch":"epoch","n":1,"turns":[` + strings.Repeat(turn+",", 300_000) + turn + `]}`,
		`{"node":"x","epoch":"epoch","n":1,"turns":[` + strings.Repeat(turn+",", 300) + turn + `]}`,
		strings.Repeat("[", 60_000),
		`{"node":"first","epoch":"epoch","n":1,"turns":[` + turn + `]}`, // says it is this very node
		`{"node":"x","epoch":"another","n":1,"turns":[` + turn + `]}`,
		`{"node":"","epoch":"epoch","n":1,"turns":[` + turn + `]}`,
		`{"node":"x","epoch":"epoch","n":-1,"turns":[` + turn + `]}`,
		`{"node":"x","epoch":"epoch","n":"1","turns":[` + turn + `]}`,
		`{"node":"x","epoch":"epoch","n":1,"turns":[{"conv":"","version":1,"seq":1}]}`,
		`{"node":"x","epoch":"epoch","n":1,"turns":[{"conv":"c","version":0,"seq":1}]}`,
		`{"node":"x","epoch":"epoch","n":1,"turns":[{"conv":"c","version":1,"seq":-1}]}`,
		`{"node":"x","epoch":"epoch","n":1e400,"turns":[` + turn + `]}`,
		`{"node":"` + strings.Repeat("x", 200) + `","epoch":"epoch","n":1,"turns":[` + turn + `]}`,
	} {
		stranger(t, probe.Conn(), text)
	}
	for i := range 2000 { // more nodes than anybody remembers
		stranger(t, probe.Conn(), fmt.Sprintf(`{"node":"made-up-%d","epoch":"epoch","n":9}`, i))
	}
	stranger(t, probe.Conn(), `{"node":"good","epoch":"epoch","n":1,"later":{"a":[1]},"turns":[{"conv":"good","version":3,"seq":7,"more":1}]}`)
	if got := first.next(t); got != (natsbus.Stored{Conversation: "good", Version: 3, Seq: 7}) {
		t.Errorf("heard %+v", got)
	}
	if len(first.heard) != 0 {
		t.Errorf("heard %d more", len(first.heard))
	}
}

// A node too slow to listen loses announcements, and knows it.
func TestSlowNodeKnowsWhatItMisses(t *testing.T) {
	t.Parallel()
	external := runServer(t, server.RANDOM_PORT)
	bus := start(t, natsbus.Options{URL: external.ClientURL()})
	hold, entered := make(chan struct{}), make(chan struct{}, 1)
	slow := join(t, bus, "slow", func(o *natsbus.LiveOptions) {
		o.Heard = func(natsbus.Stored) {
			select {
			case entered <- struct{}{}:
			default:
			}
			<-hold
		}
	})
	probe := start(t, natsbus.Options{URL: external.ClientURL()})
	const said = 20_000
	publish := func(n int) {
		stranger(t, probe.Conn(), fmt.Sprintf(`{"node":"quick","epoch":"epoch","n":%d,"turns":[{"conv":"c","version":1,"seq":1}]}`, n))
	}
	publish(1)
	<-entered
	for n := 2; n <= said; n++ {
		publish(n)
	}
	if err := bus.Conn().Flush(); err != nil { // all of it has reached the slow one
		t.Fatal(err)
	}
	close(hold)
	for slow.missed.Load() == 0 {
		publish(said + 1)
		select {
		case <-slow.hints:
		case <-time.After(time.Millisecond):
		}
	}
}

func TestOnlyAListeningServerIsShared(t *testing.T) {
	t.Parallel()
	alone := start(t, natsbus.Options{})
	open := start(t, natsbus.Options{Listen: "127.0.0.1:0"})
	external := start(t, natsbus.Options{URL: open.ClientURL()})
	if alone.Shared() || !open.Shared() || !external.Shared() {
		t.Errorf("shared: alone %v, listening %v, external %v", alone.Shared(), open.Shared(), external.Shared())
	}
}

// stranger publishes something on the subject of the announcements.
func stranger(t *testing.T, conn *nats.Conn, text string) {
	t.Helper()
	if err := conn.Publish(natsbus.LiveSubject, []byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
}

// What a turn pays for being announced, with somebody listening.
func BenchmarkAnnounce(b *testing.B) {
	quiet, err := natsbus.Start(b.Context(), natsbus.Options{Listen: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = quiet.Close(context.Background()) }()
	live, err := quiet.Live(natsbus.LiveOptions{Node: "first", Epoch: "epoch", Heard: func(natsbus.Stored) {}, Missed: func() {}})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = live.Close(context.Background()) }()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		live.Announce(natsbus.Stored{Conversation: "c_0193e4a0-0000-7000-8000-000000000000", Version: int64(i + 1), Seq: int64(i + 1)})
	}
}

// A node that ends says first what it stored last.
func TestLastWordsComeBeforeGoodbye(t *testing.T) {
	t.Parallel()
	_, first, second := two(t)
	const turns = 4000 // more than one message holds
	for i := range turns {
		first.live.Announce(natsbus.Stored{Conversation: "c", Version: int64(i + 1), Seq: int64(i + 1)})
	}
	if err := first.live.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range turns {
		if got := second.next(t); got.Version != int64(i+1) {
			t.Fatalf("announcement %d is %+v", i+1, got)
		}
	}
}
