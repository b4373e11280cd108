package web

// Erased says that conversations are gone for good. Whoever looks at one is sent
// away and begins a new one. It never waits.
func (s *Server) Erased(erased func(conversation string) bool) {
	for _, conversation := range s.hub.conversations() {
		if !erased(conversation) {
			continue
		}
		for _, session := range s.hub.others(conversation, nil) {
			session.close(codeErased)
		}
	}
}
