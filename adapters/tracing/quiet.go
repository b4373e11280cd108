package tracing

import (
	"context"
	"log/slog"
	"sync/atomic"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// quiet logs once that the collector does not answer, and once that it does
// again. What it did not take is lost: traces are no log.
type quiet struct {
	sdk.SpanExporter
	logger *slog.Logger
	failed atomic.Bool
}

// ExportSpans implements [sdk.SpanExporter].
func (q *quiet) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := q.SpanExporter.ExportSpans(ctx, spans)
	switch before := q.failed.Swap(err != nil); {
	case err != nil && !before:
		q.logger.Warn("traces are not taken by the collector; they are dropped until it does", "error", err)
	case err == nil && before:
		q.logger.Info("traces are taken by the collector again")
	}
	return nil
}
