package web

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"kaitong/bot/bottest"
)

// Bytes that are UTF-8 come back as they were sent. Any others end the socket
// before anything is stored.
func TestPublicBytes(t *testing.T) {
	t.Parallel()
	lines, err := os.ReadFile(bottest.Corpus(t, "utf8tests.bin"))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.SocketsPerUser = 10_000, 1_000 })
	good, tried := w.join("demo-a"), map[string]int{}
	for line := range bytes.SplitSeq(bytes.TrimSuffix(lines, []byte("\n")), []byte("\n")) {
		parts := bytes.SplitN(line, []byte(":"), 3)
		name, kind, text := string(parts[0]), string(parts[1]), string(parts[2])
		tried[kind]++
		if kind == "invalid" {
			refused(t, w, name, text)
			continue
		}
		clean := stripControls(text)
		if strings.TrimSpace(clean) == "" {
			continue
		}
		if _, answer := good.exchange(name, text); strings.TrimPrefix(answer.text(), "收到：") != clean {
			t.Errorf("%s: sent %q, came back %q", name, clean, answer.text())
		}
	}
	if tried["valid"] < 70 || tried["invalid"] < 140 {
		t.Errorf("tried %v", tried)
	}
}

func refused(t *testing.T, w *world, name, text string) {
	t.Helper()
	p := w.join("demo-b")
	frame := `{"type":"message.send","id":"` + name + `","data":{"text":"` + text + `"}}`
	if err := p.conn.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		t.Fatal(err)
	}
	p.wantError(codeInvalidUTF8)
	p.wantClose(1007)
	if _, page := w.rejoin("demo-b", p.conv, 0); page.Data["seq"] != float64(0) {
		t.Errorf("%s: %v events are stored", name, page.Data["seq"])
	}
}
