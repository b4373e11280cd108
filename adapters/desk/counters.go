package desk

// Sockets is how many desks are open at this node.
func (s *Server) Sockets() int { return len(s.hub.open()) }
