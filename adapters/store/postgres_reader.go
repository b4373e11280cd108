package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// longRead is what one piece of a reader's work may take on the server: more
// than a turn of a person who waits.
const longRead = time.Minute

// postgresServer is a log in PostgreSQL, to be read only.
type postgresServer struct {
	config *pgx.ConnConfig
	keys   *keyring
}

func findPostgres(options Options) (source, error) {
	config, err := postgresConfig(options.Database)
	if err != nil {
		return nil, err
	}
	keys, err := readKeys(options.KeyFile)
	return &postgresServer{config: config, keys: keys}, err
}

// read implements source.
func (p *postgresServer) read(ctx context.Context, work func(*sql.DB, words) error) (err error) {
	settings := readerSettings()
	settings["statement_timeout"] = milliseconds(longRead)
	db := postgresPool(p.config, settings)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := p.find(ctx, db); err != nil {
		return postgresError(err)
	}
	w := postgresWords()
	w.keys = p.keys
	if err := wantKeys(ctx, db, w, p.keys); err != nil {
		return postgresError(err)
	}
	return postgresError(work(db, w))
}

// find says plainly when no server has ever begun a log there.
func (p *postgresServer) find(ctx context.Context, db *sql.DB) error {
	var there bool
	if err := db.QueryRowContext(ctx, `SELECT to_regclass('schema_version') IS NOT NULL`).Scan(&there); err != nil {
		return err
	}
	if !there {
		return fmt.Errorf("%w in the database %s", ErrNoLog, p.config.Database)
	}
	return knownSchema(ctx, db, postgresWords(), postgresSchema())
}
