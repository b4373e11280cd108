package store

import (
	"context"
	"database/sql"
	"fmt"

	"kaitong/bot/analytics"
)

// Named implements [analytics.Store]. Contacts are found by conversation, so that
// others are not looked at.
func (a *Analytics) Named(ctx context.Context, q analytics.Query, prefix string) (named bool, err error) {
	err = a.eachRow(ctx, func(*sql.Rows) error {
		named = true
		return nil
	}, `SELECT 1 FROM analytics_contacts c JOIN analytics_places p ON p.id = c.place
		WHERE c.conversation >= $1 AND c.conversation < $2 AND c.n > 0 AND c.day BETWEEN $3 AND $4 AND p.tenant = $5 LIMIT 1`,
		prefix, prefix+"\U0010FFFF", int64(q.From), int64(q.To), q.Tenant)
	if err != nil {
		return false, fmt.Errorf("conversations called %s…: %w", prefix, err)
	}
	return named, nil
}
