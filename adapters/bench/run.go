package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// settleTimeout is how long answers may take after the last question.
const settleTimeout = 5 * time.Second

// Progress is how far a measurement is.
type Progress struct {
	Connected, Sockets int
	Asking             bool          // everybody is in
	Left               time.Duration // until the last question
	PerSecond          float64       // answered, since the last report
	P50, P99           time.Duration // of these
	Errors             uint64        // since the start
}

// Run measures a server and reports progress once a second. When ctx ends it
// stops asking and returns what was measured until then.
func Run(ctx context.Context, target Target, options Options, report func(Progress)) (Result, error) {
	m, err := newMeasurement(target, options, report)
	if err != nil {
		return Result{}, err
	}
	return m.run(ctx)
}

func newMeasurement(target Target, options Options, report func(Progress)) (*measurement, error) {
	if err := errors.Join(options.Validate(), target.parse()); err != nil {
		return nil, err
	}
	if target.Plain {
		options.Questions = []string{plainQuestion}
	}
	questions, err := quoted(options.Questions)
	if err != nil {
		return nil, err
	}
	m := &measurement{crowd: newCrowd(target, options, questions), target: target, report: report, patience: settleTimeout}
	if target.PID == 0 {
		m.target.PID = pidListening(m.dialer.host)
	}
	return m, nil
}

// measurement is one run, from an empty server to a result.
type measurement struct {
	*crowd
	target   Target
	report   func(Progress)
	patience time.Duration // for what is not answered at the end

	memoryBefore int64
	shown        uint64 // answered when progress was shown last
	shownAt      int64
}

func (m *measurement) run(ctx context.Context) (Result, error) {
	users := m.options.Users
	if len(users) == 0 && !m.plain {
		var err error
		if users, err = m.desk.users(ctx); err != nil {
			m.desk.close()
			return Result{}, err
		}
	}
	m.memoryBefore, _ = memoryOf(m.target.PID)
	stopReports := m.reportEverySecond()
	defer stopReports()
	begin := m.clock.now()
	if err := m.gather(ctx, users); err != nil {
		m.disperse(ctx)
		return Result{}, fmt.Errorf("connect %d sockets to %s: %w", m.options.Sockets, m.target.URL, err)
	}
	connecting := m.clock.now() - begin
	result := m.measure(ctx)
	result.ConnectSeconds = float64(connecting) / float64(time.Second)
	return result, nil
}

// measure has everybody ask, and takes what the server and this program have
// used at the beginning and the end of the time that counts.
func (m *measurement) measure(ctx context.Context) Result {
	var pacer sync.WaitGroup
	pacing, stopPacing := context.WithCancel(ctx)
	defer stopPacing()
	if !m.options.Idle {
		m.begin(pacing, &pacer)
	}
	m.await(ctx, m.options.Warmup)
	before := m.sample()
	m.from.Store(before.at)
	m.until.Store(before.at + int64(m.options.Duration))
	m.await(ctx, m.options.Duration)
	m.stopping.Store(true)
	m.closed.Store(m.clock.now())
	after := m.sample()
	m.until.Store(min(m.until.Load(), after.at))
	stopPacing()
	defer m.cutLate(ctx, m.patience)()
	pacer.Wait()
	m.settleAll(ctx, m.patience)
	m.disperse(ctx)
	result := m.result(before, after)
	result.Interrupted = ctx.Err() != nil
	return result
}

// await waits, or returns at once when ctx ends.
func (m *measurement) await(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (m *measurement) reportEverySecond() (stop func()) {
	if m.report == nil {
		return func() {}
	}
	var reporter sync.WaitGroup
	done := make(chan struct{})
	reporter.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				m.report(m.progress())
			case <-done:
				return
			}
		}
	})
	return sync.OnceFunc(func() { close(done); reporter.Wait() })
}

func (m *measurement) progress() Progress {
	now, answered := m.clock.now(), m.answered.Load()
	recent := m.recent.Swap(&histogram{})
	_, errors := m.refusals()
	p := Progress{
		Connected: int(m.connected.Load()), Sockets: m.options.Sockets, Asking: m.started.Load(),
		P50: recent.quantile(0.5), P99: recent.quantile(0.99), Errors: errors,
		PerSecond: float64(answered-m.shown) / (float64(now-m.shownAt) / float64(time.Second)),
	}
	if until := m.until.Load(); m.from.Load() < now {
		p.Left = time.Duration(max(until-now, 0))
	} else {
		p.Left = m.options.Duration
	}
	m.shown, m.shownAt = answered, now
	return p
}

// sample is what has been used and done up to one moment.
type sample struct {
	at                           int64
	answered, bytes, answerBytes uint64
	server, self, machine        time.Duration
	knowsServer, knowsSelf       bool
	memory                       int64
}

func (m *measurement) sample() sample {
	s := sample{at: m.clock.now(), answered: m.answered.Load(), bytes: m.bytes.Load(), answerBytes: m.answerBytes.Load()}
	s.server, s.knowsServer = cpuOf(m.target.PID)
	s.self, s.knowsSelf = cpuOfSelf()
	s.machine, _ = cpuOfAll()
	s.memory, _ = memoryOf(m.target.PID)
	return s
}
