package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// script is a server that does with each socket what the test says.
func script(t *testing.T, sockets ...func(*scripted)) string {
	t.Helper()
	next := make(chan func(*scripted), len(sockets))
	for _, do := range sockets {
		next <- do
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/conversations/c_1/events", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("after") == "2" && r.Header.Get("Authorization") == "Anonymous a" {
			_, _ = w.Write([]byte(`{"events":[{"type":"message","id":"b1","seq":3,"data":{"author":"bot"}},{"type":"message","id":"b2","seq":4,"data":{"author":"agent"}}]}`))
		}
	})
	mux.HandleFunc("/v1/ws", func(w http.ResponseWriter, r *http.Request) {
		upgrader := websocket.Upgrader{Subprotocols: []string{"kaitong.v1"}}
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		s := &scripted{t: t, conn: conn}
		_ = json.Unmarshal(s.want("hello").Data, &s.hello)
		(<-next)(s)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

type scripted struct {
	t     *testing.T
	conn  *websocket.Conn
	hello hello
}

func (s *scripted) want(kind string) frame {
	var f frame
	if err := s.conn.ReadJSON(&f); err != nil || f.Type != kind {
		s.t.Errorf("got %+v and %v, want %s", f, err, kind)
	}
	return f
}

func (s *scripted) say(f string) { _ = s.conn.WriteMessage(websocket.TextMessage, []byte(f)) }

// end closes with a code once the other side has heard everything.
func (s *scripted) end(code int) {
	_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	_, _, _ = s.conn.ReadMessage()
}

// wait returns the next frame for the chat.
func (l *line) wait(t *testing.T, kind string) frame {
	t.Helper()
	select {
	case f := <-l.frames:
		if f.Type != kind {
			t.Fatalf("got %+v, want %s", f, kind)
		}
		return f
	case <-time.After(time.Minute):
		t.Fatalf("no %s", kind)
		return frame{}
	}
}

const lineWelcome = `{"type":"welcome","data":{"conv":"c_1","epoch":"e","seq":0,"anon":"a"}}`

// What was not acknowledged is sent again under its id, after the resume; what
// was shown is not shown again; a code above 4500 is the end.
func TestLineResumes(t *testing.T) {
	t.Parallel()
	unacknowledged := make(chan string, 1)
	address := script(t, func(s *scripted) {
		s.say(lineWelcome)
		s.say(`{"type":"ack","re":"` + s.want("message.send").ID + `","data":{"seq":1}}`)
		s.say(`{"type":"message","id":"b0","seq":2,"data":{"author":"bot"}}`)
		unacknowledged <- s.want("message.send").ID // and the line is cut
	}, func(s *scripted) {
		if r := s.hello.Resume; s.hello.Anon != "a" || r == nil || *r != (resume{"c_1", "e", 2}) {
			t.Errorf("hello %+v", s.hello)
		}
		s.say(`{"type":"welcome","data":{"conv":"c_1","epoch":"e","seq":2,"anon":"a","recovered":true}}`)
		id := <-unacknowledged
		if again := s.want("message.send"); again.ID != id {
			t.Errorf("sent again as %s, not %s", again.ID, id)
		}
		s.say(`{"type":"message","id":"b0","seq":2,"data":{"author":"bot"}}`)
		s.say(`{"type":"ack","re":"` + id + `","data":{"seq":3}}`)
		s.say(`{"type":"message","id":"b1","seq":4,"data":{"author":"bot"}}`)
		s.end(4501)
	})
	l, err := openLine(t.Context(), address, "", hello{})
	if err != nil {
		t.Fatal(err)
	}
	l.wait(t, "welcome")
	for _, text := range []string{"first", "second"} {
		if err := l.send("message.send", map[string]string{"text": text}); err != nil {
			t.Fatal(err)
		}
		if text == "first" {
			l.wait(t, "message")
		}
	}
	l.wait(t, frameOffline)
	l.wait(t, frameOnline)
	if f := l.wait(t, "message"); f.Seq != 4 {
		t.Errorf("shown again: %+v", f)
	}
	if f, more := <-l.frames; more {
		t.Errorf("got %+v after the end", f)
	}
	if !websocket.IsCloseError(l.client.err, 4501) || l.ending() == nil {
		t.Errorf("ended with %v", l.ending())
	}
	_ = l.close()
}

// When too much was missed for a replay, the history is read.
func TestLineReadsWhatWasMissed(t *testing.T) {
	t.Parallel()
	address := script(t, func(s *scripted) {
		s.say(lineWelcome)
		s.say(`{"type":"message","id":"b0","seq":2,"data":{"author":"bot"}}`)
		s.end(1012)
	}, func(s *scripted) {
		s.say(`{"type":"welcome","data":{"conv":"c_1","epoch":"e","seq":4,"anon":"a"}}`)
		_, _, _ = s.conn.ReadMessage()
	})
	l, err := openLine(t.Context(), address, "", hello{})
	if err != nil {
		t.Fatal(err)
	}
	l.wait(t, "welcome")
	for _, want := range []string{"message", frameOffline, frameOnline, "message", "message"} {
		l.wait(t, want)
	}
	if err := l.close(); err != nil {
		t.Error(err)
	}
}
