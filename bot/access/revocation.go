package access

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Revocation says that one token does not count any more, or all that a person
// was given up to a moment.
type Revocation struct {
	Tenant string
	User   string    // empty: it is about one token
	Token  string    // its jti; empty: it is about a person
	Since  time.Time // tokens issued then or before are void
	Until  time.Time // from then on every token it concerns has expired anyway
}

// maxName is the longest name, in characters.
const maxName = 128

// Validate says what is wrong with a revocation.
func (r Revocation) Validate() error {
	switch {
	case (r.User == "") == (r.Token == ""):
		return errors.New("want a user or the jti of a token, one of them")
	case r.Tenant == "":
		return errors.New("want a tenant")
	case strings.HasPrefix(r.User, "anon-"):
		return errors.New("people without a name have no token that could be revoked; their conversations can be erased")
	case r.Since.IsZero() || !r.Until.After(r.Since):
		return errors.New("want a time from which on, and a later one until which")
	}
	for _, name := range []string{r.Tenant, r.User, r.Token} {
		if utf8.RuneCountInString(name) > maxName || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
			return fmt.Errorf("want names of at most %d characters", maxName)
		}
	}
	return nil
}

// List is what was revoked, as far as it is known here. It is safe for
// concurrent use, and quick to ask.
type List struct {
	mu      sync.RWMutex
	persons map[[2]string]time.Time // tenant and user -> tokens up to then are void
	tokens  map[[2]string]bool      // tenant and jti
}

// NewList returns a list of nothing.
func NewList() *List { return &List{} }

// Replace makes all revoke what is on the list, and says whether that is more, or
// other, than before.
func (l *List) Replace(all []Revocation) (changed bool) {
	persons, tokens := map[[2]string]time.Time{}, map[[2]string]bool{}
	for _, one := range all {
		if one.Token != "" {
			tokens[[2]string{one.Tenant, one.Token}] = true
			continue
		}
		key := [2]string{one.Tenant, one.User}
		if one.Since.After(persons[key]) {
			persons[key] = one.Since
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, since := range persons {
		changed = changed || !since.Equal(l.persons[key])
	}
	for key := range tokens {
		changed = changed || !l.tokens[key]
	}
	l.persons, l.tokens = persons, tokens
	return changed
}

// Revoked says whether a token counts no more. issued is when it was signed, or
// the earliest it can have been.
func (l *List) Revoked(tenant, user, token string, issued time.Time) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if token != "" && l.tokens[[2]string{tenant, token}] {
		return true
	}
	since, found := l.persons[[2]string{tenant, user}]
	return found && !issued.After(since)
}
