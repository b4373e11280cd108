package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/analytics"
)

// BenchmarkCount counts turns that are in the log already, as after a change of
// the rules: ordinary ones of about a kilobyte, five a conversation, of
// conversations that go on at the same time. b.N is the number of turns:
//
//	go test ./adapters/store -run - -bench BenchmarkCount -benchtime 1000000x
func BenchmarkCount(b *testing.B) {
	b.StopTimer()
	options := Options{Dir: b.TempDir()}
	log := openUnprojected(b, options)
	size := fillLog(b, log, b.N, 9)
	a := openUncounted(b, log, options, shanghai(b))
	begun := CPUTime(b)
	b.StartTimer()
	count(b, a)
	b.StopTimer()
	if progress, err := a.Progress(b.Context()); err != nil || progress.Position != int64(b.N) {
		b.Fatal(progress, err)
	}
	b.ReportMetric(float64((CPUTime(b)-begun).Nanoseconds())/float64(b.N), "cpu-ns/turn")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
	b.ReportMetric(float64(size)/float64(b.N), "B/turn")
	askAll(b, a)
}

// BenchmarkOverview asks the questions of a dashboard about b.N conversations of
// one or two turns each, within 30 days. First nothing of the figures is in
// memory: they are opened anew, and the pages of their file are dropped.
//
//	go test ./adapters/store -run - -bench BenchmarkOverview -benchtime 1000000x
func BenchmarkOverview(b *testing.B) {
	b.StopTimer()
	options := Options{Dir: b.TempDir()}
	log := openUnprojected(b, options)
	turns := b.N + b.N/2
	fillLog(b, log, turns, 2)
	a := openUncounted(b, log, options, shanghai(b))
	begun := time.Now()
	count(b, a)
	b.ReportMetric(float64(turns)/time.Since(begun).Seconds(), "turns/s")
	closeAnalytics(b, a)
	forgetFile(b, options.Dir+"/"+analyticsName)
	a = openUncounted(b, log, options, shanghai(b))
	b.StartTimer()
	askAll(b, a)
	b.StopTimer()
	all, err := a.Totals(b.Context(), wholeStream(a.zone), analytics.GroupNone)
	if err != nil || len(all) != 1 {
		b.Fatal(all, err)
	}
	b.ReportMetric(float64(all[0].Totals.Marks[analytics.Contacts]), "contacts")
}

// BenchmarkLag stores b.N turns at a thousand a second, and says how long it takes
// until a turn that is stored is counted.
//
//	go test ./adapters/store -run - -bench BenchmarkLag -benchtime 20000x
func BenchmarkLag(b *testing.B) {
	options := Options{Dir: b.TempDir()}
	log := openUnprojected(b, options)
	a, err := OpenAnalytics(b.Context(), log, options, shanghai(b))
	if err != nil {
		b.Fatal(err)
	}
	defer closeAnalytics(b, a)
	s := &stream{random: rand.New(rand.NewPCG(1, 2)), each: 1}
	stored, counted := make(chan time.Time, b.N), make(chan []time.Time)
	go func() { counted <- whenCounted(b, a, b.N) }()
	var appending sync.WaitGroup
	begun := time.Now()
	for i := range b.N {
		turn := s.turn()
		time.Sleep(time.Until(begun.Add(time.Duration(i) * time.Millisecond)))
		appending.Go(func() {
			if err := log.Append(b.Context(), turn); err != nil {
				b.Error(err)
			}
			stored <- time.Now()
		})
	}
	appending.Wait()
	lags := make([]time.Duration, b.N)
	for i, at := range <-counted {
		lags[i] = at.Sub(<-stored)
	}
	slices.Sort(lags)
	for _, share := range []float64{50, 99, 100} {
		b.ReportMetric(float64(lags[int(share/100*float64(b.N-1))].Milliseconds()), fmt.Sprintf("p%v-ms", share))
	}
}

