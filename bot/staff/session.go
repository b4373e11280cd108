package staff

import (
	"crypto/sha256"
	"time"
)

// How long a session lasts.
const (
	IdleTimeout     = 30 * time.Minute // without anything done
	AbsoluteTimeout = 12 * time.Hour   // whatever is done
)

// Key is what a session is kept under: a hash of the token that only the
// browser has, so that a stolen database lets nobody in.
type Key [sha256.Size]byte

// KeyOf hashes a token.
func KeyOf(token []byte) Key {
	return sha256.Sum256(append([]byte("kaitong desk session\n"), token...))
}

// Session is one browser that is signed in.
type Session struct {
	Key   Key
	User  string
	Era   int64 // of the account when it began
	Began time.Time
	Seen  time.Time // when something was last done
}

// Live says whether a session still lets its owner in.
func (s Session) Live(a Account, now time.Time) bool {
	return s.User == a.User && s.Era == a.Era && !a.Disabled && now.Before(s.Expires())
}

// Expires is when it ends if nothing more is done.
func (s Session) Expires() time.Time {
	idle, absolute := s.Seen.Add(IdleTimeout), s.Began.Add(AbsoluteTimeout)
	if absolute.Before(idle) {
		return absolute
	}
	return idle
}
