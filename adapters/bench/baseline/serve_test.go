package baseline_test

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"kaitong/adapters/bench"
	"kaitong/adapters/bench/baseline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every simple server answers all it is asked, and ends when it is told to.
func TestServe(t *testing.T) {
	t.Parallel()
	for _, kind := range baseline.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			out, in := io.Pipe()
			ended := make(chan error, 1)
			go func() { ended <- baseline.Serve(ctx, kind, t.TempDir(), in) }()
			url, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			target := bench.Target{URL: strings.TrimSpace(url), Plain: true}
			r, err := bench.Run(t.Context(), target, bench.Options{Sockets: 3, Duration: 100 * time.Millisecond}, nil)
			if err != nil || r.Err() != nil || r.Answered == 0 || r.Asked != r.Answered || r.Reconnects != 0 {
				t.Errorf("%v: %+v", err, r)
			}
			if size := answerSize(t, target.URL); size != map[string]int{baseline.Echo: 120, baseline.Pipeline: 379, baseline.Naive: 379}[kind] {
				t.Errorf("an answer of %d bytes", size)
			}
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// answerSize asks one question of 120 bytes.
func answerSize(t *testing.T, url string) int {
	socket, _, err := websocket.DefaultDialer.DialContext(t.Context(), strings.Replace(url, "http", "ws", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	question := `{"type":"message.send","id":"one-1","data":{"text":"`
	question += strings.Repeat("x", 120-len(question)-3) + `"}}`
	if err := socket.WriteMessage(websocket.TextMessage, []byte(question)); err != nil {
		t.Fatal(err)
	}
	_, answer, err := socket.ReadMessage()
	if err != nil || !strings.Contains(string(answer), `"one-1"`) {
		t.Fatalf("%s, %v", answer, err)
	}
	return len(answer)
}

func TestServeUnknown(t *testing.T) {
	t.Parallel()
	if err := baseline.Serve(t.Context(), "none", t.TempDir(), io.Discard); err == nil || !strings.Contains(err.Error(), "echo, pipeline, naive") {
		t.Error(err)
	}
}
