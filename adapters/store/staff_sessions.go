package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"kaitong/bot/staff"
)

// Begin implements [staff.Vault].
func (s *Staff) Begin(ctx context.Context, session staff.Session) error {
	return s.session(ctx, "begin", `INSERT INTO staff_sessions (key, login, era, began, seen) VALUES ($1, $2, $3, $4, $5)`,
		session.Key[:], session.User, session.Era, session.Began.UnixMicro(), session.Seen.UnixMicro())
}

// Session implements [staff.Vault].
func (s *Staff) Session(ctx context.Context, key staff.Key) (staff.Session, error) {
	found := staff.Session{Key: key}
	var began, seen int64
	err := s.words.explain(s.db.QueryRowContext(ctx, s.text(`SELECT login, era, began, seen FROM staff_sessions WHERE key = $1`), key[:]).
		Scan(&found.User, &found.Era, &began, &seen))
	if errors.Is(err, sql.ErrNoRows) {
		err = staff.ErrUnknown
	}
	if err != nil {
		return staff.Session{}, fmt.Errorf("session: %w", err)
	}
	found.Began, found.Seen = time.UnixMicro(began).UTC(), time.UnixMicro(seen).UTC()
	return found, nil
}

// Touch implements [staff.Vault].
func (s *Staff) Touch(ctx context.Context, key staff.Key, seen time.Time) error {
	return s.session(ctx, "touch", `UPDATE staff_sessions SET seen = $2 WHERE key = $1 AND seen < $2`, key[:], seen.UnixMicro())
}

// End implements [staff.Vault].
func (s *Staff) End(ctx context.Context, key staff.Key) error {
	return s.session(ctx, "end", `DELETE FROM staff_sessions WHERE key = $1`, key[:])
}

// Sweep implements [staff.Vault].
func (s *Staff) Sweep(ctx context.Context, began, seen time.Time) error {
	return s.session(ctx, "sweep", `DELETE FROM staff_sessions WHERE began < $1 OR seen < $2`, began.UnixMicro(), seen.UnixMicro())
}

func (s *Staff) session(ctx context.Context, what, statement string, args ...any) error {
	if _, err := s.exec(ctx, statement, args...); err != nil {
		return fmt.Errorf("%s session: %w", what, err)
	}
	return nil
}
