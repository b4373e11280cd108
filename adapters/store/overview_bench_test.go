package store

import (
	"fmt"
	"testing"

	"kaitong/adapters/store/storetest"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

// BenchmarkProject projects turns that were stored. turns=8 has every
// conversation speak eight times between two projections, turns=1 is the worst
// there is: every turn begins a conversation. Beside the time it takes, the
// waiting for the disk included, it tells what it costs the processor.
func BenchmarkProject(b *testing.B) {
	for name, open := range map[string]func(b *testing.B) Options{
		"SQLite":     func(b *testing.B) Options { return Options{Dir: b.TempDir()} },
		"PostgreSQL": func(b *testing.B) Options { return Options{Database: storetest.Database(b)} },
	} {
		for _, turns := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/turns=%d", name, turns), func(b *testing.B) { benchmarkProject(b, open(b), turns) })
		}
	}
}

func benchmarkProject(b *testing.B, options Options, turns int) {
	log := openUnprojected(b, options)
	const conversations = 1000
	b.StopTimer()
	version, round := int64(0), 0
	var spent float64
	for done := 0; done < b.N; {
		if version++; turns == 1 {
			version, round = 1, round+1
		}
		for range turns {
			storeTurns(b, log, round, version, conversations)
			done += conversations
			version++
		}
		version--
		before := CPUTime(b).Seconds()
		b.StartTimer()
		project(b, log)
		b.StopTimer()
		spent += CPUTime(b).Seconds() - before
	}
	b.ReportMetric(spent/float64(projected(b, log))*1e9, "cpu-ns/turn")
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
