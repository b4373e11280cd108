package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/bot"
)

// TestEventLog is the contract of [bot.EventLog]. open returns an empty log
// that lives until the end of the test it is given; it is called once for
// every clause. A log that has a Close(context.Context) error is also tested
// closed.
func TestEventLog(t *testing.T, open func(t *testing.T) bot.EventLog) {
	t.Helper()
	clauses := []struct {
		name string
		test func(t *testing.T, log bot.EventLog)
	}{
		{"append then load in order", testAppendLoad},
		{"load after a version", testLoadAfter},
		{"load in pages", testLoadPages},
		{"unknown conversation is empty", testUnknown},
		{"conversation names are kept apart", testNames},
		{"same version conflicts", testSameVersion},
		{"first version is one", testFirstVersion},
		{"skipped version conflicts", testSkippedVersion},
		{"conflict leaves the log usable", testAfterConflict},
		{"tail in append order", testTailOrder},
		{"tail in pages", testTailPages},
		{"tail past the end is empty", testTailEnd},
		{"one winner a version", testOneWinner},
		{"many conversations at once", testManyConversations},
		{"tail beside writers neither skips nor goes back", testTailBesideWriters},
		{"load beside writers sees a prefix", testLoadBesideWriters},
		{"every event comes back", testEveryEvent},
		{"every text comes back", testEveryText},
		{"sealed blocks come back", testSealed},
		{"a turn without events comes back", testNoEvents},
		{"time comes back to the nanosecond in UTC", testTimes},
		{"what is returned is the caller's own", testNoSharing},
		{"cancelled context", testCancelled},
		{"epoch is stable", testEpoch},
		{"closed", testClosed},
		{"behaves like the model", testModel},
	}
	for _, clause := range clauses {
		t.Run(clause.name, func(t *testing.T) {
			t.Parallel()
			clause.test(t, open(t))
		})
	}
	t.Run("two logs have two epochs", func(t *testing.T) {
		t.Parallel()
		if a, b := open(t).Epoch(), open(t).Epoch(); a == b {
			t.Errorf("both logs have epoch %q", a)
		}
	})
}

func testAppendLoad(t *testing.T, log bot.EventLog) {
	want := appendTurns(t, log, "c1", 1, 5)
	got := load(t, log, "c1", 0)
	equalTurns(t, got, want)
	for i, turn := range got {
		if turn.Position < 1 || i > 0 && turn.Position <= got[i-1].Position {
			t.Errorf("turn %d has position %d after %v", i, turn.Position, got[:i])
		}
	}
}

func testLoadAfter(t *testing.T, log bot.EventLog) {
	want := appendTurns(t, log, "c1", 1, 5)
	for after := range int64(7) {
		equalTurns(t, load(t, log, "c1", after), want[min(after, 5):])
	}
}

func testLoadPages(t *testing.T, log bot.EventLog) {
	want := appendTurns(t, log, "c1", 1, 10)
	appendTurns(t, log, "c2", 1, 3)
	for limit := 1; limit <= 11; limit++ {
		for after := range int64(12) {
			got, err := log.Load(t.Context(), "c1", after, limit)
			if err != nil {
				t.Fatalf("load %d after %d: %v", limit, after, err)
			}
			from := min(int(after), 10)
			equalTurns(t, got, want[from:min(from+limit, 10)])
		}
	}
}

func testUnknown(t *testing.T, log bot.EventLog) {
	appendTurns(t, log, "c1", 1, 1)
	for _, name := range []string{"c2", "", "C1", "c1 ", "c%", "c_"} {
		equalTurns(t, load(t, log, name, 0), nil)
	}
}

func testNames(t *testing.T, log bot.EventLog) {
	names := []string{"a", "A", "a ", " a", "é", "e\u0301", "会话", "a'b", `a"b`, "a%", "a_", "a/b", "01", "1", "1.0"}
	for _, name := range names {
		appendTurns(t, log, name, 1, 2)
	}
	for _, name := range names {
		equalTurns(t, load(t, log, name, 0), []bot.Turn{Turn(name, 1, text(1)), Turn(name, 2, text(2))})
	}
}

