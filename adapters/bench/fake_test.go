package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

// fake is a small server that speaks enough of the protocol, and does wrong
// what a test asks it to.
type fake struct {
	t       *testing.T
	server  *httptest.Server
	wrong   func(*fakeTurn)
	upgrade func(http.ResponseWriter) bool // true: refused

	mu    sync.Mutex
	convs map[string]*fakeConv
	users map[string]bool
	turns int
	pongs int
}

// fakeConv is a conversation: all its events, in order.
type fakeConv struct {
	id     string
	events []string
	known  map[string]int64 // number of each message
}

// fakeTurn is what the server is about to send for one message.
type fakeTurn struct {
	n      int // of all turns, from 1
	id     string
	conv   *fakeConv
	again  bool // the message was stored before
	frames []string
	cut    bool // end the connection after them
	close  int  // with this code
}

func startFake(t *testing.T, wrong func(*fakeTurn)) *fake {
	f := &fake{t: t, wrong: wrong, convs: map[string]*fakeConv{}, users: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/demo/token", f.token)
	mux.HandleFunc("GET /v1/demo/users", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"users":[{"id":"demo-a"},{"id":"demo-slow"},{"id":"demo-b"}]}`)
	})
	mux.HandleFunc("GET /v1/ws", f.socket)
	f.server = httptest.NewServer(mux)
	t.Cleanup(f.server.Close)
	return f
}

func (f *fake) token(w http.ResponseWriter, r *http.Request) {
	var ask struct{ User string }
	if json.NewDecoder(r.Body).Decode(&ask) != nil || ask.User == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	f.users[ask.User] = true
	f.mu.Unlock()
	fmt.Fprintf(w, `{"user":%q,"token":"token of %s"}`, ask.User, ask.User)
}

type fakeFrame struct {
	Type, ID string
	Data     struct {
		Token, Text string
		Resume      *struct {
			Conv     string
			AfterSeq int `json:"after_seq"`
		}
	}
}

func (f *fake) socket(w http.ResponseWriter, r *http.Request) {
	if f.upgrade != nil && f.upgrade(w) {
		return
	}
	upgrader := websocket.Upgrader{Subprotocols: []string{"kaitong.v1"}, WriteBufferSize: 64}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	var hello fakeFrame
	if conn.ReadJSON(&hello) != nil {
		return // came at the very end, and left again
	}
	if hello.Type != "hello" || hello.Data.Token == "" {
		f.t.Errorf("instead of hello: %+v", hello)
		return
	}
	conv := f.enter(conn, hello)
	for {
		var frame fakeFrame
		if conn.ReadJSON(&frame) != nil {
			return
		}
		if frame.Type == "pong" {
			f.mu.Lock()
			f.pongs++
			f.mu.Unlock()
			continue
		}
		if turn := f.turn(conv, frame); !turn.send(conn) {
			return
		}
	}
}

func (f *fake) enter(conn *websocket.Conn, hello fakeFrame) *fakeConv {
	f.mu.Lock()
	defer f.mu.Unlock()
	conv := &fakeConv{id: fmt.Sprintf("c_%d", len(f.convs)+1), known: map[string]int64{}}
	after, recovered := 0, false
	if resume := hello.Data.Resume; resume != nil {
		conv, after, recovered = f.convs[resume.Conv], resume.AfterSeq, true
	}
	f.convs[conv.id] = conv
	f.write(conn, fmt.Sprintf(`{"type":"welcome","conv":%q,"re":%q,"data":{"conv":%q,"epoch":"e","seq":%d,"recovered":%v}}`, conv.id, hello.ID, conv.id, len(conv.events), recovered))
	f.write(conn, `{"type":"ping","id":"ping-1","data":{}}`)
	_ = conn.WriteControl(websocket.PingMessage, []byte("there?"), time.Now().Add(time.Second))
	for _, event := range conv.events[after:] {
		f.write(conn, event)
	}
	return conv
}

func (f *fake) write(conn *websocket.Conn, frame string) {
	_ = conn.WriteMessage(websocket.TextMessage, []byte(frame)) // a socket that has ended is found by the next read
}

// turn stores a message and its answer, and says what to send.
func (f *fake) turn(conv *fakeConv, frame fakeFrame) *fakeTurn {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turns++
	seq, again := conv.known[frame.ID]
	turn := &fakeTurn{n: f.turns, id: frame.ID, conv: conv, again: again}
	if !again {
		seq = int64(len(conv.events)) + 1
		turn.frames = []string{turn.ack(seq, false), `{"type":"check.state","conv":"` + conv.id + `","data":{"state":"done"}}`, turn.answer(seq + 1)}
	} else {
		turn.frames = []string{turn.ack(seq, true)}
	}
	if f.wrong != nil {
		f.wrong(turn)
	}
	if !again && len(turn.frames) > 1 { // else it was refused
		conv.store(turn)
	}
	return turn
}

// store keeps a message and its answer.
func (c *fakeConv) store(turn *fakeTurn) {
	seq := int64(len(c.events)) + 1
	c.known[turn.id] = seq
	c.events = append(c.events, fmt.Sprintf(`{"type":"message","id":%q,"conv":%q,"seq":%d,"data":{"author":"user"}}`, turn.id, c.id, seq), turn.answer(seq+1))
}

func (t *fakeTurn) ack(seq int64, duplicate bool) string {
	return fmt.Sprintf(`{"type":"ack","conv":%q,"re":%q,"data":{"seq":%d,"duplicate":%v}}`, t.conv.id, t.id, seq, duplicate)
}

func (t *fakeTurn) answer(seq int64) string {
	return fmt.Sprintf(`{"type":"message","id":"m","conv":%q,"seq":%d,"re":%q,"data":{"author":"bot","blocks":[{"type":"text","text":"好"}]}}`, t.conv.id, seq, t.id)
}

func (t *fakeTurn) refuse(code string, retry bool) {
	t.frames = []string{fmt.Sprintf(`{"type":"error","conv":%q,"re":%q,"data":{"code":%q,"message":"no","retryable":%v,"retry_after_ms":1}}`, t.conv.id, t.id, code, retry)}
}

// send writes the frames, each in parts, and says whether to go on.
func (t *fakeTurn) send(conn *websocket.Conn) bool {
	for _, frame := range t.frames {
		w, err := conn.NextWriter(websocket.TextMessage)
		if err != nil {
			return false
		}
		for len(frame) > 0 {
			n, err := w.Write([]byte(frame[:min(len(frame), 50)]))
			if err != nil {
				return false
			}
			frame = frame[n:]
		}
		if w.Close() != nil {
			return false
		}
	}
	if t.close != 0 {
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(t.close, ""), time.Now().Add(time.Second))
	}
	return !t.cut && t.close == 0
}
