package natsbus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"kaitong/adapters/natsbus"
)

// patience bounds waits that end early when all is well.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestEmbeddedCarriesRequests(t *testing.T) {
	t.Parallel()
	bus := start(t, natsbus.Options{})
	echo(t, bus.Conn(), "kaitong.test.echo")
	if got := ask(t, bus.Conn(), "kaitong.test.echo", "为什么开通不了？"); got != "为什么开通不了？" {
		t.Errorf("echo answered %q", got)
	}
	if err := bus.Ready(); err != nil {
		t.Error(err)
	}
	if url := bus.ClientURL(); url != "" {
		t.Errorf("a server nobody else can reach has URL %q", url)
	}
}

func TestNobodyThereIsKnownAtOnce(t *testing.T) {
	t.Parallel()
	bus := start(t, natsbus.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := bus.Conn().RequestWithContext(ctx, "kaitong.test.nobody", nil); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("request to nobody: %v", err)
	}
}

func TestJetStreamIsOff(t *testing.T) {
	t.Parallel()
	bus := start(t, natsbus.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := bus.Conn().RequestWithContext(ctx, "$JS.API.INFO", nil); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("JetStream answers: %v", err)
	}
}

// Not parallel: it compares the sockets of the whole process.
func TestEmbeddedListensNowhere(t *testing.T) {
	before := listening(t)
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if len(listening(t)) != len(before)+1 {
		t.Fatal("this test cannot see a listening socket")
	}
	if err := probe.Close(); err != nil {
		t.Fatal(err)
	}
	bus := start(t, natsbus.Options{})
	echo(t, bus.Conn(), "x")
	ask(t, bus.Conn(), "x", "y")
	if after := listening(t); len(after) != len(before) {
		t.Errorf("listening sockets: %d before, %d after", len(before), len(after))
	}
}

func TestEmbeddedListensWhenAsked(t *testing.T) {
	t.Parallel()
	bus := start(t, natsbus.Options{Listen: "127.0.0.1:0"})
	url := bus.ClientURL()
	if !strings.HasPrefix(url, "nats://127.0.0.1:") {
		t.Fatalf("URL is %q", url)
	}
	other := start(t, natsbus.Options{URL: url})
	echo(t, other.Conn(), "kaitong.test.echo")
	if err := other.Conn().Flush(); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, bus.Conn(), "kaitong.test.echo", "hi"); got != "hi" {
		t.Errorf("echo answered %q", got)
	}
	if other.ClientURL() != url {
		t.Errorf("external URL is %q, want %q", other.ClientURL(), url)
	}
}

func TestStartErrors(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		options natsbus.Options
		want    []string
	}{
		"port taken":       {natsbus.Options{Listen: taken.Addr().String()}, []string{"embedded", taken.Addr().String(), "in use"}},
		"no port":          {natsbus.Options{Listen: "127.0.0.1"}, []string{`"127.0.0.1"`, "host:port"}},
		"port too high":    {natsbus.Options{Listen: ":70000"}, []string{`":70000"`, "65535"}},
		"negative port":    {natsbus.Options{Listen: "127.0.0.1:-1"}, []string{"65535"}},
		"nobody there":     {natsbus.Options{URL: "nats://" + nobody}, []string{"cannot connect to nats://" + nobody}},
		"two, nobody":      {natsbus.Options{URL: "nats://" + nobody + ", nats://" + nobody}, []string{nobody + ",nats://"}},
		"no NATS there":    {natsbus.Options{URL: "nats://" + taken.Addr().String(), Timeout: 50 * time.Millisecond}, []string{"cannot connect"}},
		"other scheme":     {natsbus.Options{URL: "http://example.com"}, []string{"http://example.com", "nats://host:4222"}},
		"no scheme":        {natsbus.Options{URL: "localhost"}, []string{"localhost", "nats://host:4222"}},
		"no host":          {natsbus.Options{URL: "nats://:4222"}, []string{"names no host"}},
		"no URL":           {natsbus.Options{URL: "nats://secret\x7f"}, []string{"cannot be read"}},
		"both":             {natsbus.Options{URL: "nats://u:secret@h:1", Listen: ":1"}, []string{"makes no sense"}},
		"password, nobody": {natsbus.Options{URL: "nats://user:secret@" + nobody}, []string{"xxxxx@" + nobody}},
		"token, nobody":    {natsbus.Options{URL: "nats://secret@" + nobody}, []string{"xxxxx@" + nobody}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := test.options
			options.Logger = slog.New(slog.DiscardHandler)
			bus, err := natsbus.Start(t.Context(), options)
			if err == nil {
				stop(t, bus)
				t.Fatal("started")
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error tells the password: %v", err)
			}
		})
	}
}

func TestStartObeysItsContext(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, never speaks
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := silent.Accept()
		if err == nil {
			defer conn.Close()
		}
		cancel()
	}()
	_, err = natsbus.Start(ctx, natsbus.Options{URL: "nats://" + silent.Addr().String(), Timeout: time.Second})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("external: %v", err)
	}
	if _, err := natsbus.Start(ctx, natsbus.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("embedded: %v", err)
	}
}

