package logging_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"kaitong/adapters/logging"
	"kaitong/bot"
)

func mask() func(string) string {
	masker := bot.NewMasker()
	return func(text string) string {
		masked, _ := masker.Mask(text)
		return masked
	}
}

func logged(format string, write func(*slog.Logger)) string {
	var out bytes.Buffer
	write(logging.New(&out, logging.Options{Format: format, Level: slog.LevelInfo, Mask: mask()}))
	return out.String()
}

func TestLinesAreCleaned(t *testing.T) {
	t.Parallel()
	const id = "c_0192f3c0-5a4e-7c11-9d4f-3d1f2b7a9e10"
	for _, format := range []string{logging.JSON, logging.Text} {
		line := logged(format, func(l *slog.Logger) {
			l.With("phone", "13912345678").WithGroup("g").Error("call 13912345678", "conversation", id, "user", "alice",
				"error", errors.New("conversation "+id+": bad card 6222021234567890123\r\nlevel=INFO msg=forged"),
				slog.Group("in", "mail", "a@example.com"), "turned", "a\u202eb\x1b[31m", "count", 7, "list", []string{"x", "13912345678"})
		})
		for _, gone := range []string{"13912345678", "6222021234567890123", "alice", "a@example.com", "\u202e", "\x1b", "\r"} {
			if strings.Contains(line, gone) {
				t.Errorf("%s: %q is in %s", format, gone, line)
			}
		}
		if strings.Count(line, id) != 2 || !strings.Contains(line, "u_") || !strings.Contains(line, "7") {
			t.Errorf("%s: %s", format, line)
		}
		if strings.Count(line, "\n") != 1 {
			t.Errorf("%s: more than one line: %q", format, line)
		}
	}
}

func TestTraceID(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger := logging.New(&out, logging.Options{Format: logging.JSON, Level: slog.LevelInfo, Mask: mask(), Trace: func(context.Context) string { return "4bf92f35" }})
	logger.InfoContext(t.Context(), "x")
	if !strings.Contains(out.String(), `"trace_id":"4bf92f35"`) {
		t.Error(out.String())
	}
}

// Whatever is logged, each record is one line, and JSON is JSON.
func FuzzOneLine(f *testing.F) {
	f.Add("msg", "key", "value\nlevel=ERROR msg=forged")
	f.Add("\u2028", "a b", "\x00\xff\u202e")
	f.Fuzz(func(t *testing.T, message, key, value string) {
		for _, format := range []string{logging.JSON, logging.Text} {
			line := logged(format, func(l *slog.Logger) {
				l.Info(message, key, value, //nolint:sloglint // hostile on purpose
					"error", errors.New(value))
			})
			if strings.Count(line, "\n") != 1 || strings.ContainsAny(line, "\r\x1b\u2028\u202e") {
				t.Errorf("%s: %q", format, line)
			}
			if format == logging.JSON && !json.Valid([]byte(line)) {
				t.Errorf("no JSON: %q", line)
			}
		}
	})
}

func BenchmarkInfo(b *testing.B) {
	logger := logging.New(io.Discard, logging.Options{Format: logging.JSON, Level: slog.LevelInfo, Mask: mask()})
	b.Run("logged", func(b *testing.B) {
		for b.Loop() {
			logger.Info("a human is asked for", "conversation", "c_0192f3c0-5a4e-7c11-9d4f-3d1f2b7a9e10", "ticket", "T-1", "reason", "requested")
		}
	})
	b.Run("below the level", func(b *testing.B) {
		for b.Loop() {
			logger.Debug("not logged", "conversation", "c_0192f3c0-5a4e-7c11-9d4f-3d1f2b7a9e10")
		}
	})
}
