package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
)

// Format is the newest way of writing turns that this program knows. It is
// counted up when a program begins to write what older ones cannot read: a new
// kind of event, a changed meaning of an old one, another seal. The log notes it
// at every start, so that an older program refuses the log at once instead of
// stumbling over single conversations.
const Format = 1

// newerRemedy is what an operator does with a log of a newer program.
const newerRemedy = "nothing is broken: start the newer version again, or restore the backup from before the upgrade (docs/operations.md#upgrade)"

// ensureFormat refuses a log that this program cannot read, and notes which one
// is needed from now on.
func ensureFormat(ctx context.Context, db *sql.DB, w words, set, program string) error {
	there, err := readableFormat(ctx, db, w)
	if err != nil {
		return err
	}
	if there < Format {
		if _, err := db.ExecContext(ctx, set, metaFormat, strconv.Itoa(Format)); err != nil {
			return fmt.Errorf("note the format: %w", w.explain(err))
		}
	}
	if program == "" {
		return nil
	}
	if _, err := db.ExecContext(ctx, set, metaProgram, program); err != nil {
		return fmt.Errorf("note the version: %w", w.explain(err))
	}
	return nil
}

// readableFormat is the format of a log; a log from before formats were noted
// has none.
func readableFormat(ctx context.Context, db *sql.DB, w words) (int64, error) {
	there, err := getNumber(ctx, db, w, metaFormat)
	if err != nil {
		return 0, err
	}
	if there > Format {
		return there, withProgram(ctx, db, w, fmt.Errorf("%w: its turns are written in format %d, this program reads up to %d; %s", ErrNewerSchema, there, Format, newerRemedy))
	}
	return there, nil
}

// withProgram adds which version wrote a log that is too new, where it says so.
func withProgram(ctx context.Context, db *sql.DB, w words, err error) error {
	if !errors.Is(err, ErrNewerSchema) {
		return err
	}
	program, failed := getMeta(ctx, db, w, metaProgram)
	if failed != nil || program == "" {
		return err
	}
	return fmt.Errorf("%w; it was last opened by version %s", err, program)
}
