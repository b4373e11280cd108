package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the test are not those of the machine

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kaitong/bot"
	"kaitong/bot/analytics"
)

// shanghai is where most days of the tests begin.
func shanghai(t testing.TB) *time.Location {
	t.Helper()
	return zoneOf(t, "Asia/Shanghai")
}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// openUncounted opens figures that are counted when the test says so.
func openUncounted(t testing.TB, log *Log, options Options, zone *time.Location) *Analytics {
	t.Helper()
	a, err := openAnalytics(t.Context(), log, options, zone)
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	a.stop = func() {
		if !closed {
			closed = true
			close(a.done)
		}
	}
	t.Cleanup(func() { closeAnalytics(t, a) })
	return a
}

// closeAnalytics may be called again.
func closeAnalytics(t testing.TB, a *Analytics) {
	t.Helper()
	if a.tables == nil {
		return
	}
	if err := a.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	a.tables = nil
}

func count(t testing.TB, a *Analytics) {
	t.Helper()
	if err := a.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// oracleOf counts the whole log.
func oracleOf(t testing.TB, log *Log, zone *time.Location) *analytics.Oracle {
	t.Helper()
	turns, err := log.Tail(t.Context(), 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	oracle := analytics.NewOracle(zone)
	for _, turn := range turns {
		tellOracle(t, oracle, turn)
	}
	return oracle
}

func tellOracle(t testing.TB, oracle *analytics.Oracle, turn bot.Turn) {
	t.Helper()
	if err := oracle.Apply(turn); err != nil && !errors.Is(err, analytics.ErrHole) {
		t.Fatal(err)
	}
}

// queriesOf are questions about a history.
func queriesOf(t testing.TB) []analytics.Query {
	t.Helper()
	day := func(text string) analytics.Day {
		day, err := analytics.ParseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	all := analytics.Query{Tenant: "default", From: day("2026-01-01"), To: day("2027-12-31")}
	list := []analytics.Query{all, {Tenant: "other", From: all.From, To: all.To}, {Tenant: "nobody", From: all.From, To: all.To}}
	for _, change := range []func(*analytics.Query){
		func(q *analytics.Query) { q.From, q.To = day("2026-11-01"), day("2026-11-05") },
		func(q *analytics.Query) { q.From, q.To = day("2026-10-29"), day("2026-10-29") },
		func(q *analytics.Query) { q.Product = "huabei" },
		func(q *analytics.Query) { q.Locale, q.Channel = "en", "web" },
		func(q *analytics.Query) { q.Version = "10.5" },
		func(q *analytics.Query) { q.Cause, q.Locale = "credit_thin", "zh-CN" },
		func(q *analytics.Query) { q.Version, q.Product, q.To = "*", "jiebei", day("2026-11-20") },
	} {
		q := all
		change(&q)
		list = append(list, q)
	}
	return list
}

// wantAnswers asks a projection what its oracle is asked.
func wantAnswers(t testing.TB, want, got analytics.Store) {
	t.Helper()
	for _, q := range queriesOf(t) {
		for _, by := range []analytics.Group{
			analytics.GroupNone, analytics.GroupDay, analytics.GroupProduct, analytics.GroupLocale, analytics.GroupChannel, analytics.GroupVersion, analytics.GroupCause,
		} {
			sameAnswer(t, fmt.Sprintf("totals of %+v by %q", q, by), func(s analytics.Store) (any, error) { return s.Totals(t.Context(), q, by) }, want, got)
		}
		for _, kind := range analytics.Kinds() {
			for _, limit := range []int{0, 2} {
				sameAnswer(t, fmt.Sprintf("keys of %+v of kind %s", q, kind.Kind), func(s analytics.Store) (any, error) { return s.Keys(t.Context(), q, kind.Kind, limit) }, want, got)
			}
		}
		wantLists(t, q, want, got)
	}
}

func wantLists(t testing.TB, q analytics.Query, want, got analytics.Store) {
	t.Helper()
	for _, prefix := range []string{"", "c", "c1", "c9", "nobody", "\uFFFD", "_%"} {
		sameAnswer(t, fmt.Sprintf("whether there is %q in %+v", prefix, q), func(s analytics.Store) (any, error) { return s.Named(t.Context(), q, prefix) }, want, got)
	}
	whiches := []analytics.Which{
		{}, {Term: &analytics.Term{Mark: analytics.HandedOff}}, {Term: &analytics.Term{Sum: analytics.Fallbacks, IsSum: true}},
		{Kind: analytics.KindFix, Key: "wait", Bits: analytics.FixShown}, {Kind: analytics.KindIntent, Key: "how.activate", Bits: analytics.IntentAsked | analytics.IntentSolved},
		{Kind: analytics.KindFix, Key: "none", Bits: analytics.FixShown},
		{Term: &analytics.Term{Mark: analytics.Answered}, Kind: analytics.KindCause, Key: "id_expired", Bits: analytics.CauseTold},
	}
	for _, which := range whiches {
		sameAnswer(t, fmt.Sprintf("contacts of %+v, %+v", q, which), func(s analytics.Store) (any, error) {
			return s.Contacts(t.Context(), q, which, analytics.Page{})
		}, want, got)
		sameAnswer(t, fmt.Sprintf("contacts of %+v, %+v, two a page", q, which), func(s analytics.Store) (any, error) { return inPages(t, s, q, which) }, want, got)
	}
	for _, page := range []analytics.Page{{}, {Limit: 2}, {Before: 40, Limit: 3}} {
		sameAnswer(t, fmt.Sprintf("questions of %+v, %+v", q, page), func(s analytics.Store) (any, error) { return s.Unanswered(t.Context(), q, page) }, want, got)
	}
}

// inPages lists the first contacts page by page.
func inPages(t testing.TB, s analytics.Store, q analytics.Query, which analytics.Which) (list []analytics.Contact, err error) {
	t.Helper()
	page := analytics.Page{Limit: 2}
	for range 4 {
		some, err := s.Contacts(t.Context(), q, which, page)
		if err != nil || len(some) == 0 {
			return list, err
		}
		list = append(list, some...)
		page.Before = some[len(some)-1].Opened
	}
	return list, nil
}

func sameAnswer(t testing.TB, what string, ask func(analytics.Store) (any, error), want, got analytics.Store) {
	t.Helper()
	expected, err := ask(want)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := ask(got)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if diff := cmp.Diff(expected, answer, cmpopts.EquateEmpty(), cmpopts.EquateComparable()); diff != "" {
		t.Fatalf("%s (-oracle +projection):\n%s", what, diff)
	}
}

// shaky is a sink that fails now and then, before a page is stored or after.
type shaky struct {
	analyticsSink
	random *rand.Rand
}

func (s *shaky) save(ctx context.Context, page *analyticsPage) error {
	dice := s.random.IntN(8)
	if dice == 0 {
		return errors.New("nothing was stored")
	}
	err := s.analyticsSink.save(ctx, page)
	if err == nil && dice == 1 {
		return errors.New("stored, but nobody heard of it")
	}
	return err
}

// Whatever happens and however it is cut into pages, everything that is asked of
// the tables is answered as the fold answers it: with a projection that begins
// anew in between, pages that fail, conversations that are forgotten, and made
// anew from the log as well.
func TestFiguresAreTheFold(t *testing.T) {
	t.Parallel()
	seeds := uint64(5)
	if testing.Short() {
		seeds = 2
	}
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		for seed := range seeds {
			wantHistory(t, log, at, seed)
		}
	})
}

// wantHistory goes on with a log.
func wantHistory(t *testing.T, log *Log, at site, seed uint64) {
	t.Helper()
	t.Logf("history %d", seed)
	zone, random := shanghai(t), rand.New(rand.NewPCG(seed, 2))
	for _, one := range []string{"turns", "overviews"} {
		at.execute(t, `DELETE FROM `+one)
	}
	h := newHistory(seed, 5)
	a := openUncounted(t, log, at.options, zone)
	if err := a.reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	oracle, seen := analytics.NewOracle(zone), int64(0)
	for range 12 {
		for range 1 + random.IntN(20) {
			put(t, log, h.turn())
		}
		if random.IntN(4) == 0 { // the program ends and begins again
			closeAnalytics(t, a)
			a = openUncounted(t, log, at.options, zone)
		}
		a.turns, a.fold.names = 1+random.IntN(9), 1+random.IntN(6)
		countInSpiteOf(t, a, random)
		seen = tellAll(t, log, oracle, seen)
		if random.IntN(3) == 0 {
			forgetOne(t, a, oracle, h, at)
		}
	}
	wantAnswers(t, oracle, a)
	a.named = 3 // as where there are too many cells to name them
	for _, q := range queriesOf(t) {
		wantLists(t, q, oracle, a)
	}
	before, err := a.Progress(t.Context())
	if err != nil || before.Rebuilding || before.Position != before.Target {
		t.Errorf("progress: %+v, %v", before, err)
	}
	closeAnalytics(t, a)
}

// countInSpiteOf counts although storing fails now and then.
func countInSpiteOf(t *testing.T, a *Analytics, random *rand.Rand) {
	t.Helper()
	sink := a.tables.sink
	a.tables.sink = &shaky{sink, random}
	defer func() { a.tables.sink = sink }()
	var err error
	for range 1000 {
		if err = a.catchUp(t.Context()); err == nil {
			return
		}
	}
	t.Fatal(err)
}

func tellAll(t *testing.T, log *Log, oracle *analytics.Oracle, after int64) int64 {
	t.Helper()
	turns, err := log.Tail(t.Context(), after, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for _, turn := range turns {
		tellOracle(t, oracle, turn)
		after = turn.Position
	}
	return after
}

// forgetOne takes a conversation out of the log and out of the figures; not the
// last one that said something, whose positions would be given out again.
func forgetOne(t *testing.T, a *Analytics, oracle *analytics.Oracle, h *history, at site) {
	t.Helper()
	id := pick(h, h.conversations...).id
	if id == h.last {
		return
	}
	h.forget(id)
	at.execute(t, fmt.Sprintf(`DELETE FROM turns WHERE conversation = '%s'`, id))
	if err := a.Forget(t.Context(), id, "c_unknown"); err != nil {
		t.Fatal(err)
	}
	oracle.Forget(id)
}

// Figures that are made anew are those that were kept up.
func TestFiguresMadeAnew(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		zone := shanghai(t)
		log := openUnprojected(t, at.options)
		h := newHistory(42, 8)
		a := openUncounted(t, log, at.options, zone)
		for range 10 {
			for range 20 {
				put(t, log, h.turn())
			}
			count(t, a)
		}
		oracle := oracleOf(t, log, zone)
		wantAnswers(t, oracle, a)
		closeAnalytics(t, a)
		if err := log.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		var last int64
		if err := RebuildAnalytics(t.Context(), at.options, zone, func(done, _ int64) { last = done }); err != nil {
			t.Fatal(err)
		}
		if last != 200 {
			t.Errorf("%d turns were said to be done", last)
		}
		again := openUnprojected(t, at.options)
		wantAnswers(t, oracle, openUncounted(t, again, at.options, zone))
	})
}

