package web

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

func TestConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.dial()
	welcome := p.hello(map[string]any{"locale": "zh-CN", "token": w.token("demo-a")})
	if !strings.HasPrefix(welcome.Conv, "c_") || welcome.Data["recovered"] != false || welcome.Data["seq"] != 0.0 || welcome.Re != "h1" {
		t.Fatalf("welcome: %s", welcome.raw)
	}
	if welcome.Data["expires_at"] == nil || welcome.Data["anon"] != nil {
		t.Errorf("a signed-in person gets expires_at and no anon token: %s", welcome.raw)
	}

	ack, answer := p.exchange("m1", "为什么我的借呗")
	if ack.Re != "m1" || ack.Data["seq"] != 1.0 || ack.Data["duplicate"] != false {
		t.Errorf("ack: %s", ack.raw)
	}
	if answer.Re != "m1" || answer.Seq != 2 || answer.Data["author"] != "bot" || answer.TS == "" {
		t.Errorf("answer: %s", answer.raw)
	}
}

// The check is shown while it runs, before the ack.
func TestCheckState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.say("m1", "check please")
	for _, state := range []string{"checking", "done"} {
		if r := p.want("check.state"); r.Data["state"] != state || r.Re != "m1" || r.Seq != 0 {
			t.Errorf("check.state: %s", r.raw)
		}
	}
	p.want("ack")
}

func TestActs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	_, answer := p.exchange("m1", "我的借呗")

	p.send(map[string]any{"type": "choice.send", "id": "c1", "data": map[string]any{"msg": answer.ID, "choice": "solved"}})
	if ack := p.want("ack"); ack.Data["seq"] != 3.0 {
		t.Errorf("choice ack: %s", ack.raw)
	}
	p.last = 3
	p.want("message")

	p.send(map[string]any{"type": "feedback.send", "id": "f1", "data": map[string]any{"msg": answer.ID, "vote": "up", "reason": "清楚"}})
	if ack := p.want("ack"); ack.Re != "f1" || ack.Data["seq"] != 4.0 {
		t.Errorf("feedback ack: %s", ack.raw)
	}

	p.send(map[string]any{"type": "handoff.request", "id": "r1"})
	p.want("ack")
	if r := p.want("handoff.state"); r.Data["state"] != "requested" || r.Seq != 5 {
		t.Errorf("handoff: %s", r.raw)
	}
	p.want("message")
	p.send(map[string]any{"type": "handoff.cancel", "id": "r2"})
	p.want("ack")
	if r := p.want("handoff.state"); r.Data["state"] != "cancelled" {
		t.Errorf("handoff: %s", r.raw)
	}
	for _, quiet := range []string{"typing", "pong"} {
		p.send(map[string]any{"type": quiet})
	}
	p.send(map[string]any{"type": "ack", "data": map[string]any{"seq": 7}})
	p.wantQuiet()
}

func TestSameIDTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.exchange("m1", "hello")
	p.say("m1", "hello")
	if ack := p.want("ack"); ack.Data["duplicate"] != true || ack.Data["seq"] != 1.0 {
		t.Errorf("repeated: %s", ack.raw)
	}
	p.wantQuiet() // what was shown is not shown again
	p.say("m1", "something else")
	if r := p.wantError(codeIDConflict); r.Re != "m1" {
		t.Errorf("conflict: %s", r.raw)
	}
	p.exchange("m2", "goes on")
}

// One engine error each: what people read never holds the error's own text.
func TestEngineErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	for i, c := range []struct {
		text string
		code Code
	}{{"busy", codeBusy}, {"broken", codeInternal}, {"panic", codeInternal}} {
		p.say("m"+itoa(int64(i)), c.text)
		r := p.wantError(c.code)
		if strings.Contains(string(r.raw), "secret") || r.Data["retryable"] != true || r.Data["retry_after_ms"] == nil {
			t.Errorf("%s: %s", c.text, r.raw)
		}
	}
	p.send(map[string]any{"type": "choice.send", "id": "c1", "data": map[string]any{"msg": "b", "choice": "gone"}})
	p.wantError(codeNotPossible)
	if n := w.server.Counters().Panics; n != 1 {
		t.Errorf("panics counted: %d", n)
	}
	p.exchange("after", "still here")
}

