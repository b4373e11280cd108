package web

import (
	"time"

	"kaitong/bot"
)

// credential is the token that a socket lives by. A fresh one may take its place
// while the socket is open, for the same person.
type credential struct {
	expires time.Time
	id      string    // jti; may be empty
	issued  time.Time // or the earliest it can have been
}

// ends is when a passport does, zero for never.
func (p passport) ends() time.Time {
	if p.token == nil {
		return time.Time{}
	}
	return p.token.expires
}

// expired says whether the token is over. Clocks may differ, but that was made
// up for when the socket was opened.
func (s *session) expired() bool {
	token := s.token.Load()
	return token != nil && !s.server.now().Before(token.expires)
}

// untilOver is at most d, and less where the token ends before.
func (s *session) untilOver(d time.Duration) time.Duration {
	token := s.token.Load()
	if token == nil {
		return d
	}
	return max(0, min(d, token.expires.Sub(s.server.now())))
}

// refresh takes a fresh token of the same person, and the socket goes on. A
// token of somebody else ends it: a conversation does not change hands by this.
func (s *session) refresh(f frame) *fault {
	if wait, ok := s.server.people.acts.take(s.who, s.server.elapsed()); !ok {
		return &fault{code: codeRateLimited, wait: wait}
	}
	pass, bad := s.server.identity.fromToken(s.server.ctx, f.token)
	if bad != nil {
		return bad
	}
	if !samePerson(pass.who, s.who) {
		return &fault{code: codeOtherPerson}
	}
	s.token.Store(pass.token)
	if !s.recheck() { // it may have been revoked since it was read
		return nil
	}
	s.nextTick(s.server.limits.PingEvery)
	s.sendFrame(outFrame{Type: typeTokenRefreshed, TS: s.server.now(), Re: f.id, Data: refreshedData{ExpiresAt: stamp(pass.ends())}})
	return nil
}

// refreshedData says until when the socket lives now.
type refreshedData struct{ ExpiresAt string }

func (d refreshedData) appendTo(b []byte) []byte {
	return append(bot.AppendString(append(b, `{"expires_at":`...), d.ExpiresAt), '}')
}

// Recheck ends the sockets whose tokens were revoked. It is to be called whenever
// what Options.Revoked says has changed.
func (s *Server) Recheck() {
	for _, session := range s.open() {
		session.recheck()
	}
}

// recheck says whether the socket may go on.
func (s *session) recheck() bool {
	token := s.token.Load()
	if token == nil || !s.server.identity.void(s.who, token) {
		return true
	}
	s.refuse("", &fault{code: codeRevoked})
	return false
}

func samePerson(a, b bot.Identity) bool { return a.Tenant == b.Tenant && a.User == b.User }
