package cli

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kaitong/configs"
)

// lines is a log that can be read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Settings are taken up as far as that goes, what is not is named, and a broken
// file changes nothing and is told with its line.
func TestReload(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kaitong.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func() (configs.Config, error) {
		config, err := configs.Load(file, nil)
		if err != nil {
			return config, err
		}
		config.Data, config.Addr = filepath.Join(filepath.Dir(file), "data"), "127.0.0.1:0"
		return config, config.Validate()
	}
	write("log: {level: info}\n")
	config, err := read()
	if err != nil {
		t.Fatal(err)
	}
	out, level := &lines{}, &slog.LevelVar{}
	logger := newLogger(config, level, out)
	app, err := NewApp(t.Context(), config, logger)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.Close(t.Context()) }()
	r := &reloading{app: app, level: level, read: read, current: config, logger: logger}

	write("log: {level: debug}\nweb:\n  allowed_origins: [https://www.example.com]\n  messages_per_window: 2\naddr: \":1\"\ntenant: other\n")
	r.again()
	if level.Level() != slog.LevelDebug || !strings.Contains(out.String(), "log.level, ") && !strings.Contains(out.String(), "log.level") {
		t.Errorf("level %v: %s", level.Level(), out)
	}
	if !strings.Contains(out.String(), `settings=tenant`) {
		t.Errorf("what needs a restart is not named: %s", out)
	}
	if !originAllowed(t, app, "https://www.example.com") || originAllowed(t, app, "https://evil.example.com") {
		t.Error("the origins are not in use")
	}
	write("log: {level: loud}\nweb: {allowed_origins: []}\n")
	r.again()
	if !strings.Contains(out.String(), "kaitong.yaml:1:") || level.Level() != slog.LevelDebug || !originAllowed(t, app, "https://www.example.com") {
		t.Errorf("after a broken file, level %v: %s", level.Level(), out)
	}
}

// originAllowed asks as a page there would.
func originAllowed(t *testing.T, app *App, origin string) bool {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+app.Addr().String()+"/v1/ws", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
		"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "kaitong.v1",
	} {
		request.Header.Set(name, value)
	}
	recorder := &answerOnly{header: http.Header{}}
	app.web.Handler().ServeHTTP(recorder, request)
	return recorder.status != http.StatusForbidden
}

// answerOnly is an answer that cannot become a socket.
type answerOnly struct {
	header http.Header
	status int
}

func (a *answerOnly) Header() http.Header         { return a.header }
func (a *answerOnly) Write(p []byte) (int, error) { return len(p), nil }
func (a *answerOnly) WriteHeader(status int)      { a.status = status }

// Keys of tokens are changed in their file while people are there.
func TestReloadOfKeys(t *testing.T) {
	t.Parallel()
	p := healthy(t)
	p.config.Web.HandshakesPerSecond = 0
	app, err := NewApp(t.Context(), p.config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.Close(t.Context()) }()
	r := &reloading{
		app: app, level: &slog.LevelVar{}, current: p.config, logger: slog.New(slog.DiscardHandler),
		read: func() (configs.Config, error) { return p.config, p.config.Validate() },
	}
	before, err := app.core.ring.Keys(t.Context(), "")
	if err != nil || len(before) != 1 {
		t.Fatal(before, err)
	}
	p.file("kaitong.key", strings.Repeat("f0e1d2c3", 8), 0o600)
	r.again()
	after, err := app.core.ring.Keys(t.Context(), "")
	if err != nil || len(after) != 1 || bytes.Equal(after[0].Material.([]byte), before[0].Material.([]byte)) {
		t.Errorf("the former key counts on: %v", err)
	}
	p.file("kaitong.key", "short", 0o600)
	r.again()
	if still, err := app.core.ring.Keys(t.Context(), ""); err != nil || !bytes.Equal(still[0].Material.([]byte), after[0].Material.([]byte)) {
		t.Errorf("a broken file changed the key: %v", err)
	}
}
