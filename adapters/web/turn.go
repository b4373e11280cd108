package web

import (
	"context"
	"time"

	"kaitong/bot"
)

// enqueue puts an act in line. One worker per socket, alive only while there
// is something to do, keeps a person's messages in order.
func (s *session) enqueue(f frame) *fault {
	if wait, ok := s.server.people.acts.take(s.who, s.server.elapsed()); !ok {
		return &fault{code: codeRateLimited, wait: wait}
	}
	if wait, ok := s.server.identity.tenants.of(s.who.Tenant).take(s.server.elapsed()); !ok {
		return &fault{code: codeBusy, wait: wait}
	}
	if s.server.draining.Load() {
		return &fault{code: codeBusy}
	}
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	if len(s.in.queue) >= s.server.limits.Inbox {
		return &fault{code: codeBusy}
	}
	if s.in.running {
		s.in.queue = append(s.in.queue, f)
		return nil
	}
	if !s.server.acts.Enter() {
		return &fault{code: codeBusy}
	}
	s.in.queue = append(s.in.queue, f)
	s.in.running = true
	s.server.crew.take(s)
	return nil
}

func (s *session) work() {
	defer s.server.acts.Leave()
	for {
		s.out.await()
		f, ok := s.nextAct()
		if !ok {
			return
		}
		s.act(f)
	}
}

// nextAct takes the next frame in line. What still waits when the socket
// closes is dropped: it was not acknowledged, so the client sends it again.
func (s *session) nextAct() (frame, bool) {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	if len(s.in.queue) == 0 || s.closing.Load() {
		s.in.running, s.in.queue = false, nil
		return frame{}, false
	}
	f := s.in.queue[0]
	s.in.queue = s.in.queue[1:]
	return f, true
}

// act hands one act to the engine and shows what came of it. The engine's
// context is the server's: a message on its way is finished even when its
// socket has gone.
func (s *session) act(f frame) {
	defer s.conclude()
	defer s.rescue("turn", f.id)
	s.begin(f.id)
	receipt, err := s.server.engine.Handle(s.turnContext(), s.say(f))
	if err != nil {
		s.failAct(f, err)
		return
	}
	s.server.counters.turns.Add(1)
	frames := encodeTurns(s.conv, receipt.Turn)
	s.settle(f.id, receipt, frames)
	s.server.show(s.conv, frames, s)
	s.out.flush() // after the others were shown: a slow reader keeps only itself waiting
}

// turnContext is the server's, within the trace of the client where it has one.
func (s *session) turnContext() context.Context {
	ctx := s.server.turnContext()
	if s.traceparent == "" {
		return ctx
	}
	return s.server.options.Follow(ctx, s.traceparent)
}

func (s *session) failAct(f frame, err error) {
	bad := faultOf(err)
	if bad.code == codeInternal || bad.code == codeBusy || bad.code == codeDamaged {
		s.server.log.Error("turn failed", "conversation", s.conv, "message", f.id, "error", err)
	}
	s.refuse(f.id, bad)
}

func (s *session) say(f frame) bot.Say {
	return bot.Say{
		Conversation: s.conv,
		MessageID:    f.id,
		User:         s.who,
		Locale:       s.chosen,
		Product:      s.product,
		Client:       s.client,
		Text:         f.text,
		Choice:       f.choice,
		Vote:         f.vote,
		Handoff:      f.handoff,
		OnCheck:      func(state string) { s.showCheck(f.id, state) },
	}
}

// checkPatience is how long a check may take without being mentioned at once:
// usually its answer is there before, and all is one write.
const checkPatience = 20 * time.Millisecond

func (s *session) showCheck(id, state string) {
	s.queueFrame(outFrame{Type: typeCheckState, Conv: s.conv, Re: id, Data: stateData{State: state}})
	time.AfterFunc(checkPatience, s.out.flushSoon)
}
