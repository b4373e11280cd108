package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"kaitong/bot"
)

// What an operator has to act on. Errors of this package wrap one of these
// when it applies, with the path concerned.
var (
	// ErrInUse: another process has the data directory open.
	ErrInUse = errors.New("data directory is in use")
	// ErrNotWritable: the data directory or its files cannot be written.
	ErrNotWritable = errors.New("data directory is not writable")
	// ErrNotDurable: the database server does not wait for its disk, so that
	// what it acknowledges can be lost. Turn fsync on.
	ErrNotDurable = errors.New("database does not keep what it acknowledges")
	// ErrDiskFull: no room is left. Nothing is lost; appends work again once
	// there is room.
	ErrDiskFull = errors.New("disk is full")
	// ErrBroken: turns of a conversation are gone or were changed. It is not
	// served; restore it from a backup. To the bot it is ErrDamaged.
	ErrBroken = fmt.Errorf("%w", bot.ErrDamaged)
	// ErrCorrupt: the database file is damaged, or is none. Restore a backup.
	ErrCorrupt = errors.New("database is damaged")
	// ErrOlderSchema: the log has not been brought up to date yet. Start the
	// server once.
	ErrOlderSchema = errors.New("database was written by an older version of this program")
	// ErrNewerSchema: a newer program has written here. Use that one.
	ErrNewerSchema = errors.New("database was written by a newer version of this program")
)

// sqliteError names what SQLite's result code means to an operator and keeps
// the original in the chain.
func sqliteError(err error) error {
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return err
	}
	if meaning := sqliteMeaning(failure.Code()); meaning != nil {
		return fmt.Errorf("%w: %w", meaning, err)
	}
	return err
}

// sqliteMeaning takes an extended result code; nil means nothing special.
func sqliteMeaning(code int) error {
	if code == sqlite3.SQLITE_IOERR_SHMSIZE { // no room for the file beside the WAL
		return ErrDiskFull
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return ErrDiskFull
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrCorrupt
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return ErrNotWritable
	case sqlite3.SQLITE_BUSY: // another program holds a lock longer than we wait
		return bot.ErrBusy
	}
	return nil
}

// uniqueSQLite says whether a row was refused because its key is there, or
// something else that no two rows share.
func uniqueSQLite(err error) bool {
	var failure *sqlite.Error
	return errors.As(err, &failure) && (failure.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || failure.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE)
}
