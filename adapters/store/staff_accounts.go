package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"kaitong/bot"
	"kaitong/bot/staff"
)

const accountColumns = `login, name, role, queues, locale, hash, disabled, era, version, created, issuer, subject`

// Account implements [staff.Vault].
func (s *Staff) Account(ctx context.Context, user string) (staff.Account, error) {
	list, err := s.accounts(ctx, `SELECT `+accountColumns+` FROM staff_accounts WHERE login = $1`, user)
	if err == nil && len(list) == 0 {
		err = staff.ErrUnknown
	}
	if err != nil {
		return staff.Account{}, fmt.Errorf("account %q: %w", user, err)
	}
	return list[0], nil
}

// AccountOf implements [staff.Vault].
func (s *Staff) AccountOf(ctx context.Context, issuer, subject string) (staff.Account, error) {
	list, err := s.accounts(ctx, `SELECT `+accountColumns+` FROM staff_accounts WHERE issuer = $1 AND subject = $2 AND issuer <> ''`, issuer, subject)
	if err == nil && len(list) == 0 {
		err = staff.ErrUnknown
	}
	if err != nil {
		return staff.Account{}, fmt.Errorf("account of %q: %w", subject, err)
	}
	return list[0], nil
}

// Accounts implements [staff.Vault].
func (s *Staff) Accounts(ctx context.Context) ([]staff.Account, error) {
	list, err := s.accounts(ctx, `SELECT `+accountColumns+` FROM staff_accounts ORDER BY login`)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return list, nil
}

func (s *Staff) accounts(ctx context.Context, statement string, args ...any) ([]staff.Account, error) {
	rows, err := s.query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []staff.Account
	for rows.Next() {
		account, err := scanAccount(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, account)
	}
	return list, s.words.explain(rows.Err())
}

func scanAccount(rows *sql.Rows) (staff.Account, error) {
	var a staff.Account
	var queues string
	var created int64
	err := rows.Scan(&a.User, &a.Name, &a.Role, &queues, &a.Locale, &a.Hash, &a.Disabled, &a.Era, &a.Version, &created, &a.Issuer, &a.Subject)
	if queues != "" {
		a.Queues = strings.Split(queues, " ")
	}
	a.Created = time.UnixMicro(created).UTC()
	return a, err
}

// Add implements [staff.Vault].
func (s *Staff) Add(ctx context.Context, a staff.Account) error {
	_, err := s.exec(ctx, `INSERT INTO staff_accounts (`+accountColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11)`,
		a.User, a.Name, string(a.Role), strings.Join(a.Queues, " "), a.Locale, a.Hash, a.Disabled, a.Era, a.Created.UnixMicro(), a.Issuer, a.Subject)
	if s.taken(err) {
		err = staff.ErrExists
	}
	if err != nil {
		return fmt.Errorf("add account %q: %w", a.User, err)
	}
	return nil
}

// taken says whether a row was refused because its key is there.
func (s *Staff) taken(err error) bool { return errors.Is(err, bot.ErrConflict) || uniqueSQLite(err) }

// Update implements [staff.Vault].
func (s *Staff) Update(ctx context.Context, a staff.Account) error {
	changed, err := s.exec(ctx, `
		UPDATE staff_accounts SET name = $3, role = $4, queues = $5, locale = $6, hash = $7, disabled = $8, era = $9, version = version + 1
		WHERE login = $1 AND version = $2`,
		a.User, a.Version, a.Name, string(a.Role), strings.Join(a.Queues, " "), a.Locale, a.Hash, a.Disabled, a.Era)
	if err == nil && changed == 0 {
		err = staff.ErrChanged
		if _, missing := s.Account(ctx, a.User); missing != nil {
			return missing
		}
	}
	if err != nil {
		return fmt.Errorf("update account %q: %w", a.User, err)
	}
	return nil
}
