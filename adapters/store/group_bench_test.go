package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kaitong/bot/bottest"
)

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
