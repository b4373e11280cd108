package bot

// Forget drops what is remembered here of conversations that were erased from
// the log, and takes them off the board: nobody waits in them any more. It never
// waits; a turn that is under way finds out from the log. What questions were read
// as goes altogether: nobody knows who asked them.
func (e *Engine) Forget(erased func(conversation string) bool) {
	e.shelf.forget(erased)
	e.board.forget(erased)
	e.library.forget()
	for _, own := range e.libraries {
		own.forget()
	}
}

// forget drops folds. One in use is dropped when it is given back.
func (s *shelf) forget(erased func(id string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, place := range s.slots {
		switch {
		case !erased(id):
		case place.users > 0:
			place.stale = true
		default:
			s.idle.Remove(place.place)
			delete(s.slots, id)
		}
	}
}

// forget takes entries away. Watchers are told as if they were over.
func (b *Board) forget(erased func(conversation string) bool) {
	for _, entry := range b.Open() {
		if erased(entry.Conversation) {
			over := Entry{Conversation: entry.Conversation, Version: entry.Version + 1, Owner: entry.Owner}
			over.State, over.Queue = HandoffCancelled, entry.Queue
			b.Put(over)
		}
	}
}
