package store

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kaitong/adapters/store/storetest"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

// What a node remembers of a conversation that went on elsewhere is old. Its
// turns conflict, and only those: one that follows the other node's turn is
// stored, even in the same group as one that lost.
func TestConversationThatWentOnElsewhere(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	here, there := openIdle(t, Options{Database: address}), openIdle(t, Options{Database: address})
	commit(t, here, []bot.Turn{turn("a", 1), turn("b", 1)}, nil, nil)
	commit(t, there, []bot.Turn{turn("a", 2), turn("a", 3)}, nil, nil)
	commit(t, here, []bot.Turn{turn("a", 2), turn("b", 2)}, bot.ErrConflict, nil)
	commit(t, here, []bot.Turn{turn("b", 3), turn("a", 4)}, nil, nil)
	commit(t, there, []bot.Turn{turn("a", 4), turn("a", 5), turn("b", 3)}, bot.ErrConflict, nil, bot.ErrConflict)
	commit(t, there, []bot.Turn{turn("b", 4), turn("b", 4), turn("b", 5)}, nil, bot.ErrConflict, nil)
	commit(t, here, []bot.Turn{turn("a", 1), turn("c", 1), turn("c", 2)}, bot.ErrConflict, nil, nil)
	commit(t, there, []bot.Turn{turn("c", 1), turn("c", 2), turn("c", 3)}, bot.ErrConflict, bot.ErrConflict, nil)
	for name, want := range map[string]int{"a": 5, "b": 5, "c": 3} {
		if turns, err := here.Load(t.Context(), name, 0, 0); err != nil || len(turns) != want {
			t.Errorf("%s: %d turns, want %d (%v)", name, len(turns), want, err)
		}
	}
	for i, turn := range tailAll(t, here) {
		if turn.Position != int64(i)+1 {
			t.Errorf("turn %d has position %d", i+1, turn.Position)
		}
	}
}

func commit(t *testing.T, log *Log, turns []bot.Turn, want ...error) {
	t.Helper()
	group := pendings(t, turns...)
	log.commit(group)
	for i, one := range group {
		if got := <-one.done; !errors.Is(got, want[i]) {
			t.Errorf("%s %d: %v, want %v", one.conversation, one.version, got, want[i])
		}
	}
}

// A node that stops in the middle of a transaction, without its connection
// breaking, is ended by the server; the others go on.
func TestNodeThatHoldsTheLock(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the server to end a session; skipped by -short")
	}
	t.Parallel()
	address := storetest.Database(t)
	log := openIdle(t, Options{Database: address})
	log.start()
	holder := &postgresWriter{config: log.db.writes.(*postgresWriter).config}
	if err := holder.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer holder.hangUp()
	for _, text := range []string{`BEGIN`, `SELECT pg_advisory_xact_lock(807001)`} {
		if _, err := holder.conn.Exec(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	attempts := 0
	for err := bot.ErrBusy; err != nil; attempts++ {
		if err = log.Append(t.Context(), turn("a", 1)); err != nil && !errors.Is(err, bot.ErrBusy) {
			t.Fatal(err)
		}
	}
	if attempts > 2 {
		t.Errorf("stored after %d attempts, each of which waits for seconds", attempts)
	}
	if turns := tailAll(t, log); len(turns) != 1 {
		t.Errorf("stored %v", turns)
	}
}

func TestNamesThatNoDatabaseHolds(t *testing.T) {
	t.Parallel()
	for _, options := range []Options{{}, {Database: storetest.Database(t)}} {
		log := openIdle(t, options)
		log.start()
		for _, name := range []string{"a\x00b", "\xff", strings.Repeat("a", maxName+1)} {
			if err := log.Append(t.Context(), turn(name, 1)); !errors.Is(err, bot.ErrInvalid) {
				t.Errorf("append to %.10q: %v", name, err)
			}
			if turns, err := log.Load(t.Context(), name, 0, 0); err != nil || len(turns) > 0 {
				t.Errorf("load %.10q: %v, %v", name, turns, err)
			}
		}
		longest := strings.Repeat("啊", maxName/len("啊"))
		if err := log.Append(t.Context(), bottest.Turn(longest, 1, "no \xff UTF-8")); err != nil {
			t.Error(err)
		}
		if turns, err := log.Load(t.Context(), longest, 0, 0); err != nil || len(turns) != 1 {
			t.Errorf("loaded %v, %v", turns, err)
		}
	}
}

func TestMeaningOfPostgresErrors(t *testing.T) {
	t.Parallel()
	said := func(code string) error { return &pgconn.PgError{Code: code} }
	for _, test := range []struct {
		err  error
		want error
		lost bool
	}{
		{said("53100"), ErrDiskFull, false},
		{said("23505"), bot.ErrConflict, false},
		{said("40001"), bot.ErrConflict, false},
		{said("25006"), ErrNotWritable, false},
		{said("XX001"), ErrCorrupt, false},
		{said("55P03"), bot.ErrBusy, false},
		{said("57014"), bot.ErrBusy, false},
		{said("57P01"), bot.ErrBusy, true},
		{said("57P03"), bot.ErrBusy, true},
		{said("53300"), bot.ErrBusy, true},
		{said("08006"), bot.ErrBusy, true},
		{io.ErrUnexpectedEOF, bot.ErrBusy, true},
		{&net.OpError{Op: "read", Err: io.EOF}, bot.ErrBusy, true},
	} {
		got := postgresError(test.err)
		if !errors.Is(got, test.want) || !errors.Is(got, test.err) || errors.Is(got, errLost) != test.lost {
			t.Errorf("%v means %v, want %v", test.err, got, test.want)
		}
	}
	for _, err := range []error{nil, said("42P01"), said("28P01"), said(""), errors.New("scan")} {
		if got := postgresError(err); got != err { //nolint:errorlint // the very same
			t.Errorf("%v became %v", err, got)
		}
	}
}

// What an administrator sets for the database must not make a node see the log
// as it was before it waited for the others.
func TestIsolationOfTheDatabase(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	admin, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(t.Context())
	var name string
	if err := admin.QueryRow(t.Context(), `SELECT current_database()`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Exec(t.Context(), fmt.Sprintf(`ALTER DATABASE %s SET default_transaction_isolation = 'serializable'`, pgx.Identifier{name}.Sanitize())); err != nil {
		t.Fatal(err)
	}
	here, there := openIdle(t, Options{Database: address}), openIdle(t, Options{Database: address})
	results := make(chan error)
	for node, log := range map[string]*Log{"here": here, "there": there} {
		log.start()
		go func() {
			for i := range 200 {
				if err := log.Append(t.Context(), turn(fmt.Sprint(node, i), 1)); err != nil {
					results <- err
					return
				}
			}
			results <- nil
		}()
	}
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}