func testSameVersion(t *testing.T, log bot.EventLog) {
	want := appendTurns(t, log, "c1", 1, 2)
	for version := int64(1); version <= 2; version++ {
		conflict(t, log.Append(t.Context(), Turn("c1", version, "another")))
	}
	conflict(t, log.Append(t.Context(), want[1]))
	equalTurns(t, load(t, log, "c1", 0), want)
}

func testFirstVersion(t *testing.T, log bot.EventLog) {
	appendTurns(t, log, "other", 1, 1)
	for _, version := range []int64{-1, 0, 2, 1 << 40} {
		conflict(t, log.Append(t.Context(), Turn("c1", version, "x")))
	}
	equalTurns(t, load(t, log, "c1", -5), nil)
	appendTurns(t, log, "c1", 1, 1)
}

func testSkippedVersion(t *testing.T, log bot.EventLog) {
	want := appendTurns(t, log, "c1", 1, 2)
	for _, version := range []int64{4, 5, 1 << 40} {
		conflict(t, log.Append(t.Context(), Turn("c1", version, "x")))
	}
	equalTurns(t, load(t, log, "c1", 0), want)
}

func testAfterConflict(t *testing.T, log bot.EventLog) {
	want := appendTurns(t, log, "c1", 1, 1)
	conflict(t, log.Append(t.Context(), Turn("c1", 1, "x")))
	conflict(t, log.Append(t.Context(), Turn("c1", 3, "x")))
	want = append(want, appendTurns(t, log, "c1", 2, 2)...)
	equalTurns(t, load(t, log, "c1", 0), want)
	equalTurns(t, tail(t, log, 0, 10), want)
}

func testTailOrder(t *testing.T, log bot.EventLog) {
	var want []bot.Turn
	for version := int64(1); version <= 3; version++ {
		for _, name := range []string{"c2", "c1", "c3"} {
			want = append(want, appendTurns(t, log, name, version, version)...)
		}
	}
	got := tail(t, log, 0, 100)
	equalTurns(t, got, want)
	growing(t, 0, got)
	equalTurns(t, load(t, log, "c1", 0), []bot.Turn{want[1], want[4], want[7]})
	if loaded := load(t, log, "c1", 0); loaded[1].Position != got[4].Position {
		t.Errorf("load says position %d, tail says %d", loaded[1].Position, got[4].Position)
	}
}

func testTailPages(t *testing.T, log bot.EventLog) {
	want := appendTurns(t, log, "c1", 1, 10)
	for limit := 1; limit <= 11; limit++ {
		var got []bot.Turn
		for after := int64(0); ; after = got[len(got)-1].Position {
			page := tail(t, log, after, limit)
			if len(page) > limit {
				t.Fatalf("limit %d returned %d turns", limit, len(page))
			}
			if len(page) == 0 {
				break
			}
			got = append(got, page...)
		}
		equalTurns(t, got, want)
	}
	equalTurns(t, tail(t, log, 0, 0), nil)
	equalTurns(t, tail(t, log, -3, 2), want[:2])
}

func testTailEnd(t *testing.T, log bot.EventLog) {
	equalTurns(t, tail(t, log, 0, 10), nil)
	appendTurns(t, log, "c1", 1, 2)
	last := tail(t, log, 0, 10)[1].Position
	equalTurns(t, tail(t, log, last, 10), nil)
	equalTurns(t, tail(t, log, last+1000, 10), nil)
	equalTurns(t, tail(t, log, last-1, 10), []bot.Turn{Turn("c1", 2, text(2))})
}

