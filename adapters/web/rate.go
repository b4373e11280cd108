package web

import (
	"sync"
	"time"

	"kaitong/bot"
)

// people counts, per person and over all sockets, what is limited.
//
// The rate is the generic cell rate algorithm: one instant per person says how
// far its allowance is used up, so that a window costs 24 bytes, not a list.
type people struct {
	mu      sync.Mutex
	swept   time.Time // when forget last looked through spent
	sockets map[bot.Identity]int
	spent   map[bot.Identity]time.Time

	most   int           // sockets of one person
	burst  int           // acts in window
	window time.Duration // see burst
}

func newPeople(limits Limits) *people {
	return &people{
		sockets: map[bot.Identity]int{},
		spent:   map[bot.Identity]time.Time{},
		most:    limits.SocketsPerUser,
		burst:   limits.MessagesPerWindow,
		window:  limits.Window,
	}
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

func (p *people) leave(who bot.Identity) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sockets[who]--; p.sockets[who] <= 0 {
		delete(p.sockets, who)
	}
}

// allow takes one act from the allowance of who, or says how long to wait.
func (p *people) allow(who bot.Identity, now time.Time) (wait time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	step := p.window / time.Duration(p.burst)
	spent := p.spent[who]
	if spent.Before(now) {
		spent = now
	}
	spent = spent.Add(step)
	if over := spent.Sub(now) - p.window; over > 0 {
		return over, false
	}
	p.forget(now)
	p.spent[who] = spent
	return 0, true
}

// forgetAbove keeps the map small: past this size entries that no longer limit
// anybody are dropped.
const forgetAbove = 10_000

// forget looks through everybody at most once a window: sooner, most of them
// are still limited, and a crowd would pay for the search at every act.
func (p *people) forget(now time.Time) {
	if len(p.spent) < forgetAbove || now.Sub(p.swept) < p.window {
		return
	}
	p.swept = now
	for who, spent := range p.spent {
		if spent.Before(now) {
			delete(p.spent, who)
		}
	}
}
