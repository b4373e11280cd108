package web

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"kaitong/bot"
)

// Announce says that another node has stored events of a conversation up to
// seq. The sockets of that conversation that were shown less read the log;
// late, repeated and missing announcements are harmless. It never waits, and a
// conversation nobody here looks at costs a look into a map. With seq 0 nothing
// is to be shown, and it may be somebody else's now.
func (s *Server) Announce(conversation string, seq int64) {
	sessions := s.hub.others(conversation, nil)
	if seq == 0 && len(sessions) > 0 {
		s.spawn(func() { s.lookWhose(conversation, sessions) })
		return
	}
	for _, session := range sessions {
		session.announced(seq)
	}
}

// lookWhose ends the sockets of people whose conversation it no longer is.
func (s *Server) lookWhose(conversation string, sessions []*session) {
	ctx, cancel := context.WithTimeout(s.ctx, s.limits.TurnTimeout)
	defer cancel()
	for _, session := range sessions {
		if !session.who.Anonymous {
			continue // only theirs can become another's
		}
		if _, err := s.engine.Open(ctx, session.who, conversation); errors.Is(err, bot.ErrMoved) {
			session.refuse("", &fault{code: codeMoved, cause: err})
		}
	}
}

// InLine tells the sockets of a conversation its place in line, 1 for next. It
// is of the moment: it has no number and is not stored.
func (s *Server) InLine(conversation string, position int) {
	frame := encode(s.inLine(conversation, position))
	for _, session := range s.hub.others(conversation, nil) {
		session.queue(frame)
		session.out.flushSoon()
	}
}

func (s *Server) inLine(conversation string, position int) outFrame {
	return outFrame{Type: typeHandoffState, Conv: conversation, TS: s.now(), Data: handoffData{State: bot.HandoffQueued, Position: position}}
}

// announced catches up, unless that is under way or left to the end of an act.
func (s *session) announced(seq int64) {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	s.feed.want = max(s.feed.want, seq)
	if s.feed.want > s.feed.last && !s.feed.catching && s.feed.acting == "" {
		s.catchUpSoon()
	}
}

// catchUpSoon needs the feed's lock.
func (s *session) catchUpSoon() {
	s.feed.catching = s.server.spawn(s.catchUp)
}

// AnnounceAll says that announcements may have been missed: every conversation
// somebody here looks at is compared with the log, a few at a time and over a
// few seconds. It returns at once; asked again meanwhile it starts over after.
func (s *Server) AnnounceAll() {
	if s.rounds.ask() && !s.spawn(s.askRounds) {
		s.rounds.done()
	}
}

// rounds remembers whether a comparison is under way and whether another was
// asked for since it began.
type rounds struct {
	mu             sync.Mutex
	running, again bool
}

// ask says whether the caller has to begin.
func (r *rounds) ask() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	begin := !r.running
	r.running, r.again = true, !begin
	return begin
}

// done says whether that was all.
func (r *rounds) done() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running, r.again = r.again, false
	return !r.running
}

func (s *Server) askRounds() {
	for done := false; !done; done = s.rounds.done() {
		s.compareAll()
	}
}

// How a comparison with the log goes: so many conversations at a time, over so
// long at least when there are many, and what failed once more after a pause.
const (
	comparers     = 4
	compareSpread = 3 * time.Second
	comparePause  = time.Second
)

// compareAll compares until nothing fails or the server ends.
func (s *Server) compareAll() {
	convs := s.hub.conversations()
	for len(convs) > 0 {
		if convs = s.compare(convs); len(convs) == 0 || !s.pause(comparePause) {
			return
		}
		s.log.Warn("conversations not compared with the log; trying again", "conversations", len(convs))
	}
}

// compare returns the conversations for which the log gave no answer.
func (s *Server) compare(convs []string) (failed []string) {
	var mu sync.Mutex
	var all sync.WaitGroup
	work := make(chan string)
	for range min(comparers, len(convs)) {
		all.Go(func() {
			for conv := range work {
				if s.compareOne(conv) != nil {
					mu.Lock()
					failed = append(failed, conv)
					mu.Unlock()
				}
			}
		})
	}
	step := compareSpread / time.Duration(max(len(convs), 1000))
	for _, conv := range convs {
		if !s.pause(rand.N(2*step + 1)) {
			break
		}
		work <- conv
	}
	close(work)
	all.Wait()
	return failed
}

// compareOne asks the log how far a conversation is.
func (s *Server) compareOne(conv string) error {
	sessions := s.hub.others(conv, nil)
	if len(sessions) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.limits.TurnTimeout)
	defer cancel()
	summary, err := s.engine.Open(ctx, sessions[0].who, conv)
	if errors.Is(err, bot.ErrNotFound) {
		s.lookWhose(conv, sessions) // or nothing is stored yet
		return nil
	}
	if errors.Is(err, bot.ErrDamaged) {
		return nil // asking again is of no use
	}
	if err != nil {
		return err
	}
	s.Announce(conv, summary.Seq)
	return nil
}

// pause waits; false when the server ends.
func (s *Server) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.leaving:
		return false
	}
}
