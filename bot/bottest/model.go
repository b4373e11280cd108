package bottest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"kaitong/bot"
)

// testModel runs random operations against the log and a plain map and slice,
// and compares every answer.
func testModel(t *testing.T, log bot.EventLog) {
	var runs atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{t: t, rt: rt, log: log, run: runs.Add(1), heads: map[string]int64{}}
		if all := tail(t, log, 0, 1<<30); len(all) > 0 {
			m.start = all[len(all)-1].Position
		}
		rt.Repeat(map[string]func(*rapid.T){
			"append": m.append,
			"load":   m.load,
			"tail":   m.tail,
		})
	})
}

// model is what a log should hold. Runs share one log, so each names its
// conversations after itself and looks only past where it started.
type model struct {
	t     *testing.T
	rt    *rapid.T
	log   bot.EventLog
	run   int64
	start int64
	turns []bot.Turn
	heads map[string]int64
}

func (m *model) conversation(rt *rapid.T) string {
	return fmt.Sprintf("run%d-%s", m.run, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "conversation"))
}

func (m *model) append(rt *rapid.T) {
	name := m.conversation(rt)
	version := m.heads[name] + rapid.Int64Range(-1, 2).Draw(rt, "step")
	turn := Turn(name, version, rapid.String().Draw(rt, "text"))
	err := m.log.Append(m.t.Context(), turn)
	if version != m.heads[name]+1 {
		if !errors.Is(err, bot.ErrConflict) {
			rt.Fatalf("append version %d after %d: %v", version, m.heads[name], err)
		}
		return
	}
	if err != nil {
		rt.Fatalf("append version %d: %v", version, err)
	}
	m.turns = append(m.turns, turn)
	m.heads[name] = version
}

func (m *model) load(rt *rapid.T) {
	name := m.conversation(rt)
	after := rapid.Int64Range(0, m.heads[name]+1).Draw(rt, "after")
	got, err := m.log.Load(m.t.Context(), name, after, 0)
	if err != nil {
		rt.Fatalf("load: %v", err)
	}
	var want []bot.Turn
	for _, turn := range m.turns {
		if turn.Conversation == name && turn.Version > after {
			want = append(want, turn)
		}
	}
	m.same(rt, got, want)
}

func (m *model) tail(rt *rapid.T) {
	limit := rapid.IntRange(0, len(m.turns)+1).Draw(rt, "limit")
	got, err := m.log.Tail(m.t.Context(), m.start, limit)
	if err != nil {
		rt.Fatalf("tail: %v", err)
	}
	m.same(rt, got, m.turns[:min(limit, len(m.turns))])
}

func (m *model) same(rt *rapid.T, got, want []bot.Turn) {
	a, b := encodedAll(m.t, got), encodedAll(m.t, want)
	if fmt.Sprint(a) != fmt.Sprint(b) {
		rt.Fatalf("got  %v\nwant %v", a, b)
	}
}
