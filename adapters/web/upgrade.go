package web

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
)

// newUpgrader keeps idle sockets small: short read buffers, and none to write
// from, which the outbox does. Compression stays off: the read limit does not bound what a
// compressed frame unpacks to.
func (s *Server) newUpgrader() websocket.Upgrader {
	return websocket.Upgrader{
		HandshakeTimeout: s.limits.WriteTimeout,
		ReadBufferSize:   512,
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
	tap := &tap{ResponseWriter: w}
	conn, err := s.upgrader.Upgrade(tap, r, nil)
	if err != nil {
		return // answered by the upgrader
	}
	session := newSession(s, conn, tap.wire)
	session.home = s.home(r)
	if s.options.Follow != nil {
		session.traceparent = r.Header.Get("Traceparent")
	}
	if !s.admit(session) {
		conn.Close()
		return
	}
	s.sweeping.Do(func() { s.spawn(s.sweep) })
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
	return s.door.mayKnock(r, s.elapsed())
}

func (s *Server) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions) >= s.limits.Sockets
}

// originAllowed takes our own host and the configured origins. No Origin at
// all means no browser. Where TLS is spoken, a page of our own name without it
// could have been made by anybody on the way.
func (s *Server) originAllowed(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	if len(origins) > 1 || !validOrigin(origins[0]) {
		return false
	}
	scheme, host, _ := strings.Cut(origins[0], "://")
	if strings.EqualFold(host, r.Host) && (strings.EqualFold(scheme, "https") || !s.door.proxies.Secure(r)) {
		return true
	}
	for _, allowed := range s.origins() {
		if strings.EqualFold(origins[0], allowed) {
			return true
		}
	}
	return false
}

func offers(r *http.Request, protocol string) bool {
	return slices.Contains(websocket.Subprotocols(r), protocol)
}
