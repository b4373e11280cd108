package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/bot"
)

// Server serves people. Make one with [New], mount [Server.Handler], and end
// it with [Server.Drain]. It is safe for concurrent use.
type Server struct {
	engine   Engine
	log      *slog.Logger
	options  Options
	limits   Limits
	codes    map[Code]codeRow
	decoder  decoder
	identity identity
	people   *people
	hub      *hub
	upgrader websocket.Upgrader
	handler  http.Handler
	now      func() time.Time

	ctx    context.Context // ends with Drain
	cancel context.CancelFunc
	life   *gate // sockets and helpers
	acts   *gate // workers with acts

	mu       sync.Mutex
	sessions map[*session]struct{}
	draining atomic.Bool

	buffers  sync.Pool
	counters counters
}

// New makes a server, or says everything that is wrong with the options.
func New(options Options) (*Server, error) {
	if err := options.validate(); err != nil {
		return nil, fmt.Errorf("web server: %w", err)
	}
	s := &Server{
		engine:   options.Engine,
		log:      options.Log,
		options:  options,
		limits:   options.Limits,
		codes:    codeTable(),
		decoder:  decoder{names: knownKeys(), textRunes: options.Limits.TextRunes},
		people:   newPeople(options.Limits),
		hub:      newHub(),
		now:      time.Now,
		life:     newGate(),
		acts:     newGate(),
		sessions: map[*session]struct{}{},
		buffers:  sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
	s.identity = identity{
		rules: options.Token, tenant: options.Tenant, anonymous: options.Anonymous,
		now: func() time.Time { return s.now() },
	}
	s.upgrader = s.newUpgrader()
	s.ctx, s.cancel = context.WithCancel(context.Background())
	handler, err := s.routes()
	if err != nil {
		return nil, fmt.Errorf("web server: %w", err)
	}
	s.handler = handler
	return s, nil
}

// Handler serves all routes. The http.Server around it sets ReadHeaderTimeout.
func (s *Server) Handler() http.Handler { return s.handler }

// Deliver shows a turn that was stored elsewhere, by another node or by an
// agent, to the sockets of its conversation. Late, repeated and missing turns
// are harmless: each socket checks the numbers and reads what it lacks.
func (s *Server) Deliver(turn bot.Turn) {
	s.show(turn.Conversation, encodeTurns(turn.Conversation, turn), nil)
}

func (s *Server) show(conv string, frames []durable, except *session) {
	for _, other := range s.hub.others(conv, except) {
		other.offer(frames)
	}
}

// Drain ends the server politely: no new sockets, a goaway to all, acts on
// their way finish, then every socket is closed with 1012, and nothing runs any
// more. When ctx ends first its error is returned: acts on their way are told
// to stop, sockets are cut, and both may still be ending.
func (s *Server) Drain(ctx context.Context) error {
	s.draining.Store(true)
	s.eachSession(func(session *session) { session.goaway() })
	s.acts.close()
	actsErr := s.acts.wait(ctx)
	s.eachSession(func(session *session) { session.close(codeRestarting) })
	s.life.close()
	lifeErr := s.life.wait(ctx)
	s.cancel()
	if err := errors.Join(actsErr, lifeErr); err != nil {
		s.eachSession(func(session *session) { session.conn.Close() })
		return fmt.Errorf("drain sockets: %w", err)
	}
	return nil
}

// reconnectSpread spreads the return of everybody after a restart.
const reconnectSpread = 10 * time.Second

func (s *session) goaway() {
	after := time.Second + rand.N(reconnectSpread)
	s.sendFrame(outFrame{Type: typeGoaway, Data: goawayData{Reason: "restart", AfterMS: after.Milliseconds()}})
}

func (s *Server) eachSession(do func(*session)) {
	s.mu.Lock()
	list := make([]*session, 0, len(s.sessions))
	for session := range s.sessions {
		list = append(list, session)
	}
	s.mu.Unlock()
	for _, session := range list {
		do(session)
	}
}

// admit registers a new socket; false when the server is full or ending.
func (s *Server) admit(session *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining.Load() || len(s.sessions) >= s.limits.Sockets || !s.life.enter() {
		return false
	}
	s.sessions[session] = struct{}{}
	s.counters.opened.Add(1)
	return true
}

func (s *Server) forget(session *session) {
	s.mu.Lock()
	delete(s.sessions, session)
	s.mu.Unlock()
	s.life.leave()
}

// spawn runs a helper that Drain waits for.
func (s *Server) spawn(run func()) {
	if !s.life.enter() {
		return
	}
	go func() {
		defer s.life.leave()
		run()
	}()
}

func (s *Server) buffer() *bytes.Buffer { return s.buffers.Get().(*bytes.Buffer) }

func (s *Server) giveBack(buffer *bytes.Buffer) {
	buffer.Reset()
	s.buffers.Put(buffer)
}

// counters are what happened since the start.
type counters struct {
	opened, framesIn, framesOut, turns, refused, limited, slow, panics atomic.Int64
}

// Counters is a snapshot of what happened since the start.
type Counters struct {
	Sockets   int   // open now
	Opened    int64 // sockets ever opened
	FramesIn  int64
	FramesOut int64
	Turns     int64 // acts the engine stored or had stored before
	Refused   int64 // error frames
	Limited   int64 // of these: too fast
	Slow      int64 // sockets cut because they read too slowly
	Panics    int64
}

// Counters says what happened since the start.
func (s *Server) Counters() Counters {
	s.mu.Lock()
	open := len(s.sessions)
	s.mu.Unlock()
	c := &s.counters
	return Counters{
		Sockets: open, Opened: c.opened.Load(), FramesIn: c.framesIn.Load(), FramesOut: c.framesOut.Load(),
		Turns: c.turns.Load(), Refused: c.refused.Load(), Limited: c.limited.Load(), Slow: c.slow.Load(), Panics: c.panics.Load(),
	}
}

func (s *Server) countRefusal(bad *fault) {
	s.counters.refused.Add(1)
	if bad.code == codeRateLimited {
		s.counters.limited.Add(1)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// newUpgrader keeps idle sockets small: short read buffers, pooled write
// buffers. Compression stays off: the read limit does not bound what a
// compressed frame unpacks to.
func (s *Server) newUpgrader() websocket.Upgrader {
	return websocket.Upgrader{
		HandshakeTimeout: s.limits.WriteTimeout,
		ReadBufferSize:   512,
		WriteBufferSize:  4096,
		WriteBufferPool:  &sync.Pool{},
		Subprotocols:     []string{subprotocol},
		CheckOrigin:      func(*http.Request) bool { return true }, // checked before, with our own answer
		Error: func(w http.ResponseWriter, r *http.Request, _ int, _ error) {
			s.problem(w, r, &fault{code: codeNotWebSocket})
		},
	}
}

const subprotocol = "kaitong.v1"

// socket is GET /v1/ws. It returns right after the upgrade, so that an idle
// socket costs one goroutine and no HTTP buffers.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	if bad := s.mayConnect(r); bad != nil {
		s.problem(w, r, bad)
		return
	}
	conn, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // answered by the upgrader
	}
	session := newSession(s, conn)
	if !s.admit(session) {
		session.ticker.Stop()
		conn.Close()
		return
	}
	go session.run()
}

func (s *Server) mayConnect(r *http.Request) *fault {
	switch {
	case !websocket.IsWebSocketUpgrade(r):
		return &fault{code: codeNotWebSocket}
	case !s.originAllowed(r):
		return &fault{code: codeBadOrigin}
	case !offers(r, subprotocol):
		return &fault{code: codeBadProtocol}
	case s.draining.Load():
		return &fault{code: codeRestarting}
	case s.full():
		return &fault{code: codeServerFull}
	}
	return nil
}

func (s *Server) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions) >= s.limits.Sockets
}

// originAllowed takes our own host and the configured origins. No Origin at
// all means no browser; such a client must bring a token in hello.
func (s *Server) originAllowed(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	if len(origins) > 1 || !validOrigin(origins[0]) {
		return false
	}
	_, host, _ := strings.Cut(origins[0], "://")
	if strings.EqualFold(host, r.Host) {
		return true
	}
	for _, allowed := range s.options.Origins {
		if strings.EqualFold(origins[0], allowed) {
			return true
		}
	}
	return false
}

func offers(r *http.Request, protocol string) bool {
	return slices.Contains(websocket.Subprotocols(r), protocol)
}