// whenCounted is when it was seen that so many turns are counted, for each number
// of them.
func whenCounted(b *testing.B, a *Analytics, turns int) []time.Time {
	b.Helper()
	seen := make([]time.Time, 0, turns)
	for len(seen) < turns {
		state, err := a.state(b.Context())
		if err != nil {
			b.Error(err)
			return make([]time.Time, turns)
		}
		for now := time.Now(); int64(len(seen)) < state.mark.position; {
			seen = append(seen, now)
		}
		time.Sleep(2 * time.Millisecond)
	}
	return seen
}

func wholeStream(zone *time.Location) analytics.Query {
	first := analytics.DayOf(ordinaryBegin(), zone)
	return analytics.Query{Tenant: "default", From: first, To: first + 30}
}

// askAll says how long the questions of a dashboard take, first and then again.
func askAll(b *testing.B, a *Analytics) {
	b.Helper()
	q := wholeStream(a.zone)
	filtered := q
	filtered.Locale, filtered.Version, filtered.Cause = "zh-CN", "10.5", "credit_thin"
	for _, one := range []struct {
		name string
		ask  func(context.Context) error
	}{
		{"overview", func(ctx context.Context) error { return a.overview(ctx, q) }},
		{"overview-filtered", func(ctx context.Context) error { return a.overview(ctx, filtered) }},
		{"keys", func(ctx context.Context) error {
			for _, kind := range analytics.Kinds() {
				if _, err := a.Keys(ctx, q, kind.Kind, 50); err != nil {
					return err
				}
			}
			return nil
		}},
		{"contacts", func(ctx context.Context) error {
			_, err := a.Contacts(ctx, q, analytics.Which{Term: &analytics.Term{Mark: analytics.HandedOff}}, analytics.Page{Limit: 50})
			return err
		}},
		{"contacts-rare", func(ctx context.Context) error {
			_, err := a.Contacts(ctx, q, analytics.Which{Kind: analytics.KindFix, Key: "rare", Bits: analytics.FixShown}, analytics.Page{Limit: 50})
			return err
		}},
	} {
		begun := time.Now()
		if err := one.ask(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(begun).Microseconds())/1000, one.name+"-first-ms")
		const times = 5
		used := CPUTime(b)
		begun = time.Now()
		for range times {
			if err := one.ask(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(time.Since(begun).Microseconds())/1000/times, one.name+"-again-ms")
		b.ReportMetric(float64((CPUTime(b)-used).Microseconds())/1000/times, one.name+"-again-cpu-ms")
	}
}

// overview asks what the first page of a dashboard asks: this period and the one
// before, a line over the days, and what can be filtered by.
func (a *Analytics) overview(ctx context.Context, q analytics.Query) error {
	if _, err := a.Totals(ctx, q.Previous(), analytics.GroupNone); err != nil {
		return err
	}
	for _, by := range []analytics.Group{
		analytics.GroupNone, analytics.GroupDay, analytics.GroupProduct, analytics.GroupLocale, analytics.GroupChannel, analytics.GroupVersion, analytics.GroupCause,
	} {
		if _, err := a.Totals(ctx, q, by); err != nil {
			return err
		}
	}
	return nil
}

func ordinaryBegin() time.Time { return time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC) }

// fillLog puts turns into the log behind its back, which is quicker, and returns
// the bytes of their rows. Conversations have up to so many turns each.
func fillLog(b *testing.B, log *Log, turns int, each int64) (size int) {
	b.Helper()
	conn, err := openSQLiteWriter(sqliteDSN(log.dir+"/"+databaseName, []string{"synchronous(OFF)", "busy_timeout(5000)"}))
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := conn.close(); err != nil {
			b.Error(err)
		}
	}()
	s := &stream{random: rand.New(rand.NewPCG(1, 2)), each: each, step: 30 * 24 * time.Hour / time.Duration(max(turns, 1))}
	for done := 0; done < turns; {
		var some batch
		for range min(1000, turns-done) {
			one, err := newPending(b.Context(), s.turn())
			if err != nil {
				b.Fatal(err)
			}
			some.rows = append(some.rows, row{pending: one})
			size += len(one.events)
			done++
		}
		if err := conn.write(&some); err != nil {
			b.Fatal(err)
		}
	}
	return size
}

// stream makes ordinary turns of conversations that go on at the same time.
type stream struct {
	random *rand.Rand
	step   time.Duration
	each   int64 // most turns of a conversation
	made   int
	begun  int
	open   []*streamed
}

