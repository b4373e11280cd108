package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"kaitong/adapters/store/storetest"
)

// endCounter ends the connection of the node that counts, as the server does
// when a node says nothing for long.
func endCounter(t *testing.T, address string) {
	t.Helper()
	storetest.Exec(t, address, `
		SELECT pg_terminate_backend(pid, 10000) FROM pg_locks
		WHERE locktype = 'advisory' AND objid = 807006 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
}

func position(t *testing.T, a *Analytics) int64 {
	t.Helper()
	state, err := a.state(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state.mark.position
}

// One node counts; when it is gone another one does, and when it comes back it
// waits its turn.
func TestCountingFailsOver(t *testing.T) {
	t.Parallel()
	options := Options{Database: storetest.Database(t)}
	h := newHistory(21, 4)
	first, second := openUnprojected(t, options), openUnprojected(t, options)
	a, b := openUncounted(t, first, options, shanghai(t)), openUncounted(t, second, options, shanghai(t))
	put(t, first, h.turn())
	count(t, a)
	put(t, second, h.turn())
	count(t, b)
	if got := position(t, b); got != 1 {
		t.Errorf("the second node counted up to %d", got)
	}
	endCounter(t, options.Database)
	count(t, b)
	if got := position(t, b); got != 2 {
		t.Errorf("after the first was gone the second counted up to %d", got)
	}
	if err := a.catchUp(t.Context()); err == nil {
		t.Error("the first did not notice")
	}
	put(t, first, h.turn())
	count(t, a)
	if got := position(t, a); got != 2 {
		t.Errorf("the first counts again, up to %d", got)
	}
	count(t, b)
	wantAnswers(t, oracleOf(t, first, shanghai(t)), a)
}

// A node that slept while others went on has a page in hand when it wakes. It
// does no harm.
func TestCounterThatWakesUp(t *testing.T) {
	t.Parallel()
	options := Options{Database: storetest.Database(t)}
	h := newHistory(22, 4)
	log := openUnprojected(t, options)
	a, b := openUncounted(t, log, options, shanghai(t)), openUncounted(t, log, options, shanghai(t))
	for range 20 {
		put(t, log, h.turn())
	}
	sink := a.tables.sink
	a.tables.sink = &sleepy{sink, func() {
		endCounter(t, options.Database)
		count(t, b)
		a.tables.sink.(*sleepy).analyticsSink = &postgresAnalytics{config: sink.(*postgresAnalytics).config}
	}}
	if err := a.catchUp(t.Context()); !errors.Is(err, errMoved) {
		t.Errorf("the old page was stored: %v", err)
	}
	wantAnswers(t, oracleOf(t, log, shanghai(t)), b)
	if err := a.tables.sink.close(); err != nil {
		t.Error(err)
	}
	a.tables.sink = sink
}

// sleepy sleeps before it stores.
type sleepy struct {
	analyticsSink
	meanwhile func()
}

func (s *sleepy) save(ctx context.Context, page *analyticsPage) error {
	s.meanwhile()
	return s.analyticsSink.save(ctx, page)
}

// Both nodes count by themselves and store turns at once; the connection of the
// one that counts is ended again and again. No turn is left out, in whatever
// order they were committed.
func TestNodesCountTogether(t *testing.T) {
	t.Parallel()
	options := Options{Database: storetest.Database(t)}
	h := newHistory(23, 6)
	var logs []*Log
	var nodes []*Analytics
	for range 2 {
		log := openUnprojected(t, options)
		a, err := openAnalytics(t.Context(), log, options, shanghai(t))
		if err != nil {
			t.Fatal(err)
		}
		a.every = 5 * time.Millisecond
		a.start()
		logs, nodes = append(logs, log), append(nodes, a)
	}
	for i := range 60 {
		put(t, logs[i%2], h.turn())
		if i%20 == 10 {
			until(t, func() bool { return position(t, nodes[0]) > int64(i)/2 })
			endCounter(t, options.Database)
		}
	}
	until(t, func() bool { return position(t, nodes[1]) == 60 })
	oracle := oracleOf(t, logs[0], shanghai(t))
	for _, a := range nodes {
		wantAnswers(t, oracle, a)
		closeAnalytics(t, a)
	}
}
