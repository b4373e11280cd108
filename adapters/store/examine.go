package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// Examination is what a database says about itself to somebody who looks for
// what is wrong. Nothing is written, and no log need be there.
type Examination struct {
	Name   string // without a password
	Begun  bool   // there is a log
	Schema int64  // of the log
	Knows  int64  // the newest one that this program knows
	Format int64  // of what is in the log; see [Format]
	// Complaints are what the database finds wrong with itself, at most twenty.
	Complaints []string
	Journal    string // of SQLite
	Turns      int64  // positions given out
	Lately     int64  // of them in the last seven days
	Newest     time.Time
	Bytes      uint64 // of the files of SQLite

	Server *ServerExamination // nil: SQLite
}

// ServerExamination is what only a server of its own can say.
type ServerExamination struct {
	Version           string
	Fsync             string
	SynchronousCommit string
	Encoding          string
	User              string
	Standby           bool
	MayCreate         bool // tables
	Used, Most        int  // connections
	Clock             time.Time
	Asked             time.Time     // by our clock, in the middle of the question
	Took              time.Duration // the question
}

// recently is the time by which it is judged how fast a log grows.
const recently = 7 * 24 * time.Hour

// Examine looks at the database that options name. An error says why it could
// not: [ErrCorrupt], [ErrNoKey], [ErrNoLog] for SQLite without a file, or of the
// connection.
func Examine(ctx context.Context, options Options) (Examination, error) {
	options = withDefaults(options)
	if options.Database != "" {
		return examinePostgres(ctx, options)
	}
	return examineSQLite(ctx, options)
}

func examineSQLite(ctx context.Context, options Options) (Examination, error) {
	e := Examination{Name: filepath.Join(options.Dir, databaseName)}
	from, err := findSQLite(options)
	if err != nil {
		return e, err
	}
	keys, err := readKeys(options.KeyFile)
	if err != nil {
		return e, err
	}
	e.Bytes = sizeOf(e.Name) + sizeOf(e.Name+"-wal")
	file := from.(*sqliteFile)
	err = file.look(ctx, func(db *sql.DB) error {
		var err error
		if e.Journal, err = journalOf(e.Name); err != nil {
			return err
		}
		if e.Complaints, err = sqliteBriefly(ctx, db); err != nil {
			return err
		}
		return e.log(ctx, db, sqliteWords(), sqliteSchema(), `SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'`, keys, options.Now())
	})
	return e, sqliteError(err)
}

// look opens the file whatever its schema is.
func (r *sqliteFile) look(ctx context.Context, work func(*sql.DB) error) (err error) {
	db, err := sql.Open("sqlite", r.dsn(r.state().live))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.PingContext(ctx); err != nil {
		return err
	}
	return work(db)
}

// journalOf reads the header: a connection that takes the file as it is calls
// every one "delete".
func journalOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // only read
	var version [1]byte
	if _, err := file.ReadAt(version[:], 18); err != nil { // not even a header: nothing was begun
		return "", nil
	}
	if version[0] == 2 {
		return "wal", nil
	}
	return "delete", nil
}

func sizeOf(path string) uint64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return uint64(max(info.Size(), 0))
}

func examinePostgres(ctx context.Context, options Options) (e Examination, err error) {
	e = Examination{Name: options.name()}
	config, err := postgresConfig(options.Database)
	if err != nil {
		return e, err
	}
	keys, err := readKeys(options.KeyFile)
	if err != nil {
		return e, err
	}
	db := postgresPool(config, readerSettings())
	defer func() { err = errors.Join(err, db.Close()) }()
	s := &ServerExamination{}
	err = db.QueryRowContext(ctx, `
		SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit'),
			current_setting('server_encoding'), current_user, pg_is_in_recovery(),
			has_schema_privilege(current_schema(), 'CREATE'), current_setting('max_connections')::int, clock_timestamp()`).Scan(
		&s.Version, &s.Fsync, &s.SynchronousCommit, &s.Encoding, &s.User, &s.Standby, &s.MayCreate, &s.Most, &s.Clock)
	if err != nil {
		return e, postgresError(err)
	}
	e.Server = s
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'`).Scan(&s.Used); err != nil {
		return e, postgresError(err)
	}
	// The first question opened the connection, so the clock is asked for again.
	begun := options.Now()
	if err := db.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&s.Clock); err != nil {
		return e, postgresError(err)
	}
	s.Took = options.Now().Sub(begun)
	s.Asked = begun.Add(s.Took / 2)
	if e.Complaints, err = postgresBriefly(ctx, db); err != nil {
		return e, postgresError(err)
	}
	return e, postgresError(e.log(ctx, db, postgresWords(), postgresSchema(), `SELECT count(*) FROM pg_class WHERE oid = to_regclass('schema_version')`, keys, options.Now()))
}

// log looks at the log, if there is one. One that a newer program wrote is not
// read: its tables may look otherwise.
func (e *Examination) log(ctx context.Context, db *sql.DB, w words, s schema, there string, keys *keyring, now time.Time) (err error) {
	if e.Knows, err = s.newest(); err != nil {
		return err
	}
	var tables int
	if err := db.QueryRowContext(ctx, there).Scan(&tables); err != nil || tables == 0 {
		return err
	}
	e.Begun = true
	if err := db.QueryRowContext(ctx, w.schema).Scan(&e.Schema); err != nil || e.Schema != e.Knows {
		return err
	}
	if e.Format, err = getNumber(ctx, db, w, metaFormat); err != nil || e.Format > Format {
		return err
	}
	if err := wantKeys(ctx, db, w, keys); err != nil {
		return err
	}
	return e.growth(ctx, db, w, now)
}

// growth finds the position of a week ago by halving: positions come in the
// order of time, as far as clocks do.
func (e *Examination) growth(ctx context.Context, db *sql.DB, w words, now time.Time) error {
	if err := db.QueryRowContext(ctx, w.end).Scan(&e.Turns); err != nil || e.Turns == 0 {
		return err
	}
	at := func(position int64) (time.Time, error) {
		list, err := queryRecords(ctx, db, w, w.tail, position-1, 1)
		if err != nil || len(list) == 0 {
			return time.Time{}, err
		}
		return time.Parse(timeLayout, list[0].at)
	}
	newest, err := at(e.Turns)
	if err != nil {
		return err
	}
	e.Newest = newest
	low, high := int64(1), e.Turns+1
	for low < high {
		middle := low + (high-low)/2
		when, err := at(middle)
		if err != nil {
			return err
		}
		if when.Before(now.Add(-recently)) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	e.Lately = e.Turns + 1 - low
	return nil
}

// Daily is how many bytes came on a day, as of late; 0 where that is not known.
func (e Examination) Daily() uint64 {
	if e.Turns == 0 || e.Lately <= 0 {
		return 0
	}
	return uint64(float64(e.Bytes) / float64(e.Turns) * float64(e.Lately) / (recently.Hours() / 24))
}

// Holder says who holds the data directory, "" for nobody. The lock is tried
// for a moment.
func Holder(dir string) (string, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // gives the lock up, too
	err = lockFile(file)
	if errors.Is(err, errLocked) {
		return holder(file), nil
	}
	if err != nil {
		return "", err
	}
	return "", unlockFile(file)
}
