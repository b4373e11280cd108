package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Backlog is how many notes each endpoint has yet to take.
func (o *Outbox) Backlog(ctx context.Context) (map[string]int, error) {
	type count struct {
		name  string
		notes int
	}
	list, err := scanAll(ctx, o.side, func(rows *sql.Rows) (c count, err error) {
		err = rows.Scan(&c.name, &c.notes)
		return c, err
	}, `SELECT endpoint, COUNT(*) FROM outbox_notes GROUP BY endpoint`)
	if err != nil {
		return nil, fmt.Errorf("outbox: backlog: %w", err)
	}
	backlog := map[string]int{}
	for _, one := range list {
		backlog[one.name] = one.notes
	}
	return backlog, nil
}
