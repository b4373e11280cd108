package web

import (
	"context"
	"sync"

	"kaitong/bot"
)

// feed is what one socket has been shown of its conversation. Events have
// consecutive numbers, so "once and in order" is one rule: only the event
// numbered last+1 may be shown. Whatever else arrives raises want, and the
// socket fetches the history up to it.
type feed struct {
	mu       sync.Mutex
	last     int64  // seq of the last event shown
	want     int64  // highest seq known to be stored
	acting   string // id of the act inside the engine: its turn is shown with its ack
	catching bool   // a catch-up is running and will show everything up to want
}

// offer shows a turn stored through another socket or another node. It never
// waits: a gap is filled on a goroutine of its own.
func (s *session) offer(frames []durable) {
	if len(frames) == 0 {
		return
	}
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	s.feed.want = max(s.feed.want, frames[len(frames)-1].seq)
	switch {
	case s.feed.catching || s.feed.holds(frames):
	case frames[0].seq > s.feed.last+1:
		s.catchUpSoon()
	default:
		s.showLocked(nil, frames, "")
		s.out.flushSoon()
	}
}

// holds says whether frames must wait for the act under way: its own turn
// comes with the ack, and what follows a gap comes after it.
func (f *feed) holds(frames []durable) bool {
	if f.acting == "" {
		return false
	}
	if frames[0].seq > f.last+1 {
		return true
	}
	for _, frame := range frames {
		if frame.userID == f.acting {
			return true
		}
	}
	return false
}

// begin marks an act as under way.
func (s *session) begin(id string) {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	s.feed.acting = id
}

// settle queues an act's ack and then its events, for the caller to flush. What
// other sockets did before comes first, what they did meanwhile comes after.
func (s *session) settle(id string, receipt bot.Receipt, frames []durable) {
	if len(frames) > 0 && !s.fillGap(frames[0].seq) {
		s.server.log.Error("history has a hole", "conversation", s.conv, "before", frames[0].seq)
		s.close(codeLagging)
		return
	}
	var space [frameBytes]byte
	ack := appendFrame(space[:0], outFrame{Type: typeAck, Conv: s.conv, Re: id, Data: ackData{Seq: receipt.Seq, Duplicate: receipt.Duplicate, Masked: maskedText(receipt.Turn, id)}})
	s.feed.mu.Lock()
	s.showLocked(ack, frames, id)
	s.feed.mu.Unlock()
}

// maskedText is what was stored of a person's own message in which something was
// hidden, so that its writer sees it too.
func maskedText(turn bot.Turn, id string) string {
	for _, event := range turn.Events {
		if m, ok := event.(bot.Message); ok && m.ID == id && len(m.Masked) > 0 && len(m.Blocks) > 0 {
			return m.Blocks[0].Text
		}
	}
	return ""
}

// conclude ends an act and catches up with what had to wait for it.
func (s *session) conclude() {
	s.feed.mu.Lock()
	s.feed.acting = ""
	behind := s.feed.want > s.feed.last && !s.feed.catching
	s.feed.catching = s.feed.catching || behind
	s.feed.mu.Unlock()
	if behind {
		s.catchUp()
	}
}

// fillGap shows everything numbered below next; false when it cannot.
func (s *session) fillGap(next int64) bool {
	last := s.lastShown()
	if last+1 >= next {
		return true
	}
	frames, err := s.history(last)
	if err != nil {
		return false
	}
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	for i, frame := range frames {
		if frame.seq >= next {
			frames = frames[:i]
			break
		}
	}
	s.showLocked(nil, frames, "")
	return s.feed.last+1 >= next
}

// catchUp shows the history after the last event shown until nothing known is
// missing. feed.catching must be set; it is cleared here. It asks at least
// once: a turn may have been stored just before the socket joined the hub.
//
// When that fails the socket is closed: the client comes back and resumes from
// the last event it has seen.
func (s *session) catchUp() {
	if !s.tryCatchUp() {
		s.stopCatching()
		s.close(codeLagging)
	}
}

func (s *session) tryCatchUp() bool {
	defer s.rescue("history", "")
	for {
		last := s.lastShown()
		frames, err := s.history(last)
		if err != nil || len(frames) > s.server.limits.ReplayEvents {
			return false
		}
		done := s.caughtUp(frames)
		s.out.flush()
		if done {
			return true
		}
		if len(frames) == 0 {
			s.server.log.Error("history ends too early", "conversation", s.conv, "after", last)
			return false
		}
	}
}

func (s *session) caughtUp(frames []durable) bool {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	stopped := s.showLocked(nil, frames, "")
	if s.feed.last < s.feed.want && !stopped {
		return false
	}
	s.feed.catching = false
	return true
}

func (s *session) stopCatching() {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	s.feed.catching = false
}

func (s *session) lastShown() int64 {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	return s.feed.last
}

func (s *session) history(after int64) ([]durable, error) {
	ctx, cancel := context.WithTimeout(s.server.ctx, s.server.limits.TurnTimeout)
	defer cancel()
	turns, err := s.server.engine.History(ctx, s.who, s.conv, after, s.server.limits.ReplayEvents+1)
	if err != nil {
		s.server.log.Warn("history not read", "conversation", s.conv, "error", err)
		return nil, err
	}
	return encodeTurns(s.conv, turns...), nil
}

// showLocked queues head and those of frames that come next, as one. It needs
// the feed's lock, which is what keeps the order; the caller flushes.
//
// own is the act that head acknowledges. When there is none, it stops before
// the message of an act under way: that is shown as an ack, by settle, and
// conclude sees to what follows.
func (s *session) showLocked(head []byte, frames []durable, own string) (stopped bool) {
	var few [8][]byte
	list := few[:0]
	if head != nil {
		list = append(list, head)
	}
	for i := range frames {
		frame := &frames[i]
		if frame.seq != s.feed.last+1 {
			continue
		}
		if own == "" && frame.userID != "" && frame.userID == s.feed.acting {
			stopped = true
			break
		}
		s.feed.last = frame.seq
		if frame.userID == "" || frame.userID != own {
			list = append(list, frame.bytes())
		}
	}
	s.feed.want = max(s.feed.want, s.feed.last)
	switch {
	case len(list) == 0:
	case own != "":
		s.reply(list...)
	default:
		s.queue(list...)
	}
	return stopped
}
