package baseline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// The kinds of servers.
const (
	Echo     = "echo"     // sends back what it gets
	Pipeline = "pipeline" // asks over NATS, publishes to JetStream without waiting, answers
	Naive    = "naive"    // asks over NATS, stores one row in a transaction of its own, answers
)

// Kinds are all of them.
func Kinds() []string { return []string{Echo, Pipeline, Naive} }

// answerer makes the answer to one message. It is called by many goroutines.
type answerer interface {
	answer(ctx context.Context, message []byte) ([]byte, error)
	close() error
}

// Serve runs a server on a free port of this machine until ctx ends, and
// prints its address.
func Serve(ctx context.Context, kind, dir string, out io.Writer) error {
	does, err := open(ctx, kind, dir)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, does.close())
	}
	fmt.Fprintf(out, "http://%s\n", listener.Addr())
	server := &http.Server{Handler: handler{answerer: does}, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case <-ctx.Done():
		err = server.Close() // not the sockets, which are nobody's but theirs
	case err = <-served:
	}
	return errors.Join(err, does.close())
}

func open(ctx context.Context, kind, dir string) (answerer, error) {
	switch kind {
	case Echo:
		return echo{}, nil
	case Pipeline:
		return openPipeline(ctx, dir)
	case Naive:
		return openNaive(ctx, dir)
	}
	return nil, fmt.Errorf("no baseline %q, only %s", kind, strings.Join(Kinds(), ", "))
}

// handler is the loop of every example: one goroutine a socket, the settings
// of the library.
type handler struct{ answerer }

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{}
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // answered by the library
	}
	defer socket.Close()
	for {
		kind, message, err := socket.ReadMessage()
		if err != nil {
			return
		}
		reply, err := h.answer(r.Context(), message)
		if err != nil {
			return // the client counts the question as lost
		}
		if err := socket.WriteMessage(kind, reply); err != nil {
			return
		}
	}
}

// echo is what a socket costs by itself.
type echo struct{}

func (echo) answer(_ context.Context, message []byte) ([]byte, error) { return message, nil }

func (echo) close() error { return nil }
