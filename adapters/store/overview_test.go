package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"kaitong/adapters/store/storetest"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

// site is a database of one kind, and a way behind the back of its log.
type site struct {
	options Options
	execute func(t *testing.T, text string)
}

func sites() map[string]func(t *testing.T) site {
	return map[string]func(t *testing.T) site{
		"SQLite": func(t *testing.T) site {
			dir := t.TempDir()
			return site{Options{Dir: dir}, func(t *testing.T, text string) { executeIn(t, dir, text) }}
		},
		"PostgreSQL": func(t *testing.T) site {
			address := storetest.Database(t)
			return site{Options{Database: address}, func(t *testing.T, text string) { storetest.Exec(t, address, text) }}
		},
	}
}

func onBoth(t *testing.T, test func(t *testing.T, at site)) {
	t.Helper()
	for name, make := range sites() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, make(t))
		})
	}
}

// openUnprojected opens a log that writes, and projects when the test does.
func openUnprojected(t testing.TB, options Options) *Log {
	t.Helper()
	log := openIdle(t, options)
	log.once.Do(func() {
		log.project = func() {}
		close(log.projector.done)
		go log.run()
	})
	t.Cleanup(func() {
		if err := log.projector.to.close(); err != nil {
			t.Error(err)
		}
	})
	return log
}

