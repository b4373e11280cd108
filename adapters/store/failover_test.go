package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/adapters/store/storetest"
)

// endLeader ends the connection of the node that projects, as the server does
// when a node says nothing for long.
func endLeader(t *testing.T, address string) {
	t.Helper()
	storetest.Exec(t, address, `
		SELECT pg_terminate_backend(pid, 10000) FROM pg_locks
		WHERE locktype = 'advisory' AND objid = 807003 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
}

func leads(t *testing.T, log *Log) bool {
	t.Helper()
	_, leading, err := log.projector.to.lead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return leading
}

// One node projects; when it is gone another one does, and when it comes back
// it waits its turn.
func TestProjectorFailsOver(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	a, b := openUnprojected(t, Options{Database: address}), openUnprojected(t, Options{Database: address})
	put(t, a, turn("a", 1))
	project(t, a)
	put(t, b, turn("b", 1))
	project(t, b)
	if got := projected(t, b); got != 1 {
		t.Errorf("the second node projected up to %d", got)
	}
	endLeader(t, address)
	project(t, b)
	if got := projected(t, b); got != 2 {
		t.Errorf("after the first was gone the second projected up to %d", got)
	}
	if _, leading, err := a.projector.to.lead(t.Context()); leading || err == nil {
		t.Errorf("the first still leads: %v, %v", leading, err)
	}
	if leads(t, a) || !leads(t, b) {
		t.Error("the first leads again")
	}
	wantFold(t, b)
}

// A leader that slept while others went on has a page in hand when it wakes. It
// does no harm, whether its connection is still there or not.
func TestLeaderThatWakesUp(t *testing.T) {
	t.Parallel()
	for _, connected := range []bool{true, false} {
		address := storetest.Database(t)
		a, b := openUnprojected(t, Options{Database: address}), openUnprojected(t, Options{Database: address})
		put(t, a, turn("a", 1))
		project(t, a)
		put(t, a, turn("a", 2))
		stale, err := a.projector.page(t.Context(), projected(t, a))
		if err != nil {
			t.Fatal(err)
		}
		put(t, b, turn("a", 3), turn("b", 1))
		if connected {
			b.projector.to.(*postgresLists).leading = connect(t, b)
		} else {
			endLeader(t, address)
		}
		project(t, b)
		want := table(t, b)
		if err := a.projector.to.save(t.Context(), stale); err == nil || connected != errors.Is(err, errMoved) {
			t.Errorf("connected %v: the old page was stored: %v", connected, err)
		}
		if diff := cmp.Diff(want, table(t, b)); diff != "" || projected(t, b) != 4 {
			t.Errorf("connected %v: the table was changed:\n%s", connected, diff)
		}
		wantFold(t, b)
	}
}

// connect makes the connection of a projector, for one that believes to lead.
func connect(t *testing.T, log *Log) bool {
	t.Helper()
	return !leads(t, log)
}

// Both nodes run by themselves; the connection of the one that leads is ended
// again and again.
func TestProjectorsGoOn(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	var logs []*Log
	for range 2 {
		log := openIdle(t, Options{Database: address})
		log.projector.pause, log.projector.every = time.Millisecond, 10*time.Millisecond
		log.start()
		logs = append(logs, log)
	}
	for version := int64(1); version <= 10; version++ {
		put(t, logs[version%2], turn("a", version))
		awaitProjected(t, logs[0], version)
		endLeader(t, address)
	}
	wantFold(t, logs[0])
}

// awaitProjected waits for whoever projects; that a projector is in trouble for
// a moment is part of it.
func awaitProjected(t *testing.T, log *Log, position int64) {
	t.Helper()
	until(t, func() bool { return projected(t, log) >= position })
}

// until looks now and then until something is the case.
func until(t *testing.T, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !so() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatal("it takes for ever")
		}
	}
}

// A node that says nothing, as when its machine sleeps, loses the lock.
func TestSleepingLeaderLosesTheLock(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for some seconds; skipped by -short")
	}
	t.Parallel()
	address := storetest.Database(t)
	a, b := openUnprojected(t, Options{Database: address}), openUnprojected(t, Options{Database: address})
	if !leads(t, a) {
		t.Fatal("nobody leads")
	}
	until(t, func() bool { return leads(t, b) })
}
