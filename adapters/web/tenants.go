package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"kaitong/adapters/tokens"
)

// Tenant is one of several institutions that a server serves.
type Tenant struct {
	Name    string
	Origins []string      // of pages whose anonymous people are its own; they are in Options.Origins too
	Token   *tokens.Rules // which tokens speak for its people; nil: those of Options.Token
	// Of all its people together; 0: no limit of its own. One tenant's crowd
	// leaves the service of the others as it is.
	Sockets  int
	Messages int // in Limits.Window
}

// tenants knows whose people somebody is, and how much of them may be here.
type tenants struct {
	usual string // of who names none
	known map[string]*tenant
}

type tenant struct {
	Tenant
	people, backend *tokens.Verifier // nil: the usual ones
	acts            *allowance[string]

	mu   sync.Mutex
	open int // sockets
}

func newTenants(o Options, now func() time.Time) (tenants, error) {
	all := tenants{usual: o.Tenant, known: map[string]*tenant{}}
	for _, one := range o.Tenants {
		t := &tenant{Tenant: one}
		if one.Messages > 0 {
			t.acts = newAllowance[string](one.Messages, o.Limits.Window)
		}
		if one.Token != nil {
			var failed [2]error
			t.people, failed[0] = tokens.NewVerifier(*one.Token, now)
			t.backend, failed[1] = backendVerifier(*one.Token, now)
			if err := errors.Join(failed[:]...); err != nil {
				return tenants{}, fmt.Errorf("tenant %s: %w", one.Name, err)
			}
		}
		all.known[one.Name] = t
	}
	return all, nil
}

// of is the tenant of a name, nil where there is none, or only one.
func (t tenants) of(name string) *tenant { return t.known[name] }

// admits says whether a token may be for a tenant. Where there is only one, the
// host app may call its people what it likes.
func (t tenants) admits(name string) bool { return len(t.known) == 0 || t.known[name] != nil }

// ruling finds the tenant by whose rules a token is to be checked: what it says
// of itself is not believed by that, for only that tenant's keys are tried.
func (t tenants) ruling(token string) *tenant {
	if len(t.known) == 0 {
		return nil
	}
	claims, err := tokens.Unverified(token)
	if err != nil {
		return nil
	}
	return t.known[cmp.Or(claims.Tenant, t.usual)]
}

// home is whose people somebody without a token is.
func (s *Server) home(r *http.Request) string {
	return s.identity.tenants.home(r.Header.Get("Origin"), s.door.proxies.Host(r))
}

// home is the tenant whose page somebody comes from, by its origin or by the name
// under which it was reached.
func (t tenants) home(origin, reached string) string {
	for name, one := range t.known {
		for _, own := range one.Origins {
			_, host, _ := strings.Cut(own, "://")
			if strings.EqualFold(origin, own) || origin == "" && strings.EqualFold(reached, host) {
				return name
			}
		}
	}
	return t.usual
}

// enter counts one more socket; false where the tenant has enough.
func (t *tenant) enter() bool {
	if t == nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.Sockets > 0 && t.open >= t.Sockets {
		return false
	}
	t.open++
	return true
}

func (t *tenant) leave() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open--
}

// take uses one act of all that the tenant's people have together.
func (t *tenant) take(now time.Duration) (wait time.Duration, ok bool) {
	if t == nil || t.acts == nil {
		return 0, true
	}
	return t.acts.take(t.Name, now)
}