type streamed struct {
	id             string
	version, turns int64
}

func (s *stream) turn() bot.Turn {
	s.made++
	if len(s.open) < 100 {
		s.begun++
		s.open = append(s.open, &streamed{id: fmt.Sprintf("c_%08x-%024x", s.begun, s.random.Uint64()), turns: 1 + s.random.Int64N(s.each)})
	}
	at := s.random.IntN(len(s.open))
	one := s.open[at]
	one.version++
	if one.version == one.turns {
		s.open = append(s.open[:at], s.open[at+1:]...)
	}
	return bot.Turn{Conversation: one.id, Version: one.version, At: ordinaryBegin().Add(time.Duration(s.made) * s.step), Events: s.events(one)}
}

func (s *stream) one(list ...string) string { return list[s.random.IntN(len(list))] }

func (s *stream) events(one *streamed) []bot.Event {
	var events []bot.Event
	if one.version == 1 {
		events = append(events, bot.Started{
			Tenant: "default", User: fmt.Sprint("user-", s.random.IntN(1+s.begun)), Product: "jiebei", Locale: s.one("zh-CN", "zh-CN", "zh-CN", "en"), Pack: "jiebei@1",
			Client: &bot.Client{Channel: s.one("web", "app", "app"), AppVersion: s.one("10.5.1", "10.6.0", "10.4.2", "10.3.9"), Region: s.one("浙江", "广东", "四川", "北京", "上海", "江苏", "")},
		})
	}
	cause := s.one("credit_thin", "id_expired", "age", "region", "risk", "income", "account_new", "device", "overdue", "frozen", "duplicate", "system")
	intent := s.one("fail.unspecified", "how.activate", "fail.credit", "quota.low", "when.retry", "fail.identity", "human.agent", "fee")
	move := bot.Move(s.one("answer", "answer", "answer", "answer", "follow_up", "clarify", "fallback", "resolved", "small_talk"))
	id, answer := fmt.Sprintf("m-%d-%d", s.made, one.version), fmt.Sprintf("0192f3c0-5a4e-7c11-9d4f-%012d", s.made)
	events = append(events,
		bot.Message{Seq: 2*one.version - 1, ID: id, Author: bot.AuthorUser, Digest: "0123456789abcdef", Blocks: []bot.Block{{Type: bot.BlockText, Text: "为什么我的借呗开通不了？"}}},
		bot.Understood{Move: move, Intent: intent, Confidence: 0.93, Ranking: []bot.Ranked{{Intent: intent, Confidence: 0.93}, {Intent: "how.activate", Confidence: 0.04}}, Locale: "zh-CN"})
	about := &bot.About{Intent: intent, Confidence: 0.93, Composed: "authored"}
	if move == bot.MoveAnswer {
		events = append(events, bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{Decision: bot.Ineligible, CheckedAt: ordinaryBegin(), ValidUntil: ordinaryBegin(), Reasons: []bot.Reason{{Code: "CREDIT_THIN_HISTORY"}}}})
		about.Cause, about.Reasons, about.Fixes = cause, []string{cause}, []string{"fix." + cause, "wait"}
		about.Sources, about.Decision = []string{"cause:" + cause, "fix:fix." + cause, "phrase:hello"}, bot.Ineligible
		if s.random.IntN(20_000) == 0 {
			about.Fixes = append(about.Fixes, "rare")
		}
	}
	if s.random.IntN(25) == 0 {
		events = append(events, bot.HandoffChanged{Seq: 2*one.version - 1, State: bot.HandoffRequested, Reason: "requested", Ticket: "T", Queue: "general"})
	}
	return append(events, bot.Message{Seq: 2 * one.version, ID: answer, Author: bot.AuthorBot, Re: id, About: about, Blocks: []bot.Block{
		{Type: bot.BlockText, Text: "这次没有开通，主要是因为信用记录还比较少，系统暂时没有足够的信息来评估。"},
		{Type: bot.BlockSteps, Title: "你可以这样做", Items: []bot.Item{{Text: "补全个人资料"}, {Text: "按时还清已有账单"}}},
	}})
}