// Another zone has other days, so everything is counted again.
func TestFiguresOfAnotherZone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		h := newHistory(7, 8)
		for range 60 {
			put(t, log, h.turn())
		}
		for _, name := range []string{"Asia/Shanghai", "America/New_York", "UTC"} {
			zone := zoneOf(t, name)
			a := openUncounted(t, log, at.options, zone)
			if progress, err := a.Progress(t.Context()); err != nil || !progress.Rebuilding {
				t.Errorf("%s: before counting: %+v, %v", name, progress, err)
			}
			count(t, a)
			wantAnswers(t, oracleOf(t, log, zone), a)
			closeAnalytics(t, a)
		}
	})
}

// A log that ends before the figures do was replaced: by a backup, for instance.
func TestFiguresOfALogThatIsShorter(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		zone := shanghai(t)
		log := openUnprojected(t, at.options)
		h := newHistory(3, 8)
		for range 40 {
			put(t, log, h.turn())
		}
		a := openUncounted(t, log, at.options, zone)
		count(t, a)
		at.execute(t, `DELETE FROM turns WHERE position > 20`)
		count(t, a)
		wantAnswers(t, oracleOf(t, log, zone), a)
	})
}

// The person whose conversation is forgotten is in no table any more, and what
// they asked is not either.
func TestForgottenLeaveNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		h := newHistory(11, 1000)
		for range 80 {
			put(t, log, h.turn())
		}
		a := openUncounted(t, log, at.options, shanghai(t))
		count(t, a)
		var ids []string
		for _, one := range h.conversations {
			ids = append(ids, one.id)
		}
		if err := a.Forget(t.Context(), ids...); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"contacts", "persons"} {
			var rows int
			if err := a.tables.db.QueryRowContext(t.Context(), `SELECT count(*) FROM analytics_`+table).Scan(&rows); err != nil || rows != 0 {
				t.Errorf("%s: %d rows, %v", table, rows, err)
			}
		}
		wantAnswers(t, analytics.NewOracle(shanghai(t)), a)
	})
}