// Bad frames after hello: each is named, and the socket goes on unless the
// table says otherwise.
func TestBadFramesAreNamed(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, frame string
		code        Code
	}{
		{"no json", `hello`, codeBadJSON},
		{"empty", ``, codeBadJSON},
		{"array", `[]`, codeBadJSON},
		{"string", `"hello"`, codeBadJSON},
		{"null", `null`, codeBadJSON},
		{"two objects", `{"type":"ping"}{"type":"ping"}`, codeTrailingData},
		{"repeated key", `{"type":"ping","type":"typing"}`, codeDuplicateKey},
		{"repeated key, escaped", `{"type":"ping","typ\u0065":"typing"}`, codeDuplicateKey},
		{"other case", `{"Type":"ping"}`, codeBadKey},
		{"other case inside", `{"type":"message.send","id":"1","data":{"TEXT":"x"}}`, codeBadKey},
		{"long s for s", `{"type":"ack","data":{"\u017feq":1}}`, codeBadKey},
		{"too deep", `{"type":"ping","data":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, codeTooDeep},
		{"lone surrogate", `{"type":"message.send","id":"1","data":{"text":"\ud83d"}}`, codeLoneSurrogate},
		{"16 KiB of one letter", `{"type":"message.send","id":"1","data":{"text":"` + strings.Repeat("a", 16<<10) + `"}}`, codeTooLarge},
		{"4,001 letters", `{"type":"message.send","id":"1","data":{"text":"` + strings.Repeat("借", 4001) + `"}}`, codeTooLong},
		{"no type", `{"id":"1"}`, codeMissingField},
		{"null type", `{"type":null}`, codeMissingField},
		{"unknown type", `{"type":"dance","id":"1"}`, codeUnknownType},
		{"server's type", `{"type":"welcome","id":"1"}`, codeUnknownType},
		{"number as type", `{"type":7}`, codeBadField},
		{"no id", `{"type":"message.send","data":{"text":"x"}}`, codeMissingField},
		{"empty id", `{"type":"message.send","id":"","data":{"text":"x"}}`, codeBadField},
		{"long id", `{"type":"message.send","id":"` + strings.Repeat("x", 65) + `","data":{"text":"x"}}`, codeBadField},
		{"id with newline", `{"type":"message.send","id":"a\nb","data":{"text":"x"}}`, codeBadField},
		{"id beyond ASCII", `{"type":"message.send","id":"编号","data":{"text":"x"}}`, codeBadField},
		{"id with blank", `{"type":"message.send","id":"a b","data":{"text":"x"}}`, codeBadField},
		{"choice beyond ASCII", `{"type":"choice.send","id":"1","data":{"msg":"b","choice":"é"}}`, codeBadField},
		{"number as id", `{"type":"message.send","id":1,"data":{"text":"x"}}`, codeBadField},
		{"no data", `{"type":"message.send","id":"1"}`, codeMissingField},
		{"data is text", `{"type":"message.send","id":"1","data":"x"}`, codeBadField},
		{"no text", `{"type":"message.send","id":"1","data":{}}`, codeMissingField},
		{"text is a number", `{"type":"message.send","id":"1","data":{"text":1}}`, codeBadField},
		{"empty text", `{"type":"message.send","id":"1","data":{"text":""}}`, codeEmptyText},
		{"blank text", `{"type":"message.send","id":"1","data":{"text":" \n\t　"}}`, codeEmptyText},
		{"control characters only", `{"type":"message.send","id":"1","data":{"text":"\u0000\u0007\u001b\u007f\u0085"}}`, codeEmptyText},
		{"no choice", `{"type":"choice.send","id":"1","data":{"msg":"b"}}`, codeMissingField},
		{"bad vote", `{"type":"feedback.send","id":"1","data":{"msg":"b","vote":"maybe"}}`, codeBadField},
		{"long reason", `{"type":"feedback.send","id":"1","data":{"msg":"b","vote":"up","reason":"` + strings.Repeat("x", 501) + `"}}`, codeBadField},
		{"ack of nothing", `{"type":"ack","data":{}}`, codeMissingField},
		{"ack below zero", `{"type":"ack","data":{"seq":-1}}`, codeBadField},
		{"ack of a fraction", `{"type":"ack","data":{"seq":1.5}}`, codeBadField},
		{"second hello", `{"type":"hello","data":{"locale":"en"}}`, codeSecondHello},
		{"another conversation", `{"type":"message.send","id":"1","conv":"c_other","data":{"text":"x"}}`, codeNotFound},
	}
	w := newWorld(t)
	p := w.join("demo-a")
	for _, c := range cases {
		p.raw([]byte(c.frame))
		r, err := p.read()
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if r.Type != "error" || r.Data["code"] != string(c.code) {
			t.Errorf("%s: got %s, want %s", c.name, r.raw, c.code)
		}
	}
	p.exchange("after", "still here")
}

func TestFramesThatEndTheSocket(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		kind  int
		frame string
		code  Code // empty: closed without an error frame
		close int
	}{
		{"invalid UTF-8", websocket.TextMessage, "{\"type\":\"\xff\"}", codeInvalidUTF8, 1007},
		{"binary", websocket.BinaryMessage, `{"type":"ping"}`, codeNotText, 1003},
		{"far too large", websocket.TextMessage, strings.Repeat("a", 200<<10), "", 1009},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.join("demo-a")
			_ = p.conn.WriteMessage(c.kind, []byte(c.frame)) // may fail halfway: the server does not read to the end
			if c.code != "" {
				p.wantError(c.code)
			}
			p.wantClose(c.close)
		})
	}
}

func TestBeforeHello(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, frame string
		code        Code
		close       int
	}{
		{"message first", `{"type":"message.send","id":"1","data":{"text":"x"}}`, codeNotHello, 4502},
		{"no json", `hi`, codeBadJSON, 4500},
		{"locale with newline", `{"type":"hello","data":{"locale":"e\nn"}}`, codeBadField, 4500},
		{"long locale", `{"type":"hello","data":{"locale":"` + strings.Repeat("e", 36) + `"}}`, codeBadField, 4500},
		{"no data", `{"type":"hello"}`, codeMissingField, 4500},
		{"resume without epoch", `{"type":"hello","data":{"locale":"en","resume":{"conv":"c","after_seq":1}}}`, codeMissingField, 4500},
		{"resume below zero", `{"type":"hello","data":{"locale":"en","resume":{"conv":"c","epoch":"e","after_seq":-1}}}`, codeBadField, 4500},
		{"resume beyond numbers", `{"type":"hello","data":{"locale":"en","resume":{"conv":"c","epoch":"e","after_seq":1e99}}}`, codeBadField, 4500},
		{"client is a list", `{"type":"hello","data":{"locale":"en","client":[]}}`, codeBadField, 4500},
		{"long region", `{"type":"hello","data":{"locale":"en","client":{"region":"` + strings.Repeat("东", 33) + `"}}}`, codeBadField, 4500},
		{"region with newline", `{"type":"hello","data":{"locale":"en","client":{"region":"a\nb"}}}`, codeBadField, 4500},
		{"region spelt otherwise", `{"type":"hello","data":{"locale":"en","client":{"Region":"a"}}}`, codeBadKey, 4500},
		{"forged token", `{"type":"hello","data":{"locale":"en","token":"a.b.c"}}`, codeUnauthorized, 4501},
		{"forged anon token", `{"type":"hello","data":{"locale":"en","anon":"abc"}}`, codeUnauthorized, 4501},
	}
	w := newWorld(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := w.dial()
			p.raw([]byte(c.frame))
			p.wantError(c.code)
			p.wantClose(c.close)
		})
	}
	if n := len(w.engine.convs); n != 0 {
		t.Errorf("%d conversations were touched", n)
	}
}

// Ids are what the engine takes: 1 to 64 printable ASCII characters, no space.
func TestIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"1": true, "!": true, "~": true, "0192e1f0-7d3a-7000-8000-000000000000": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, " ": false, "a b": false, "a\n": false, "\x00": false, "\x7f": false,
		"é": false, "编号": false, "\u00a0": false, "\xff": false,
	} {
		if got := validID(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
	w := newWorld(t)
	p := w.join("demo-a")
	p.raw([]byte(`{"type":"message.send","id":"编号","data":{"text":"x"}}`))
	if r := p.wantError(codeBadField); r.Data["field"] != "id" {
		t.Errorf("the field is not named: %s", r.raw)
	}
}

// Who names no language is greeted in Chinese, and answered in whatever they
// write: the engine is told no language.
func TestNoLocale(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`{}`, `{"locale":""}`, `{"locale":null}`} {
		w := newWorld(t)
		p := w.dial()
		p.raw([]byte(`{"type":"hello","data":` + data + `}`))
		p.want("welcome")
		p.exchange("m1", "x")
		p.raw([]byte(`{"type":"dance"}`))
		if r := p.wantError(codeUnknownType); !strings.Contains(r.Data["message"].(string), "暂不支持") {
			t.Errorf("%s: %s", data, r.raw)
		}
		if got := w.engine.heard(); len(got) != 1 || got[0].Locale != "" {
			t.Errorf("%s: the engine heard %+v", data, got)
		}
	}
	w := newWorld(t)
	p := w.dial()
	p.hello(map[string]any{"locale": "en-GB"})
	p.exchange("m1", "x")
	if got := w.engine.heard(); len(got) != 1 || got[0].Locale != localeEN {
		t.Errorf("the engine heard %+v", got)
	}
}

func TestHelloDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.HelloTimeout = 1 })
	p := w.dial()
	p.wantError(codeHelloTimeout)
	p.wantClose(4408)
}

func TestErrorWordsFollowTheLocale(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for locale, want := range map[string]string{"zh-Hant-TW": "这个操作", "en-GB": "not supported", "fr": "not supported"} {
		p := w.dial()
		p.hello(map[string]any{"locale": locale})
		p.raw([]byte(`{"type":"dance"}`))
		if r := p.wantError(codeUnknownType); !strings.Contains(r.Data["message"].(string), want) {
			t.Errorf("%s: %s", locale, r.raw)
		}
	}
}

// Control characters go, everything else stays byte for byte.
func TestTextArrivesAsTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow = 10_000 })
	p := w.join("demo-a")
	texts := []string{
		"a\u0000b\u001bc", "👨‍👩‍👧 zero\u200bwidth \u202eright-to-left", "é ≠ é", "<script>alert(1)</script>",
		"{{7*7}} ${x} '; DROP TABLE turns;--", "line\nbreak\ttab", "\u2028\u2029\ufeff", strings.Repeat("借", 4000),
	}
	texts = append(texts, naughtyStrings(t)...)
	sent := 0
	for i, text := range texts {
		clean := stripControls(text)
		if strings.TrimSpace(clean) == "" {
			continue
		}
		sent++
		_, answer := p.exchange("m"+itoa(int64(i)), text)
		if got := strings.TrimPrefix(answer.text(), "收到："); got != clean {
			t.Errorf("sent %q, came back %q", clean, got)
		}
	}
	if sent < 8 {
		t.Fatalf("only %d texts were tried", sent)
	}
	_, page := w.rejoin("demo-a", p.conv, 0)
	if page.Data["seq"] != float64(2*sent) {
		t.Errorf("%d texts stored as %v events", sent, page.Data["seq"])
	}
}

// naughtyStrings is a public list of strings that break programs, when the
// evaluation data lies beside the repository.
func naughtyStrings(t *testing.T) []string {
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "security", "blns.json"))
	if err != nil {
		t.Log("../shared/data/security/blns.json is absent: only the built-in strings are tried")
		return nil
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestPings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	for want := range 3 {
		w.everySession((*session).tick)
		r := p.want("ping")
		if r.ID != "ping-"+itoa(int64(want+1)) {
			t.Errorf("ping: %s", r.raw)
		}
		p.send(map[string]any{"type": "pong", "id": r.ID})
	}
}

// A peer that answers nothing is closed: its reads end.
func TestHalfOpenSocketIsDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.PingEvery = 20e6 })
	p := w.join("demo-a")
	p.conn.SetPingHandler(func(string) error { return nil })
	for {
		if _, err := p.read(); err != nil {
			return // the server gave up on us
		}
	}
}

// Pings are answered while a turn is running, and acts keep their order.
func TestPingDuringTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.say("m1", "wait")
	<-w.engine.inside
	p.say("m2", "second")
	p.wantQuiet()
	w.engine.gate <- struct{}{}
	for _, id := range []string{"m1", "m2"} {
		if ack := p.want("ack"); ack.Re != id {
			t.Fatalf("ack: %s, want %s", ack.raw, id)
		}
		p.last++
		p.want("message")
	}
}

func TestInboxIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Inbox = 1000, 4 })
	p := w.join("demo-a")
	p.say("m0", "wait")
	<-w.engine.inside
	for i := range 4 {
		p.say("q"+itoa(int64(i)), "queued")
	}
	p.say("over", "one too many")
	if r := p.wantError(codeBusy); r.Re != "over" || r.Data["retryable"] != true {
		t.Errorf("overflow: %s", r.raw)
	}
	w.engine.gate <- struct{}{}
	for range 5 {
		p.want("ack")
		p.last++
		p.want("message")
	}
	p.say("over", "one too many") // the same id later is fine
	p.want("ack")
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Window = 3, 3600e9 })
	p, other := w.join("demo-a"), w.join("demo-b")
	for i := range 3 {
		p.exchange("m"+itoa(int64(i)), "x")
	}
	p.say("m3", "x")
	if r := p.wantError(codeRateLimited); r.Data["retry_after_ms"].(float64) < 1000 {
		t.Errorf("limited: %s", r.raw)
	}
	second := w.join("demo-a")
	second.say("m4", "another socket does not help")
	second.wantError(codeRateLimited)
	other.exchange("m1", "others are not touched")
}

func TestSocketsPerUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.join("demo-a")
	w.join("demo-a")
	w.join("demo-a")
	p := w.dial()
	p.send(map[string]any{"type": "hello", "data": map[string]any{"locale": "en", "token": w.token("demo-a")}})
	p.wantError(codeSocketLimit)
	p.wantClose(4429)
	w.join("demo-b")

	first.conn.Close()
	for w.server.Counters().Sockets > 3 { // until the server has noticed
		w.join("demo-b").conn.Close()
	}
}

func TestServerFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.Sockets = 1 })
	w.join("demo-a")
	_, resp, err := w.tryDial(http.Header{"Origin": {w.url}}, subprotocol)
	if err == nil || resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("second socket: %v %v", err, resp)
	}
}

func TestUpgradeRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	host := strings.TrimPrefix(w.url, "http://")
	cases := []struct {
		name     string
		origin   []string
		protocol string
		status   int
	}{
		{"own host", []string{w.url}, subprotocol, 101},
		{"own host over TLS in front", []string{"https://" + host}, subprotocol, 101},
		{"configured", []string{"https://help.example.com"}, subprotocol, 101},
		{"none", nil, subprotocol, 101},
		{"foreign", []string{"https://evil.example"}, subprotocol, 403},
		{"configured, other scheme", []string{"http://help.example.com"}, subprotocol, 403},
		{"configured as a prefix", []string{"https://help.example.com.evil.example"}, subprotocol, 403},
		{"configured, other port", []string{"https://help.example.com:444"}, subprotocol, 403},
		{"own host as user", []string{"http://" + host + "@evil.example"}, subprotocol, 403},
		{"null", []string{"null"}, subprotocol, 403},
		{"empty", []string{""}, subprotocol, 403},
		{"file", []string{"file://"}, subprotocol, 403},
		{"two", []string{w.url, "https://evil.example"}, subprotocol, 403},
		{"other subprotocol", []string{w.url}, "kaitong.v2", 400},
		{"no subprotocol", []string{w.url}, "", 400},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			header := http.Header{}
			if c.origin != nil {
				header["Origin"] = c.origin
			}
			var protocols []string
			if c.protocol != "" {
				protocols = []string{c.protocol}
			}
			_, resp, _ := w.tryDial(header, protocols...)
			if resp == nil || resp.StatusCode != c.status {
				t.Fatalf("got %v, want %d", resp, c.status)
			}
		})
	}
}

// A native app sends no Origin, and serves people with and without a token.
func TestNoOriginIsANativeApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bare, _, err := w.tryDial(nil, subprotocol)
	if err != nil {
		t.Fatal(err)
	}
	bare.hello(map[string]any{"locale": "en"})
	bare.exchange("m1", "x")

	program, _, err := w.tryDial(nil, subprotocol)
	if err != nil {
		t.Fatal(err)
	}
	program.hello(map[string]any{"locale": "en", "token": w.token("demo-a")})
	program.exchange("m1", "x")
}

func TestSlowConsumerIsCutAndOthersAreNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.WriteTimeout, o.Limits.Outbox = patience, 4 })
	slow := w.join("demo-a")
	slow.exchange("m1", "x")
	good, _ := w.rejoin("demo-a", slow.conv, 2)
	who, big := w.identity("demo-a"), strings.Repeat("很长的消息 ", 20_000)
	sent := 0
	for w.server.Counters().Slow == 0 { // slow reads nothing, so its queue must fill
		w.elsewhere(w.engine.agent(slow.conv, who, big))
		if r := good.want("message"); r.Data["author"] != "agent" {
			t.Fatalf("%.200s", r.raw)
		}
		sent++
		if sent > 2000 {
			t.Fatal("the slow socket was never cut")
		}
	}
	good.exchange("m2", "still here")

	back, welcome := w.rejoin("demo-a", slow.conv, 2)
	if welcome.Data["recovered"] != true {
		t.Fatalf("%s", welcome.raw)
	}
	for range sent + 2 {
		back.want("message")
	}
	slow.wantClose(4409) // once it reads again it hears why
}
