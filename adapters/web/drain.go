package web

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Drain ends the server politely: no new sockets, a goaway to all, acts on
// their way finish, then every socket is closed with 1012, and nothing runs any
// more. When ctx ends first its error is returned: acts on their way are told
// to stop, sockets are cut, and both may still be ending.
//
// Whoever reads too slowly is given no more than the time for a close.
func (s *Server) Drain(ctx context.Context) error {
	if s.draining.CompareAndSwap(false, true) {
		close(s.leaving)
	}
	sessions := s.open()
	spread := reconnectSpread(len(sessions))
	for _, session := range sessions {
		session.out.hurry()
		session.goaway(spread)
	}
	s.acts.Close()
	actsErr := s.acts.Wait(ctx)
	for _, session := range s.open() {
		session.out.hurry()
		session.close(codeRestarting)
	}
	s.life.Close()
	lifeErr := s.life.Wait(ctx)
	s.cancel()
	s.dismissed.Do(s.crew.dismiss)
	if err := errors.Join(actsErr, lifeErr); err != nil {
		for _, session := range s.open() {
			session.conn.Close()
		}
		return fmt.Errorf("drain sockets: %w", err)
	}
	return nil
}

// Everybody comes back at a moment of their own after a restart: about so many
// a second, as far as the longest spread allows.
const (
	reconnectsPerSecond = 500
	shortestSpread      = 2 * time.Second
	longestSpread       = 25 * time.Second
	beforeReconnect     = time.Second // for the restart itself
)

func reconnectSpread(sockets int) time.Duration {
	spread := time.Duration(sockets) * time.Second / reconnectsPerSecond
	return min(max(spread, shortestSpread), longestSpread)
}

func (s *session) goaway(spread time.Duration) {
	after := beforeReconnect + rand.N(spread)
	s.sendFrame(outFrame{Type: typeGoaway, Data: goawayData{Reason: "restart", AfterMS: after.Milliseconds()}})
}

// open is the sockets there are now.
func (s *Server) open() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*session, 0, len(s.sessions))
	for session := range s.sessions {
		list = append(list, session)
	}
	return list
}
