package metrics

import (
	"context"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// State is how things stand at a moment. What is nil is not known, and left out.
type State struct {
	Sockets   map[string]int   // open, by who has them: chat, desk
	Refusals  map[string]int64 // since the start, by code
	Lines     map[string]Line  // by queue; those of the configuration are all there
	Figures   *Figures
	Backlog   map[string]int // what other desks and webhooks have yet to take, by name
	Alerts    map[string]int // live, by kind
	Incidents *int           // live
	Bus       *bool          // connected
	Model     *Model
}

// Model is what a language model was asked since the start, and how it is now.
type Model struct {
	Asked  map[string]map[string]int // by use and outcome; all there are
	Took   map[string]Times          // by use
	Tokens map[string]Tokens         // by use
	Cost   float64                   // in units of currency
	Away   map[string]bool           // by reason; all there are
}

// Times are how long requests took.
type Times struct {
	Count  uint64
	Sum    time.Duration
	Within map[float64]uint64 // that took at most so many seconds
}

// Tokens are those of requests and of their answers.
type Tokens struct{ Sent, Received int }

// Line is one line that people wait in.
type Line struct {
	Waiting int
	Talking int           // have an agent
	Oldest  time.Duration // wait of who waits longest
}

// Figures is how far the figures are behind the log.
type Figures struct {
	Turns int64
	Lag   time.Duration // age of the first of them
}

// snapshot is a collector that asks how things stand.
type snapshot struct {
	options Options
	build, sockets, refusals, waiting, talking, oldest,
	behind, lag, backlog, alerts, incidents, bus *prometheus.Desc

	model modelDescs
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+"_"+name, help, labels, nil)
}

func newSnapshot(options Options) *snapshot {
	return &snapshot{
		options:   options,
		build:     desc("build_info", "Always 1; says which program this is.", "version", "go"),
		sockets:   desc("sockets", "Open sockets: chats, and desks of agents.", "of"),
		refusals:  desc("errors_total", "Refusals in chats and their HTTP API, by code of the protocol.", "code"),
		waiting:   desc("queue_waiting", "People who wait for an agent, those with a ticket included. Every node says the same.", "queue"),
		talking:   desc("queue_talking", "People who have an agent. Every node says the same.", "queue"),
		oldest:    desc("queue_oldest_wait_seconds", "How long the one who waits longest has waited. Every node says the same.", "queue"),
		behind:    desc("figures_behind_turns", "Turns in the log that are not in the figures yet."),
		lag:       desc("figures_lag_seconds", "How old the oldest turn is that is not in the figures yet."),
		backlog:   desc("outbox_backlog", "Events that another desk has yet to take.", "endpoint"),
		alerts:    desc("alerts", "What is unusual at the moment: docs/analytics.md.", "kind"),
		incidents: desc("incidents", "Incidents that people are told of at the moment."),
		bus:       desc("bus_connected", "Whether NATS is connected."),
		model:     newModelDescs(),
	}
}

// Describe implements [prometheus.Collector].
func (s *snapshot) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{
		s.build, s.sockets, s.refusals, s.waiting, s.talking, s.oldest, s.behind, s.lag, s.backlog, s.alerts, s.incidents, s.bus,
	} {
		to <- desc
	}
	s.model.describe(to)
}

// Collect implements [prometheus.Collector].
func (s *snapshot) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	state := s.options.State(ctx)
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	gauge(s.build, 1, s.options.Version, runtime.Version())
	for of, n := range state.Sockets {
		gauge(s.sockets, float64(n), of)
	}
	for code, n := range state.Refusals {
		to <- prometheus.MustNewConstMetric(s.refusals, prometheus.CounterValue, float64(n), code)
	}
	for queue, line := range state.Lines {
		gauge(s.waiting, float64(line.Waiting), queue)
		gauge(s.talking, float64(line.Talking), queue)
		gauge(s.oldest, line.Oldest.Seconds(), queue)
	}
	if state.Figures != nil {
		gauge(s.behind, float64(state.Figures.Turns))
		gauge(s.lag, state.Figures.Lag.Seconds())
	}
	for endpoint, n := range state.Backlog {
		gauge(s.backlog, float64(n), endpoint)
	}
	for kind, n := range state.Alerts {
		gauge(s.alerts, float64(n), kind)
	}
	if state.Incidents != nil {
		gauge(s.incidents, float64(*state.Incidents))
	}
	if state.Bus != nil {
		gauge(s.bus, number(*state.Bus))
	}
	if state.Model != nil {
		s.model.collect(to, *state.Model)
	}
}

func number(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}
