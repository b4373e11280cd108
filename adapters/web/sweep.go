package web

import (
	"math/rand/v2"
	"time"

	"github.com/gorilla/websocket"
)

// sweep looks after the sockets that say nothing, all of them by one timer: it
// ends those that never say hello, whose token has run out, that have been
// silent for too long or take nothing of what they are sent, and asks the
// others now and then whether they are there.
func (s *Server) sweep() {
	beat := time.NewTicker(s.limits.sweepEvery())
	defer beat.Stop()
	var due []*session
	for {
		select {
		case <-beat.C:
		case <-s.leaving:
			return
		}
		due = s.dueSessions(due[:0])
		for _, session := range due {
			session.tick()
		}
		clear(due)
		s.crew.thin()
	}
}

// sweepEvery is a small part of the shortest time that is watched.
func (l Limits) sweepEvery() time.Duration {
	return min(max(min(l.HelloTimeout, l.PingEvery)/20, 10*time.Millisecond), time.Second)
}

func (s *Server) dueSessions(due []*session) []*session {
	now := s.elapsed()
	s.mu.Lock()
	defer s.mu.Unlock()
	for session := range s.sessions {
		if session.due.Load() <= int64(now) || session.out.stuck(now) {
			due = append(due, session)
		}
	}
	return due
}

// silence is how often PingEvery a socket may be silent, in halves.
const silence = 5

// tick is the hello deadline at first. After hello it keeps the connection
// warm in both layers: browsers do not show control pings to their pages.
func (s *session) tick() {
	switch {
	case s.out.stuck(s.server.elapsed()):
		s.letGo()
		return
	case s.closing.Load():
		return
	case !s.greeted.Load():
		s.refuse("", &fault{code: codeHelloTimeout})
		return
	case s.expired():
		s.refuse("", &fault{code: codeTokenExpired})
		return
	case s.silentFor() > s.server.limits.PingEvery*silence/2 && !s.out.writing(): // during a write it may not be read
		s.conn.Close()
		return
	}
	s.nextTick(s.server.limits.PingEvery)
	s.ping()
}

// letGo ends a socket that takes nothing of what is written.
func (s *session) letGo() {
	if s.closing.CompareAndSwap(false, true) {
		s.server.counters.slow.Add(1)
	}
	s.conn.Close()
}

func (s *session) silentFor() time.Duration {
	return s.server.elapsed() - time.Duration(s.heard.Load())
}

// nextTick is when the token ends, where that is sooner.
func (s *session) nextTick(after time.Duration) {
	s.due.Store(int64(s.server.elapsed() + s.untilOver(after)))
}

// firstTick spreads the pings of sockets that came all at once.
func (s *session) firstTick() {
	every := s.server.limits.PingEvery
	s.nextTick(every/2 + rand.N(every/2+1))
}

func (s *session) ping() {
	id := "ping-" + itoa(s.pings.Add(1))
	s.out.control(websocket.PingMessage, nil)
	s.sendFrame(outFrame{Type: typePing, ID: id, Data: emptyData{}})
}

// stillHere notes a sign of life.
func (s *session) stillHere() { s.heard.Store(int64(s.server.elapsed())) }
