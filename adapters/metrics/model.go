package metrics

import "github.com/prometheus/client_golang/prometheus"

// modelDescs describe what is told of a language model. Their labels are words of
// the program; nothing that a model or a person says becomes one.
type modelDescs struct{ asked, took, tokens, cost, away *prometheus.Desc }

func newModelDescs() modelDescs {
	return modelDescs{
		asked:  desc("model_questions_total", "Questions for the language model by how they ended.", "use", "outcome"),
		took:   desc("model_duration_seconds", "How long requests to the language model took, those that failed included.", "use"),
		tokens: desc("model_tokens_total", "Tokens sent to the language model, and received.", "use", "direction"),
		cost:   desc("model_cost_total", "What the language model cost by the prices of the configuration, in units of currency."),
		away:   desc("model_away", "Whether the language model helps nobody at the moment, by why.", "why"),
	}
}

func (m modelDescs) describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{m.asked, m.took, m.tokens, m.cost, m.away} {
		to <- desc
	}
}

func (m modelDescs) collect(to chan<- prometheus.Metric, now Model) {
	count := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, value, labels...)
	}
	for use, outcomes := range now.Asked {
		for outcome, n := range outcomes {
			count(m.asked, float64(n), use, outcome)
		}
	}
	for use, times := range now.Took {
		to <- prometheus.MustNewConstHistogram(m.took, times.Count, times.Sum.Seconds(), times.Within, use)
	}
	for use, tokens := range now.Tokens {
		count(m.tokens, float64(tokens.Sent), use, "sent")
		count(m.tokens, float64(tokens.Received), use, "received")
	}
	count(m.cost, now.Cost)
	for why, away := range now.Away {
		to <- prometheus.MustNewConstMetric(m.away, prometheus.GaugeValue, number(away), why)
	}
}