// testOneWinner lets many writers fight for each version of one conversation.
func testOneWinner(t *testing.T, log bot.EventLog) {
	const writers, versions = 8, 20
	for version := int64(1); version <= versions; version++ {
		won := make(chan string, writers)
		var group sync.WaitGroup
		for writer := range writers {
			group.Go(func() {
				mine := Turn("c1", version, fmt.Sprintf("writer %d", writer))
				switch err := log.Append(t.Context(), mine); {
				case err == nil:
					won <- encoded(t, mine)
				case !errors.Is(err, bot.ErrConflict):
					t.Errorf("append: %v", err)
				}
			})
		}
		group.Wait()
		if len(won) != 1 {
			t.Fatalf("version %d has %d winners", version, len(won))
		}
		stored := load(t, log, "c1", version-1)
		if len(stored) != 1 || encoded(t, stored[0]) != <-won {
			t.Fatalf("version %d is not what the winner wrote: %v", version, stored)
		}
	}
}

func testManyConversations(t *testing.T, log bot.EventLog) {
	const conversations, versions = 40, 10
	var group sync.WaitGroup
	for i := range conversations {
		group.Go(func() { appendTurns(t, log, fmt.Sprint("c", i), 1, versions) })
	}
	group.Wait()
	for i := range conversations {
		name := fmt.Sprint("c", i)
		equalTurns(t, load(t, log, name, 0), turns(name, 1, versions))
	}
	all := tail(t, log, 0, conversations*versions+1)
	if len(all) != conversations*versions {
		t.Errorf("tail has %d turns, want %d", len(all), conversations*versions)
	}
	inOrder(t, all)
}

func testTailBesideWriters(t *testing.T, log bot.EventLog) {
	const writers, versions = 8, 40
	var group sync.WaitGroup
	var working atomic.Int64
	working.Store(writers)
	for i := range writers {
		group.Go(func() {
			defer working.Add(-1)
			appendTurns(t, log, fmt.Sprint("c", i), 1, versions)
		})
	}
	var got []bot.Turn
	var after int64
	for finished := false; ; {
		page := tail(t, log, after, 7)
		growing(t, after, page)
		if len(page) > 0 {
			got, after = append(got, page...), page[len(page)-1].Position
			continue
		}
		if finished {
			break
		}
		finished = working.Load() == 0
	}
	group.Wait()
	if len(got) != writers*versions {
		t.Errorf("tail saw %d of %d turns", len(got), writers*versions)
	}
	inOrder(t, got)
}

func testLoadBesideWriters(t *testing.T, log bot.EventLog) {
	const versions = 60
	done := make(chan struct{})
	go func() {
		defer close(done)
		appendTurns(t, log, "c1", 1, versions)
	}()
	for seen := 0; seen < versions; {
		got := load(t, log, "c1", 0)
		if len(got) < seen {
			t.Fatalf("load saw %d turns after %d", len(got), seen)
		}
		seen = len(got)
		equalTurns(t, got, turns("c1", 1, int64(seen)))
		if t.Failed() {
			break
		}
	}
	<-done
}

func testEveryEvent(t *testing.T, log bot.EventLog) {
	want := []bot.Turn{{Conversation: "c1", Version: 1, At: time.Unix(1, 0).UTC(), Events: EveryEvent()}}
	for i, event := range EveryEvent() {
		want = append(want, bot.Turn{Conversation: "c1", Version: int64(i) + 2, At: time.Unix(1, 0).UTC(), Events: []bot.Event{event}})
	}
	for _, turn := range want {
		mustAppend(t, log, turn)
	}
	got := load(t, log, "c1", 0)
	equalTurns(t, got, want)
	for i := range got {
		if diff := cmp.Diff(want[i].Events, got[i].Events); diff != "" {
			t.Errorf("version %d (-appended +loaded):\n%s", got[i].Version, diff)
		}
	}
	equalTurns(t, tail(t, log, 0, len(want)), want)
}

func testEveryText(t *testing.T, log bot.EventLog) {
	for name, words := range Texts() {
		mustAppend(t, log, Turn(name, 1, words))
		got := load(t, log, name, 0)
		equalTurns(t, got, []bot.Turn{Turn(name, 1, words)})
		if message, ok := got[0].Events[0].(bot.Message); !ok || message.Blocks[0].Text != words {
			t.Errorf("%s: text came back changed", name)
		}
	}
}

