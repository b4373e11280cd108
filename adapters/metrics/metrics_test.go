package metrics_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"kaitong/adapters/metrics"
	"kaitong/bot"
)

func newMetrics(intent func(string) bool) *metrics.Metrics {
	three, connected := 3, true
	return metrics.New(metrics.Options{
		Version: "v1", Intent: intent, Logger: slog.New(slog.DiscardHandler),
		State: func(context.Context) metrics.State {
			return metrics.State{
				Sockets: map[string]int{"chat": 2, "desk": 1}, Refusals: map[string]int64{"busy": 7},
				Lines:   map[string]metrics.Line{"general": {Waiting: 4, Talking: 1, Oldest: 90 * time.Second}},
				Figures: &metrics.Figures{Turns: 5, Lag: time.Second}, Backlog: map[string]int{"crm": 6},
				Alerts: map[string]int{"cause": 1, "unanswered": 0}, Incidents: &three, Bus: &connected,
				Model: &metrics.Model{
					Asked:  map[string]map[string]int{"phrase": {"answered": 8, "cached": 3, "timeout": 0}},
					Took:   map[string]metrics.Times{"phrase": {Count: 9, Sum: 3 * time.Second, Within: map[float64]uint64{.5: 8, 1: 9}}},
					Tokens: map[string]metrics.Tokens{"phrase": {Sent: 900, Received: 80}}, Cost: 1.25,
					Away: map[string]bool{"budget": true, "failures": false},
				},
			}
		},
	})
}

