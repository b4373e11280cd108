package store

import (
	"context"
	"database/sql"
)

// maxBrief bounds the files that are checked before a start: SQLite goes through
// about a gigabyte in a second, when it is in memory.
const maxBrief = 256 << 20

// sqliteStructure lets SQLite look for damage in its file.
func sqliteStructure(ctx context.Context, db *sql.DB) ([]string, error) {
	return sqliteComplaints(ctx, db, `PRAGMA integrity_check(100)`)
}

// sqliteBriefly does it without comparing the index with the rows, and not at
// all when the file is large: `kaitong verify` is there for that.
func sqliteBriefly(ctx context.Context, db *sql.DB) ([]string, error) {
	var size int64
	if err := db.QueryRowContext(ctx, `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`).Scan(&size); err != nil {
		return nil, err
	}
	if size > maxBrief {
		return nil, nil
	}
	return sqliteComplaints(ctx, db, `PRAGMA quick_check(20)`)
}

func sqliteComplaints(ctx context.Context, db *sql.DB, question string) ([]string, error) {
	rows, err := db.QueryContext(ctx, question)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var complaints []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return complaints, err
		}
		if text != "ok" {
			complaints = append(complaints, "SQLite: "+text)
		}
	}
	return complaints, rows.Err()
}
