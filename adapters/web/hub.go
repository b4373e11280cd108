package web

import (
	"slices"
	"sync"
)

// hub knows which sockets of this server look at which conversation.
type hub struct {
	mu    sync.Mutex
	rooms map[string]*room
}

// room is one conversation somebody here is looking at.
type room struct {
	sockets []*session // few: a list is a third of a map
}

func newHub() *hub { return &hub{rooms: map[string]*room{}} }

func (h *hub) join(conv string, s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.room(conv)
	r.sockets = append(r.sockets, s)
}

func (h *hub) leave(conv string, s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.rooms[conv]; r != nil {
		r.sockets = slices.DeleteFunc(r.sockets, func(other *session) bool { return other == s })
		h.tidy(conv, r)
	}
}

// others returns the sockets looking at conv, except one.
func (h *hub) others(conv string, except *session) []*session {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[conv]
	if r == nil || r.holdsOnly(except) {
		return nil
	}
	list := make([]*session, 0, len(r.sockets))
	for _, s := range r.sockets {
		if s != except {
			list = append(list, s)
		}
	}
	return list
}

// conversations returns those somebody looks at.
func (h *hub) conversations() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []string
	for conv := range h.rooms {
		list = append(list, conv)
	}
	return list
}

// room needs the lock.
func (h *hub) room(conv string) *room {
	r := h.rooms[conv]
	if r == nil {
		r = &room{}
		h.rooms[conv] = r
	}
	return r
}

// holdsOnly spares the list of nobody, which is what most turns are shown to.
func (r *room) holdsOnly(s *session) bool {
	return len(r.sockets) == 1 && r.sockets[0] == s
}

// tidy needs the lock.
func (h *hub) tidy(conv string, r *room) {
	if len(r.sockets) == 0 {
		delete(h.rooms, conv)
	}
}
