package staff

import (
	"context"
	"errors"
	"time"
)

// Errors of a vault.
var (
	ErrUnknown = errors.New("no such account or session")
	ErrExists  = errors.New("there is such an account already")
	// ErrChanged: somebody else changed the account meanwhile; read it again.
	ErrChanged = errors.New("the account was changed meanwhile")
)

// Vault keeps accounts, sessions and the audit log. A nil error of what
// changes something means that it is on disk. It is safe for concurrent use,
// and any number of processes may share one.
type Vault interface {
	// Account returns ErrUnknown when there is none.
	Account(ctx context.Context, user string) (Account, error)
	// AccountOf returns the account of somebody at a provider, ErrUnknown when
	// there is none.
	AccountOf(ctx context.Context, issuer, subject string) (Account, error)
	// Accounts returns all, by user.
	Accounts(ctx context.Context) ([]Account, error)
	// Add keeps a new account as version 1, or returns ErrExists: of the same user,
	// or of the same somebody at a provider.
	Add(ctx context.Context, account Account) error
	// Update replaces the account of the same version and raises the version. Who
	// it belongs to at a provider never changes.
	// It returns ErrChanged when there is another one, ErrUnknown when none.
	Update(ctx context.Context, account Account) error

	// Begin keeps a new session.
	Begin(ctx context.Context, session Session) error
	// Session returns ErrUnknown when there is none.
	Session(ctx context.Context, key Key) (Session, error)
	// Touch says that something was done. Time never goes back.
	Touch(ctx context.Context, key Key, seen time.Time) error
	// End forgets a session, which need not be there.
	End(ctx context.Context, key Key) error
	// Sweep forgets the sessions that began before one moment or were last used
	// before another.
	Sweep(ctx context.Context, began, seen time.Time) error

	// Record adds to the end of the audit log.
	Record(ctx context.Context, record Record) error
	// Records returns the first records after a number, in order, at most so many.
	Records(ctx context.Context, after int64, most int) ([]Record, error)
}
