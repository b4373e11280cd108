package llm_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"kaitong/adapters/llm"
	"kaitong/bot"
)

// mockConfig tells the mock server what to answer.
const mockConfig = `apiKey: the-right-key
port: %s
responses:
  - id: understand
    messages:
      - {role: system, matcher: any}
      - {role: user, content: "老转圈", matcher: contains}
      - {role: assistant, content: '{"reason":"loading","intent":"fail.network"}'}
  - id: phrase
    messages:
      - {role: system, matcher: any}
      - {role: user, content: "看页面", matcher: contains}
      - {role: assistant, content: '{"sentences":[{"text":"别着急，看页面。","cites":["p1"]}]}'}
`

// mock starts a server that others wrote, and returns its base URL.
func mock(t *testing.T) string {
	t.Helper()
	binary, err := filepath.Abs("../../bin/tools/mock/node_modules/.bin/openai-mock-api")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(binary); testing.Short() || err != nil {
		t.Skip("SKIPPED: needs openai-mock-api in bin/tools/mock and is left out by -short; .ci/mock fetches it")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	free.Close()
	config := filepath.Join(t.TempDir(), "mock.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, mockConfig, port), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	server := exec.CommandContext(t.Context(), binary, "--config", config, "--port", port)
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	t.Cleanup(func() { _ = server.Process.Kill(); <-ended })
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		if conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second); err == nil {
			conn.Close()
			return "http://127.0.0.1:" + port + "/v1"
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("the mock server ended: %v\n%s", err, said.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatal("the mock server does not listen")
	return ""
}

func TestAServerThatOthersWrote(t *testing.T) {
	t.Parallel()
	url := mock(t)
	dial := func(key string, stream bool) *llm.Client {
		profile, _ := llm.ProfileOf("openai")
		profile.BaseURL, profile.Stream = url, stream
		c, err := llm.NewClient(llm.Options{Profile: profile, Model: "gpt-4o-mini", Key: key, Now: time.Now, UnderstandWithin: 20 * time.Second, PhraseWithin: 20 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	for _, stream := range []bool{false, true} {
		c := dial("the-right-key", stream)
		if got, err := c.Interpret(t.Context(), question("老转圈")); got != "fail.network" || err != nil {
			t.Errorf("stream %v: %q, %v", stream, got, err)
		}
		said, err := c.Phrase(t.Context(), bot.Rewording{Locale: "zh-CN", Paragraphs: []bot.Paragraph{{ID: "p1", Text: "看页面。"}}})
		if err != nil || len(said) != 1 {
			t.Errorf("stream %v: %+v, %v", stream, said, err)
		}
		if _, err := c.Interpret(t.Context(), question("它没听过的")); err == nil {
			t.Errorf("stream %v: an answer to a question it does not know", stream)
		}
		if _, err := dial("a-wrong-key", stream).Interpret(t.Context(), question("老转圈")); !errors.Is(err, llm.ErrRefused) {
			t.Errorf("stream %v, with a wrong key: %v, want %d", stream, err, http.StatusUnauthorized)
		}
	}
}