func project(t rapid.TB, log *Log) {
	t.Helper()
	if err := log.projector.catchUp(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// projectAll waits until the projector of a running log has done its work.
func projectAll(t *testing.T, log *Log) {
	t.Helper()
	if err := log.awaitLists(t.Context(), func(_, _ int64) {}); err != nil {
		t.Fatal(err)
	}
}

func put(t rapid.TB, log *Log, turns ...bot.Turn) {
	t.Helper()
	for _, turn := range turns {
		if err := log.Append(context.Background(), turn); err != nil {
			t.Fatal(err)
		}
	}
}

// folded is what the table has to be: the fold of the log up to a position.
func folded(t rapid.TB, log *Log, upTo int64) map[string]*bot.Overview {
	t.Helper()
	turns, err := log.Tail(context.Background(), 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*bot.Overview{}
	for _, turn := range turns {
		if turn.Position > upTo {
			break
		}
		one := all[turn.Conversation]
		if one == nil {
			one = bot.NewOverview(turn.Conversation)
			all[turn.Conversation] = one
		}
		if err := one.Apply(turn); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func table(t rapid.TB, log *Log) map[string]*bot.Overview {
	t.Helper()
	rows, err := overviewsIn(context.Background(), log.db.pool, log.db.overviews.page, "", 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*bot.Overview{}
	for _, row := range rows {
		all[row.Conversation] = row
	}
	return all
}

func projected(t rapid.TB, log *Log) int64 {
	t.Helper()
	position, err := getProjected(context.Background(), log.db.pool, log.db.words)
	if err != nil {
		t.Fatal(err)
	}
	return position
}

// wantFold holds that the table is the fold up to where it says it goes.
func wantFold(t rapid.TB, log *Log) {
	t.Helper()
	if diff := cmp.Diff(folded(t, log, projected(t, log)), table(t, log)); diff != "" {
		t.Fatalf("projected up to %d (-fold +table):\n%s", projected(t, log), diff)
	}
}

func TestOverviewsAreTheFold(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		reader, err := OpenReader(at.options)
		if err != nil {
			t.Fatal(err)
		}
		run := 0
		rapid.Check(t, func(r *rapid.T) {
			run++
			versions := map[string]int64{}
			steps := rapid.IntRange(1, 12).Draw(r, "steps")
			for range steps {
				switch rapid.IntRange(0, 9).Draw(r, "step") {
				case 0:
					project(r, log)
				case 1: // as after a start
					log.projector.fresh.drop(len(log.projector.fresh.turns))
				default:
					name := fmt.Sprintf("%d-%d", run, rapid.IntRange(0, 3).Draw(r, "conversation"))
					versions[name]++
					put(r, log, anyTurn(r, name, versions[name]))
				}
			}
			wantNewest(r, log, reader, rapid.IntRange(1, 6).Draw(r, "limit"))
			wantFold(r, log)
			project(r, log)
			wantFold(r, log)
		})
		project(t, log)
		if end := projected(t, log); end == 0 || len(table(t, log)) == 0 {
			t.Errorf("nothing was projected: %d", end)
		}
	})
}

// anyTurn is what may happen in a conversation. The first turn binds it to its
// owner, and a later one may give it to another.
func anyTurn(r *rapid.T, name string, version int64) bot.Turn {
	turn := bottest.Turn(name, version, "{\"kind\":\"handoff\",\"data\":{}}")
	turn.At = time.Unix(rapid.Int64Range(0, 1<<31).Draw(r, "at"), 123).UTC() // clocks of nodes differ
	word := rapid.SampledFrom([]string{"", "a", "借呗", "\"", "\x00"})
	if version == 1 && rapid.IntRange(0, 5).Draw(r, "started") > 0 {
		turn.Events = append(turn.Events, bot.Started{
			Tenant: word.Draw(r, "tenant"), User: word.Draw(r, "user"), Anonymous: rapid.Bool().Draw(r, "anonymous"),
			Product: word.Draw(r, "product"), Locale: word.Draw(r, "locale"),
		})
	}
	if version > 1 && rapid.IntRange(0, 3).Draw(r, "claimed") == 0 {
		turn.Events = append(turn.Events, bot.Claimed{Tenant: word.Draw(r, "tenant"), User: "u" + word.Draw(r, "user")})
	}
	for range rapid.IntRange(0, 2).Draw(r, "changes") {
		turn.Events = append(turn.Events, bot.HandoffChanged{
			State:  rapid.SampledFrom([]bot.HandoffState{bot.HandoffRequested, bot.HandoffQueued, bot.HandoffActive, bot.HandoffResolved, bot.HandoffCancelled}).Draw(r, "state"),
			Ticket: word.Draw(r, "ticket"),
		})
	}
	return turn
}

// wantNewest holds that a reader lists exactly what is in the log, however far
// the table is behind.
func wantNewest(r *rapid.T, log *Log, reader *Reader, limit int) {
	r.Helper()
	var all []*bot.Overview
	for _, one := range folded(r, log, 1<<62) {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b *bot.Overview) int { return int(b.Position - a.Position) })
	var want []Stored
	for _, one := range all[:min(limit, len(all))] {
		want = append(want, Stored{one.Conversation, one.Turns, one.Last, one.Product, one.Locale, one.Handoff})
	}
	newest, err := reader.Newest(context.Background(), limit)
	if diff := cmp.Diff(want, newest, cmpopts.EquateEmpty()); diff != "" || err != nil {
		r.Fatalf("newest (-want +got): %v\n%s", err, diff)
	}
}

// More conversations, and more turns, than one page takes.
func TestOverviewsOfManyPages(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openIdle(t, at.options)
		for version := int64(1); version <= 2; version++ {
			for first := 0; first < 2500; first += 500 {
				var group []bot.Turn
				for i := range 500 {
					group = append(group, turn(fmt.Sprint("c", first+i), version))
				}
				log.commit(pendings(t, group...))
			}
		}
		for i := range 8 {
			var group []bot.Turn
			for j := range 1000 {
				group = append(group, turn("long", int64(1000*i+j+1)))
			}
			log.commit(pendings(t, group...))
		}
		log.projector.pause, log.projector.every = time.Millisecond, time.Millisecond
		log.start()
		projectAll(t, log)
		if end := projected(t, log); end != 13000 {
			t.Errorf("projected up to %d", end)
		}
		wantFold(t, log)
	})
}

// Turns are stored and the log stays well when the projection cannot be, and
// nothing of it is half there.
func TestProjectionThatFails(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		for name, on := range map[string]string{"its position": "UPDATE ON meta", "a row": "INSERT ON overviews"} {
			t.Run(name, func(t *testing.T) {
				log := openUnprojected(t, at.options)
				put(t, log, turn(name+"-a", 1), turn(name+"-b", 1))
				project(t, log)
				put(t, log, turn(name+"-a", 2), turn(name+"-bad", 1))
				before := projected(t, log)
				forbid(t, at, on)
				err := log.projector.catchUp(t.Context())
				if err == nil || errors.Is(err, errMoved) {
					t.Errorf("projected against a refusal: %v", err)
				}
				put(t, log, turn(name+"-c", 1))
				if err := log.Check(t.Context()); err != nil || log.health.failure != nil {
					t.Errorf("the log is not well: %v, %v", err, log.health.failure)
				}
				if now := projected(t, log); now != before {
					t.Errorf("projected up to %d, was %d", now, before)
				}
				wantFold(t, log)
				allow(t, at, on)
				project(t, log)
				wantFold(t, log)
				if now := projected(t, log); now != before+3 {
					t.Errorf("projected up to %d in the end, was %d", now, before)
				}
				log.shut()
				<-log.done
			})
		}
	})
}

