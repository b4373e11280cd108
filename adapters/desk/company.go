package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"kaitong/adapters/desk/sso"
	"kaitong/adapters/edge"
	"kaitong/bot/staff"
)

// howCompany is how the audit log says that somebody came from the provider.
const howCompany = "oidc"

// waysInData is what the page offers to sign in with.
type waysInData struct {
	Company  bool   `json:"company"`
	Name     string `json:"company_name,omitempty"` // for the button
	Password bool   `json:"password"`
	Demo     bool   `json:"demo"`
}

// waysIn is GET /v1/desk/signin.
func (s *Server) waysIn(w http.ResponseWriter, r *http.Request, _ visitor) {
	data := waysInData{Password: true, Demo: len(s.demo) > 0 && s.ownHost(r)}
	if s.company != nil {
		data.Company, data.Name, data.Password = true, s.company.Name, !s.company.Only
	}
	s.json(w, data)
}

// beginCompany is POST /v1/desk/oidc: where to go to sign in. It is no GET, so
// that no other page can send somebody on that way.
func (s *Server) beginCompany(w http.ResponseWriter, r *http.Request, _ visitor) {
	if s.company == nil {
		s.problem(w, r, &fault{code: codeNotFound})
		return
	}
	address, flow, err := s.company.Provider.Begin(r.Context())
	if err != nil {
		s.problem(w, r, s.companyFault(err))
		return
	}
	s.endSession(r) // its cookie does not come along on the way back
	s.setFlow(w, r, flow)
	s.json(w, map[string]string{"url": address})
}

