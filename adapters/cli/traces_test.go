package cli

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/adapters/llm/llmtest"
	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/configs"
)

// traces is the whole program with everything looked at that it writes or says:
// its data directory, its log at debug, its metrics, what is sent over NATS, to
// another desk, and to a language model.
type traces struct {
	t       *testing.T
	config  configs.Config
	app     *App
	address string
	log     *safeBuffer
	wire    *safeBuffer // what passed over NATS
	told    *safeBuffer // what another desk was told
	model   *llmtest.Provider
	stop    func()
}

// traced starts the program.
func traced(t *testing.T, change func(*configs.Config)) *traces {
	t.Helper()
	w := &traces{t: t, log: &safeBuffer{}, wire: &safeBuffer{}, told: &safeBuffer{}, model: fakeModel(t)}
	c := configs.Default()
	c.Addr, c.Data, c.Metrics.Addr, c.NATS.URL = "127.0.0.1:0", t.TempDir(), "127.0.0.1:0", listening(t)
	c.Eligibility.Timeout, c.Web.MessagesPerWindow, c.Web.HandshakesPerSecond = patientCheck, 0, 0
	c.LLM.Provider, c.LLM.BaseURL, c.LLM.Model, c.LLM.Key = "custom", w.model.BaseURL(), "fake", "sk-secret"
	c.LLM.Uses = []string{configs.LLMUnderstand, configs.LLMPhrase, configs.LLMSummarise, configs.LLMName}
	c.LLM.UserTokens, c.LLM.DayTokens, c.LLM.DayCost = 0, 0, 0
	c.Handoff = configs.Handoff{AllowPrivate: true, Webhooks: []configs.Webhook{w.otherDesk()}}
	if change != nil {
		change(&c)
	}
	w.config = c
	w.tap(c.NATS.URL)
	app, err := NewApp(t.Context(), c, slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	address, stop := serveApp(t, app)
	w.app, w.address, w.stop = app, address, sync.OnceFunc(stop)
	t.Cleanup(w.stop)
	return w
}

// otherDesk takes everything it is told.
func (w *traces) otherDesk() configs.Webhook {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w.told, r.Body)
	}))
	w.t.Cleanup(server.Close)
	file := filepath.Join(w.t.TempDir(), "desk.secret")
	secret := "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k3"), 16))
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return configs.Webhook{Name: "crm", URL: server.URL, SecretFile: file, Online: true}
}

// tap writes down what passes over NATS, but for what the eligibility service
// itself answers: that knows what may not be told.
func (w *traces) tap(url string) {
	conn, err := nats.Connect(url)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(conn.Close)
	_, err = conn.Subscribe(">", func(m *nats.Msg) {
		if !strings.HasPrefix(m.Subject, "_INBOX.") {
			_, _ = io.WriteString(w.wire, m.Subject+" "+string(m.Data)+"\n")
		}
	})
	if err == nil {
		err = conn.Flush()
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// everything ends the program and returns all that it left, by name.
func (w *traces) everything() map[string][]byte {
	w.t.Helper()
	all := map[string][]byte{}
	_, metrics := get(w.t, "http://"+w.app.metrics.String()+"/metrics")
	all["metrics"] = []byte(metrics)
	w.stop()
	for path, content := range filesBelow(w.t, w.config.Data) {
		all["data/"+strings.TrimPrefix(path, w.config.Data)] = append([]byte(path+"\n"), content...)
	}
	all["log"], all["NATS"], all["other desk"] = []byte(w.log.String()), []byte(w.wire.String()), []byte(w.told.String())
	var prompts strings.Builder
	for _, request := range w.model.Asked() {
		prompts.WriteString(request.System + "\n" + request.Data + "\n")
	}
	all["prompts"] = []byte(prompts.String())
	return all
}

// turns are those that are stored, in order.
func (w *traces) turns() []bot.Turn {
	w.t.Helper()
	w.stop()
	log := openLog(w.t, store.Options{Dir: w.config.Data})
	var all []bot.Turn
	for position := int64(0); ; {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		page, err := log.Tail(ctx, position, 1000)
		cancel()
		if err != nil {
			w.t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all, position = append(all, page...), page[len(page)-1].Position
	}
}

// dialWith opens a socket as nobody and says hello with whatever data.
func dialWith(ctx context.Context, address string, data any) (*client, error) {
	c := &client{frames: make(chan frame, 64), ended: make(chan struct{})}
	if err := c.connect(ctx, address); err != nil {
		return nil, err
	}
	go c.read()
	return c, c.send("hello", data)
}
