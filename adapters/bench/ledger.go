package bench

import (
	"bytes"
	"strconv"
	"sync/atomic"
)

// faults counts what a server must never do, over all sockets.
type faults struct {
	lost, duplicateAcks, duplicateAnswers, outOfOrder, foreign atomic.Uint64
}

// ledger is what one socket knows of its conversation, and checks against it
// whatever arrives: every question is acknowledged once and then answered
// once, events are numbered without gaps, and nothing belongs to anybody else.
// At most one question is under way.
type ledger struct {
	faults *faults
	prefix []byte // of the ids of this socket

	conv, epoch string
	last        int64 // number of the last event seen

	n        int64 // of the question under way, or of the last one
	open     bool
	acked    bool
	answered bool
	resent   bool // more than once, so that the server may know it already
}

// begin opens a conversation of which nothing after last has been seen.
func (l *ledger) begin(conv, epoch string, last int64) {
	l.conv, l.epoch, l.last = conv, epoch, last
}

// ask opens the next question.
func (l *ledger) ask() {
	l.n++
	l.open, l.acked, l.answered, l.resent = true, false, false, false
}

// appendID appends the id of the question under way.
func (l *ledger) appendID(to []byte) []byte {
	return strconv.AppendInt(append(to, l.prefix...), l.n, 10)
}

// number is that of one of this socket's own questions; false for any other id.
func (l *ledger) number(id []byte) (int64, bool) {
	digits, ours := bytes.CutPrefix(id, l.prefix)
	n := number(digits)
	return n, ours && n > 0 && n <= l.n
}

// current says whether id is the question under way.
func (l *ledger) current(id []byte) bool {
	n, ours := l.number(id)
	return ours && n == l.n && l.open
}

// belongs says whether a frame is of this conversation.
func (l *ledger) belongs(in inbound) bool {
	if len(in.conv) == 0 || string(in.conv) == l.conv {
		return true
	}
	l.faults.foreign.Add(1)
	return false
}

// ack takes the acknowledgement of a question and says whether it was awaited.
func (l *ledger) ack(re []byte, seq int64, duplicate bool) bool {
	n, ours := l.number(re)
	switch {
	case !ours:
		l.faults.foreign.Add(1)
		return false
	case n != l.n || l.acked, duplicate && !l.resent:
		l.faults.duplicateAcks.Add(1)
		return false
	}
	l.acked = true
	if !duplicate { // the place of one known before was seen then
		l.advance(seq)
	}
	return true
}

// answer takes a message of the bot and says whether it is the one awaited.
func (l *ledger) answer(re []byte, seq int64) bool {
	fresh := l.advance(seq)
	n, ours := l.number(re)
	switch {
	case len(re) == 0:
		return false // said without being asked
	case !ours:
		l.faults.foreign.Add(1)
		return false
	case n != l.n || l.answered:
		if fresh { // else it has been counted
			l.faults.duplicateAnswers.Add(1)
		}
		return false
	}
	if !l.acked && !l.resent {
		l.faults.outOfOrder.Add(1)
	}
	l.answered = true
	return true
}

// advance takes the number of an event and says whether it is a new one.
func (l *ledger) advance(seq int64) bool {
	fresh := seq > l.last
	switch {
	case !fresh:
		l.faults.duplicateAnswers.Add(1)
	case seq != l.last+1:
		l.faults.outOfOrder.Add(1)
	}
	l.last = max(l.last, seq)
	return fresh
}

// settled says whether the question under way has all it waited for.
func (l *ledger) settled() bool { return l.open && l.acked && l.answered }

// close ends the question under way.
func (l *ledger) close() { l.open = false }