func TestExternalServerMayRestart(t *testing.T) {
	t.Parallel()
	external := runServer(t, server.RANDOM_PORT)
	bus := start(t, natsbus.Options{URL: external.ClientURL()})
	echo(t, bus.Conn(), "kaitong.test.echo")
	ask(t, bus.Conn(), "kaitong.test.echo", "before")
	lost := bus.Conn().StatusChanged(nats.RECONNECTING)
	back := bus.Conn().StatusChanged(nats.CONNECTED)
	port := external.Addr().(*net.TCPAddr).Port
	external.Shutdown()
	external.WaitForShutdown()

	await(t, "the loss", lost)
	if err := bus.Ready(); err == nil || !strings.Contains(err.Error(), "reconnecting") {
		t.Errorf("while it is down: ready says %v", err)
	}
	if err := bus.Conn().Publish("kaitong.test.echo", nil); err == nil {
		t.Error("while it is down a publish seems to succeed")
	}

	runServer(t, port)
	await(t, "the return", back)
	if got := ask(t, bus.Conn(), "kaitong.test.echo", "after"); got != "after" {
		t.Errorf("echo answered %q", got)
	}
	if err := bus.Ready(); err != nil {
		t.Error(err)
	}
}

func TestCloseWhileTheServerIsDown(t *testing.T) {
	t.Parallel()
	external := runServer(t, server.RANDOM_PORT)
	bus, err := natsbus.Start(t.Context(), natsbus.Options{URL: external.ClientURL(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	lost := bus.Conn().StatusChanged(nats.RECONNECTING)
	external.Shutdown()
	external.WaitForShutdown()
	await(t, "the loss", lost)
	if err := bus.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := bus.Ready(); err == nil {
		t.Error("a closed bus is ready")
	}
}

// Whatever has arrived is handled before Close returns.
func TestCloseDrains(t *testing.T) {
	t.Parallel()
	bus := start(t, natsbus.Options{})
	const messages = 500
	var handled atomic.Int64
	hold := make(chan struct{})
	if _, err := bus.Conn().Subscribe("kaitong.test.work", func(*nats.Msg) {
		<-hold
		handled.Add(1)
	}); err != nil {
		t.Fatal(err)
	}
	for range messages {
		if err := bus.Conn().Publish("kaitong.test.work", nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := bus.Conn().Flush(); err != nil {
		t.Fatal(err)
	}
	draining := bus.Conn().StatusChanged(nats.DRAINING_SUBS)
	go func() {
		<-draining
		close(hold)
	}()
	if err := bus.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := handled.Load(); got != messages {
		t.Errorf("%d of %d messages were handled", got, messages)
	}
	if err := bus.Close(t.Context()); err != nil {
		t.Errorf("second close: %v", err)
	}
}

func TestCloseDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	bus := start(t, natsbus.Options{})
	entered, hold := make(chan struct{}), make(chan struct{})
	defer close(hold)
	if _, err := bus.Conn().Subscribe("kaitong.test.work", func(*nats.Msg) {
		close(entered)
		<-hold
	}); err != nil {
		t.Fatal(err)
	}
	if err := bus.Conn().Publish("kaitong.test.work", nil); err != nil {
		t.Fatal(err)
	}
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := bus.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("close: %v", err)
	}
}

func TestLossIsLogged(t *testing.T) {
	t.Parallel()
	external := runServer(t, server.RANDOM_PORT)
	var log syncBuffer
	bus, err := natsbus.Start(t.Context(), natsbus.Options{URL: external.ClientURL(), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	lost := bus.Conn().StatusChanged(nats.RECONNECTING)
	port := external.Addr().(*net.TCPAddr).Port
	external.Shutdown()
	external.WaitForShutdown()
	await(t, "the loss", lost)
	back := bus.Conn().StatusChanged(nats.CONNECTED)
	runServer(t, port)
	await(t, "the return", back)
	stop(t, bus) // callbacks have run by then
	for _, want := range []string{"connection lost", "connection is back"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log does not say %q:\n%s", want, log.String())
		}
	}
}

func start(t *testing.T, options natsbus.Options) *natsbus.Bus {
	t.Helper()
	options.Logger = slog.New(slog.DiscardHandler)
	bus, err := natsbus.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, bus) })
	return bus
}

func stop(t *testing.T, bus *natsbus.Bus) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := bus.Close(ctx); err != nil {
		t.Error(err)
	}
}

// runServer runs a server of its own on the loopback address.
func runServer(t *testing.T, port int) *server.Server {
	t.Helper()
	external, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	external.Start()
	t.Cleanup(func() {
		external.Shutdown()
		external.WaitForShutdown()
	})
	if !external.ReadyForConnections(patience) {
		t.Fatalf("server on port %d does not start", port)
	}
	return external
}

func echo(t *testing.T, conn *nats.Conn, subject string) {
	t.Helper()
	if _, err := conn.Subscribe(subject, func(msg *nats.Msg) { _ = msg.Respond(msg.Data) }); err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, conn *nats.Conn, subject, question string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	msg, err := conn.RequestWithContext(ctx, subject, []byte(question))
	if err != nil {
		t.Fatalf("ask %s: %v", subject, err)
	}
	return string(msg.Data)
}

func await(t *testing.T, what string, happened <-chan nats.Status) {
	t.Helper()
	select {
	case <-happened:
	case <-time.After(patience):
		t.Fatalf("%s was not noticed", what)
	}
}

// listening returns the TCP sockets on which this process listens.
func listening(t *testing.T) []string {
	t.Helper()
	mine := map[string]bool{}
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("needs Linux' /proc to see sockets: %v", err)
	}
	for _, one := range descriptors {
		if target, err := os.Readlink("/proc/self/fd/" + one.Name()); err == nil {
			mine[target] = true
		}
	}
	var found []string
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			continue // no IPv6
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			const listen = "0A"
			if len(fields) > 9 && fields[3] == listen && mine[fmt.Sprintf("socket:[%s]", fields[9])] {
				found = append(found, fields[1])
			}
		}
	}
	return found
}

// syncBuffer is a log that several goroutines write.
type syncBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(data []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(data)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
