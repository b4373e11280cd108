package store

import (
	"context"
	"database/sql"
	"fmt"
)

// postgresStructure tells what PostgreSQL noticed itself. With the extension
// amcheck, which an administrator installs, it looks at the indexes too.
func postgresStructure(ctx context.Context, db *sql.DB) ([]string, error) {
	complaints, err := postgresBriefly(ctx, db)
	if err != nil {
		return nil, err
	}
	var amcheck bool
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'amcheck')`).Scan(&amcheck)
	if err != nil || !amcheck {
		return complaints, err
	}
	for _, index := range []string{"turns_pkey", "turns_conversation_version", "sealed_pkey"} {
		if _, err := db.ExecContext(ctx, `SELECT bt_index_check($1::regclass, true)`, index); err != nil {
			complaints = append(complaints, fmt.Sprintf("PostgreSQL: index %s: %v", index, err))
		}
	}
	return complaints, nil
}

// postgresBriefly asks for pages whose checksums were wrong, which is known
// where the server keeps checksums.
func postgresBriefly(ctx context.Context, db *sql.DB) ([]string, error) {
	var failures int64
	err := db.QueryRowContext(ctx, `SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()`).Scan(&failures)
	if err != nil || failures == 0 {
		return nil, err
	}
	return []string{fmt.Sprintf("PostgreSQL: %d pages had a wrong checksum", failures)}, nil
}
