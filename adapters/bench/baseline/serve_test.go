package baseline_test

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"kaitong/adapters/bench"
	"kaitong/adapters/bench/baseline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every simple server answers all it is asked, and ends when it is told to.
func TestServe(t *testing.T) {
	t.Parallel()
	for _, kind := range baseline.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			out, in := io.Pipe()
			ended := make(chan error, 1)
			go func() { ended <- baseline.Serve(ctx, kind, t.TempDir(), in) }()
			url, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			target := bench.Target{URL: strings.TrimSpace(url), Plain: true}
			r, err := bench.Run(t.Context(), target, bench.Options{Sockets: 3, Duration: 100 * time.Millisecond}, nil)
			if err != nil || r.Err() != nil || r.Answered == 0 || r.Asked != r.Answered || r.Reconnects != 0 {
				t.Errorf("%v: %+v", err, r)
			}
			bytes := map[string]float64{baseline.Echo: 120, baseline.Pipeline: 400, baseline.Naive: 400}[kind]
			if r.BytesPerAnswer < bytes*0.9 || r.BytesPerAnswer > bytes*1.1 {
				t.Errorf("%.0f bytes an answer, want about %.0f", r.BytesPerAnswer, bytes)
			}
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestServeUnknown(t *testing.T) {
	t.Parallel()
	if err := baseline.Serve(t.Context(), "none", t.TempDir(), io.Discard); err == nil || !strings.Contains(err.Error(), "echo, pipeline, naive") {
		t.Error(err)
	}
}
