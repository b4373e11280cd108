package web

import (
	"errors"
	"io"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/bot"
)

// session is one socket. The reader goroutine owns it: who, conv and the like
// are set by hello, before greeted, and never change afterwards; everything
// else that others touch is atomic or has its own lock.
type session struct {
	server *Server
	conn   *websocket.Conn

	home    string // the tenant of whoever comes without a token
	who     bot.Identity
	conv    string
	chosen  string // the language hello asked for; "" is the one the person writes
	product string
	client  bot.Client
	token   atomic.Pointer[credential] // it came with, or the latest since; nil before hello and for anonymous people
	greeted atomic.Bool
	english atomic.Bool

	traceparent string // of the client, where traces of clients are gone on with

	feed feed
	in   inbox
	out  outbox

	quiet   time.Duration // until then nobody is told again that the person writes
	spent   time.Duration // how far its frames are used up, see slowDown
	closing atomic.Bool
	pings   atomic.Int64
	heard   atomic.Int64 // when something was heard last, in time since the start
	due     atomic.Int64 // when tick is to be called: the hello deadline first, then the heartbeat
}

// inbox is the bounded queue of acts waiting for the engine.
type inbox struct {
	mu      sync.Mutex
	queue   []frame
	running bool
}

func newSession(server *Server, conn *websocket.Conn, wire *wire) *session {
	s := &session{server: server, conn: conn}
	s.out.server, s.out.wire = server, wire
	s.stillHere()
	s.nextTick(server.limits.HelloTimeout)
	return s
}

// run reads until the socket ends, then lets go of everything.
func (s *session) run() {
	defer s.end()
	s.conn.SetReadLimit(int64(hardLimitFactor * s.server.limits.FrameBytes))
	s.conn.SetPongHandler(s.ponged)
	s.conn.SetPingHandler(s.pinged)
	s.conn.SetCloseHandler(s.closed)
	for {
		s.out.await()
		data, bad, err := s.read()
		if err != nil {
			return
		}
		if s.closing.Load() {
			continue // waiting for the other side's close
		}
		s.slowDown()
		if bad != nil {
			s.refuse("", bad)
			continue
		}
		s.hear(data)
	}
}

// hear is receive; before hello on a goroutine of its own, which is waited
// for. Getting to know somebody takes a deep stack that this goroutine, which
// will mostly wait, would keep.
func (s *session) hear(data *[]byte) {
	if s.greeted.Load() {
		s.receive(data)
		return
	}
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		s.receive(data)
	}()
	<-heard
}

func (s *session) ponged(string) error {
	s.stillHere()
	return nil
}

func (s *session) pinged(payload string) error {
	s.stillHere()
	s.out.control(websocket.PongMessage, []byte(payload))
	s.out.flush()
	return nil
}

// closed answers the other side's close, after which nothing more is read.
func (s *session) closed(code int, _ string) error {
	s.closing.Store(true)
	s.out.answerClose(code)
	s.out.flush()
	return nil
}

// hardLimitFactor times the frame limit is where the connection is closed
// instead of refusing the frame.
const hardLimitFactor = 4

// read returns one frame in a pooled buffer that receive gives back.
func (s *session) read() (*[]byte, *fault, error) {
	kind, r, err := s.conn.NextReader()
	if err != nil {
		return nil, nil, err
	}
	buffer := s.server.buffer()
	fits, err := readUpTo(buffer, r, s.server.limits.FrameBytes)
	if err == nil && !fits {
		_, err = io.Copy(io.Discard, r)
	}
	s.stillHere()
	s.server.counters.framesIn.Add(1)
	switch {
	case err != nil, s.closing.Load():
	case kind != websocket.TextMessage:
		return nil, s.spare(buffer, codeNotText), nil
	case !fits:
		return nil, s.spare(buffer, codeTooLarge), nil
	default:
		return buffer, nil, nil
	}
	s.server.giveBack(buffer)
	return nil, nil, err
}

// spare gives a buffer back that holds nothing of use.
func (s *session) spare(buffer *[]byte, code Code) *fault {
	s.server.giveBack(buffer)
	return &fault{code: code}
}

// readUpTo reads r to its end into an empty buffer; false when there is more
// than limit, which is then left unread.
func readUpTo(buffer *[]byte, r io.Reader, limit int) (fits bool, err error) {
	b := *buffer
	defer func() { *buffer = b }()
	for {
		if len(b) == cap(b) {
			b = slices.Grow(b, cap(b))
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case len(b) > limit:
			return false, nil
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return false, err
		}
	}
}

// receive decodes one frame and does what it asks.
func (s *session) receive(buffer *[]byte) {
	defer s.rescue("frame", "")
	f, bad := s.server.decoder.decode(*buffer)
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
	case f.kind == typeTokenRefresh:
		return s.refresh(f)
	case s.expired():
		return &fault{code: codeTokenExpired}
	case f.conv != "" && f.conv != s.conv:
		return &fault{code: codeNotFound, field: "conv"}
	case f.isAct():
		return s.enqueue(f)
	case f.kind == typeTyping:
		s.types()
	case f.kind == typePing:
		s.sendFrame(outFrame{Type: typePong, Re: f.id, Data: emptyData{}})
	}
	return nil // ack and pong ask for nothing
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
	s.out.flushSoon()
}

// sendFrame queues a frame and sees to it that it is written.
func (s *session) sendFrame(f outFrame) {
	s.queueFrame(f)
	s.out.flushSoon()
}

// queueFrame queues a frame for whoever flushes next.
func (s *session) queueFrame(f outFrame) {
	var space [frameBytes]byte
	s.reply(appendFrame(space[:0], f))
}

// frameBytes is enough for most of the frames that are not kept.
const frameBytes = 384

// reply queues frames that are answers to this socket, to be written as one.
func (s *session) reply(frames ...[]byte) {
	s.server.counters.framesOut.Add(int64(len(frames)))
	s.out.reply(frames...)
}

// queue is reply for what others have done. Who reads too slowly is cut: it can
// come back and resume, while its queue would grow for ever.
func (s *session) queue(frames ...[]byte) {
	s.server.counters.framesOut.Add(int64(len(frames)))
	if s.out.push(frames...) {
		return
	}
	if s.closing.CompareAndSwap(false, true) {
		s.server.counters.slow.Add(1)
		s.out.cut(s.server.codes[codeSlowConsumer].close, codeSlowConsumer)
		s.out.flushSoon()
	}
}

// end runs on the reader's goroutine when nothing more can be read.
func (s *session) end() {
	s.closing.Store(true)
	if s.greeted.Load() {
		s.server.hub.leave(s.conv, s)
		s.server.leave(s.who)
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