// finishCompany is GET /v1/desk/oidc/callback, where the provider sends browsers
// back to. Whether that went well or not, the page takes it from there: it asks
// who is signed in by itself, which the session's cookie needs, because a strict
// one is not sent along with what another site began.
func (s *Server) finishCompany(w http.ResponseWriter, r *http.Request, _ visitor) {
	if s.company == nil {
		s.problem(w, r, &fault{code: codeNotFound})
		return
	}
	account, bad := s.proveCompany(w, r)
	if bad == nil {
		_, bad = s.enter(w, r, account, howCompany)
	}
	next := "/desk"
	if bad != nil {
		s.log.Info("not signed in with the company's account", "code", bad.code, "reason", bad.cause)
		next += "?signin=" + string(bad.code)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// proveCompany finds the account of whoever comes back from the provider.
func (s *Server) proveCompany(w http.ResponseWriter, r *http.Request) (staff.Account, *fault) {
	from := edge.Neighbourhood(s.proxies.Address(r))
	if bad := s.guesses.takeAddress(from, s.now()); bad != nil {
		return staff.Account{}, bad
	}
	flow, _ := s.cookieOf(r, flowCookie)
	s.setFlow(w, r, "")
	person, err := s.company.Provider.Finish(r.Context(), flow, r.URL.Query())
	switch {
	case errors.Is(err, sso.ErrNoRole):
		return staff.Account{}, s.turnAway(r, person, "no role", &fault{code: codeNoRole, cause: err})
	case errors.Is(err, sso.ErrTwoRoles):
		return staff.Account{}, s.turnAway(r, person, "two roles", &fault{code: codeTwoRoles, cause: err})
	case errors.Is(err, sso.ErrRefused):
		bad := s.companyFault(err)
		return staff.Account{}, firstFault(s.audited(r, staff.Record{Did: "login_failed", Reason: howCompany + " refused"}), bad)
	case err != nil:
		// Nobody has guessed at anything. Any page can send a browser here without
		// a sign-in under way: that must not keep its neighbours out.
		s.guesses.addresses.giveBack(from)
		return staff.Account{}, s.companyFault(err)
	}
	account, bad := s.accountFor(r, person)
	if bad == nil {
		s.guesses.addresses.giveBack(from)
	}
	return account, bad
}

func (s *Server) companyFault(err error) *fault {
	for _, known := range []struct {
		err  error
		code Code
	}{{sso.ErrAway, codeCompanyAway}, {sso.ErrStale, codeCompanyStale}, {sso.ErrRefused, codeCompanyNo}} {
		if errors.Is(err, known.err) {
			return &fault{code: known.code, cause: err}
		}
	}
	return faultOf(err)
}

// turnAway refuses somebody whom the provider gives no role, any more or ever, or
// none that can be: what they are signed in to elsewhere ends, too.
func (s *Server) turnAway(r *http.Request, person sso.Person, why string, refusal *fault) *fault {
	account, err := s.vault.AccountOf(r.Context(), person.Issuer, person.Subject)
	known := err == nil
	if err != nil && !errors.Is(err, staff.ErrUnknown) {
		return faultOf(err)
	}
	name := person.Users()[0]
	if known {
		name = account.User
	}
	bad := s.audited(r, staff.Record{Did: "login_failed", Subject: name, Reason: howCompany + " " + why})
	if bad == nil && known {
		bad = s.signOut(r, account)
	}
	refusal.cause = fmt.Errorf("%s: %w", name, refusal.cause)
	return firstFault(bad, refusal)
}

// signOut ends all sessions of an account, whatever else is changed in it
// meanwhile.
func (s *Server) signOut(r *http.Request, account staff.Account) *fault {
	for {
		err := s.vault.Update(r.Context(), account.SignedOut())
		if err == nil {
			s.recheck()
			return nil
		}
		if errors.Is(err, staff.ErrChanged) {
			account, err = s.vault.Account(r.Context(), account.User)
		}
		if err != nil {
			return faultOf(err)
		}
	}
}

// accountFor is the account of a person, as the provider wants it to be today. It
// is made when they come for the first time.
func (s *Server) accountFor(r *http.Request, person sso.Person) (staff.Account, *fault) {
	account, err := s.vault.AccountOf(r.Context(), person.Issuer, person.Subject)
	if errors.Is(err, staff.ErrUnknown) {
		return s.welcome(r, person)
	}
	if err != nil {
		return staff.Account{}, faultOf(err)
	}
	if account.Disabled {
		bad := &fault{code: codeDisabled, cause: fmt.Errorf("%s is disabled", account.User)}
		return staff.Account{}, firstFault(s.audited(r, staff.Record{Did: "login_failed", Subject: account.User, Reason: howCompany + " disabled"}), bad)
	}
	return s.followCompany(r, account, person)
}

// followCompany changes what the provider says differently than last time.
func (s *Server) followCompany(r *http.Request, account staff.Account, person sso.Person) (staff.Account, *fault) {
	changed := account
	changed.Role = person.Role
	if person.HasQueues {
		changed.Queues = person.Queues
	}
	if changed.Role == account.Role && slices.Equal(changed.Queues, account.Queues) {
		return account, nil
	}
	record := staff.Record{Who: account.User, Did: "account_changed", Subject: account.User, Reason: fmt.Sprintf("%s role %s queues %v", howCompany, changed.Role, changed.Queues)}
	if bad := s.save(r, record, changed); bad != nil {
		return staff.Account{}, bad
	}
	return changed, nil
}

// welcome makes an account for somebody who comes for the first time. Whoever has
// their name already keeps it: a name proves nothing.
func (s *Server) welcome(r *http.Request, person sso.Person) (staff.Account, *fault) {
	account := staff.Account{
		Name: person.Name, Role: person.Role, Queues: person.Queues, Locale: person.Locale,
		Issuer: person.Issuer, Subject: person.Subject, Created: s.now().UTC(),
	}
	for _, account.User = range person.Users() {
		if _, err := s.vault.Account(r.Context(), account.User); err == nil {
			continue
		}
		return s.join(r, account)
	}
	return staff.Account{}, &fault{code: codeExists}
}

// join adds an account. Two may come at once, as the same or as namesakes: who is
// late tries again, and finds how things are then.
func (s *Server) join(r *http.Request, account staff.Account) (staff.Account, *fault) {
	if err := account.Validate(); err != nil {
		return staff.Account{}, &fault{code: codeCompanyNo, cause: err}
	}
	record := staff.Record{Who: account.User, Did: "account_added", Subject: account.User, Reason: howCompany + " " + string(account.Role)}
	if bad := s.audited(r, record); bad != nil {
		return staff.Account{}, bad
	}
	err := s.vault.Add(r.Context(), account)
	if errors.Is(err, staff.ErrExists) {
		return staff.Account{}, &fault{code: codeCompanyNo, cause: err}
	}
	if err != nil {
		return staff.Account{}, faultOf(err)
	}
	return account, nil
}

// leaveCompany is where somebody has to sign out, too; "" for most.
func (s *Server) leaveCompany(r *http.Request, account staff.Account) string {
	if s.company == nil || !account.Foreign() {
		return ""
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.ActTimeout)
	defer cancel()
	return s.company.Provider.Leave(ctx)
}
