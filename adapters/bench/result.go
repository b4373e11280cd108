package bench

import (
	"fmt"
	"time"
)

// Result is what a measurement found. Times are in microseconds.
type Result struct {
	Options

	Seconds        float64 `json:"seconds"` // measured
	ConnectSeconds float64 `json:"connect_seconds"`
	Asked          uint64  `json:"asked"` // with the warm-up, like all counts but the two below
	Answered       uint64  `json:"answered"`
	Measured       uint64  `json:"answered_measured"` // in these seconds
	PerSecond      float64 `json:"answered_per_second"`

	Answer    Latency  `json:"answer_us"`                    // from the real send
	AnswerDue *Latency `json:"answer_from_due_us,omitempty"` // from when it was due; with a rate
	Ack       Latency  `json:"ack_us"`

	BytesPerAnswer float64 `json:"bytes_per_answer"` // all frames
	AnswerBytes    float64 `json:"answer_bytes"`     // the answer alone

	Conversations uint64            `json:"conversations"`
	Reconnects    uint64            `json:"reconnects"`
	Retried       uint64            `json:"retried"`               // sent again under the same id
	Failed        uint64            `json:"failed"`                // refused for good
	Unasked       uint64            `json:"unasked"`               // due, but never asked, or only when the run was nearly over
	Unanswered    uint64            `json:"unanswered"`            // asked, but not answered when the run was over
	Interrupted   bool              `json:"interrupted,omitempty"` // somebody ended it early
	Errors        map[string]uint64 `json:"errors"`
	Faults        Faults            `json:"faults"`

	Server *Use `json:"server,omitempty"`
	Client *Use `json:"client,omitempty"`
	// Others is what the rest of the machine used meanwhile, in percent of one
	// core.
	Others float64 `json:"others_percent"`
}

// Latency summarises a histogram.
type Latency struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

// Faults are what must never happen.
type Faults struct {
	Lost             uint64 `json:"lost"` // acknowledged, and gone with the conversation
	DuplicateAcks    uint64 `json:"duplicate_acks"`
	DuplicateAnswers uint64 `json:"duplicate_answers"`
	OutOfOrder       uint64 `json:"out_of_order"` // and gaps in the numbers
	Foreign          uint64 `json:"foreign"`      // of another conversation
}

// Sum is how many there were.
func (f Faults) Sum() uint64 {
	return f.Lost + f.DuplicateAcks + f.DuplicateAnswers + f.OutOfOrder + f.Foreign
}

// Use is what a process used while it was measured.
type Use struct {
	MicrosPerAnswer      float64 `json:"cpu_us_per_answer"`
	AnswersPerCoreSecond float64 `json:"answers_per_core_second"`
	Percent              float64 `json:"cpu_percent"`                   // of one core
	MemoryBefore         int64   `json:"memory_before_bytes,omitempty"` // before the first socket
	Memory               int64   `json:"memory_bytes,omitempty"`
	MemoryPerSocket      float64 `json:"memory_per_socket_bytes,omitempty"`
}

// Err is nil when nothing happened that must never happen. Nobody can tell what
// would have been answered in a run that was ended early.
func (r Result) Err() error {
	f := r.Faults
	switch {
	case f.Sum() > 0:
	case r.Unanswered > 0 && !r.Interrupted:
		return fmt.Errorf("%d unanswered %v after the last question", r.Unanswered, settleTimeout)
	default:
		return nil
	}
	return fmt.Errorf("%d lost, %d acknowledged twice, %d answered twice, %d out of order, %d of others",
		f.Lost, f.DuplicateAcks, f.DuplicateAnswers, f.OutOfOrder, f.Foreign)
}

func (m *measurement) result(before, after sample) Result {
	span := time.Duration(after.at - before.at)
	answered := after.answered - before.answered
	r := Result{
		Options: m.options,
		Seconds: span.Seconds(), Asked: m.asked.Load(), Answered: m.answered.Load(), Measured: answered,
		PerSecond: float64(answered) / span.Seconds(),
		Answer:    latencyOf(&m.fromSend), Ack: latencyOf(&m.ack),
		BytesPerAnswer: per(after.bytes-before.bytes, answered), AnswerBytes: per(after.answerBytes-before.answerBytes, answered),
		Conversations: m.conversations.Load(), Reconnects: m.reconnects.Load(),
		Retried: m.retried.Load(), Failed: m.failed.Load(), Unasked: m.unasked.Load(),
		Unanswered: m.unanswered.Load(),
		Faults:     m.faults.report(),
	}
	r.Errors, _ = m.refusals()
	if m.schedule.rate > 0 {
		due := latencyOf(&m.fromDue)
		r.AnswerDue = &due
	}
	m.addUse(&r, before, after)
	return r
}

// addUse says what the server, this program and the rest of the machine used
// between the samples.
func (m *measurement) addUse(r *Result, before, after sample) {
	span, answered := time.Duration(after.at-before.at), after.answered-before.answered
	server, self := after.server-before.server, after.self-before.self
	if before.knowsSelf && after.knowsSelf {
		r.Client = use(self, span, answered)
	}
	if before.knowsServer && after.knowsServer {
		r.Server = use(server, span, answered)
		r.Server.MemoryBefore, r.Server.Memory = m.memoryBefore, after.memory
		if m.options.Idle {
			r.Server.MemoryPerSocket = float64(after.memory-m.memoryBefore) / float64(m.options.Sockets)
		}
	}
	others := after.machine - before.machine - self - server
	r.Others = max(100*others.Seconds()/span.Seconds(), 0)
}

func (f *faults) report() Faults {
	return Faults{
		Lost: f.lost.Load(), DuplicateAcks: f.duplicateAcks.Load(), DuplicateAnswers: f.duplicateAnswers.Load(),
		OutOfOrder: f.outOfOrder.Load(), Foreign: f.foreign.Load(),
	}
}

func use(cpu, span time.Duration, answered uint64) *Use {
	u := &Use{Percent: 100 * cpu.Seconds() / span.Seconds()}
	if answered > 0 && cpu > 0 {
		u.AnswersPerCoreSecond = float64(answered) / cpu.Seconds()
		u.MicrosPerAnswer = float64(cpu.Microseconds()) / float64(answered)
	}
	return u
}

func per(sum, n uint64) float64 {
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n)
}

func latencyOf(h *histogram) Latency {
	micros := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	return Latency{
		P50: micros(h.quantile(0.5)), P90: micros(h.quantile(0.9)), P99: micros(h.quantile(0.99)),
		P999: micros(h.quantile(0.999)), Max: micros(h.max()),
	}
}
