package store

import (
	"fmt"
	"testing"

	"kaitong/adapters/store/storetest"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

// BenchmarkProject projects turns that were stored, of a thousand conversations.
// turns=8 has each speak eight times between two projections, turns=1 once;
// turns=first is the worst there is: every turn begins a conversation. Beside
// the time it takes, the waiting for the disk included, it tells what it costs
// the processor.
func BenchmarkProject(b *testing.B) {
	for name, open := range map[string]func(b *testing.B) Options{
		"SQLite":     func(b *testing.B) Options { return Options{Dir: b.TempDir()} },
		"PostgreSQL": func(b *testing.B) Options { return Options{Database: storetest.Database(b)} },
	} {
		for label, turns := range map[string]int64{"first": 0, "1": 1, "8": 8} {
			b.Run(name+"/turns="+label, func(b *testing.B) { benchmarkProject(b, open(b), turns) })
		}
	}
}

// benchmarkProject has conversations go on by so many turns; 0: new ones begin.
func benchmarkProject(b *testing.B, options Options, turns int64) {
	log := openUnprojected(b, options)
	const conversations = 1000
	b.StopTimer()
	var spent float64
	version, before := int64(0), int64(0)
	for round := 0; projected(b, log)-before < int64(b.N); round++ {
		if turns == 0 {
			storeTurns(b, log, round, 1, conversations)
		}
		for range turns {
			version++
			storeTurns(b, log, 0, version, conversations)
		}
		if round == 0 && turns > 0 { // how they begin is not measured
			project(b, log)
			before = projected(b, log)
			continue
		}
		begun := CPUTime(b)
		b.StartTimer()
		project(b, log)
		b.StopTimer()
		spent += (CPUTime(b) - begun).Seconds()
	}
	b.ReportMetric(spent/float64(projected(b, log)-before)*1e9, "cpu-ns/turn")
}

// storeTurns stores one turn of each conversation, as they are answered.
func storeTurns(b *testing.B, log *Log, round int, version int64, conversations int) {
	b.Helper()
	var group []*pending
	for i := range conversations {
		turn := bottest.Turn(fmt.Sprintf("c_%d-%d", round, i), version, "为什么我的借呗开通不了？")
		turn.Events = append(turn.Events, bot.Understood{Move: bot.MoveAnswer, Intent: "fail.unspecified", Confidence: 0.93})
		if version == 1 {
			turn.Events = append(turn.Events, bot.Started{Tenant: "default", User: "demo-several", Product: "jiebei", Locale: "zh-CN", Pack: "jiebei@1"})
		}
		one, err := newPending(b.Context(), turn)
		if err != nil {
			b.Fatal(err)
		}
		if err := log.enqueue(one); err != nil {
			b.Fatal(err)
		}
		group = append(group, one)
	}
	for _, one := range group {
		if err := <-one.done; err != nil {
			b.Fatal(err)
		}
	}
}