// testSealed appends a sealed block in several turns, beside one that is not.
func testSealed(t *testing.T, log bot.EventLog) {
	sealed := bot.Seal(bot.Block{
		Type: bot.BlockSteps, Title: "可以这样做", Source: "fix:client.update",
		Items: []bot.Item{{Text: "更新 <App>", How: "应用商店\u2028", Source: "fix:client.update"}},
	})
	var want []bot.Turn
	for i := range 6 {
		turn := Turn(fmt.Sprint("c", i%2), int64(i/2)+1, "")
		turn.Events = []bot.Event{bot.Message{Seq: int64(i), Blocks: []bot.Block{{Type: bot.BlockText, Text: text(int64(i))}, sealed.Block(), sealed.Block()}}}
		mustAppend(t, log, turn)
		want = append(want, turn)
	}
	got := tail(t, log, 0, 10)
	equalTurns(t, got, want)
	for _, turn := range got {
		again, err := bot.EncodeEvents(turn.Events)
		if err != nil || len(again.Sealed) != 2 || again.Sealed[0].Key() != sealed.Key() {
			t.Errorf("version %d comes back with %d sealed blocks, %v", turn.Version, len(again.Sealed), err)
		}
	}
}

func testNoEvents(t *testing.T, log bot.EventLog) {
	bare := bot.Turn{Conversation: "c1", Version: 1, At: time.Unix(1, 0).UTC()}
	mustAppend(t, log, bare)
	got := load(t, log, "c1", 0)
	equalTurns(t, got, []bot.Turn{bare})
	if len(got[0].Events) != 0 {
		t.Errorf("events appeared: %v", got[0].Events)
	}
}

func testTimes(t *testing.T, log bot.EventLog) {
	shanghai := time.FixedZone("CST", 8*60*60)
	times := []time.Time{
		time.Date(2026, 3, 1, 9, 30, 0, 123456789, time.UTC),
		time.Date(2026, 3, 1, 9, 30, 0, 1, shanghai),
		time.Unix(0, 0),
		time.Date(1969, 12, 31, 23, 59, 59, 999999999, time.UTC),
		time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), // clocks may go back
		{},
	}
	for i, at := range times {
		turn := Turn("c1", int64(i)+1, "x")
		turn.At = at
		mustAppend(t, log, turn)
	}
	for i, turn := range load(t, log, "c1", 0) {
		if !turn.At.Equal(times[i]) || turn.At.Location() != time.UTC {
			t.Errorf("time %v came back as %v", times[i], turn.At)
		}
	}
}

func testNoSharing(t *testing.T, log bot.EventLog) {
	blocks := []bot.Block{{Type: bot.BlockText, Text: "before"}}
	turn := Turn("c1", 1, "")
	turn.Events = []bot.Event{bot.Message{Blocks: blocks}}
	mustAppend(t, log, turn)
	blocks[0].Text = "after"
	first := load(t, log, "c1", 0)[0].Events[0].(bot.Message)
	first.Blocks[0].Text += " and changed"
	second := load(t, log, "c1", 0)[0].Events[0].(bot.Message)
	if got := second.Blocks[0].Text; got != "before" {
		t.Errorf("stored text is now %q", got)
	}
}

func testCancelled(t *testing.T, log bot.EventLog) {
	want := appendTurns(t, log, "c1", 1, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, loadErr := log.Load(ctx, "c1", 0, 0)
	_, tailErr := log.Tail(ctx, 0, 1)
	for name, err := range map[string]error{
		"append": log.Append(ctx, Turn("c1", 2, "x")), "load": loadErr, "tail": tailErr,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context: %v", name, err)
		}
	}
	equalTurns(t, load(t, log, "c1", 0), want)
	appendTurns(t, log, "c1", 2, 2)
}

func testEpoch(t *testing.T, log bot.EventLog) {
	before := log.Epoch()
	appendTurns(t, log, "c1", 1, 3)
	if before == "" || log.Epoch() != before {
		t.Errorf("epoch was %q, is %q", before, log.Epoch())
	}
}

