package bot

import (
	"container/list"
	"context"
	"sync"
)

// shelf keeps the folds of the conversations that are being talked in, so
// that a turn does not read its whole history again. It also lets one turn at
// a time into a conversation, which keeps a person's messages in order; other
// nodes are kept apart by the log's version check alone. It is bounded: idle
// conversations are forgotten, oldest first, and rebuilt from the log.
type shelf struct {
	mu    sync.Mutex
	slots map[string]*slot
	idle  *list.List // of *slot, most recently used first
	limit int
}

type slot struct {
	id   string
	gate chan struct{} // holds a token while a turn is in the conversation
	conv *Conversation // nil: not loaded, or not to be trusted
	rush rush

	users int           // guarded by shelf.mu
	stale bool          // guarded by shelf.mu; conv is to be dropped
	place *list.Element // guarded by shelf.mu; nil while in use
}

func newShelf(limit int) *shelf {
	return &shelf{slots: map[string]*slot{}, idle: list.New(), limit: limit}
}

// take waits for its turn in the conversation.
func (s *shelf) take(ctx context.Context, id string) (*slot, error) {
	place := s.hold(id)
	select {
	case place.gate <- struct{}{}:
		return place, nil
	case <-ctx.Done():
		s.drop(place)
		return nil, context.Cause(ctx)
	}
}

// takeAtOnce is take for those who must not wait for what only helps: whoever is in
// the conversation goes on without it.
func (s *shelf) takeAtOnce(ctx context.Context, id string) (*slot, error) {
	held := s.hold(id) // so that the place stays the same one
	defer s.drop(held)
	defer held.rush.begin()()
	return s.take(ctx, id)
}

// put gives the conversation back.
func (s *shelf) put(place *slot) {
	<-place.gate
	s.drop(place)
}

func (s *shelf) hold(id string) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	place, ok := s.slots[id]
	if !ok {
		place = &slot{id: id, gate: make(chan struct{}, 1)}
		s.slots[id] = place
	}
	if place.place != nil {
		s.idle.Remove(place.place)
		place.place = nil
	}
	place.users++
	return place
}

func (s *shelf) drop(place *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if place.users--; place.users > 0 {
		return
	}
	if place.conv == nil || place.stale { // nothing worth keeping: perhaps an id that was made up
		delete(s.slots, place.id)
		return
	}
	place.place = s.idle.PushFront(place)
	for s.idle.Len() > s.limit {
		oldest := s.idle.Remove(s.idle.Back()).(*slot)
		delete(s.slots, oldest.id)
	}
}
