package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// scripted is a server whose conversation the test writes word by word: also
// what only later servers will say. Pages and scripts are the real ones.
type scripted struct {
	t     *testing.T
	url   string
	conns chan *websocket.Conn
	heard chan received // frames of the widget but ping, pong and typing
	conn  *websocket.Conn
	seq   int64
}

func newScripted(t *testing.T) *scripted {
	t.Helper()
	s := &scripted{t: t, conns: make(chan *websocket.Conn), heard: make(chan received, 100)}
	pages := newWorld(t)
	mux := http.NewServeMux()
	mux.Handle("/", pages.server.Handler())
	ended := make(chan struct{})
	mux.HandleFunc("/v1/ws", func(w http.ResponseWriter, r *http.Request) {
		upgrader := websocket.Upgrader{Subprotocols: []string{subprotocol}}
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		s.talk(conn, ended)
	})
	server := httptest.NewServer(mux)
	s.url = server.URL
	t.Cleanup(func() {
		close(ended)
		if s.conn != nil {
			s.conn.Close()
		}
		server.CloseClientConnections()
		server.Close()
	})
	return s
}

// talk hands the connection over after hello, and what is heard on it.
func (s *scripted) talk(conn *websocket.Conn, ended chan struct{}) {
	for first := true; ; first = false {
		var r received
		if conn.ReadJSON(&r) != nil {
			return
		}
		if first {
			select {
			case s.conns <- conn:
			case <-ended:
				return
			}
		}
		if r.Type == typePing || r.Type == typePong || r.Type == typeTyping || r.Type == typeAck {
			continue
		}
		select {
		case s.heard <- r:
		case <-ended:
			return
		}
	}
}

// welcome answers the next hello.
func (s *scripted) welcome() {
	s.t.Helper()
	select {
	case s.conn = <-s.conns:
	case <-time.After(patience):
		s.t.Fatal("the widget did not connect")
	}
	s.send(map[string]any{"type": "welcome", "conv": "c1", "data": map[string]any{
		"conv": "c1", "epoch": "e1", "seq": s.seq, "ping_ms": 60000, "recovered": s.seq > 0, "anon": strings.Repeat("A", 43),
		"greeting": []any{map[string]any{"type": "text", "text": "你好，我是助手。"}}, "page": map[string]any{"title": "助手", "ask": []any{"为什么？"}},
	}})
}

func (s *scripted) send(frame map[string]any) {
	s.t.Helper()
	if err := s.conn.WriteJSON(frame); err != nil {
		s.t.Fatal(err)
	}
}

// event sends a stored event under the next number.
func (s *scripted) event(kind, id string, data map[string]any) {
	s.t.Helper()
	s.seq++
	s.send(map[string]any{"type": kind, "id": id, "conv": "c1", "seq": s.seq, "ts": "2026-05-04T06:00:00.000Z", "data": data})
}

// blocks sends a message of the bot made of JSON blocks.
func (s *scripted) blocks(id, list string, about map[string]any) {
	s.t.Helper()
	data := map[string]any{"author": "bot", "blocks": json.RawMessage(list)}
	if about != nil {
		data["about"] = about
	}
	s.event("message", id, data)
}
