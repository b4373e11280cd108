package cli

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kaitong/configs"
)

// Somebody floods, over as many sockets as one may have. They are told to slow
// down; everybody else is answered, every time.
func TestFloodLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	address := startApp(t, func(c *configs.Config) { c.Web.HandshakesPerSecond = 0 })
	const people, questions = 30, 18
	calm := askMany(t, address, "demo-calm", people, questions)
	stop, refused := make(chan struct{}), make(chan int, 3)
	for range cap(refused) {
		go func() { refused <- flood(t, address, stop) }()
	}
	busy := askMany(t, address, "demo-busy", people, questions)
	close(stop)
	for range cap(refused) {
		if n := <-refused; n == 0 {
			t.Error("a flood is not limited")
		}
	}
	for _, part := range []int{50, 99} {
		at := func(all []time.Duration) time.Duration { return slices.Sorted(slices.Values(all))[len(all)*part/100] }
		t.Logf("p%d of others: %v without and %v with a flood, %.2f times", part, at(calm), at(busy), float64(at(busy))/float64(at(calm)))
	}
}

// askMany has people ask, each within their allowance, and returns what the
// answers took. A question without an answer ends the test.
func askMany(t *testing.T, address, name string, people, questions int) []time.Duration {
	t.Helper()
	var mu sync.Mutex
	var all []time.Duration
	var asking sync.WaitGroup
	for n := range people {
		asking.Go(func() {
			p := newPerson(t, address, fmt.Sprintf("%s-%d", name, n), "zh-CN")
			for range questions {
				took := p.timed("为什么我的借呗开通不了")
				mu.Lock()
				all = append(all, took)
				mu.Unlock()
			}
		})
	}
	asking.Wait()
	return all
}

// flood sends without listening to what it is told, and counts how often that is
// to slow down.
func flood(t *testing.T, address string, stop <-chan struct{}) (refused int) {
	c, err := dial(t.Context(), address, "demo-flood", "zh-CN")
	if err != nil {
		t.Error(err)
		return 0
	}
	defer func() { _ = c.close() }()
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				if c.send("message.send", map[string]string{"text": "为什么我的借呗开通不了"}) != nil {
					return
				}
			}
		}
	}()
	for {
		select {
		case f, more := <-c.frames:
			if !more {
				return refused
			}
			if f.Type == "error" && strings.Contains(string(f.Data), "rate_limited") {
				refused++
			}
		case <-stop:
			return refused
		}
	}
}

// Clients that send a little and then nothing are hung up on, whether they stop in
// the middle of the headers, of a body, or before they say who they are. Others
// are served meanwhile.
func TestSlowLorisIsHungUp(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for deadlines of the server; skipped by -short")
	}
	address := startApp(t, nil)
	host := strings.TrimPrefix(address, "http://")
	post := func(path string) string {
		return "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
	}
	var waiting sync.WaitGroup
	for name, begin := range map[string]string{
		"in the request line": "GET /wid", "in the headers": "GET / HTTP/1.1\r\nHost: " + host + "\r\nX-A: b\r\n",
		"in a token's body": post("/v1/demo/token"), "in a sign-in": post("/v1/desk/login"), "in an act": post("/v1/handoff/acts"), "in a revocation": post("/v1/tokens/revoke"),
		"in chunks":    "POST /v1/desk/login HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
		"before hello": "GET /v1/ws HTTP/1.1\r\nHost: " + host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: kaitong.v1\r\n\r\n",
	} {
		waiting.Go(func() {
			conn, err := net.Dial("tcp", host)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, begin); err != nil {
				t.Error(err)
			}
			_ = conn.SetReadDeadline(time.Now().Add(90 * time.Second))
			if _, err := io.Copy(io.Discard, conn); isTimeout(err) {
				t.Errorf("%s: never hung up", name)
			}
		})
	}
	if status, _ := get(t, address+"/healthz"); status != http.StatusOK {
		t.Errorf("others are answered with %d", status)
	}
	newPerson(t, address, "demo-kyc", "zh-CN").ask("为什么我的借呗开通不了")
	waiting.Wait()
}

func isTimeout(err error) bool {
	failed, ok := err.(net.Error) //nolint:errorlint // of the connection itself
	return ok && failed.Timeout()
}
