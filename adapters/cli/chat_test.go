package cli

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"kaitong/configs"
)

// talk runs `kaitong chat` with the lines typed and returns what it printed.
func talk(t *testing.T, address, lines string, args ...string) (code int, out, problems string) {
	t.Helper()
	var o, p strings.Builder
	code = run(t.Context(), append([]string{"chat", "--url", address}, args...), streams{in: strings.NewReader(lines), out: &o, err: &p})
	return code, o.String(), p.String()
}

// A number that was not offered is a slip of the finger: nothing is sent.
func TestChatNumberThatWasNotOffered(t *testing.T) {
	t.Parallel()
	address := startApp(t, func(c *configs.Config) { c.Web.MessagesPerWindow = 0 })
	for locale, c := range map[string]struct{ question, hint string }{
		"zh": {"为什么我的借呗开通不了", "请选 1-"},
		"en": {"why can't I activate Jiebei", "choose 1-"},
		"":   {"why can't I activate Jiebei", "choose 1-"},
	} {
		talk(t, address, c.question+"\n", "--user", "demo-overdue", "--locale", locale) // from now on nothing need be looked up
		for _, number := range []string{"0", "99", "-1"} {
			code, once, problems := talk(t, address, c.question+"\n", "--user", "demo-overdue", "--locale", locale)
			if code != exitOK {
				t.Fatalf("exit %d: %s", code, problems)
			}
			_, twice, _ := talk(t, address, c.question+"\n"+number+"\n", "--user", "demo-overdue", "--locale", locale)
			rest, same := strings.CutPrefix(twice, once)
			if !same || !strings.Contains(rest, c.hint) || strings.Count(strings.TrimSpace(rest), "\n") != 0 {
				t.Errorf("locale %q, number %s: printed %q after the answer", locale, number, rest)
			}
		}
	}
	if code, out, problems := talk(t, address, "17\n", "--user", "demo-overdue"); code != exitOK || strings.Contains(out, "choose 1-") || strings.Contains(out, "请选 1-") {
		t.Errorf("a number before anything was offered: exit %d\n%s%s", code, out, problems)
	}
}

// Who names no language gets the one they write in.
func TestChatAnswersInTheLanguageWritten(t *testing.T) {
	t.Parallel()
	address := startApp(t, nil)
	_, out, _ := talk(t, address, "why can't I activate Jiebei?\n", "--user", "demo-kyc")
	if !strings.Contains(out, "identity") {
		t.Errorf("no English answer to an English question:\n%s", out)
	}
	_, out, _ = talk(t, address, "为什么我的借呗开通不了\n", "--user", "demo-overdue")
	if !strings.Contains(out, "逾期") {
		t.Errorf("no Chinese answer to a Chinese question:\n%s", out)
	}
}

func TestChatTokenRefused(t *testing.T) {
	t.Parallel()
	address := startApp(t, nil)
	code, _, problems := talk(t, address, "", "--user", "somebody")
	if code != exitFailed || !strings.Contains(problems, "有一项内容不对") {
		t.Errorf("exit %d: %s", code, problems)
	}
}

// safeBuffer is written by the chat while the test reads it.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// When the server restarts the chat comes back, and what was typed meanwhile is
// asked in the same conversation, once.
func TestChatWhenTheServerRestarts(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	config.Addr, config.Data = "127.0.0.1:0", t.TempDir()
	config.Eligibility.Timeout = patientCheck
	address, stop := launch(t, config)
	in, typed := io.Pipe()
	out := &awaitedLog{grown: make(chan struct{}, 1)}
	var problems safeBuffer
	exited := make(chan int, 1)
	go func() {
		exited <- run(t.Context(), []string{"chat", "--url", address, "--user", "demo-overdue"}, streams{in: in, out: out, err: &problems})
	}()
	say := func(line string) {
		if _, err := io.WriteString(typed, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	say("为什么我的借呗开通不了")
	out.await(t, "逾期")
	stop()
	out.await(t, "正在重新连接")
	say("请转人工")
	config.Addr = strings.TrimPrefix(address, "http://")
	_, stop = launch(t, config)
	defer stop()
	out.await(t, "已经重新连上")
	typed.Close()
	if code := <-exited; code != exitOK {
		t.Errorf("exit %d: %s", code, problems.String())
	}
	if code, list, notes := kaitong(t, "conversations", "list", "--data", config.Data); code != exitOK || !strings.Contains(list, "2 turn(s)") || strings.Count(list, "turn(s)") != 1 {
		t.Errorf("stored: %d %s%s", code, list, notes)
	}
}

func TestChatWithSomethingElse(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	code, _, problems := talk(t, other.URL, "")
	if code != exitFailed || !strings.Contains(problems, other.URL) {
		t.Errorf("exit %d: %s", code, problems)
	}
}
