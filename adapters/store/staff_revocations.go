package store

import (
	"context"
	"fmt"
	"time"

	"kaitong/bot/access"
)

// Revoke keeps a revocation until it lapses. Of two about one person the later
// moment counts.
func (s *Staff) Revoke(ctx context.Context, r access.Revocation) error {
	if err := r.Validate(); err != nil {
		return fmt.Errorf("revoke: %w", err)
	}
	_, err := s.exec(ctx, `
		INSERT INTO revocations (tenant, login, token, since, lapses) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant, login, token) DO UPDATE SET
			since = CASE WHEN excluded.since > revocations.since THEN excluded.since ELSE revocations.since END,
			lapses = CASE WHEN excluded.lapses > revocations.lapses THEN excluded.lapses ELSE revocations.lapses END`,
		r.Tenant, r.User, r.Token, r.Since.UnixMicro(), r.Until.UnixMicro())
	if err != nil {
		return fmt.Errorf("revoke: %w", err)
	}
	return nil
}

// Revocations returns what is revoked and has not lapsed.
func (s *Staff) Revocations(ctx context.Context, now time.Time) ([]access.Revocation, error) {
	rows, err := s.query(ctx, `SELECT tenant, login, token, since, lapses FROM revocations WHERE lapses > $1 ORDER BY since, tenant, login, token`, now.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("read revocations: %w", err)
	}
	defer rows.Close()
	var list []access.Revocation
	for rows.Next() {
		var r access.Revocation
		var since, lapses int64
		if err := rows.Scan(&r.Tenant, &r.User, &r.Token, &since, &lapses); err != nil {
			return nil, fmt.Errorf("read revocations: %w", err)
		}
		r.Since, r.Until = time.UnixMicro(since).UTC(), time.UnixMicro(lapses).UTC()
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read revocations: %w", s.words.explain(err))
	}
	return list, nil
}

// ForgetRevocations takes away what has lapsed.
func (s *Staff) ForgetRevocations(ctx context.Context, now time.Time) error {
	if _, err := s.exec(ctx, `DELETE FROM revocations WHERE lapses <= $1`, now.UnixMicro()); err != nil {
		return fmt.Errorf("forget revocations: %w", err)
	}
	return nil
}
