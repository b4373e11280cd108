package desk

import (
	"net/netip"
	"sync"
	"time"
)

// Guessing at sign-in: so many attempts that fail in guessWindow, then one
// whenever the window has room again. It is the same for accounts that do not
// exist.
//
// What stops a guesser is the bound of an account as tried from one address, and
// that of the address. The bound of an account from everywhere is there for
// guessers with many addresses. It is so wide that one of them does not reach it,
// and it does not hold where the account was signed in to lately: whoever wants to
// lock somebody out by guessing would have to do it from their own desk.
const (
	guessesFromOne   = 8  // of one account, from one address
	guessesOfAddress = 40 // of all accounts
	guessesOfAccount = 120
	guessWindow      = 15 * time.Minute
)

// attempt is one account, tried from one address.
type attempt struct {
	user string
	from netip.Addr
}

// guesses limits attempts to sign in.
type guesses struct {
	attempts  *allowance[attempt]
	addresses *allowance[netip.Addr]
	accounts  *allowance[string]
	homes     *homes
}

func newGuesses() guesses {
	return guesses{
		attempts:  newAllowance[attempt](guessesFromOne, guessWindow),
		addresses: newAllowance[netip.Addr](guessesOfAddress, guessWindow),
		accounts:  newAllowance[string](guessesOfAccount, guessWindow),
		homes:     &homes{known: map[attempt]time.Time{}},
	}
}

// take counts an attempt before it is made, so that many at once are counted
// too.
func (g guesses) take(user string, from netip.Addr, now time.Time) *fault {
	if bad := g.takeAddress(from, now); bad != nil {
		return bad
	}
	if wait, ok := g.attempts.take(attempt{user, from}, now); !ok {
		return &fault{code: codeLocked, wait: wait}
	}
	if g.homes.has(attempt{user, from}, now) {
		return nil
	}
	if wait, ok := g.accounts.take(user, now); !ok {
		return &fault{code: codeLocked, wait: wait}
	}
	return nil
}

// takeAddress is take where it is not known yet whose account it is.
func (g guesses) takeAddress(from netip.Addr, now time.Time) *fault {
	if wait, ok := g.addresses.take(from, now); !ok {
		return &fault{code: codeLocked, wait: wait}
	}
	return nil
}

// right forgets the attempts at an account that was signed in to from there.
func (g guesses) right(user string, from netip.Addr, now time.Time) {
	at := attempt{user, from}
	if !g.homes.has(at, now) {
		g.accounts.giveBack(user)
	}
	g.attempts.clear(at)
	g.addresses.giveBack(from)
	g.homes.learn(at, now)
}

const (
	homeLife  = 30 * 24 * time.Hour
	mostHomes = 10_000
)

// homes is where accounts were signed in to lately, as far as this process knows.
type homes struct {
	mu    sync.Mutex
	known map[attempt]time.Time // until when
}

func (h *homes) has(at attempt, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return now.Before(h.known[at])
}

func (h *homes) learn(at attempt, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.known[at]; !known && len(h.known) >= mostHomes {
		h.forget(now)
	}
	h.known[at] = now.Add(homeLife)
}

// forget makes room: those that are over go, or else the oldest.
func (h *homes) forget(now time.Time) {
	var oldest attempt
	first := now.Add(2 * homeLife)
	for at, until := range h.known {
		if !now.Before(until) {
			delete(h.known, at)
		} else if until.Before(first) {
			oldest, first = at, until
		}
	}
	if len(h.known) >= mostHomes {
		delete(h.known, oldest)
	}
}
