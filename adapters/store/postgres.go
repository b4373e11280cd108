package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

const (
	// postgresPatience is how long the log waits for PostgreSQL before a turn
	// or a read fails as "try again".
	postgresPatience = 5 * time.Second
	// migrationLock is the advisory lock of nodes that start at once.
	migrationLock = 807002
)

const (
	postgresMetaKeep = `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`
	postgresMetaSet  = `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
)

// postgresWords is what reading says in the words of PostgreSQL.
func postgresWords() words {
	return words{
		load: `
			SELECT position, conversation, version, at, chain, CASE WHEN version > $2 THEN events ELSE '' END FROM turns
			WHERE conversation = $1 AND version >= $2 ORDER BY version LIMIT $3`,
		tail: `
			SELECT position, conversation, version, at, chain, events FROM turns
			WHERE position > $1 ORDER BY position LIMIT $2`,
		counting: `
			SELECT position, conversation, version, at, events FROM turns
			WHERE position > $1 ORDER BY position LIMIT $2`,
		block:    `SELECT body FROM sealed WHERE key = $1`,
		metaGet:  `SELECT value FROM meta WHERE key = $1`,
		schema:   `SELECT max(version_id) FROM schema_version`,
		explain:  postgresError,
		patience: postgresPatience,

		end:         `SELECT coalesce(max(position), 0) FROM turns`,
		reached:     `SELECT greatest(coalesce((SELECT max(position) FROM turns), 0), coalesce((SELECT max(highest) FROM erased), 0))`,
		grave:       `SELECT 1 FROM erased WHERE name = $1`,
		graves:      `SELECT positions FROM erased WHERE highest > $1`,
		graveyard:   `SELECT n, name, turns, highest, positions, last, at, reason, chain FROM erased WHERE n > $1 ORDER BY n LIMIT 1000`,
		before:      `SELECT version, chain FROM turns WHERE conversation = $1 AND version < $2 ORDER BY version DESC LIMIT 1`,
		countTurns:  `SELECT count(*) FROM turns`,
		countBlocks: `SELECT count(*) FROM sealed`,
		page: `
			SELECT position, conversation, version, at, chain, events FROM turns
			WHERE (conversation, version) > ($1, $2) AND position <= $3 ORDER BY conversation, version LIMIT $4`,
		pageBlocks: `SELECT key, body FROM sealed WHERE key > $1 ORDER BY key LIMIT $2`,
		gaps: `
			SELECT before, position FROM (
				SELECT position, lag(position, 1, $1::bigint) OVER (ORDER BY position) AS before FROM turns WHERE position > $1 AND position <= $2
			) AS pairs WHERE position > before + 1 LIMIT 1000`,
		structure: postgresStructure,
		overviews: postgresOverviewWords(),
		briefly:   postgresBriefly,
	}
}

func postgresSchema() schema {
	return schema{dialect: goose.DialectPostgres, folder: "migrations/postgres"}
}

// postgresConfig reads the address. What is wrong with it is not told in the
// words of the parser, which may repeat the password.
func postgresConfig(address string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil || !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://") {
		return nil, errors.New("the database is no address that can be read: want postgres://user:password@host:port/name")
	}
	if config.ConnectTimeout == 0 || config.ConnectTimeout > postgresPatience {
		config.ConnectTimeout = postgresPatience
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "kaitong"
	}
	return config, nil
}

// postgresName names a database without the password.
func postgresName(address string) string {
	config, err := postgresConfig(address)
	if err != nil {
		return "PostgreSQL"
	}
	return "postgres://" + net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))) + "/" + config.Database
}

// openPostgres opens the log in options.Database. Any number of processes may
// have it open.
func openPostgres(ctx context.Context, options Options) (*database, error) {
	config, err := postgresConfig(options.Database)
	if err != nil {
		return nil, err
	}
	keys, err := readKeys(options.KeyFile)
	if err != nil {
		return nil, err
	}
	epoch, err := postgresSetup(ctx, config, options.Program)
	if err == nil {
		err = postgresKeys(ctx, config, keys)
	}
	if err != nil {
		return nil, postgresError(err)
	}
	pool := postgresPool(config, readerSettings())
	pool.SetMaxOpenConns(options.Readers)
	pool.SetMaxIdleConns(options.Readers)
	reads, err := openReads(ctx, pool, postgresWords())
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	reads.keys = keys
	return &database{reads: reads, writes: &postgresWriter{config: config}, lists: &postgresLists{config: config}, epoch: epoch}, nil
}

// postgresPool opens connections that begin with settings.
func postgresPool(config *pgx.ConnConfig, settings map[string]string) *sql.DB {
	return stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		return set(ctx, conn, settings)
	}))
}

// postgresSetup brings the database up to date.
func postgresSetup(ctx context.Context, config *pgx.ConnConfig, program string) (epoch string, err error) {
	setup := postgresPool(config, nil)
	defer func() { err = errors.Join(err, setup.Close()) }()
	if err := durable(ctx, setup); err != nil {
		return "", err
	}
	err = oneByOne(ctx, setup, func() error {
		if err := postgresSchema().migrate(ctx, setup); err != nil {
			return withProgram(ctx, setup, postgresWords(), err)
		}
		if err := ensureFormat(ctx, setup, postgresWords(), postgresMetaSet, program); err != nil {
			return err
		}
		epoch, err = ensureEpoch(ctx, setup, postgresWords(), postgresMetaKeep)
		return err
	})
	return epoch, err
}

// postgresKeys notes the key that is going to be written with.
func postgresKeys(ctx context.Context, config *pgx.ConnConfig, keys *keyring) (err error) {
	setup := postgresPool(config, nil)
	defer func() { err = errors.Join(err, setup.Close()) }()
	return oneByOne(ctx, setup, func() error { return ensureKeys(ctx, setup, postgresWords(), postgresMetaSet, keys) })
}

// oneByOne has nodes that start at once do something one after the other.
func oneByOne(ctx context.Context, setup *sql.DB, work func() error) (err error) {
	lock, err := setup.Conn(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	if _, err := lock.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, migrationLock); err != nil {
		return err
	}
	defer func() {
		_, unlocked := lock.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, migrationLock)
		err = errors.Join(err, unlocked)
	}()
	return work()
}

// durable refuses a server that does not keep what it acknowledges, or cannot
// hold what people type.
func durable(ctx context.Context, db *sql.DB) error {
	var fsync, encoding string
	var standby bool
	err := db.QueryRowContext(ctx, `SELECT current_setting('fsync'), current_setting('server_encoding'), pg_is_in_recovery()`).Scan(&fsync, &encoding, &standby)
	switch {
	case err != nil:
		return err
	case standby:
		return fmt.Errorf("%w: the server is a standby", ErrNotWritable)
	case fsync != "on":
		return fmt.Errorf("%w: PostgreSQL runs with fsync = %s; set it to on", ErrNotDurable, fsync)
	case encoding != "UTF8":
		return fmt.Errorf("the encoding of the database is %s; make one with UTF8", encoding)
	}
	return nil
}

// readerSettings keep a connection from writing and from reading for ever.
func readerSettings() map[string]string {
	return map[string]string{
		"default_transaction_read_only":       "on",
		"statement_timeout":                   milliseconds(postgresPatience),
		"idle_in_transaction_session_timeout": milliseconds(postgresPatience),
	}
}

// writerSettings make an answer mean "on disk", bound how long a node that dies
// or sleeps can hold the others up, and keep the planner, which does not know
// yet how large a young table gets, to the indexes.
func writerSettings() map[string]string {
	patience := milliseconds(postgresPatience)
	return map[string]string{
		"default_transaction_isolation":       "read committed", // append_turns looks again once it has the lock
		"statement_timeout":                   patience,
		"lock_timeout":                        milliseconds(postgresPatience * 4 / 5),
		"idle_in_transaction_session_timeout": patience,
		"transaction_timeout":                 patience,
		"tcp_user_timeout":                    patience,
		"tcp_keepalives_idle":                 "2",
		"tcp_keepalives_interval":             "1",
		"tcp_keepalives_count":                "3",
		"enable_seqscan":                      "off",
		"enable_hashjoin":                     "off",
		"enable_mergejoin":                    "off",
	}
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// set makes the settings that the server knows; some came with later versions.
func set(ctx context.Context, conn *pgx.Conn, settings map[string]string) error {
	var names, values []string
	for name, value := range settings {
		names, values = append(names, name), append(values, value)
	}
	_, err := conn.Exec(ctx, `
		SELECT set_config(s.name, w.value, false) FROM unnest($1::text[], $2::text[]) AS w (name, value) JOIN pg_settings s ON s.name = w.name`,
		names, values)
	return err
}
