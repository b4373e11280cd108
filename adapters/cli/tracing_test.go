package cli

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"kaitong/bot"
	"kaitong/configs"
)

// receiver is a collector that speaks OTLP over HTTP.
type receiver struct {
	mu    sync.Mutex
	spans []*otlp.Span
	about string // of the process
}

func collect(t *testing.T) (r *receiver, address string) {
	t.Helper()
	r = &receiver{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if err := r.take(request); err != nil {
			t.Errorf("%s: %v", request.URL, err)
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	return r, server.URL
}

func (r *receiver) take(request *http.Request) error {
	var body io.Reader = request.Body
	if request.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(body); err != nil {
			return err
		}
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	var sent collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(data, &sent); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range sent.ResourceSpans {
		r.about += resource.Resource.String()
		for _, scope := range resource.ScopeSpans {
			r.spans = append(r.spans, scope.Spans...)
		}
	}
	return nil
}

// One trace leads from the socket over NATS to the eligibility service and to the
// log. No silent reason, no text and nobody's name is anywhere in it.
func TestTraceFromSocketToResponder(t *testing.T) {
	t.Parallel()
	received, address := collect(t)
	config, out := configs.Default(), &lines{}
	config.Addr, config.Data, config.Eligibility.Timeout = "127.0.0.1:0", t.TempDir(), patientCheck
	config.Tracing = configs.Tracing{OTLPURL: address, OneIn: 1, Attributes: []string{"deployment.environment=test"}, FollowClients: true}
	app, err := NewApp(t.Context(), config, newLogger(config, slog.LevelDebug, out))
	if err != nil {
		t.Fatal(err)
	}
	where, stop := serveApp(t, app)
	for _, user := range []string{"demo-aml", "demo-garbage"} {
		p := newPerson(t, where, user, "")
		p.ask("为什么我的借呗开通不了，MARKER")
	}
	const theirs = "4bf92f3577b34da6a3ce929d0e0e4736"
	askAsTraced(t, where, "00-"+theirs+"-00f067aa0ba902b7-01")
	stop() // tells the collector what is left
	checkTrace(t, received.spans, theirs)
	if !strings.Contains(received.about, "deployment.environment") || !strings.Contains(received.about, "kaitong") {
		t.Errorf("about the process: %s", received.about)
	}
	if !strings.Contains(out.String(), "trace_id=") {
		t.Errorf("no line names its trace: %s", out)
	}
	for _, secret := range []string{"AML", "aml", "SANCTION", "LIST_MATCH", "RISK", "MARKER", "借呗", "demo-"} {
		for _, span := range received.spans {
			if strings.Contains(span.String(), secret) {
				t.Errorf("%q is in %s", secret, span)
			}
		}
	}
}

// askAsTraced asks from an app that traces on its own.
func askAsTraced(t *testing.T, where, traceparent string) {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"kaitong.v1"}}
	conn, response, err := dialer.DialContext(t.Context(), strings.Replace(where, "http", "ws", 1)+"/v1/ws", http.Header{"Traceparent": {traceparent}})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	defer conn.Close()
	for _, text := range []string{
		`{"v":1,"type":"hello","id":"h","data":{"locale":"zh-CN","client":{"channel":"` + bot.ChannelTerminal + `"}}}`,
		`{"v":1,"type":"message.send","id":"m1","data":{"text":"为什么开通不了"}}`,
	} {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for {
		_, got, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(got), `"ack"`) {
			return
		}
		if strings.Contains(string(got), `"type":"error"`) {
			t.Fatalf("%s", got)
		}
	}
}

func checkTrace(t *testing.T, spans []*otlp.Span, theirs string) {
	t.Helper()
	byID, parents, traces := map[string]*otlp.Span{}, map[string]string{}, map[string]bool{}
	for _, span := range spans {
		byID[string(span.SpanId)] = span
		traces[hex.EncodeToString(span.TraceId)] = true
	}
	for _, span := range spans {
		if parent, known := byID[string(span.ParentSpanId)]; known && string(parent.TraceId) == string(span.TraceId) {
			parents[span.Name] = parent.Name
		}
	}
	for child, parent := range map[string]string{
		"log load": "message", "log append": "message", "eligibility check": "message", "eligibility answer": "eligibility check",
	} {
		if parents[child] != parent {
			t.Errorf("%s is within %q, want %s; all: %v", child, parents[child], parent, parents)
		}
	}
	if !traces[theirs] {
		t.Errorf("the trace of the app is not gone on with: %v", traces)
	}
}
