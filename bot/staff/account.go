package staff

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Role is what somebody may do.
type Role string

// The roles.
const (
	Agent      Role = "agent"      // talks to people
	Lead       Role = "lead"       // an agent who may also act on what others have
	Compliance Role = "compliance" // reads everything, the audit log too, and says nothing
	Admin      Role = "admin"      // keeps accounts, and sees no conversation
)

// Roles lists all of them.
func Roles() []Role { return []Role{Agent, Lead, Compliance, Admin} }

// Talks says whether a role answers people.
func (r Role) Talks() bool { return r == Agent || r == Lead }

// Account is one member of staff.
type Account struct {
	User     string // signs in with it; never changes
	Name     string // people are shown it
	Role     Role
	Queues   []string // the lines they serve; none: all
	Locale   string   // of the desk: zh-CN or en
	Hash     string   // of the password, with its parameters; empty: nobody signs in with one
	Disabled bool
	// Issuer and Subject are who this is at a provider that people sign in with;
	// both empty: an account of our own. No two accounts share them.
	Issuer, Subject string
	// Era grows whenever all sessions have to end: those of another era are void.
	Era int64
	// Version grows with every change; see [Vault.Update].
	Version int64
	Created time.Time
}

// DemoPrefix begins the users offered in demo mode, and those only.
const DemoPrefix = "demo-"

const (
	maxUser   = 64
	maxName   = 64 // letters
	maxQueues = 32
)

// Validate says what is wrong with an account, as one sentence an operator
// can act on.
func (a Account) Validate() error {
	switch {
	case !ValidUser(a.User):
		return fmt.Errorf("user %q: want 2 to %d small letters, digits, dots, dashes or underscores, a letter first", a.User, maxUser)
	case !validName(a.Name):
		return fmt.Errorf("name %q: want 1 to %d letters in one line", a.Name, maxName)
	case !slices.Contains(Roles(), a.Role):
		return fmt.Errorf("role %q: want agent, lead, compliance or admin", a.Role)
	case (a.Issuer == "") != (a.Subject == ""):
		return errors.New("provider: want an issuer and a subject, or neither")
	case a.Foreign() && a.Hash != "":
		return errors.New("password: whoever signs in with a provider has none here")
	case a.Locale != "zh-CN" && a.Locale != "en":
		return fmt.Errorf("locale %q: want zh-CN or en", a.Locale)
	case len(a.Queues) > maxQueues || slices.ContainsFunc(a.Queues, func(queue string) bool { return !ValidUser(queue) }):
		return errors.New("queues: want at most 32 names of small letters, digits, dots, dashes or underscores")
	}
	return nil
}

// ValidUser says whether a text can name an account, or a queue.
func ValidUser(user string) bool {
	if len(user) < 2 || len(user) > maxUser || user[0] < 'a' || user[0] > 'z' {
		return false
	}
	return strings.Trim(user, "abcdefghijklmnopqrstuvwxyz0123456789._-") == ""
}

func validName(name string) bool {
	return utf8.ValidString(name) && strings.TrimSpace(name) == name && name != "" && utf8.RuneCountInString(name) <= maxName &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) })
}

// Serves says whether an account serves a line.
func (a Account) Serves(queue string) bool {
	return len(a.Queues) == 0 || slices.Contains(a.Queues, queue)
}

// Foreign says whether an account belongs to a provider: nobody signs in to it
// with a password.
func (a Account) Foreign() bool { return a.Issuer != "" }

// WithPassword changes the password: whoever is signed in has to sign in again.
func (a Account) WithPassword(hash string) Account {
	a.Hash = hash
	a.Era++
	return a
}

// SignedOut ends all sessions of an account.
func (a Account) SignedOut() Account {
	a.Era++
	return a
}

// WithDisabled locks an account, which ends all its sessions, or frees it.
func (a Account) WithDisabled(disabled bool) Account {
	if disabled && !a.Disabled {
		a.Era++
	}
	a.Disabled = disabled
	return a
}
