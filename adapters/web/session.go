package web

import (
	"bytes"
	"errors"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/bot"
)

// session is one socket. The reader goroutine owns it: who, conv and the like
// are set by hello, before greeted, and never change afterwards; everything
// others touch before that is atomic or has its own lock.
type session struct {
	server *Server
	conn   *websocket.Conn

	who     bot.Identity
	conv    string
	chosen  string // the language hello asked for; "" is the one the person writes
	product string
	client  bot.Client
	expires time.Time // of the token; zero: never
	greeted atomic.Bool
	english atomic.Bool

	feed feed
	in   inbox
	out  outbox

	closing atomic.Bool
	pings   atomic.Int64
	ticker  *time.Timer // the hello deadline first, then the heartbeat
}

// inbox is the bounded queue of acts waiting for the engine.
type inbox struct {
	mu      sync.Mutex
	queue   []frame
	running bool
}

func newSession(server *Server, conn *websocket.Conn) *session {
	s := &session{server: server, conn: conn}
	s.out = outbox{conn: conn, most: server.limits.Outbox, write: server.limits.WriteTimeout, bye: server.limits.CloseTimeout}
	s.ticker = time.AfterFunc(server.limits.HelloTimeout, s.tick)
	return s
}

// run reads until the socket ends, then lets go of everything.
func (s *session) run() {
	defer s.end()
	s.conn.SetReadLimit(int64(hardLimitFactor * s.server.limits.FrameBytes))
	s.conn.SetPongHandler(func(string) error { return s.stillAlive() })
	if s.stillAlive() != nil {
		return
	}
	for {
		data, bad, err := s.read()
		if err != nil {
			return
		}
		if s.closing.Load() {
			continue // waiting for the other side's close
		}
		if bad != nil {
			s.refuse("", bad)
			continue
		}
		s.receive(data)
	}
}

// hardLimitFactor times the frame limit is where the connection is closed
// instead of refusing the frame.
const hardLimitFactor = 4

// read returns one frame in a pooled buffer that receive gives back.
func (s *session) read() (*bytes.Buffer, *fault, error) {
	kind, r, err := s.conn.NextReader()
	if err != nil {
		return nil, nil, err
	}
	buffer := s.server.buffer()
	limit := int64(s.server.limits.FrameBytes)
	n, err := io.Copy(buffer, io.LimitReader(r, limit+1))
	if err != nil {
		s.server.giveBack(buffer)
		return nil, nil, err
	}
	s.server.counters.framesIn.Add(1)
	if kind != websocket.TextMessage {
		s.server.giveBack(buffer)
		return nil, &fault{code: codeNotText}, nil
	}
	if n > limit {
		s.server.giveBack(buffer)
		_, err = io.Copy(io.Discard, r)
		return nil, &fault{code: codeTooLarge}, err
	}
	if s.closing.Load() {
		s.server.giveBack(buffer)
		return nil, nil, nil
	}
	return buffer, nil, s.stillAlive()
}

// stillAlive moves the read deadline: anything heard is a sign of life.
func (s *session) stillAlive() error {
	if s.closing.Load() {
		return nil
	}
	return s.conn.SetReadDeadline(time.Now().Add(s.server.limits.PingEvery * 5 / 2))
}

// receive decodes one frame and does what it asks.
func (s *session) receive(buffer *bytes.Buffer) {
	defer s.rescue("frame", "")
	f, bad := s.server.decoder.decode(buffer.Bytes())
	s.server.giveBack(buffer)
	if bad == nil {
		bad = s.dispatch(f)
	}
	if bad != nil {
		s.refuse(f.id, bad)
	}
}

func (s *session) dispatch(f frame) *fault {
	switch {
	case f.kind == typeHello && s.greeted.Load():
		return &fault{code: codeSecondHello}
	case f.kind == typeHello:
		return s.greet(f)
	case !s.greeted.Load():
		return &fault{code: codeNotHello}
	case s.expired():
		return &fault{code: codeTokenExpired}
	case f.conv != "" && f.conv != s.conv:
		return &fault{code: codeNotFound, field: "conv"}
	case f.isAct():
		return s.enqueue(f)
	case f.kind == typePing:
		s.sendFrame(outFrame{Type: typePong, Re: f.id, Data: emptyData{}})
	}
	return nil // typing, ack and pong ask for nothing
}

