package stafftest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"kaitong/bot/staff"
)

// Memory is a vault that forgets everything with its process.
type Memory struct {
	mu       sync.Mutex
	accounts map[string]staff.Account
	sessions map[staff.Key]staff.Session
	records  []staff.Record
}

var _ staff.Vault = (*Memory)(nil)

// NewMemory returns an empty vault.
func NewMemory() *Memory {
	return &Memory{accounts: map[string]staff.Account{}, sessions: map[staff.Key]staff.Session{}}
}

// Account implements [staff.Vault].
func (m *Memory) Account(ctx context.Context, user string) (staff.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	account, ok := m.accounts[user]
	if !ok {
		return staff.Account{}, cmp.Or(ctx.Err(), staff.ErrUnknown)
	}
	account.Queues = slices.Clone(account.Queues)
	return account, ctx.Err()
}

// AccountOf implements [staff.Vault].
func (m *Memory) AccountOf(ctx context.Context, issuer, subject string) (staff.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, account := range m.accounts {
		if account.Foreign() && account.Issuer == issuer && account.Subject == subject {
			account.Queues = slices.Clone(account.Queues)
			return account, ctx.Err()
		}
	}
	return staff.Account{}, cmp.Or(ctx.Err(), staff.ErrUnknown)
}

// Accounts implements [staff.Vault].
func (m *Memory) Accounts(ctx context.Context) ([]staff.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []staff.Account
	for _, account := range m.accounts {
		all = append(all, account)
	}
	slices.SortFunc(all, func(a, b staff.Account) int { return cmp.Compare(a.User, b.User) })
	return all, ctx.Err()
}

// Add implements [staff.Vault].
func (m *Memory) Add(ctx context.Context, account staff.Account) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, known := range m.accounts {
		if known.User == account.User || account.Foreign() && known.Issuer == account.Issuer && known.Subject == account.Subject {
			return staff.ErrExists
		}
	}
	account.Version = 1
	m.keep(account)
	return ctx.Err()
}

// Update implements [staff.Vault].
func (m *Memory) Update(ctx context.Context, account staff.Account) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.accounts[account.User]
	switch {
	case !ok:
		return staff.ErrUnknown
	case known.Version != account.Version:
		return staff.ErrChanged
	}
	account.Version++
	account.Issuer, account.Subject = known.Issuer, known.Subject
	m.keep(account)
	return ctx.Err()
}

func (m *Memory) keep(account staff.Account) {
	account.Queues = slices.Clone(account.Queues)
	account.Created = account.Created.UTC().Truncate(time.Microsecond)
	m.accounts[account.User] = account
}

// Begin implements [staff.Vault].
func (m *Memory) Begin(ctx context.Context, session staff.Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	session.Began, session.Seen = session.Began.UTC().Truncate(time.Microsecond), session.Seen.UTC().Truncate(time.Microsecond)
	m.sessions[session.Key] = session
	return ctx.Err()
}

// Session implements [staff.Vault].
func (m *Memory) Session(ctx context.Context, key staff.Key) (staff.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	session, ok := m.sessions[key]
	if !ok {
		return staff.Session{}, cmp.Or(ctx.Err(), staff.ErrUnknown)
	}
	return session, ctx.Err()
}

// Touch implements [staff.Vault].
func (m *Memory) Touch(ctx context.Context, key staff.Key, seen time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	session, ok := m.sessions[key]
	if seen = seen.UTC().Truncate(time.Microsecond); ok && seen.After(session.Seen) {
		session.Seen = seen
		m.sessions[key] = session
	}
	return ctx.Err()
}

// End implements [staff.Vault].
func (m *Memory) End(ctx context.Context, key staff.Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, key)
	return ctx.Err()
}

// Sweep implements [staff.Vault].
func (m *Memory) Sweep(ctx context.Context, began, seen time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, session := range m.sessions {
		if session.Began.Before(began) || session.Seen.Before(seen) {
			delete(m.sessions, key)
		}
	}
	return ctx.Err()
}

// Record implements [staff.Vault].
func (m *Memory) Record(ctx context.Context, record staff.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var before staff.Link
	if n := len(m.records); n > 0 {
		before = m.records[n-1].Chain
	}
	m.records = append(m.records, record.Linked(int64(len(m.records)+1), before))
	return ctx.Err()
}

// Records implements [staff.Vault].
func (m *Memory) Records(ctx context.Context, after int64, most int) ([]staff.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := min(int(max(after, 0)), len(m.records))
	last := min(first+max(most, 0), len(m.records))
	return slices.Clone(m.records[first:last]), ctx.Err()
}
