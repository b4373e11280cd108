package desk

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"

	"kaitong/adapters/edge"
	"kaitong/bot/staff"
)

type loginAsk struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

// login is POST /v1/desk/login. Whoever was signed in with this browser is not
// any more, whoever it was.
func (s *Server) login(w http.ResponseWriter, r *http.Request, _ visitor) {
	var ask loginAsk
	if bad := read(w, r, &ask); bad != nil {
		s.problem(w, r, bad)
		return
	}
	account, bad := s.prove(r, ask)
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	who, bad := s.enter(w, r, account, "")
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	s.json(w, who.me())
}

// enter begins a session for somebody who has proven who they are, and says how in
// the audit log.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, account staff.Account, how string) (visitor, *fault) {
	if bad := s.audited(r, staff.Record{Who: account.User, Did: "login", Reason: how}); bad != nil {
		return visitor{}, bad
	}
	token := newToken()
	now := s.now()
	session := staff.Session{Key: staff.KeyOf(token), User: account.User, Era: account.Era, Began: now, Seen: now}
	if err := s.vault.Begin(r.Context(), session); err != nil {
		return visitor{}, faultOf(err)
	}
	s.endSession(r)
	s.setToken(w, r, base64.RawURLEncoding.EncodeToString(token))
	return visitor{account: account, session: session, csrf: csrfOf(token)}, nil
}

// prove finds the account that somebody has proven to be theirs. All ways to
// fail take the same work and sound the same.
func (s *Server) prove(r *http.Request, ask loginAsk) (staff.Account, *fault) {
	if account, ok := s.demo[ask.User]; ok && ask.Password == "" && s.ownHost(r) {
		return account, nil
	}
	if s.company != nil && s.company.Only {
		return staff.Account{}, &fault{code: codeNoPasswords}
	}
	from := edge.Neighbourhood(s.proxies.Address(r))
	name := ask.User
	if !staff.ValidUser(name) {
		name = "" // nobody: all of them share one allowance
	}
	if bad := s.guesses.take(name, from, s.now()); bad != nil {
		return staff.Account{}, bad
	}
	account, err := s.vault.Account(r.Context(), name)
	if err != nil && !errors.Is(err, staff.ErrUnknown) {
		return staff.Account{}, faultOf(err)
	}
	right, err := s.gatekeeper.admits(r.Context(), account.Hash, ask.Password[:min(len(ask.Password), maxPassword+1)])
	if err != nil {
		return staff.Account{}, faultOf(err)
	}
	if !right || account.Disabled {
		// The name of nobody is not kept: it may be a password in the wrong field.
		return staff.Account{}, firstFault(s.audited(r, staff.Record{Did: "login_failed", Subject: account.User}), &fault{code: codeBadLogin})
	}
	s.guesses.right(name, from, s.now())
	return account, nil
}

func firstFault(faults ...*fault) *fault {
	for _, bad := range faults {
		if bad != nil {
			return bad
		}
	}
	return nil
}

// endSession ends the session of the cookie, whether it lives or not.
func (s *Server) endSession(r *http.Request) {
	token, ok := s.tokenOf(r)
	if !ok {
		return
	}
	key := staff.KeyOf(token)
	if err := s.vault.End(context.WithoutCancel(r.Context()), key); err != nil {
		s.log.Warn("desk session not ended", "error", err)
	}
	s.hub.dismiss(func(d *desk) bool { return d.key == key }, closeUnauthorized, codeUnauthorized)
}

// logout is POST /v1/desk/logout. Where one has to sign out elsewhere, too, the
// answer says where.
func (s *Server) logout(w http.ResponseWriter, r *http.Request, who visitor) {
	if bad := s.audited(r, staff.Record{Who: who.account.User, Did: "logout"}); bad != nil {
		s.problem(w, r, bad)
		return
	}
	s.endSession(r)
	s.setToken(w, r, "")
	if address := s.leaveCompany(r, who.account); address != "" {
		s.json(w, map[string]string{"url": address})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// me is GET /v1/desk/me.
func (s *Server) me(w http.ResponseWriter, _ *http.Request, who visitor) {
	s.json(w, who.me())
}

// changePassword is POST /v1/desk/password {"old","new"}: of one's own account.
// All its sessions end, this one too.
func (s *Server) changePassword(w http.ResponseWriter, r *http.Request, who visitor) {
	var ask struct {
		Old string `json:"old"`
		New string `json:"new"`
	}
	bad := read(w, r, &ask)
	if bad == nil {
		bad = s.replacePassword(r, who.account, ask.Old, ask.New)
	}
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) replacePassword(r *http.Request, account staff.Account, old, fresh string) *fault {
	if _, demo := s.demo[account.User]; demo || account.Foreign() {
		return &fault{code: codeForbidden}
	}
	if bad := s.guesses.take(account.User, edge.Neighbourhood(s.proxies.Address(r)), s.now()); bad != nil {
		return bad
	}
	right, err := s.gatekeeper.admits(r.Context(), account.Hash, old)
	switch {
	case err != nil:
		return faultOf(err)
	case !right:
		return &fault{code: codeBadField, field: "old"}
	case CheckStrength(account.User, fresh) != nil:
		return &fault{code: codeWeakPassword, field: "new"}
	}
	s.guesses.right(account.User, edge.Neighbourhood(s.proxies.Address(r)), s.now())
	return s.save(r, staff.Record{Who: account.User, Did: "password", Subject: account.User}, account.WithPassword(s.cost.Hash(fresh)))
}
