package store_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

// Whoever reads in the order of positions misses nothing, however many nodes
// append, and conversations that all of them fight for have one winner a
// version.
func TestTailBesideManyNodes(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	logs := []*store.Log{openPostgres(t, address), openPostgres(t, address), openPostgres(t, address), openPostgres(t, address)}
	ctx, stop := context.WithCancel(t.Context())
	seen := make(chan []bot.Turn, 1)
	go func() { seen <- follow(ctx, t, logs[0]) }()
	var group sync.WaitGroup
	var stored atomic.Int64
	for i, log := range logs {
		for j := range 6 {
			group.Go(func() { stored.Add(fight(t, log, "own-"+string(rune('a'+i))+string(rune('a'+j)), 30)) })
			group.Go(func() { stored.Add(fight(t, log, "shared-"+string(rune('a'+j)), 30)) })
		}
	}
	group.Wait()
	stop()
	last := int64(0)
	followed := <-seen
	for _, turn := range followed {
		if last++; turn.Position != last {
			t.Fatalf("position %d was returned after %d", turn.Position, last-1)
		}
	}
	if all := positionsWithoutGaps(t, logs[1]); all != stored.Load() || all != int64(len(followed)) {
		t.Errorf("%d turns acknowledged, %d stored, %d followed", stored.Load(), all, len(followed))
	}
}

// follow reads the tail until ctx ends, and then to its end.
func follow(ctx context.Context, t *testing.T, log bot.EventLog) []bot.Turn {
	var seen []bot.Turn
	after := int64(0)
	for {
		ended := ctx.Err() != nil
		page, err := log.Tail(context.WithoutCancel(ctx), after, 20)
		if err != nil {
			t.Error(err)
			return nil
		}
		if len(page) == 0 && ended {
			return seen
		}
		for _, turn := range page {
			after = turn.Position
		}
		seen = append(seen, page...)
	}
}

// fight appends until a conversation has so many turns, whoever stored them.
func fight(t *testing.T, log bot.EventLog, name string, turns int64) (stored int64) {
	for version := int64(1); version <= turns; version++ {
		err := log.Append(t.Context(), bottest.Turn(name, version, "x"))
		switch {
		case err == nil:
			stored++
		case !errors.Is(err, bot.ErrConflict):
			t.Error(err)
			return stored
		}
	}
	return stored
}

func TestNodesThatStartAtOnce(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	epochs := make(chan string, 6)
	var group sync.WaitGroup
	for range cap(epochs) {
		group.Go(func() {
			log, err := store.Open(t.Context(), postgresOptions(address))
			if err != nil {
				t.Error(err)
				return
			}
			epochs <- log.Epoch()
			closeLog(t, log)
		})
	}
	group.Wait()
	close(epochs)
	first := <-epochs
	for epoch := range epochs {
		if epoch != first {
			t.Errorf("nodes of one database have epochs %q and %q", first, epoch)
		}
	}
}

func TestPostgresRestartsUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("restarts a server for some seconds; skipped by -short")
	}
	t.Parallel()
	cluster := storetest.Start(t)
	address := cluster.Database(t)
	logs := []*store.Log{openPostgres(t, address), openPostgres(t, address)}
	crowd := gather(t, 16, logs...)
	for _, how := range []string{"fast", "immediate", "fast"} {
		crowd.each(20)
		crowd.during(func() { cluster.Restart(t, how) })
	}
	crowd.each(20)
	checkCrowd(t, crowd, logs[0])
}

func TestPostgresSleepsUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a server that does not answer; skipped by -short")
	}
	t.Parallel()
	cluster := storetest.Start(t)
	address := cluster.Database(t)
	log := openPostgres(t, address)
	crowd := gather(t, 16, log)
	crowd.each(5)
	cluster.Pause(t)
	crowd.during(func() { // gives up by itself, without a deadline of the caller
		if err := log.Append(t.Context(), bottest.Turn("late", 1, "x")); !errors.Is(err, bot.ErrBusy) {
			t.Errorf("append while the server sleeps: %v", err)
		}
		if err := log.Check(t.Context()); err == nil {
			t.Error("the log calls itself well while the server sleeps")
		}
	})
	cluster.Resume(t)
	crowd.each(5)
	if err := log.Check(t.Context()); err != nil {
		t.Errorf("after the server woke up: %v", err)
	}
	checkCrowd(t, crowd, log)
}

