package metrics

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kaitong/bot"
)

const (
	namespace = "kaitong"
	// other is what a label says that would say something unknown.
	other = "other"
	// shown is the result of a wording that breaks no rule.
	shown = "shown"
	// maxIntents bounds how many intents are told apart, however often the pack
	// changes while the program runs.
	maxIntents = 500
	// scrapesAtOnce is more than two Prometheus servers need.
	scrapesAtOnce = 4
	// scrapeTimeout is what the answers to one scrape may take.
	scrapeTimeout = 5 * time.Second
)

// Options are what [Metrics] are made of. All are required.
type Options struct {
	Version string
	// Intent says whether the pack has an intent.
	Intent func(id string) bool
	// State is asked for at every scrape; it returns soon.
	State  func(ctx context.Context) State
	Logger *slog.Logger
}

// Metrics counts. It is safe for concurrent use.
type Metrics struct {
	options  Options
	registry *prometheus.Registry

	turns    prometheus.Counter
	took     map[Result]prometheus.Observer
	moves    map[bot.Move]prometheus.Counter
	verdicts map[bot.Decision]prometheus.Counter
	checks   map[bot.CheckOutcome]prometheus.Counter
	handoffs map[bot.HandoffState]prometheus.Counter
	intents  *prometheus.CounterVec
	wordings map[bot.Rule]prometheus.Counter // of a language model, by the rule they break
	notes    map[bot.Rule]prometheus.Counter
	group    prometheus.Histogram
	commit   prometheus.Histogram

	mu    sync.RWMutex
	known map[string]prometheus.Counter // by intent
}

// Result is what became of something a person sent.
type Result string

// The results.
const (
	Stored   Result = "stored"
	Repeated Result = "repeated" // it was stored before
	Failed   Result = "failed"
)

// New makes metrics with a registry of their own.
func New(options Options) *Metrics {
	m := &Metrics{options: options, registry: prometheus.NewRegistry(), known: map[string]prometheus.Counter{}}
	m.turns = m.counter("turns_stored_total", "Turns stored by this process: what people, agents and the program itself did.")
	took := m.histogramVec("turn_duration_seconds", "From something a person sent to its answer being stored.", turnBuckets(), "result")
	m.took = map[Result]prometheus.Observer{}
	for _, result := range []Result{Stored, Repeated, Failed} {
		m.took[result] = took.WithLabelValues(string(result))
	}
	m.moves = each(m.counterVec("messages_total", "Messages of people by what the bot decided to do.", "move"), append(moves(), other))
	m.verdicts = each(m.counterVec("verdicts_total", "Verdicts of the eligibility service by decision.", "decision"), append(decisions(), other))
	m.checks = each(m.counterVec("eligibility_checks_total", "Eligibility checks by how they ended.", "outcome"), append(outcomes(), other))
	m.handoffs = each(m.counterVec("handoff_events_total", "Steps of hand-offs by the state they led to.", "state"), append(states(), other))
	m.intents = m.counterVec("intents_total", "Messages of people by what they were understood to ask.", "intent")
	m.known[other] = m.intents.WithLabelValues(other)
	judged := m.counterVec("model_wordings_total", "Wordings of the language model: shown, or refused by a rule.", "use", "result")
	m.wordings, m.notes = judgements(judged, "phrase"), judgements(judged, "summarise")
	m.group = m.histogram("log_group_turns", "Turns that were stored together in one transaction.", prometheus.ExponentialBuckets(1, 2, 10))
	m.commit = m.histogram("log_commit_duration_seconds", "How long storing one group of turns took.", commitBuckets())
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		newSnapshot(options),
	)
	return m
}

// turnBuckets reach from an answer out of memory to a check that times out.
func turnBuckets() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
}

// commitBuckets reach from a fast disk to a log that calls itself sick.
func commitBuckets() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}
}

// Handler serves the metrics at /metrics, and nothing else.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(m.options.Logger.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError,
		MaxRequestsInFlight: scrapesAtOnce, Timeout: 2 * scrapeTimeout, EnableOpenMetrics: true,
	}))
	return mux
}

// Handled says how long it took until something a person sent was answered.
func (m *Metrics) Handled(result Result, took time.Duration) { m.took[result].Observe(took.Seconds()) }

// Committed says how many turns were stored together, and how long that took.
func (m *Metrics) Committed(turns int, took time.Duration) {
	m.group.Observe(float64(turns))
	m.commit.Observe(took.Seconds())
}

// Worded says which rule a wording of the language model breaks, "" for none.
func (m *Metrics) Worded(rule bot.Rule) { judged(m.wordings, rule).Inc() }

// Summarised says the same of a summary for agents.
func (m *Metrics) Summarised(rule bot.Rule) { judged(m.notes, rule).Inc() }

func judged(counters map[bot.Rule]prometheus.Counter, rule bot.Rule) prometheus.Counter {
	return pick(counters, cmp.Or(rule, shown))
}

// Watched takes a turn that was stored. One that is only sent again has a place
// in the log already, and counts nothing.
func (m *Metrics) Watched(turn bot.Turn) {
	if turn.Position != 0 {
		return
	}
	m.turns.Inc()
	for _, event := range turn.Events {
		switch e := event.(type) {
		case bot.Understood:
			pick(m.moves, e.Move).Inc()
			m.intent(e.Intent).Inc()
		case bot.Checked:
			pick(m.checks, e.Outcome).Inc()
			if e.Verdict != nil {
				pick(m.verdicts, e.Verdict.Decision).Inc()
			}
		case bot.HandoffChanged:
			pick(m.handoffs, e.State).Inc()
		}
	}
}

// intent is the counter of an intent of the pack, or of all others.
func (m *Metrics) intent(id string) prometheus.Counter {
	m.mu.RLock()
	counter := m.known[id]
	m.mu.RUnlock()
	if counter != nil {
		return counter
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= maxIntents || !m.options.Intent(id) {
		return m.known[other]
	}
	m.known[id] = m.intents.WithLabelValues(id)
	return m.known[id]
}

// pick is the counter of a value, or of all others.
func pick[V ~string](counters map[V]prometheus.Counter, value V) prometheus.Counter {
	if counter := counters[value]; counter != nil {
		return counter
	}
	return counters[other]
}

// each makes the counters of all values there are, so that those that have not
// happened yet read 0.
func each[V ~string](vec *prometheus.CounterVec, values []V) map[V]prometheus.Counter {
	counters := map[V]prometheus.Counter{}
	for _, value := range values {
		counters[value] = vec.WithLabelValues(string(value))
	}
	return counters
}

// judgements are the counters of what can become of wordings of a use.
func judgements(vec *prometheus.CounterVec, use string) map[bot.Rule]prometheus.Counter {
	counters := map[bot.Rule]prometheus.Counter{}
	for _, rule := range append(bot.Rules(), shown, other) {
		counters[rule] = vec.WithLabelValues(use, string(rule))
	}
	return counters
}

func (m *Metrics) counter(name, help string) prometheus.Counter {
	counter := prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
	m.registry.MustRegister(counter)
	return counter
}

func (m *Metrics) counterVec(name, help string, labels ...string) *prometheus.CounterVec {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(vec)
	return vec
}

func (m *Metrics) histogram(name, help string, buckets []float64) prometheus.Histogram {
	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets})
	m.registry.MustRegister(histogram)
	return histogram
}

func (m *Metrics) histogramVec(name, help string, buckets []float64, label string) *prometheus.HistogramVec {
	vec := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, []string{label})
	m.registry.MustRegister(vec)
	return vec
}
