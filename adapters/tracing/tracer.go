package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Options say who is told, and of what. URL is required.
type Options struct {
	URL        string // of the collector: http://127.0.0.1:4318
	OneIn      int    // of so many messages one is traced; 0: of each
	Version    string
	Node       string            // this process, unlike any other
	Attributes map[string]string // more about it
	Logger     *slog.Logger      // nil: discard
}

// Tracer begins spans.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	carry    propagation.TraceContext
}

const (
	exportTimeout = 5 * time.Second
	// queued is how many spans may wait for the collector. What is more is dropped:
	// nobody waits for it.
	queued = 8192
)

// Open makes a tracer. The collector need not be there.
func Open(ctx context.Context, o Options) (*Tracer, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	address, err := url.Parse(o.URL)
	if err != nil || address.Host == "" {
		return nil, fmt.Errorf("tracing: %q is no address of a collector", o.URL)
	}
	exporter, err := otlptracehttp.New(ctx, exportTo(address)...)
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	about := []attribute.KeyValue{
		attribute.String("service.name", "kaitong"), attribute.String("service.version", o.Version), attribute.String("service.instance.id", o.Node),
	}
	for name, value := range o.Attributes {
		about = append(about, attribute.String(name, value))
	}
	sampler := sdk.ParentBased(sdk.TraceIDRatioBased(1 / float64(max(o.OneIn, 1))))
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(&quiet{SpanExporter: exporter, logger: o.Logger}, sdk.WithMaxQueueSize(queued), sdk.WithExportTimeout(exportTimeout)),
		sdk.WithResource(resource.NewSchemaless(about...)), sdk.WithSampler(sampler),
	)
	return &Tracer{provider: provider, tracer: provider.Tracer("kaitong")}, nil
}

// exportTo takes the usual path where the address has none.
func exportTo(address *url.URL) []otlptracehttp.Option {
	path := address.Path
	if strings.Trim(path, "/") == "" {
		path = "/v1/traces"
	}
	options := []otlptracehttp.Option{
		otlptracehttp.WithEndpoint(address.Host), otlptracehttp.WithURLPath(path), otlptracehttp.WithTimeout(exportTimeout),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}), // the next batch tries again
	}
	if address.Scheme == "http" {
		options = append(options, otlptracehttp.WithInsecure())
	}
	return options
}

// Close tells the collector what is left.
func (t *Tracer) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, exportTimeout/2)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // a collector that is away keeps nobody from ending, and was logged
	return nil
}

// Kind says on which side of something a span is.
type Kind int

// The kinds of spans.
const (
	Within  Kind = iota // a step of this program
	Serving             // somebody asked us
	Asking              // we ask somebody
)

func (k Kind) otel() trace.SpanKind {
	switch k {
	case Serving:
		return trace.SpanKindServer
	case Asking:
		return trace.SpanKindClient
	}
	return trace.SpanKindInternal
}

// End ends a span with a word of a fixed list; "" where it went well.
type End func(failed string)

// Start begins a span in the one of ctx. Names and words are constants of the
// program: nothing of what people say may go into either.
func (t *Tracer) Start(ctx context.Context, name string, kind Kind) (context.Context, End) {
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(kind.otel()))
	return ctx, func(failed string) {
		if failed != "" {
			span.SetStatus(codes.Error, failed)
		}
		span.End()
	}
}

// ID is that of the trace under way, "" for none.
func ID(ctx context.Context) string {
	if span := trace.SpanContextFromContext(ctx); span.IsSampled() {
		return span.TraceID().String()
	}
	return ""
}