// Nothing points to the name that somebody had before they signed in, also before
// they are forgotten.
func TestClaimedLeaveNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		h := newHistory(3, 1)
		first := h.turn()
		started := first.Events[0].(bot.Started)
		started.User, started.Anonymous = "anon-1", true
		first.Events[0] = started
		put(t, log, first)
		a := openUncounted(t, log, at.options, shanghai(t))
		count(t, a)
		put(t, log, h.next(h.conversations[0], bot.Claimed{Tenant: started.Tenant, User: "lin"}))
		count(t, a)
		persons := func(want int) {
			t.Helper()
			var rows int
			if err := a.tables.db.QueryRowContext(t.Context(), `SELECT count(*) FROM analytics_persons`).Scan(&rows); err != nil || rows != want {
				t.Errorf("%d persons, %v; want %d", rows, err, want)
			}
		}
		persons(1)
		if err := a.Forget(t.Context(), first.Conversation); err != nil {
			t.Fatal(err)
		}
		persons(0)
	})
}

// A user's id is in no row.
func TestFiguresNameNobody(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		const name = "user-that-nobody-may-read"
		first := newHistory(1, 1).turn()
		started := first.Events[0].(bot.Started)
		started.User = name
		first.Events[0] = started
		put(t, log, first)
		a := openUncounted(t, log, at.options, shanghai(t))
		count(t, a)
		var contact, person []byte
		for text, into := range map[string]*[]byte{`SELECT body FROM analytics_contacts`: &contact, `SELECT person FROM analytics_persons`: &person} {
			if err := a.tables.db.QueryRowContext(t.Context(), text).Scan(into); err != nil {
				t.Fatal(err)
			}
		}
		if rows := string(contact) + string(person); strings.Contains(rows, name) {
			t.Errorf("the rows name the user: %q", rows)
		}
	})
}

