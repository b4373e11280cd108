package bench

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// feed is a ledger under test; the id of question n is q<n>.
type feed struct {
	t *testing.T
	*ledger
}

func newFeed(t *testing.T) feed {
	l := &ledger{faults: &faults{}, prefix: []byte("q")}
	l.begin("c", "e", 0)
	return feed{t, l}
}

// ask opens the next question and says whether the bot has answered the one
// before.
func (f feed) asks() feed { f.ask(); return f }

func (f feed) acked(n int, seq int64, duplicate bool) feed {
	f.ledger.ack(fmt.Appendf(nil, "q%d", n), seq, duplicate)
	return f
}

func (f feed) answered(n int, seq int64) feed {
	f.answer(fmt.Appendf(nil, "q%d", n), seq)
	if f.settled() {
		f.close()
	}
	return f
}

func (f feed) want(faults Faults) {
	f.t.Helper()
	if diff := cmp.Diff(faults, f.faults.report()); diff != "" {
		f.t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestLedger(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		feed func(feed) feed
		want Faults
	}{
		{"as it should be", func(f feed) feed {
			return f.asks().acked(1, 1, false).answered(1, 2).asks().acked(2, 3, false).answered(2, 4)
		}, Faults{}},
		{"an event between", func(f feed) feed {
			f.asks().acked(1, 1, false)
			f.advance(2) // a hand-off
			return f.answered(1, 3)
		}, Faults{}},
		{"acknowledged twice", func(f feed) feed { return f.asks().acked(1, 1, false).acked(1, 1, false) }, Faults{DuplicateAcks: 1}},
		{"acknowledged twice, the second time late", func(f feed) feed {
			return f.asks().acked(1, 1, false).answered(1, 2).asks().acked(1, 1, false)
		}, Faults{DuplicateAcks: 1}},
		{"called a duplicate without being one", func(f feed) feed { return f.asks().acked(1, 1, true) }, Faults{DuplicateAcks: 1}},
		{"sent again, and known", func(f feed) feed {
			f.asks().resent = true
			f.advance(1) // the own message, replayed
			return f.answered(1, 2).acked(1, 1, true)
		}, Faults{}},
		{"answered twice under one number", func(f feed) feed {
			return f.asks().acked(1, 1, false).answered(1, 2).answered(1, 2)
		}, Faults{DuplicateAnswers: 1}},
		{"answered twice under two numbers", func(f feed) feed {
			return f.asks().acked(1, 1, false).answered(1, 2).answered(1, 3)
		}, Faults{DuplicateAnswers: 1}},
		{"answered twice, the second time late", func(f feed) feed {
			return f.asks().acked(1, 1, false).answered(1, 2).asks().acked(2, 3, false).answered(1, 4)
		}, Faults{DuplicateAnswers: 1}},
		{"answered before the ack", func(f feed) feed { return f.asks().answered(1, 1) }, Faults{OutOfOrder: 1}},
		{"a number is missing", func(f feed) feed { return f.asks().acked(1, 1, false).answered(1, 3) }, Faults{OutOfOrder: 1}},
		{"an answer to somebody else", func(f feed) feed {
			f.asks().acked(1, 1, false).answer([]byte("x1"), 2)
			return f
		}, Faults{Foreign: 1}},
		{"an answer to a question not asked yet", func(f feed) feed { return f.asks().acked(1, 1, false).answered(2, 2) }, Faults{Foreign: 1}},
		{"an ack of somebody else", func(f feed) feed {
			f.asks().ledger.ack([]byte("x1"), 1, false)
			return f
		}, Faults{Foreign: 1}},
		{"a frame of another conversation", func(f feed) feed {
			f.belongs(inbound{conv: []byte("other")})
			f.belongs(inbound{conv: []byte("c")})
			f.belongs(inbound{})
			return f
		}, Faults{Foreign: 1}},
		{"said without being asked", func(f feed) feed {
			f.answer(nil, 1)
			return f
		}, Faults{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.feed(newFeed(t)).want(test.want)
		})
	}
}

func TestResultErr(t *testing.T) {
	t.Parallel()
	if err := (Result{}).Err(); err != nil {
		t.Errorf("nothing wrong: %v", err)
	}
	for _, faults := range []Faults{{Lost: 1}, {DuplicateAcks: 1}, {DuplicateAnswers: 1}, {OutOfOrder: 1}, {Foreign: 1}} {
		if (Result{Faults: faults}).Err() == nil {
			t.Errorf("%+v is no error", faults)
		}
	}
}
