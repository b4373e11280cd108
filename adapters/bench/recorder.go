package bench

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// clock tells the time since a run began, in nanoseconds.
type clock struct{ began time.Time }

func (c clock) now() int64 { return int64(time.Since(c.began)) }

// recorder collects what all sockets see. Latencies are taken of questions
// that were due between from and until, however late their answers come: what
// is slowest must not be left out because it was slowest.
type recorder struct {
	faults
	asked, answered, conversations, reconnects atomic.Uint64
	bytes, answerBytes                         atomic.Uint64
	open                                       atomic.Int64 // asked and not settled
	connected                                  atomic.Int64

	from, until              atomic.Int64
	ack, fromSend, fromDue   histogram
	recent                   atomic.Pointer[histogram] // since progress was shown last
	mu                       sync.Mutex
	errors                   map[string]uint64
	failed, retried, unasked atomic.Uint64
	unanswered               atomic.Uint64 // when the run was over
}

func newRecorder() *recorder {
	r := &recorder{errors: map[string]uint64{}}
	r.from.Store(math.MaxInt64)
	r.until.Store(math.MaxInt64)
	r.recent.Store(&histogram{})
	return r
}

// counts says whether a question due at that time is part of the measurement.
func (r *recorder) counts(due int64) bool { return due >= r.from.Load() && due < r.until.Load() }

func (r *recorder) acknowledged(due, sent, now int64) {
	if r.counts(due) {
		r.ack.record(time.Duration(now - sent))
	}
}

func (r *recorder) settled(due, sent, now int64) {
	r.answered.Add(1)
	r.open.Add(-1)
	r.recent.Load().record(time.Duration(now - due))
	if r.counts(due) {
		r.fromSend.record(time.Duration(now - sent))
		r.fromDue.record(time.Duration(now - due))
	}
}

// gaveUp counts a question that the server refused for good.
func (r *recorder) gaveUp() {
	r.failed.Add(1)
	r.open.Add(-1)
}

func (r *recorder) refused(code string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors[code]++
}

func (r *recorder) refusals() (byCode map[string]uint64, all uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	byCode = make(map[string]uint64, len(r.errors))
	for code, n := range r.errors {
		byCode[code] = n
		all += n
	}
	return byCode, all
}