// A page that cannot be stored takes nothing down that was to be stored with it.
func TestTurnsBesideAPageThatFails(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]int64{"a row": 0, "another position": 7} {
		log := openIdle(t, Options{})
		log.commit(pendings(t, turn("bad", 1)))
		forbid(t, site{Options{}, func(t *testing.T, text string) { execute(t, log, text) }}, "INSERT ON overviews")
		page, err := log.projector.page(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		page.after = after
		group := append(pendings(t, turn("a", 1), turn("bad", 2)), &pending{ctx: t.Context(), page: page, done: make(chan error, 1)})
		log.commit(group)
		for i, one := range group {
			if err := <-one.done; err != nil {
				t.Errorf("%s: turn %d: %v", name, i, err)
			}
		}
		if page.failure == nil || len(tailAll(t, log)) != 3 || projected(t, log) != 0 || len(table(t, log)) != 0 {
			t.Errorf("%s: failure %v, table %v", name, page.failure, table(t, log))
		}
	}
}

// forbid makes the database refuse what a projection does.
func forbid(t *testing.T, at site, on string) {
	t.Helper()
	when := map[string]string{"UPDATE ON meta": "NEW.key = 'projected'", "INSERT ON overviews": "NEW.conversation LIKE '%bad'"}[on]
	if at.options.Database == "" {
		at.execute(t, `CREATE TRIGGER refuse BEFORE `+on+` WHEN `+when+` BEGIN SELECT RAISE(ABORT, 'refused'); END`)
		return
	}
	at.execute(t, `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$`)
	at.execute(t, `CREATE TRIGGER refuse BEFORE `+on+` FOR EACH ROW WHEN (`+when+`) EXECUTE FUNCTION refuse()`)
}

func allow(t *testing.T, at site, on string) {
	t.Helper()
	if at.options.Database == "" {
		at.execute(t, `DROP TRIGGER refuse`)
		return
	}
	at.execute(t, `DROP TRIGGER refuse `+on[strings.Index(on, "ON"):])
}

// A conversation with a hole keeps no other from the list, and what cannot be
// read counts.
func TestOverviewsOfADamagedLog(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		put(t, log, turn("a", 1), turn("a", 2), turn("a", 3), turn("b", 1))
		log.projector.fresh.drop(len(log.projector.fresh.turns))
		at.execute(t, `DELETE FROM turns WHERE conversation = 'a' AND version = 2`)
		at.execute(t, `UPDATE turns SET events = '[{"kind":"handoff","data":{', at = 'never' WHERE conversation = 'b'`)
		project(t, log)
		rows := table(t, log)
		if rows["a"] == nil || rows["a"].Turns != 3 || rows["b"] == nil || rows["b"].Turns != 1 {
			t.Errorf("table %v", rows)
		}
	})
}

func TestRebuild(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		started := turn("a", 1)
		started.Events = bottest.EveryEvent()[:2]
		put(t, log, started, turn("b", 1), turn("a", 2))
		project(t, log)
		want := table(t, log)
		at.execute(t, `UPDATE overviews SET handoff = 'active', turns = 9 WHERE conversation = 'b'`)
		at.execute(t, `INSERT INTO overviews (conversation, last, turns, position) VALUES ('z', '', 1, 1)`)
		log.shut()
		<-log.done
		var shown int64
		if err := RebuildOverviews(t.Context(), at.options, func(done, total int64) { shown = done * total }); err != nil {
			t.Fatal(err)
		}
		if shown != 9 {
			t.Errorf("the end was not shown: %d", shown)
		}
		log = openUnprojected(t, at.options)
		if diff := cmp.Diff(want, table(t, log)); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
		wantFold(t, log)
	})
}

func TestRebuildBesideAServer(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openIdle(t, at.options)
		log.projector.pause, log.projector.every = time.Millisecond, 10*time.Millisecond
		log.start()
		put(t, log, turn("a", 1))
		projectAll(t, log)
		err := RebuildOverviews(t.Context(), at.options, func(_, _ int64) {})
		if at.options.Database == "" {
			if !errors.Is(err, ErrInUse) {
				t.Errorf("got %v", err)
			}
			return
		}
		if err != nil {
			t.Error(err)
		}
		wantFold(t, log)
	})
}

// Turns of an older program are projected when this one starts.
func TestOverviewsOfAnOldLog(t *testing.T) {
	t.Parallel()
	log := openUnprojected(t, Options{Dir: unchainedLog(t, turn("a", 1), turn("b", 1), turn("a", 2))})
	put(t, log, turn("a", 3))
	project(t, log)
	wantFold(t, log)
	if now := projected(t, log); now != 6 {
		t.Errorf("projected up to %d", now)
	}
}
