package tracing

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/propagation"
)

// carrier are headers of NATS. Unlike those of HTTP their names keep their case,
// and others write traceparent in small letters: a carrier for HTTP finds nothing
// there.
type carrier map[string][]string

var _ propagation.TextMapCarrier = carrier{}

// Get implements [propagation.TextMapCarrier].
func (c carrier) Get(key string) string {
	if values := c[key]; len(values) > 0 {
		return values[0]
	}
	for name, values := range c {
		if strings.EqualFold(name, key) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// Set implements [propagation.TextMapCarrier].
func (c carrier) Set(key, value string) { c[strings.ToLower(key)] = []string{value} }

// Keys implements [propagation.TextMapCarrier].
func (c carrier) Keys() []string {
	names := make([]string, 0, len(c))
	for name := range c {
		names = append(names, name)
	}
	return names
}

// Inject writes the trace of ctx into headers.
func (t *Tracer) Inject(ctx context.Context, headers map[string][]string) {
	t.carry.Inject(ctx, carrier(headers))
}

// Extract goes on with the trace in headers, if there is one.
func (t *Tracer) Extract(ctx context.Context, headers map[string][]string) context.Context {
	return t.carry.Extract(ctx, carrier(headers))
}
