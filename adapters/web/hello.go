package web

import (
	"context"
	"errors"

	"kaitong/bot"
)

// greet answers hello: who is there, which conversation, what was missed.
func (s *session) greet(f frame) *fault {
	h := f.hello
	s.english.Store(h.locale == localeEN)
	s.chosen, s.product, s.client = h.locale, h.product, h.client
	pass, bad := s.identify(h)
	if bad != nil {
		return bad
	}
	begin, err := s.beginning(pass.who, s.former(h, pass.who), h.resume)
	if err != nil {
		return faultOf(err)
	}
	if bad := s.server.enter(pass.who); bad != nil {
		return bad
	}
	s.who, s.conv = pass.who, begin.conv
	s.token.Store(pass.token)
	s.feed.last, s.feed.want, s.feed.catching = begin.last, begin.seq, true
	s.server.hub.join(s.conv, s)
	s.greeted.Store(true)
	s.firstTick()
	s.welcome(f.id, pass, begin)
	if !s.recheck() { // it may have been revoked since it was read
		return nil
	}
	s.meet(begin)
	s.showPlace(begin)
	s.out.flush()
	return nil
}

// identify believes a token, or makes or recognises an anonymous person. A
// native app sends no Origin; it may be anonymous like anybody else, for what
// the Origin protects against is a browser's cookies, and there are none here.
func (s *session) identify(h *hello) (passport, *fault) {
	if h.token != "" {
		return s.server.identity.fromToken(s.server.ctx, h.token)
	}
	return s.server.identity.fromAnon(h.anon, s.home)
}

// former is the anonymous person that somebody was before they signed in, as far
// as they can show that; nobody where they cannot. The tenant is that of the
// token: nothing of another one is claimed.
func (s *session) former(h *hello, who bot.Identity) bot.Identity {
	if h.token == "" || h.anon == "" {
		return bot.Identity{}
	}
	pass, bad := s.server.identity.fromAnon(h.anon, who.Tenant)
	if bad != nil {
		return bot.Identity{}
	}
	return pass.who
}

// beginning is where a socket starts in its conversation.
type beginning struct {
	conv      string
	seq       int64 // last stored
	last      int64 // shown to this client before: replay starts after it
	recovered bool
	fresh     bool // nothing is stored yet
}

// beginning finds the conversation to resume. An unknown one, somebody else's
// and a damaged one look the same: a new one is opened.
func (s *session) beginning(who, former bot.Identity, r *resume) (beginning, error) {
	if r == nil {
		return beginning{conv: s.server.identity.newConversation(who), fresh: true}, nil
	}
	ctx, cancel := context.WithTimeout(s.server.ctx, s.server.limits.TurnTimeout)
	defer cancel()
	summary, err := s.server.engine.Open(ctx, who, r.conv)
	if errors.Is(err, bot.ErrNotFound) && former.User != "" {
		summary, err = s.claim(ctx, former, who, r.conv)
	}
	if errors.Is(err, bot.ErrMoved) || errors.Is(err, bot.ErrErased) {
		return beginning{conv: s.server.identity.newConversation(who), fresh: true}, nil
	}
	if errors.Is(err, bot.ErrNotFound) {
		return s.unstored(who, r), nil
	}
	if errors.Is(err, bot.ErrDamaged) {
		s.server.log.Error("damaged conversation not resumed", "conversation", r.conv, "error", err)
		return beginning{conv: s.server.identity.newConversation(who), fresh: true}, nil
	}
	if err != nil {
		return beginning{}, err
	}
	begin := beginning{conv: r.conv, seq: summary.Seq, last: summary.Seq}
	missed := summary.Seq - r.afterSeq
	if r.epoch == s.server.engine.Epoch() && missed >= 0 && missed <= int64(s.server.limits.ReplayEvents) {
		begin.last, begin.recovered = r.afterSeq, true
	}
	return begin, nil
}

// claim takes a conversation over from the anonymous person somebody was. Sockets
// that show it under the name they had are ended, here and on other nodes.
func (s *session) claim(ctx context.Context, former, who bot.Identity, conv string) (bot.Summary, error) {
	if err := s.server.engine.Claim(ctx, conv, former, who); err != nil {
		return bot.Summary{}, err
	}
	s.server.log.Info("conversation claimed by somebody who signed in", "conversation", conv)
	s.server.Announce(conv, 0)
	return s.server.engine.Open(ctx, who, conv)
}

// unstored lets somebody back into a conversation whose first message has not
// been stored yet: opening another would store that message twice.
func (s *session) unstored(who bot.Identity, r *resume) beginning {
	if r.afterSeq == 0 && r.epoch == s.server.engine.Epoch() && s.server.identity.gave(r.conv, who) {
		return beginning{conv: r.conv, recovered: true, fresh: true}
	}
	return beginning{conv: s.server.identity.newConversation(who), fresh: true}
}

func (s *session) welcome(re string, pass passport, begin beginning) {
	s.queueFrame(outFrame{Type: typeWelcome, Conv: begin.conv, TS: s.server.now(), Re: re, Data: welcomeData{
		Conv:      begin.conv,
		Epoch:     s.server.engine.Epoch(),
		Seq:       begin.seq,
		PingMS:    s.server.limits.PingEvery.Milliseconds(),
		Recovered: begin.recovered,
		Anon:      pass.anon,
		ExpiresAt: stamp(pass.ends()),
		Features:  s.server.features(),
		Greeting:  s.greeting(),
		Page:      s.server.engine.Page(s.who.Tenant, s.locale()),
	}})
}

// features is what can be done here. Documents are taken where there is a place
// to keep them.
func (s *Server) features() []string {
	names := []string{"choices", "feedback", "handoff", "check"}
	if s.options.Uploads != nil {
		names = append(names, "documents")
	}
	return names
}

func (s *session) greeting() []bot.Block {
	blocks := s.server.engine.Greeting(s.who.Tenant, s.locale())
	if blocks == nil {
		return []bot.Block{}
	}
	return blocks
}

// meet replays what was missed, and what was stored since it was looked up. A
// conversation without anything stored has nothing to read.
func (s *session) meet(begin beginning) {
	if !begin.fresh || begin.recovered && s.begunMeanwhile() {
		s.catchUp()
		return
	}
	s.feed.mu.Lock()
	behind := s.feed.want > s.feed.last
	s.feed.catching = behind
	s.feed.mu.Unlock()
	if behind {
		s.catchUp()
	}
}

// showPlace tells somebody who comes back, or opens another page, their place in
// line: it is told otherwise only when it moves.
func (s *session) showPlace(begin beginning) {
	if begin.fresh || s.server.options.Place == nil {
		return
	}
	if position, waits := s.server.options.Place(begin.conv); waits {
		s.queueFrame(s.server.inLine(begin.conv, position))
	}
}

// begunMeanwhile looks again, now that announcements are heard: another socket
// may have sent the first message since this one was told that there is none.
func (s *session) begunMeanwhile() bool {
	s.out.flush() // it waits for a turn that is under way
	ctx, cancel := context.WithTimeout(s.server.ctx, s.server.limits.TurnTimeout)
	defer cancel()
	_, err := s.server.engine.Open(ctx, s.who, s.conv)
	return !errors.Is(err, bot.ErrNotFound)
}