func TestPostgresConnectionsAreKilledUnderLoad(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	logs := []*store.Log{openPostgres(t, address), openPostgres(t, address)}
	crowd := gather(t, 16, logs...)
	for range 10 {
		crowd.each(3)
		crowd.during(func() {
			storetest.Exec(t, address, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		})
	}
	crowd.each(3)
	checkCrowd(t, crowd, logs[1])
}

// checkCrowd holds that everything acknowledged is there, once and unchanged.
func checkCrowd(t *testing.T, crowd *crowd, log *store.Log) {
	t.Helper()
	checkAcked(t, log, crowd.end(), 0)
	positionsWithoutGaps(t, log)
}

// The connection breaks after the server has stored a turn and before it has
// said so. The writer finds out: the turn is acknowledged, and stored once.
func TestAnswerOfACommitIsLost(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	cut := &cutter{}
	log := openPostgres(t, cut.between(t, address))
	for version := int64(1); version <= 5; version++ {
		cut.armed.Store(version > 1)
		if err := log.Append(t.Context(), bottest.Turn("c", version, "x")); err != nil {
			t.Fatalf("version %d: %v", version, err)
		}
		if cut.armed.Load() {
			t.Error("no answer was cut off: nothing was tested")
		}
	}
	if count := positionsWithoutGaps(t, log); count != 5 {
		t.Errorf("%d turns are stored, want 5", count)
	}
	if err := log.Append(t.Context(), bottest.Turn("c", 5, "x")); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("the same turn again: %v", err)
	}
}

// cutter is a wire to the server that can be cut when the next answer comes.
type cutter struct{ armed atomic.Bool }

func (c *cutter) between(t *testing.T, address string) string {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := target.Host
	var group sync.WaitGroup
	group.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() { c.carry(client, server) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		group.Wait()
	})
	target.Host = listener.Addr().String()
	return target.String()
}

func (c *cutter) carry(client net.Conn, address string) {
	defer client.Close()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	var group sync.WaitGroup
	group.Go(func() {
		defer server.Close()
		_, _ = io.Copy(server, client)
	})
	defer group.Wait()
	defer client.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := server.Read(buffer)
		if err != nil || c.armed.CompareAndSwap(true, false) {
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func TestServerThatDoesNotWaitForItsDisk(t *testing.T) {
	t.Parallel()
	cluster := storetest.Start(t)
	address := cluster.Database(t)
	cluster.Exec(t, `ALTER ROLE kaitong SET synchronous_commit = off`)
	log := openPostgres(t, address)
	if err := log.Append(t.Context(), bottest.Turn("c", 1, "x")); err != nil {
		t.Fatal(err)
	}
	cluster.Exec(t, `ALTER SYSTEM SET fsync = off`)
	cluster.Exec(t, `SELECT pg_reload_conf()`)
	cluster.Restart(t, "fast")
	if _, err := store.Open(t.Context(), postgresOptions(address)); !errors.Is(err, store.ErrNotDurable) {
		t.Errorf("open with fsync off: %v", err)
	}
}

func TestPostgresThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	right, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := right.User.Password()
	for name, test := range map[string]struct {
		change func(u *url.URL)
		want   error
	}{
		"nobody listens":   {func(u *url.URL) { u.Host = "127.0.0.1:1" }, bot.ErrBusy},
		"no such database": {func(u *url.URL) { u.Path = "/nowhere" }, nil},
		"no such user":     {func(u *url.URL) { u.User = url.UserPassword("nobody", password) }, nil},
		"no address":       {func(u *url.URL) { u.Scheme = "mysql" }, nil},
		"broken port":      {func(u *url.URL) { u.Host = "127.0.0.1:99999" }, nil},
		"broken option":    {func(u *url.URL) { u.RawQuery = "sslmode=perhaps" }, nil},
	} {
		wrong := *right
		test.change(&wrong)
		_, err := store.Open(t.Context(), postgresOptions(wrong.String()))
		if err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.Contains(err.Error(), password) {
			t.Errorf("%s: the error tells the password: %v", name, err)
		}
	}
}

func TestPostgresSchemaOfANewerProgram(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	closeLog(t, openPostgres(t, address))
	storetest.Exec(t, address, `INSERT INTO schema_version (version_id, is_applied) VALUES (9999, true)`)
	if _, err := store.Open(t.Context(), postgresOptions(address)); !errors.Is(err, store.ErrNewerSchema) {
		t.Errorf("open: %v", err)
	}
}

func TestReaderOfPostgres(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	reader, err := store.OpenReader(postgresOptions(address))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Newest(t.Context(), 2); !errors.Is(err, store.ErrNoLog) {
		t.Errorf("of an empty database: %v", err)
	}
	log := openPostgres(t, address)
	for _, turn := range []bot.Turn{bottest.Turn("a", 1, "1"), bottest.Turn("b", 1, "2"), bottest.Turn("a", 2, "3")} {
		if err := log.Append(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
	}
	turns, err := reader.Load(t.Context(), "a")
	if err != nil || len(turns) != 2 {
		t.Errorf("loaded %v, %v", turns, err)
	}
	newest, err := reader.Newest(t.Context(), 5)
	if err != nil || len(newest) != 2 || newest[0].Conversation != "a" || newest[0].Turns != 2 {
		t.Errorf("newest %v, %v", newest, err)
	}
}
