package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"kaitong/bot"
)

// errLost marks what happens when a server stops, fails over or refuses more
// connections: another attempt may find it well.
var errLost = errors.New("PostgreSQL cannot be reached")

// postgresError names what an error of PostgreSQL, or of the way to it, means
// to an operator and keeps the original in the chain.
func postgresError(err error) error {
	var said *pgconn.PgError
	var means error
	switch {
	case errors.Is(err, errLost):
		return err
	case errors.As(err, &said):
		means = postgresMeaning(said.Code)
	case unanswered(err):
		means = errLost
	}
	switch {
	case means == nil:
		return err
	case errors.Is(means, errLost):
		return fmt.Errorf("%w: %w: %w", bot.ErrBusy, means, err)
	}
	return fmt.Errorf("%w: %w", means, err)
}

// unanswered says whether an error comes from the way to the server.
func unanswered(err error) bool {
	var network net.Error
	var connect *pgconn.ConnectError
	if errors.As(err, &network) || errors.As(err, &connect) || pgconn.SafeToRetry(err) {
		return true
	}
	return slices.ContainsFunc([]error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, context.DeadlineExceeded,
	}, func(one error) bool { return errors.Is(err, one) })
}

// postgresMeaning takes an SQLSTATE; nil means nothing special.
func postgresMeaning(code string) error {
	switch code {
	case "53100": // disk_full
		return ErrDiskFull
	case "23505", "40001", "40P01": // unique_violation, serialization_failure, deadlock_detected
		return bot.ErrConflict
	case "25006", "42501": // read_only_sql_transaction, insufficient_privilege
		return ErrNotWritable
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return ErrCorrupt
	case "55P03", "57014", "53200", "53400": // lock_not_available, query_canceled, out_of_memory, configuration_limit_exceeded
		return bot.ErrBusy
	case "57P01", "57P02", "57P03", "53300", "25P03", "25P04": // shutdown, crash, starting up, too many connections, timeouts of sessions
		return errLost
	}
	if strings.HasPrefix(code, "08") { // connection exceptions
		return errLost
	}
	return nil
}
