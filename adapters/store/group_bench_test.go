package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kaitong/bot/bottest"
)

// BenchmarkOpen opens a log after a clean stop and after a crash, which leaves
// as much to look through as there can be.
func BenchmarkOpen(b *testing.B) {
	const turns = 100_000
	dir := b.TempDir()
	log := openIdle(b, Options{Dir: dir})
	text := strings.Repeat("0123456789", 75)
	for first := range turns / maxGroup {
		var group []*pending
		for i := range maxGroup {
			group = append(group, pendings(b, bottest.Turn(fmt.Sprint("c_0192f3c0-5a4e-7c11-9d4f-", first*maxGroup+i), 1, text))...)
		}
		log.commit(group)
	}
	release(b, log)
	for name, behind := range map[string]int{"clean stop": 0, "crash": noteEvery + maxGroup} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				executeIn(b, dir, fmt.Sprintf(`UPDATE meta SET value = (SELECT max(position) FROM turns) - %d WHERE key = 'sound'`, behind))
				b.StartTimer()
				log, err := open(b.Context(), withDefaults(Options{Dir: dir}))
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				release(b, log)
				b.StartTimer()
			}
		})
	}
}

// BenchmarkGroup is the writer alone: groups of turns of about 1 KB, encoded
// beforehand, of as many conversations, which go on in every group.
func BenchmarkGroup(b *testing.B) {
	for _, size := range []int{1, 16, 128} {
		b.Run(fmt.Sprintf("turns=%d", size), func(b *testing.B) {
			log := openIdle(b, Options{})
			text := strings.Repeat("0123456789", 85)
			version := int64(0)
			var cpu time.Duration
			for b.Loop() {
				b.StopTimer()
				version++
				var group []*pending
				for i := range size {
					group = append(group, pendings(b, bottest.Turn(fmt.Sprint("c_0192f3c0-5a4e-7c11-9d4f-", i), version, text))...)
				}
				b.StartTimer()
				before := CPUTime(b)
				log.commit(group)
				cpu += CPUTime(b) - before
				b.StopTimer()
				for _, one := range group {
					if err := <-one.done; err != nil {
						b.Fatal(err)
					}
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(cpu.Microseconds())/float64(b.N*size), "cpu-µs/turn")
		})
	}
}
