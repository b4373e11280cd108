package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/adapters/edge"
	"kaitong/adapters/tokens"
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
	backend  *tokens.Verifier // of those who may revoke
	people   *people
	door     door
	uploads  *allowance[bot.Identity]
	personal *allowance[bot.Identity]
	hub      *hub
	crew     *crew
	rounds   rounds
	upgrader websocket.Upgrader
	handler  http.Handler
	now      func() time.Time     // by the wall clock, which may be set forth and back
	elapsed  func() time.Duration // since the start, come what may

	deadlines deadlines

	ctx    context.Context // ends with Drain
	cancel context.CancelFunc
	life   *edge.Gate // sockets and helpers
	acts   *edge.Gate // workers with acts

	mu        sync.Mutex
	sessions  map[*session]struct{}
	sweeping  sync.Once // the first socket starts the sweeper
	draining  atomic.Bool
	leaving   chan struct{} // closed when draining begins
	dismissed sync.Once

	uploading chan struct{}            // one for each upload under way
	allowed   atomic.Pointer[[]string] // origins

	buffers  sync.Pool
	counters counters
	refusals map[Code]*atomic.Int64 // of every code there is
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
		refusals: newRefusals(codeTable()),
		decoder:  decoder{names: knownKeys(), textRunes: options.Limits.TextRunes},
		people:   newPeople(options.Limits),
		door:     newDoor(options.Limits, options.Proxies),
		uploads:  newAllowance[bot.Identity](proofsPerTime, proofsTime),
		personal: newAllowance[bot.Identity](personalTimes, personalTime),
		hub:      newHub(),
		crew:     newCrew(),
		now:      time.Now,
		elapsed:  stopwatch(),
		life:     edge.NewGate(),
		acts:     edge.NewGate(),
		sessions: map[*session]struct{}{},
		leaving:  make(chan struct{}),
		buffers:  sync.Pool{New: newBuffer},

		uploading: make(chan struct{}, proofsAtOnce),
	}
	s.allowed.Store(&options.Origins)
	var err error
	if s.identity, err = newIdentity(options, func() time.Time { return s.now() }); err != nil {
		return nil, fmt.Errorf("web server: %w", err)
	}
	if s.backend, err = backendVerifier(options.Token, func() time.Time { return s.now() }); err != nil {
		return nil, fmt.Errorf("web server: %w", err)
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

func (s *Server) show(conv string, frames []durable, except *session) {
	for _, other := range s.hub.others(conv, except) {
		if except == nil || samePerson(other.who, except.who) { // else it was theirs, and they have not heard yet that it is not
			other.offer(frames)
		}
	}
}

// admit registers a new socket; false when the server is full or ending.
func (s *Server) admit(session *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining.Load() || len(s.sessions) >= s.limits.Sockets || !s.life.Enter() {
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
	s.life.Leave()
}

// spawn runs a helper that Drain waits for; false when it is too late for one.
func (s *Server) spawn(run func()) bool {
	if !s.life.Enter() {
		return false
	}
	go func() {
		defer s.life.Leave()
		run()
	}()
	return true
}

// Buffers hold a frame that was read, or frames to be written.
const (
	bufferBytes     = 2 << 10
	mostBufferBytes = 64 << 10 // a larger one is not kept
)

func newBuffer() any {
	b := make([]byte, 0, bufferBytes)
	return &b
}

func (s *Server) buffer() *[]byte { return s.buffers.Get().(*[]byte) }

func (s *Server) giveBack(b *[]byte) {
	if cap(*b) > mostBufferBytes {
		return
	}
	*b = (*b)[:0]
	s.buffers.Put(b)
}

func stopwatch() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
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
	if count := s.refusals[bad.code]; count != nil {
		count.Add(1)
	}
	if bad.code == codeRateLimited {
		s.counters.limited.Add(1)
	}
}

// Refusals are the error frames and HTTP problems since the start by code, those
// that never happened included.
func (s *Server) Refusals() map[string]int64 {
	counts := make(map[string]int64, len(s.refusals))
	for code, count := range s.refusals {
		counts[string(code)] = count.Load()
	}
	return counts
}

func newRefusals(codes map[Code]codeRow) map[Code]*atomic.Int64 {
	counts := make(map[Code]*atomic.Int64, len(codes))
	for code := range codes {
		counts[code] = &atomic.Int64{}
	}
	return counts
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
