package cli

import (
	"bufio"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"kaitong/configs"
)

// People write what they should not, and what looks like lines of a log. Nothing
// of it is in the log of the whole program, nor anything by which they are known.
func TestLogHoldsNothingOfPeople(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "text"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			out := &lines{}
			config := configs.Default()
			config.Addr, config.Data, config.Log.Format = "127.0.0.1:0", t.TempDir(), format
			config.Eligibility.Timeout, config.Web.SocketsPerUser, config.Web.MessagesPerWindow = patientCheck, 0, 0
			app, err := NewApp(t.Context(), config, newLogger(config, slog.LevelDebug, out))
			if err != nil {
				t.Fatal(err)
			}
			where, stop := serveApp(t, app)
			said := talkWildly(t, where)
			stop()
			log := out.String()
			if !strings.Contains(log, "a human is asked for") || !strings.Contains(log, "request") {
				t.Errorf("nothing was logged to look at: %s", log)
			}
			for _, one := range said {
				if strings.Contains(log, one) {
					t.Errorf("%q is in the log", one)
				}
			}
			checkLines(t, log, format)
		})
	}
}

// talkWildly says hostile things to the whole program and returns what must not
// be in its log.
func talkWildly(t *testing.T, where string) (secrets []string) {
	t.Helper()
	texts := []string{
		"我的身份证11010519491231002X，卡号6222021234567890123",
		"line one\r\ntime=2026-01-01 level=ERROR msg=\"forged line\"",
		"{\"level\":\"ERROR\",\"msg\":\"forged object\"}",
		"MARKER-of-a-text-nobody-may-log", "密码是hunter2hunter2", "我转账给骗子了", "人工",
		"\u202eturned\x1b[31mred\u2028",
	}
	for _, user := range []string{"demo-several", "demo-garbage", "demo-aml"} {
		p := newPerson(t, where, user, "")
		for _, text := range texts {
			p.ask(text)
		}
		secrets = append(secrets, user)
	}
	return append(secrets, "11010519491231002X", "6222021234567890123", "forged", "MARKER", "hunter2", "骗子", "\u202e", "\x1b", "eyJ")
}

func checkLines(t *testing.T, log, format string) {
	t.Helper()
	scan := bufio.NewScanner(strings.NewReader(log))
	for scan.Scan() {
		line := scan.Text()
		if format == "json" && !json.Valid([]byte(line)) || format == "text" && !strings.HasPrefix(line, "time=") {
			t.Errorf("no line of ours: %q", line)
		}
		if strings.Contains(line, "a human is asked for") && !strings.Contains(line, "c_") {
			t.Errorf("no conversation: %q", line)
		}
	}
}
