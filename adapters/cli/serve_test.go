package cli

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/adapters/eligibility"
	"kaitong/configs"
)

// newApp starts the system without serving; the test ends it.
func newApp(t *testing.T, change func(*configs.Config), log *safeBuffer) (*App, configs.Config) {
	t.Helper()
	config := configs.Default()
	config.Addr, config.Data = "127.0.0.1:0", t.TempDir()
	if change != nil {
		change(&config)
	}
	app, err := NewApp(t.Context(), config, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return app, config
}

// An act that outlasts the drain time costs that act. The event log still
// closes in peace.
func TestSlowDrainSparesTheRest(t *testing.T) {
	t.Parallel()
	var log safeBuffer
	app, _ := newApp(t, func(c *configs.Config) {
		c.Web.DrainTimeout = 20 * time.Millisecond
		c.Eligibility.Responder, c.Eligibility.Timeout = configs.ResponderExternal, time.Minute
	}, &log)
	asked := make(chan struct{}, 1)
	if _, err := app.core.bus.Conn().Subscribe(eligibility.Subject, func(*nats.Msg) { asked <- struct{}{} }); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx) }()
	p := newPerson(t, "http://"+app.Addr().String(), "demo-slow", "zh-CN")
	if err := p.client.send("message.send", map[string]string{"text": "为什么我的借呗开通不了"}); err != nil {
		t.Fatal(err)
	}
	<-asked
	stop()
	err := <-ended
	if err == nil || !strings.Contains(err.Error(), "drain sockets") || strings.Contains(err.Error(), "event log") {
		t.Errorf("run: %v", err)
	}
	if strings.Contains(log.String(), "close failed") {
		t.Errorf("log:\n%s", log.String())
	}
}

func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	address := startApp(t, nil)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Padding", strings.Repeat("x", 64<<10))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("64 KiB of headers: %s", response.Status)
	}
}

// Without NATS answers still come, so traffic is welcome.
func TestReadyWithoutNATS(t *testing.T) {
	t.Parallel()
	var log safeBuffer
	app, _ := newApp(t, nil, &log)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx) }()
	defer func() { stop(); <-ended }()
	app.core.bus.Conn().Close()
	response, err := http.Get("http://" + app.Addr().String() + "/readyz?verbose")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || !strings.Contains(body.String(), `"degraded":true`) {
		t.Errorf("%s %s", response.Status, body.String())
	}
}

func TestPortInUse(t *testing.T) {
	t.Setenv("KAITONG_DATA", t.TempDir())
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	var out, problems strings.Builder
	code := run(t.Context(), []string{"serve", "--addr", taken.Addr().String()}, streams{in: strings.NewReader(""), out: &out, err: &problems})
	got := problems.String()
	if code != exitFailed || strings.Count(got, taken.Addr().String()) != 1 || !strings.Contains(got, "address already in use") || !strings.Contains(got, "--addr") {
		t.Errorf("exit %d: %s", code, got)
	}
}

// Without the word serve, too, an origin that a flag allows may show the chat
// and read the articles; several flags allow several.
func TestAllowOrigin(t *testing.T) {
	t.Setenv("KAITONG_DATA", t.TempDir())
	t.Setenv("KAITONG_WEB_ALLOWED_ORIGINS", "https://a.example")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &safeBuffer{}
	exited := make(chan int, 1)
	printed := make(chan struct{})
	writer := &whenPrinted{safeBuffer: out, part: "Ctrl-C", do: func() { close(printed) }}
	go func() {
		exited <- run(ctx, []string{"--allow-origin", "http://localhost:8000", "--addr", "127.0.0.1:0", "--allow-origin=https://b.example"},
			streams{in: strings.NewReader(""), out: writer, err: out})
	}()
	select {
	case <-printed:
	case code := <-exited:
		t.Fatalf("exit %d: %s", code, out.String())
	}
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(out.String())
	chat := fetch(t, address+"/chat", "")
	if got := chat.Header.Get("Content-Security-Policy"); !strings.Contains(got, "frame-ancestors 'self' https://a.example http://localhost:8000 https://b.example;") {
		t.Errorf("policy %s", got)
	}
	for origin, allowed := range map[string]bool{"https://a.example": true, "http://localhost:8000": true, "https://b.example": true, "http://localhost:8001": false} {
		articles := fetch(t, address+"/v1/demo/articles?locale=en", origin)
		if got := articles.Header.Get("Access-Control-Allow-Origin") == origin; got != allowed {
			t.Errorf("%s: %v", origin, articles.Header)
		}
	}
	stop()
	if code := <-exited; code != exitOK {
		t.Errorf("exit %d:\n%s", code, out.String())
	}
}

// fetch gets an address as a page of an origin does, and drops the body.
func fetch(t *testing.T, address, origin string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if origin != "" {
		request.Header.Set("Origin", origin)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", address, response.Status, err)
	}
	return response
}

// The demo tells what the pack in use says, in both languages.
func TestArticlesOfThePackInUse(t *testing.T) {
	t.Parallel()
	for pack, want := range map[string]map[string]string{
		"":                              {"zh-CN": `"title":"逾期或不良信用记录"`, "en": `"title":"Overdue payments or an adverse credit record"`},
		"../../knowledge/testdata/esim": {"zh-CN": `"title":"手机里的 eSIM 已存满"`, "en": `"title":"No room for another eSIM"`},
	} {
		address := startApp(t, func(c *configs.Config) { c.Pack = pack })
		for locale, part := range want {
			response, err := http.Get(address + "/v1/demo/articles?locale=" + locale)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(body), part) {
				t.Errorf("pack %q, %s: %s %v\n%s", pack, locale, response.Status, err, body)
			}
		}
	}
}