func (s *session) expired() bool {
	return !s.expires.IsZero() && s.server.now().After(s.expires.Add(clockLeeway))
}

// tick is the hello deadline at first. After hello it keeps the connection
// warm in both layers: browsers do not show control pings to their pages.
func (s *session) tick() {
	switch {
	case s.closing.Load():
		return
	case !s.greeted.Load():
		s.refuse("", &fault{code: codeHelloTimeout})
		return
	case s.expired():
		s.refuse("", &fault{code: codeTokenExpired})
		return
	}
	id := "ping-" + itoa(s.pings.Add(1))
	s.send(parcel{frames: [][]byte{encode(outFrame{Type: typePing, ID: id, Data: emptyData{}})}})
	s.send(parcel{ping: true})
	s.ticker.Reset(s.server.limits.PingEvery)
}

// refuse tells the client what was wrong, and closes when the table says so.
func (s *session) refuse(re string, bad *fault) {
	row := s.server.codes[bad.code]
	s.server.countRefusal(bad)
	wait := row.wait
	if bad.wait > 0 {
		wait = bad.wait
	}
	s.sendFrame(outFrame{Type: typeError, Conv: s.knownConv(), Re: re, Data: errorData{
		Code: bad.code, Message: row.words.in(s.locale()), Field: bad.field,
		Retryable: row.retry, RetryAfterMS: wait.Milliseconds(),
	}})
	switch {
	case row.close != 0:
		s.close(bad.code)
	case !s.greeted.Load() && row.retry:
		s.closeWith(preHelloRetry, bad.code)
	case !s.greeted.Load():
		s.closeWith(preHelloClose, bad.code)
	}
}

// locale is the language of what the server itself says: the greeting, errors.
func (s *session) locale() string {
	if s.english.Load() {
		return localeEN
	}
	return localeZH
}

// knownConv is the conversation once there is one.
func (s *session) knownConv() string {
	if s.greeted.Load() {
		return s.conv
	}
	return ""
}

// close ends the socket with the close code of code's row, after everything
// queued was sent.
func (s *session) close(code Code) { s.closeWith(s.server.codes[code].close, code) }

func (s *session) closeWith(closeCode int, reason Code) {
	s.closing.Store(true)
	s.out.close(closeCode, reason)
}

func (s *session) sendFrame(f outFrame) { s.send(parcel{frames: [][]byte{encode(f)}}) }

// send queues for writing. Who reads too slowly is cut: it can come back and
// resume, while its queue would grow for ever.
func (s *session) send(p parcel) {
	s.server.counters.framesOut.Add(int64(len(p.frames)))
	if s.out.push(p) {
		return
	}
	if s.closing.CompareAndSwap(false, true) {
		s.server.counters.slow.Add(1)
		s.out.cut(s.server.codes[codeSlowConsumer].close, codeSlowConsumer)
	}
}

// end runs on the reader's goroutine when nothing more can be read.
func (s *session) end() {
	s.closing.Store(true)
	s.ticker.Stop()
	if s.greeted.Load() {
		s.server.hub.leave(s.conv, s)
		s.server.people.leave(s.who)
	}
	s.out.finish()
	s.conn.Close()
	s.server.forget(s)
}

// rescue keeps a bug in one message from taking the server down.
func (s *session) rescue(where, id string) {
	p := recover()
	if p == nil {
		return
	}
	s.server.counters.panics.Add(1)
	s.server.log.Error("panic", "where", where, "conversation", s.conv, "message", id,
		"panic", p, "stack", string(debug.Stack()))
	s.refuse(id, &fault{code: codeInternal, cause: errors.New("panic")})
}
