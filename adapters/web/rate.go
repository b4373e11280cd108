package web

import (
	"sync"
	"time"

	"kaitong/bot"
)

// allowance limits how often each of many may do something, by the generic
// cell rate algorithm: one instant says how far an allowance is used up, so
// that a window costs 8 bytes, not a list.
//
// Instants are lengths of time since the start of the server: a wall clock
// that is set forth or back limits nobody and frees nobody.
type allowance[K comparable] struct {
	mu     sync.Mutex
	swept  time.Duration // when forget last looked through spent
	spent  map[K]time.Duration
	burst  int           // in window; 0: no limit
	window time.Duration // see burst
}

func newAllowance[K comparable](burst int, window time.Duration) *allowance[K] {
	return &allowance[K]{spent: map[K]time.Duration{}, burst: burst, window: window}
}

// take uses one of the allowance of who, or says how long to wait.
func (a *allowance[K]) take(who K, now time.Duration) (wait time.Duration, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.burst == 0 {
		return 0, true
	}
	step := a.window / time.Duration(a.burst)
	spent := max(a.spent[who], now) + step
	if over := spent - now - a.window; over > 0 {
		return over, false
	}
	a.forget(now)
	a.spent[who] = spent
	return 0, true
}

// allow changes the limit. What was used up of the former one stays so.
func (a *allowance[K]) allow(burst int, window time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.burst, a.window = burst, window
}

// forgetAbove keeps the map small: past this size entries that no longer limit
// anybody are dropped.
const forgetAbove = 10_000

// forget looks through everybody at most once a window: sooner, most of them
// are still limited, and a crowd would pay for the search at every act.
func (a *allowance[K]) forget(now time.Duration) {
	if len(a.spent) < forgetAbove || now-a.swept < a.window {
		return
	}
	a.swept = now
	for who, spent := range a.spent {
		if spent < now {
			delete(a.spent, who)
		}
	}
}

// people counts, per person and over all sockets, what is limited.
//
// Anonymous people are limited too, but a new anonymous name costs nothing:
// what bounds those who keep making them is how many sockets one address may
// open, see door.
type people struct {
	acts *allowance[bot.Identity]

	mu      sync.Mutex
	sockets map[bot.Identity]int
	most    int // sockets of one person
}

func newPeople(limits Limits) *people {
	return &people{
		acts:    newAllowance[bot.Identity](limits.MessagesPerWindow, limits.Window),
		sockets: map[bot.Identity]int{},
		most:    limits.SocketsPerUser,
	}
}

// allow changes the limits. Nobody is sent away for it.
func (p *people) allow(limits Limits) {
	p.acts.allow(limits.MessagesPerWindow, limits.Window)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.most = limits.SocketsPerUser
}

// enter counts one more socket of who; false when there are enough.
func (p *people) enter(who bot.Identity) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sockets[who] >= p.most {
		return false
	}
	p.sockets[who]++
	return true
}

// enter counts a socket for its person and for its tenant, or says why not.
func (s *Server) enter(who bot.Identity) *fault {
	tenant := s.identity.tenants.of(who.Tenant)
	if !tenant.enter() {
		return &fault{code: codeServerFull}
	}
	if !s.people.enter(who) {
		tenant.leave()
		return &fault{code: codeSocketLimit}
	}
	return nil
}

func (s *Server) leave(who bot.Identity) {
	s.identity.tenants.of(who.Tenant).leave()
	s.people.leave(who)
}

func (p *people) leave(who bot.Identity) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sockets[who]--; p.sockets[who] <= 0 {
		delete(p.sockets, who)
	}
}

// framesPerAct is how many frames of any kind a socket may send for each act it
// may do: people type, and clients ping and acknowledge.
const framesPerAct = 10

// slowDown has a socket that sends too many frames be read more slowly. Even a
// refusal costs something, and a flood that is not read fills the buffers of who
// sends it instead of taking time from others.
func (s *session) slowDown() {
	limits := s.server.limits
	now := s.server.elapsed()
	step := limits.Window / time.Duration(limits.MessagesPerWindow) / framesPerAct
	s.spent = max(s.spent, now) + step
	if s.spent-now > limits.Window {
		s.spent = now + limits.Window
		time.Sleep(step)
	}
}
