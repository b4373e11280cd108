package web

import "fmt"

// origins are the pages of others that may use the chat at the moment.
func (s *Server) origins() []string { return *s.allowed.Load() }

// Adjust changes, while the server runs, which origins may use it, how often
// people may write, how many sockets they may have, and how fast sockets are
// opened from one address. Other limits stay as they are, and nobody is sent away.
func (s *Server) Adjust(origins []string, limits Limits) error {
	changed := s.options
	changed.Origins = origins
	changed.Limits.MessagesPerWindow, changed.Limits.Window = limits.MessagesPerWindow, limits.Window
	changed.Limits.SocketsPerUser, changed.Limits.Handshakes = limits.SocketsPerUser, limits.Handshakes
	if err := changed.validate(); err != nil {
		return fmt.Errorf("web server: %w", err)
	}
	s.allowed.Store(&origins)
	s.people.allow(changed.Limits)
	s.door.allow(limits.Handshakes)
	return nil
}
