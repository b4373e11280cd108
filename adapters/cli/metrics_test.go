package cli

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"kaitong/configs"
)

// A person asks, and Prometheus reads what became of it.
func TestMetricsOfARunningProgram(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	config.Addr, config.Data, config.Metrics.Addr = "127.0.0.1:0", t.TempDir(), "127.0.0.1:0"
	config.Eligibility.Timeout = patientCheck
	config.LLM.Provider, config.LLM.BaseURL, config.LLM.Model, config.LLM.Key = "custom", fakeModel(t).BaseURL(), "fake", "sk-secret"
	config.LLM.Uses, config.LLM.PhraseTimeout = []string{configs.LLMPhrase}, 10*time.Second
	app, err := NewApp(t.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	address, stop := serveApp(t, app)
	t.Cleanup(stop)
	person := newPerson(t, address, "demo-overdue", "zh-CN")
	person.ask("为什么我的借呗开通不了？")
	person.ask("借呗要填哪些资料")
	families := scrapeOf(t, "http://"+app.metrics.String()+"/metrics")
	for name, least := range map[string]float64{
		"kaitong_turn_duration_seconds": 1, "kaitong_messages_total": 1, "kaitong_intents_total": 1, "kaitong_verdicts_total": 1,
		"kaitong_eligibility_checks_total": 1, "kaitong_log_group_turns": 1, "kaitong_log_commit_duration_seconds": 1, "kaitong_sockets": 1,
		"kaitong_turns_stored_total": 1, "kaitong_bus_connected": 1, "kaitong_build_info": 1, "go_goroutines": 1,
		"kaitong_errors_total": 0, "kaitong_queue_waiting": 0, "kaitong_queue_oldest_wait_seconds": 0, "kaitong_figures_lag_seconds": 0,
		"kaitong_figures_behind_turns": 0, "kaitong_alerts": 0, "kaitong_incidents": 0, "kaitong_handoff_events_total": 0,
		"kaitong_model_questions_total": 1, "kaitong_model_duration_seconds": 1, "kaitong_model_tokens_total": 120, "kaitong_model_wordings_total": 1,
		"kaitong_model_cost_total": 0, "kaitong_model_away": 0,
	} {
		family := families[name]
		if family == nil {
			t.Errorf("there is no %s", name)
			continue
		}
		if got := sumOf(family); got < least {
			t.Errorf("%s: %v, want at least %v", name, got, least)
		}
	}
	if status, _ := get(t, "http://"+app.Addr().String()+"/metrics"); status != http.StatusNotFound {
		t.Errorf("metrics are public: %d", status)
	}
}

func scrapeOf(t *testing.T, address string) map[string]*dto.MetricFamily {
	t.Helper()
	_, text := get(t, address)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

func sumOf(family *dto.MetricFamily) (sum float64) {
	for _, one := range family.GetMetric() {
		sum += one.GetCounter().GetValue() + one.GetGauge().GetValue() + float64(one.GetHistogram().GetSampleCount())
	}
	return sum
}
