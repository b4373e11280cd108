package tracing

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func opened(t testing.TB, o Options) *Tracer {
	t.Helper()
	tracer, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return tracer
}

// Whatever the case of the name, the trace is found; it is written in small letters.
func TestCarrierOfNATS(t *testing.T) {
	t.Parallel()
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	tracer := opened(t, Options{URL: "http://127.0.0.1:1"})
	defer func() { _ = tracer.Close(t.Context()) }()
	for _, name := range []string{"traceparent", "Traceparent", "TRACEPARENT"} {
		ctx := tracer.Extract(t.Context(), map[string][]string{name: {parent}})
		if ID(ctx) != "4bf92f3577b34da6a3ce929d0e0e4736" {
			t.Errorf("%s: %q", name, ID(ctx))
		}
		headers := map[string][]string{}
		tracer.Inject(ctx, headers)
		if got := headers["traceparent"]; len(got) != 1 || !strings.Contains(got[0], ID(ctx)) {
			t.Errorf("%s: written %v", name, headers)
		}
	}
	for _, nonsense := range []string{"", "x", "00-0-0-0", strings.Repeat("0", 10_000)} {
		if id := ID(tracer.Extract(t.Context(), map[string][]string{"traceparent": {nonsense}})); id != "" {
			t.Errorf("%.20s: %s", nonsense, id)
		}
	}
}

// A collector that refuses, or is not there, is told of once, and disturbs nobody.
func TestCollectorAway(t *testing.T) {
	t.Parallel()
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	defer refuses.Close()
	for _, address := range []string{refuses.URL, "http://127.0.0.1:1"} {
		var out bytes.Buffer
		tracer := opened(t, Options{URL: address, Logger: slog.New(slog.NewTextHandler(&out, nil))})
		for range 3 {
			_, end := tracer.Start(t.Context(), "message", Serving)
			end("busy")
			if err := tracer.provider.ForceFlush(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if err := tracer.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if strings.Count(out.String(), "not taken by the collector") != 1 {
			t.Errorf("%s: %s", address, &out)
		}
	}
	if _, err := Open(t.Context(), Options{URL: "nonsense"}); err == nil {
		t.Error("no address is taken for one")
	}
}

func BenchmarkSpan(b *testing.B) {
	sink := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer sink.Close()
	for name, oneIn := range map[string]int{"each": 1, "one in a thousand": 1000} {
		b.Run(name, func(b *testing.B) {
			tracer := opened(b, Options{URL: sink.URL, OneIn: oneIn})
			b.ReportAllocs()
			for b.Loop() {
				ctx, end := tracer.Start(context.Background(), "message", Serving)
				_, within := tracer.Start(ctx, "log append", Within)
				within("")
				end("")
			}
			b.StopTimer()
			_ = tracer.Close(context.Background())
		})
	}
}
