package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot"
)

// BenchmarkAppend has many conversations append at once, each waiting for its
// turn to be on disk before the next. A turn is of ordinary size: question,
// reading, check and answer.
func BenchmarkAppend(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) {
		appendBy(b, func(b *testing.B) bot.EventLog { return open(b, b.TempDir()) })
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		appendBy(b, func(b *testing.B) bot.EventLog { return openPostgres(b, storetest.Database(b)) })
	})
}

// BenchmarkEncrypted holds storing and reading with a key against doing it
// without, in one run.
func BenchmarkEncrypted(b *testing.B) {
	for _, name := range []string{"plain", "encrypted"} {
		options := options(b.TempDir())
		if name == "encrypted" {
			options.KeyFile = keyFile(b, oldKey)
		}
		b.Run(name, func(b *testing.B) {
			b.Run("append", func(b *testing.B) {
				options := options
				appendBy(b, func(b *testing.B) bot.EventLog {
					options.Dir = b.TempDir()
					return openWith(b, options)
				})
			})
			b.Run("load 10 turns", func(b *testing.B) {
				log := openWith(b, options)
				defer closeLog(b, log)
				if turns, err := log.Load(b.Context(), "conversation-0", 0, 0); err != nil || len(turns) == 0 {
					fill(b, log, 100, 10)
				}
				for i := 0; b.Loop(); i++ {
					if turns, err := log.Load(b.Context(), fmt.Sprint("conversation-", i%100), 0, 0); err != nil || len(turns) != 10 {
						b.Fatal(len(turns), err)
					}
				}
			})
		})
	}
}

func openWith(b *testing.B, options store.Options) *store.Log {
	b.Helper()
	log, err := store.Open(b.Context(), options)
	if err != nil {
		b.Fatal(err)
	}
	return log
}

func appendBy(b *testing.B, open func(b *testing.B) bot.EventLog) {
	b.Helper()
	for _, appenders := range []int{1, 16, 128, 1000} {
		b.Run(fmt.Sprintf("appenders=%d", appenders), func(b *testing.B) {
			log := open(b)
			var next atomic.Int64
			var group sync.WaitGroup
			b.ResetTimer()
			before := store.CPUTime(b)
			for i := range appenders {
				group.Go(func() {
					for version := int64(1); next.Add(1) <= int64(b.N); version++ {
						if err := log.Append(b.Context(), ordinaryTurn(fmt.Sprint("conversation-", i), version)); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			group.Wait()
			b.ReportMetric(float64((store.CPUTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/turn")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	const conversations, versions = 1000, 10
	log := open(b, b.TempDir())
	fill(b, log, conversations, versions)
	b.Run("conversation of 10 turns", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			turns, err := log.Load(b.Context(), fmt.Sprint("conversation-", i%conversations), 0, 0)
			if err != nil || len(turns) != versions {
				b.Fatal(len(turns), err)
			}
		}
	})
	b.Run("last turn", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			turns, err := log.Load(b.Context(), fmt.Sprint("conversation-", i%conversations), versions-1, 0)
			if err != nil || len(turns) != 1 {
				b.Fatal(len(turns), err)
			}
		}
	})
}

func BenchmarkTail(b *testing.B) {
	log := open(b, b.TempDir())
	fill(b, log, 1000, 10)
	var after, read int64
	for b.Loop() {
		turns, err := log.Tail(b.Context(), after, 500)
		if err != nil {
			b.Fatal(err)
		}
		after = 0
		if len(turns) > 0 {
			after = turns[len(turns)-1].Position
		}
		read += int64(len(turns))
	}
	b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "turns/s")
}

func fill(b *testing.B, log bot.EventLog, conversations int, versions int64) {
	b.Helper()
	var group sync.WaitGroup
	for i := range conversations {
		group.Go(func() {
			for version := int64(1); version <= versions; version++ {
				if err := log.Append(b.Context(), ordinaryTurn(fmt.Sprint("conversation-", i), version)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func ordinaryTurn(conversation string, version int64) bot.Turn {
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	return bot.Turn{Conversation: conversation, Version: version, At: at, Events: []bot.Event{
		bot.Message{Seq: 2*version - 1, ID: fmt.Sprint("m", version), Author: bot.AuthorUser, Digest: "0123456789abcdef",
			Blocks: []bot.Block{{Type: bot.BlockText, Text: "为什么我的借呗开通不了？"}}},
		bot.Understood{Move: bot.MoveAnswer, Intent: "fail.unspecified", Confidence: 0.93,
			Ranking: []bot.Ranked{{Intent: "fail.unspecified", Confidence: 0.93}, {Intent: "how.activate", Confidence: 0.04}}},
		bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{Decision: bot.Ineligible, CheckedAt: at, ValidUntil: at,
			Reasons: []bot.Reason{{Code: "CREDIT_THIN_HISTORY"}}}},
		bot.Message{Seq: 2 * version, ID: fmt.Sprint("a", version), Author: bot.AuthorBot, Re: fmt.Sprint("m", version),
			Blocks: []bot.Block{
				{Type: bot.BlockText, Text: "这次没有开通，主要是因为信用记录还比较少，系统暂时没有足够的信息来评估。"},
				{Type: bot.BlockSteps, Title: "你可以这样做", Items: []bot.Item{{Text: "补全个人资料"}, {Text: "按时还清已有账单"}}},
				{Type: bot.BlockChoices, Choices: []bot.Choice{{ID: "done", Label: "已解决"}, {ID: "agent", Label: "转人工"}}},
			},
			About: &bot.About{Intent: "fail.unspecified", Confidence: 0.93, Cause: "credit.thin_history", Composed: "authored"}},
	}}
}