// scrape reads everything as Prometheus does.
func scrape(t *testing.T, handler http.Handler) map[string]*dto.MetricFamily {
	t.Helper()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// values of a family by its label, those that are 0 left out.
func values(family *dto.MetricFamily) map[string]float64 {
	found := map[string]float64{}
	for _, one := range family.GetMetric() {
		var labels []string
		for _, label := range one.GetLabel() {
			labels = append(labels, label.GetValue())
		}
		value := one.GetCounter().GetValue() + one.GetGauge().GetValue() + float64(one.GetHistogram().GetSampleCount())
		if value != 0 {
			found[strings.Join(labels, ",")] = value
		}
	}
	return found
}

func TestWhatIsCounted(t *testing.T) {
	t.Parallel()
	m := newMetrics(func(id string) bool { return id == "fail.network" })
	stored := bot.Turn{Events: []bot.Event{
		bot.Understood{Move: bot.MoveAnswer, Intent: "fail.network"},
		bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{Decision: bot.Ineligible, Reasons: []bot.Reason{{Code: "RISK_SECRET"}}}},
		bot.HandoffChanged{State: bot.HandoffQueued, Queue: "general"},
	}}
	again := stored
	again.Position = 9
	m.Watched(stored)
	m.Watched(again) // sent again, not stored again
	m.Watched(bot.Turn{Events: []bot.Event{bot.Checked{Outcome: bot.CheckTimeout}}})
	m.Handled(metrics.Stored, 3*time.Millisecond)
	m.Handled(metrics.Failed, time.Second)
	m.Committed(11, 2*time.Millisecond)
	for _, rule := range []bot.Rule{"", "", bot.RuleNumbers} {
		m.Worded(rule)
	}
	m.Summarised(bot.RuleSilent)
	families := scrape(t, m.Handler())
	for name, want := range map[string]map[string]float64{
		"kaitong_turns_stored_total":          {"": 2},
		"kaitong_turn_duration_seconds":       {"stored": 1, "failed": 1},
		"kaitong_messages_total":              {"answer": 1},
		"kaitong_intents_total":               {"fail.network": 1},
		"kaitong_verdicts_total":              {"ineligible": 1},
		"kaitong_eligibility_checks_total":    {"ok": 1, "timeout": 1},
		"kaitong_handoff_events_total":        {"queued": 1},
		"kaitong_log_group_turns":             {"": 1},
		"kaitong_log_commit_duration_seconds": {"": 1},
		"kaitong_sockets":                     {"chat": 2, "desk": 1},
		"kaitong_errors_total":                {"busy": 7},
		"kaitong_queue_waiting":               {"general": 4},
		"kaitong_queue_talking":               {"general": 1},
		"kaitong_queue_oldest_wait_seconds":   {"general": 90},
		"kaitong_figures_behind_turns":        {"": 5},
		"kaitong_figures_lag_seconds":         {"": 1},
		"kaitong_outbox_backlog":              {"crm": 6},
		"kaitong_alerts":                      {"cause": 1},
		"kaitong_incidents":                   {"": 3},
		"kaitong_bus_connected":               {"": 1},
		"kaitong_model_questions_total":       {"answered,phrase": 8, "cached,phrase": 3},
		"kaitong_model_duration_seconds":      {"phrase": 9},
		"kaitong_model_tokens_total":          {"sent,phrase": 900, "received,phrase": 80},
		"kaitong_model_cost_total":            {"": 1.25},
		"kaitong_model_away":                  {"budget": 1},
		"kaitong_model_wordings_total":        {"shown,phrase": 2, "numbers,phrase": 1, "silent,summarise": 1},
	} {
		if diff := cmp.Diff(want, values(families[name])); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if families["go_goroutines"] == nil || families["process_start_time_seconds"] == nil {
		t.Error("nothing of the Go runtime")
	}
}

// Whatever people and services send, no label is made of it.
func TestLabelsStayBounded(t *testing.T) {
	t.Parallel()
	m := newMetrics(func(id string) bool { return strings.HasPrefix(id, "pack.") })
	before := series(scrape(t, m.Handler()))
	for i := range 1000 {
		strange := fmt.Sprintf("odd-%d \"\n<script>", i)
		m.Watched(bot.Turn{Conversation: strange, Events: []bot.Event{
			bot.Started{Tenant: strange, User: strange, Product: strange, Locale: strange, Client: &bot.Client{AppVersion: strange, Region: strange, Channel: strange}},
			bot.Understood{Move: bot.Move(strange), Intent: strange, Locale: strange},
			bot.Checked{Outcome: bot.CheckOutcome(strange), Verdict: &bot.Verdict{Decision: bot.Decision(strange), Reasons: []bot.Reason{{Code: strange}}}},
			bot.HandoffChanged{State: bot.HandoffState(strange), Queue: strange, Reason: strange, Ticket: strange},
		}})
	}
	for i := range 1000 {
		m.Worded(bot.Rule(fmt.Sprint("odd", i)))
	}
	families := scrape(t, m.Handler())
	if after := series(families); after != before {
		t.Errorf("%d series have become %d", before, after)
	}
	for _, name := range []string{"messages", "intents", "verdicts", "eligibility_checks", "handoff_events"} {
		if diff := cmp.Diff(map[string]float64{"other": 1000}, values(families["kaitong_"+name+"_total"])); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for i := range 1000 { // a pack that is changed again and again
		m.Watched(bot.Turn{Events: []bot.Event{bot.Understood{Move: bot.MoveAnswer, Intent: fmt.Sprintf("pack.%d", i)}}})
	}
	if n := len(scrape(t, m.Handler())["kaitong_intents_total"].GetMetric()); n != 500 {
		t.Errorf("%d intents, want 500", n)
	}
}

// series of ours; those of the runtime come and go.
func series(families map[string]*dto.MetricFamily) int {
	n := 0
	for name, family := range families {
		if strings.HasPrefix(name, "kaitong_") {
			n += len(family.GetMetric())
		}
	}
	return n
}

func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()
	handler := newMetrics(func(string) bool { return false }).Handler()
	for request, want := range map[string]int{"GET /": 404, "GET /debug/pprof/": 404, "POST /metrics": 405} {
		method, path, _ := strings.Cut(request, " ")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(method, path, nil))
		if answer.Code != want {
			t.Errorf("%s: %d, want %d", request, answer.Code, want)
		}
	}
}

// BenchmarkTurn is all that counting adds to a turn.
func BenchmarkTurn(b *testing.B) {
	m := newMetrics(func(string) bool { return true })
	turn := bot.Turn{Events: []bot.Event{
		bot.Message{}, bot.Understood{Move: bot.MoveAnswer, Intent: "fail.network"},
		bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{Decision: bot.Ineligible}}, bot.Message{},
	}}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			begun := time.Now()
			m.Watched(turn)
			m.Handled(metrics.Stored, time.Since(begun))
		}
	})
}