func testClosed(t *testing.T, log bot.EventLog) {
	closer, ok := log.(interface{ Close(context.Context) error })
	if !ok {
		t.Skip("this log cannot be closed")
	}
	appendTurns(t, log, "c1", 1, 1)
	for range 2 { // closing twice is closing
		if err := closer.Close(t.Context()); err != nil {
			t.Fatalf("close: %v", err)
		}
	}
	_, loadErr := log.Load(t.Context(), "c1", 0, 0)
	_, tailErr := log.Tail(t.Context(), 0, 1)
	for name, err := range map[string]error{
		"append": log.Append(t.Context(), Turn("c1", 2, "x")), "load": loadErr, "tail": tailErr,
	} {
		if !errors.Is(err, bot.ErrClosed) {
			t.Errorf("%s on a closed log: %v", name, err)
		}
	}
}

func text(version int64) string { return fmt.Sprintf("第 %d 句", version) }

func turns(conversation string, from, to int64) []bot.Turn {
	var list []bot.Turn
	for version := from; version <= to; version++ {
		list = append(list, Turn(conversation, version, text(version)))
	}
	return list
}

// appendTurns appends versions from..to and returns them. It may run on any
// goroutine: it reports an error and stops, it never ends the test.
func appendTurns(t *testing.T, log bot.EventLog, conversation string, from, to int64) []bot.Turn {
	t.Helper()
	list := turns(conversation, from, to)
	for _, turn := range list {
		if err := log.Append(t.Context(), turn); err != nil {
			t.Errorf("append version %d to %s: %v", turn.Version, conversation, err)
			break
		}
	}
	return list
}

func mustAppend(t *testing.T, log bot.EventLog, turn bot.Turn) {
	t.Helper()
	if err := log.Append(t.Context(), turn); err != nil {
		t.Fatalf("append version %d to %q: %v", turn.Version, turn.Conversation, err)
	}
}

func load(t *testing.T, log bot.EventLog, conversation string, after int64) []bot.Turn {
	t.Helper()
	list, err := log.Load(t.Context(), conversation, after, 0)
	if err != nil {
		t.Fatalf("load %q after %d: %v", conversation, after, err)
	}
	return list
}

func tail(t *testing.T, log bot.EventLog, after int64, limit int) []bot.Turn {
	t.Helper()
	list, err := log.Tail(t.Context(), after, limit)
	if err != nil {
		t.Fatalf("tail after %d: %v", after, err)
	}
	return list
}

func conflict(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, bot.ErrConflict) {
		t.Errorf("got %v, want a conflict", err)
	}
}

// equalTurns compares everything but the position, byte for byte.
func equalTurns(t *testing.T, got, want []bot.Turn) {
	t.Helper()
	a, b := encodedAll(t, got), encodedAll(t, want)
	if !slices.Equal(a, b) {
		t.Errorf("turns differ (-want +got):\n%s", cmp.Diff(b, a))
	}
}

func encodedAll(t *testing.T, list []bot.Turn) []string {
	t.Helper()
	var all []string
	for _, turn := range list {
		all = append(all, encoded(t, turn))
	}
	return all
}

func encoded(t *testing.T, turn bot.Turn) string {
	t.Helper()
	events, err := bot.MarshalEvents(turn.Events)
	if err != nil {
		t.Errorf("encode: %v", err)
	}
	return fmt.Sprintf("%q %d %s %s", turn.Conversation, turn.Version, turn.At.UTC().Format(time.RFC3339Nano), events)
}

// growing fails unless positions grow strictly from after.
func growing(t *testing.T, after int64, list []bot.Turn) {
	t.Helper()
	for _, turn := range list {
		if turn.Position <= after {
			t.Fatalf("position %d comes after %d", turn.Position, after)
		}
		after = turn.Position
	}
}

// inOrder fails unless every conversation counts 1, 2, 3 … in list.
func inOrder(t *testing.T, list []bot.Turn) {
	t.Helper()
	last := make(map[string]int64)
	for _, turn := range list {
		if turn.Version != last[turn.Conversation]+1 {
			t.Fatalf("%s: version %d comes after %d", turn.Conversation, turn.Version, last[turn.Conversation])
		}
		last[turn.Conversation] = turn.Version
	}
}