// What a flag says wrong is a mistake in the command line; what a variable
// says wrong is one in the settings.
func TestServeFlagsThatAreWrong(t *testing.T) {
	t.Setenv("KAITONG_DATA", t.TempDir())
	for flag, value := range map[string]string{"--addr": "nonsense", "--database": "mysql://x:geheim@y", "--nats": "http://x", "--allow-origin": "http://localhost:8000/"} {
		code, out, problems := kaitong(t, "serve", flag, value)
		if code != exitUsage || !strings.Contains(problems, flag) || strings.Contains(problems, "geheim") {
			t.Errorf("%s: code %d, %s%s", flag, code, out, problems)
		}
	}
	t.Setenv("KAITONG_ADDR", "nonsense")
	if code, out, problems := kaitong(t, "serve"); code != exitFailed || !strings.Contains(problems, "KAITONG_ADDR") {
		t.Errorf("code %d, %s%s", code, out, problems)
	}
}

func TestServeSaysWhenItStopped(t *testing.T) {
	t.Setenv("KAITONG_DATA", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &safeBuffer{}
	exited := make(chan int, 1)
	printed := make(chan struct{})
	writer := &whenPrinted{safeBuffer: out, part: "Ctrl-C", do: func() { close(printed) }}
	go func() {
		exited <- run(ctx, []string{"serve", "--addr", "127.0.0.1:0"}, streams{in: strings.NewReader(""), out: writer, err: out})
	}()
	<-printed
	stop()
	if code := <-exited; code != exitOK || !strings.HasSuffix(out.String(), "\nStopped.\n") {
		t.Errorf("exit %d:\n%s", code, out.String())
	}
}

// Who collects the log of a service does not see what is printed.
func TestServingIsInTheLog(t *testing.T) {
	t.Setenv("KAITONG_MODE", configs.ModeProduction)
	t.Setenv("KAITONG_AUTH_KEY", goodKey)
	t.Setenv("KAITONG_ELIGIBILITY_RESPONDER", configs.ResponderExternal)
	t.Setenv("KAITONG_NATS_LISTEN", "127.0.0.1:0")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var log safeBuffer
	printed := &whenPrinted{safeBuffer: &safeBuffer{}, part: "Agent desk", do: stop}
	args := []string{"serve", "--addr", "127.0.0.1:0", "--data", t.TempDir()}
	code := run(ctx, args, streams{in: strings.NewReader(""), out: printed, err: &log})
	if code != exitOK || !regexp.MustCompile(`"msg":"serving","version":"[^"]+","port":\d+`).MatchString(log.String()) ||
		!strings.Contains(log.String(), `"msg":"stopped"`) {
		t.Errorf("exit %d:\n%s", code, log.String())
	}
}

// whenPrinted tells once that a part was printed.
type whenPrinted struct {
	*safeBuffer
	part string
	do   func()
}

func (w *whenPrinted) Write(p []byte) (int, error) {
	n, err := w.safeBuffer.Write(p)
	if w.do != nil && bytes.Contains(p, []byte(w.part)) {
		w.do()
		w.do = nil
	}
	return n, err
}

func TestWelcome(t *testing.T) {
	t.Parallel()
	const anybody = "Anybody who can reach this machine can use the demo; --addr 127.0.0.1:8080 keeps it to yourself."
	const open = "asks for no password"
	for _, c := range []struct {
		name       string
		change     func(*configs.Config)
		has, lacks []string
	}{
		{"this machine only", nil, []string{"http://127.0.0.1:"}, []string{anybody, "NATS", open}},
		{"every address", func(c *configs.Config) { c.Addr = ":0" }, []string{anybody, "http://localhost:"}, []string{"NATS"}},
		{"NATS on this machine", func(c *configs.Config) { c.NATS.Listen = "127.0.0.1:0" }, []string{"NATS", "nats://127.0.0.1:"}, []string{open}},
		{"NATS on every address", func(c *configs.Config) { c.NATS.Listen = ":0" }, []string{"nats://", open}, []string{anybody}},
		{"production", func(c *configs.Config) {
			c.Addr, c.Mode, c.Auth.Key = ":0", configs.ModeProduction, strings.Repeat("k", 32)
			c.Eligibility.Responder, c.NATS.Listen = configs.ResponderExternal, ":0"
		}, []string{"nats://", open}, []string{anybody, "demo"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var log safeBuffer
			app, config := newApp(t, c.change, &log)
			var out strings.Builder
			welcome(&out, app, config)
			if err := app.Close(t.Context()); err != nil {
				t.Error(err)
			}
			for _, part := range c.has {
				if !strings.Contains(out.String(), part) {
					t.Errorf("%q is not in:\n%s", part, out.String())
				}
			}
			for _, part := range c.lacks {
				if strings.Contains(out.String(), part) {
					t.Errorf("%q is in:\n%s", part, out.String())
				}
			}
		})
	}
}

// The key is made once. A file that holds none is named, with the mend.
func TestDemoKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, demoKeyFile)
	first, err := demoKey(path)
	if err != nil || len(first) < minKeyBytes {
		t.Fatalf("%q %v", first, err)
	}
	if again, err := demoKey(path); err != nil || string(again) != string(first) {
		t.Errorf("a second start reads %q, %v", again, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	for _, text := range []string{"", "\n", "too short"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := demoKey(path); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "delete it") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := demoKey(filepath.Join(dir, "missing", demoKeyFile)); err == nil {
		t.Error("kept in a folder that is not there")
	}
}
