package desk

import (
	"net/http"
	"strings"

	"kaitong/bot/staff"
)

// accountData is an account as an administrator sees it.
type accountData struct {
	User     string     `json:"user"`
	Name     string     `json:"name"`
	Role     staff.Role `json:"role"`
	Queues   []string   `json:"queues"`
	Locale   string     `json:"locale"`
	Disabled bool       `json:"disabled"`
	Company  bool       `json:"company,omitempty"` // signs in with the company's account
	Created  string     `json:"created_at"`
}

func newAccountData(a staff.Account) accountData {
	return accountData{a.User, a.Name, a.Role, list(a.Queues), a.Locale, a.Disabled, a.Foreign(), stamp(a.Created)}
}

// listAccounts is GET /v1/desk/accounts.
func (s *Server) listAccounts(w http.ResponseWriter, r *http.Request, _ visitor) {
	all, err := s.vault.Accounts(r.Context())
	if err != nil {
		s.problem(w, r, faultOf(err))
		return
	}
	accounts := []accountData{}
	for _, account := range all {
		accounts = append(accounts, newAccountData(account))
	}
	s.json(w, map[string]any{"accounts": accounts})
}

// accountAsk is a new account, or what is to change of one: what is absent
// stays.
type accountAsk struct {
	User     string      `json:"user"`
	Name     *string     `json:"name"`
	Role     *staff.Role `json:"role"`
	Queues   *[]string   `json:"queues"`
	Locale   *string     `json:"locale"`
	Disabled *bool       `json:"disabled"`
	Password *string     `json:"password"`
}

// apply changes an account, or says which field cannot be.
func (a accountAsk) apply(account staff.Account, cost Cost) (staff.Account, *fault) {
	if account.Foreign() && (a.Role != nil || a.Password != nil) { // the provider says what they are
		return account, &fault{code: codeNotPossible}
	}
	set(&account.Name, a.Name)
	set(&account.Role, a.Role)
	set(&account.Queues, a.Queues)
	set(&account.Locale, a.Locale)
	if err := account.Validate(); err != nil {
		return account, &fault{code: codeBadField, cause: err}
	}
	if a.Disabled != nil {
		account = account.WithDisabled(*a.Disabled)
	}
	if a.Password == nil {
		return account, nil
	}
	if CheckStrength(account.User, *a.Password) != nil {
		return account, &fault{code: codeWeakPassword, field: "password"}
	}
	return account.WithPassword(cost.Hash(*a.Password)), nil
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// addAccount is POST /v1/desk/accounts.
func (s *Server) addAccount(w http.ResponseWriter, r *http.Request, who visitor) {
	var ask accountAsk
	if bad := read(w, r, &ask); bad != nil {
		s.problem(w, r, bad)
		return
	}
	account, bad := s.newAccount(ask)
	if bad == nil {
		bad = s.audited(r, staff.Record{Who: who.account.User, Did: "account_added", Subject: account.User, Reason: string(account.Role)})
	}
	if bad == nil {
		if err := s.vault.Add(r.Context(), account); err != nil {
			bad = faultOf(err)
		}
	}
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	s.send(w, "application/json", http.StatusCreated, newAccountData(account))
}

func (s *Server) newAccount(ask accountAsk) (staff.Account, *fault) {
	if ask.Password == nil {
		return staff.Account{}, &fault{code: codeMissingField, field: "password"}
	}
	if strings.HasPrefix(ask.User, staff.DemoPrefix) {
		return staff.Account{}, &fault{code: codeBadField, field: "user"}
	}
	return ask.apply(staff.Account{User: ask.User, Locale: localeZH, Created: s.now().UTC()}, s.cost)
}

// changeAccount is PATCH /v1/desk/accounts/{user}. Nobody takes their own
// rights away: there would be nobody left to give them back.
func (s *Server) changeAccount(w http.ResponseWriter, r *http.Request, who visitor) {
	var ask accountAsk
	if bad := read(w, r, &ask); bad != nil {
		s.problem(w, r, bad)
		return
	}
	user := r.PathValue("user")
	account, err := s.vault.Account(r.Context(), user)
	if err != nil {
		s.problem(w, r, faultOf(err))
		return
	}
	changed, bad := ask.apply(account, s.cost)
	switch {
	case bad != nil:
	case ask.User != "" && ask.User != user:
		bad = &fault{code: codeBadField, field: "user"}
	case user == who.account.User && (changed.Disabled || changed.Role != account.Role):
		bad = &fault{code: codeNotPossible}
	default:
		bad = s.save(r, staff.Record{Who: who.account.User, Did: "account_changed", Subject: user, Reason: ask.what()}, changed)
	}
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	s.json(w, newAccountData(changed))
}

// what names what an administrator changed, for the audit log.
func (a accountAsk) what() string {
	var what []string
	for _, one := range []struct {
		name  string
		there bool
	}{
		{"name", a.Name != nil}, {"role", a.Role != nil}, {"queues", a.Queues != nil}, {"locale", a.Locale != nil},
		{"disabled", a.Disabled != nil && *a.Disabled}, {"enabled", a.Disabled != nil && !*a.Disabled}, {"password", a.Password != nil},
	} {
		if one.there {
			what = append(what, one.name)
		}
	}
	return strings.Join(what, " ")
}

// save keeps a changed account, audited before, and looks after its sockets.
func (s *Server) save(r *http.Request, record staff.Record, account staff.Account) *fault {
	if bad := s.audited(r, record); bad != nil {
		return bad
	}
	if err := s.vault.Update(r.Context(), account); err != nil {
		return faultOf(err)
	}
	s.recheck()
	return nil
}