// Counting goes on by itself, and what is in the log at the end is counted.
func TestFiguresKeepUp(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		a, err := openAnalytics(t.Context(), log, at.options, shanghai(t))
		if err != nil {
			t.Fatal(err)
		}
		a.every = time.Millisecond
		a.start()
		h := newHistory(5, 3)
		for range 20 {
			put(t, log, h.turn())
		}
		until(t, func() bool { return counted20(t, a) })
		put(t, log, h.turn())
		closeAnalytics(t, a)
		again := openUncounted(t, log, at.options, shanghai(t))
		wantAnswers(t, oracleOf(t, log, shanghai(t)), again)
	})
}

func counted20(t *testing.T, a *Analytics) bool {
	t.Helper()
	progress, err := a.Progress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return progress.Position >= 20
}

// A file of figures that is damaged is made anew.
func TestDamagedFigures(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir()}
	log := openUnprojected(t, options)
	h := newHistory(9, 3)
	for range 30 {
		put(t, log, h.turn())
	}
	path := filepath.Join(options.Dir, analyticsName)
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	a := openUncounted(t, log, options, shanghai(t))
	count(t, a)
	wantAnswers(t, oracleOf(t, log, shanghai(t)), a)
}

// A projection that fails says so, once, and that it is well again.
func TestFiguresThatFail(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir()}
	log := openUnprojected(t, options)
	put(t, log, newHistory(2, 1).turn())
	a := openUncounted(t, log, options, shanghai(t))
	executeInFile(t, options.Dir, `ALTER TABLE analytics_cells RENAME TO gone`)
	a.tell(t.Context(), a.catchUp(t.Context()))
	if err := a.Check(t.Context()); err == nil {
		t.Error("nothing is wrong")
	}
	executeInFile(t, options.Dir, `ALTER TABLE gone RENAME TO analytics_cells`)
	a.tell(t.Context(), a.catchUp(t.Context()))
	if err := a.Check(t.Context()); err != nil {
		t.Error(err)
	}
	wantAnswers(t, oracleOf(t, log, shanghai(t)), a)
}

func executeInFile(t *testing.T, dir, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", sqliteDSN(filepath.Join(dir, analyticsName), nil))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}
