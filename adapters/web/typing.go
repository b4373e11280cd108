package web

import "time"

// typingEvery is how often others are told that one person writes, at most.
const typingEvery = time.Second

// typingData says who writes.
type typingData struct{}

func (typingData) appendTo(b []byte) []byte { return append(b, `{"author":"agent"}`...) }

// Typing tells the sockets of a conversation that an agent writes. It is of the
// moment: it has no number and is not stored.
func (s *Server) Typing(conversation string) {
	frame := encode(outFrame{Type: typeTyping, Conv: conversation, Data: typingData{}})
	for _, session := range s.hub.others(conversation, nil) {
		session.queue(frame)
		session.out.flushSoon()
	}
}

// types passes on that the person writes.
func (s *session) types() {
	now := s.server.elapsed()
	if s.server.options.Typing == nil || now < s.quiet {
		return
	}
	s.quiet = now + typingEvery
	s.server.options.Typing(s.conv)
}
