package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.uber.org/goleak"

	"kaitong/adapters/tokens"
	"kaitong/bot"
)

func TestMain(m *testing.M) {
	if playRole() {
		return
	}
	goleak.VerifyTestMain(m)
}

// patience is how long a test waits for what must come. It decides nothing: a
// test that runs into it has failed.
const patience = 20 * time.Second

// world is a server on a real listener with a fake engine behind it.
type world struct {
	t      *testing.T
	engine *fakeEngine
	server *Server
	url    string
	log    *logBuffer
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const testKey = "0123456789abcdef0123456789abcdef"

func testOptions() Options {
	return Options{
		Tenant: "default", Anonymous: true, Demo: true,
		Token:     tokens.Rules{Keys: tokens.Secrets([]byte(testKey)), Audience: "kaitong"},
		Signer:    tokens.Signer{Algorithm: tokens.HS256, Key: []byte(testKey)},
		Seals:     [][]byte{[]byte(testKey)},
		Origins:   []string{"https://help.example.com"},
		Limits:    DefaultLimits(),
		DemoUsers: testDemoUsers(),
	}
}

func testDemoUsers() []DemoUser {
	return []DemoUser{
		{"demo-overdue", Words{"逾期未还", "Overdue payment"}, Words{"有一笔还款已经逾期，借呗开通不了。", "One repayment is overdue, so Jiebei cannot be opened."}},
		{"demo-thin-history", Words{"信用记录少", "Short credit history"}, Words{"刚开始用支付宝，信用记录还不多。", "New to Alipay, with little credit history."}},
		{"demo-vpn", Words{"开着 VPN", "VPN switched on"}, Words{"网络经过代理，打开借呗页面总是失败。", "The network goes through a proxy and the Jiebei page keeps failing."}},
		{"demo-kyc", Words{"身份证过期", "Expired ID"}, Words{"登记的身份证已经过期，需要更新。", "The ID on file has expired and needs an update."}},
		{"demo-eligible", Words{"可以开通", "Eligible"}, Words{"条件都满足，只是还没找到入口。", "Everything is fine, the entry was just not found yet."}},
		{"demo-slow", Words{"系统很慢", "Slow system"}, Words{"查询迟迟没有结果，看看会怎么回答。", "The check does not come back in time. See what is said then."}},
	}
}

// newWorld starts a server; change may alter the options first.
func newWorld(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	w := &world{t: t, engine: newFakeEngine(), log: &logBuffer{}}
	options := testOptions()
	options.Limits.Handshakes = 0 // tests come from one address
	options.Engine = w.engine
	options.Log = slog.New(slog.NewTextHandler(w.log, nil))
	for _, f := range change {
		f(&options)
	}
	server, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	w.server = server
	listener := httptest.NewServer(server.Handler())
	w.url = listener.URL
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := server.Drain(ctx); err != nil {
			t.Errorf("drain: %v", err)
		}
		listener.CloseClientConnections()
		listener.Close()
		if strings.Contains(w.log.String(), "panic") && server.Counters().Panics == 0 {
			t.Errorf("unexpected panic in the log:\n%s", w.log)
		}
	})
	return w
}

// token signs for user like a host app would.
func (w *world) token(user string) string {
	w.t.Helper()
	token, _, err := w.server.identity.mint(user)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// everySession calls do for each socket the server has now.
func (w *world) everySession(do func(*session)) {
	for _, s := range w.server.open() {
		do(s)
	}
}

// elsewhere announces a turn that another node has stored.
func (w *world) elsewhere(turn bot.Turn) {
	frames := encodeTurns(turn.Conversation, turn)
	w.server.Announce(turn.Conversation, frames[len(frames)-1].seq)
}

func (w *world) identity(user string) bot.Identity {
	return bot.Identity{Tenant: "default", User: user}
}

// peer is a client that checks every frame it sends or gets against the
// schemas.
type peer struct {
	t    *testing.T
	conn *websocket.Conn
	conv string
	last int64
}

func (w *world) wsURL() string { return "ws" + strings.TrimPrefix(w.url, "http") + "/v1/ws" }

// dial opens a socket the way a browser page of the same host does.
func (w *world) dial() *peer {
	w.t.Helper()
	p, resp, err := w.tryDial(http.Header{"Origin": {w.url}}, subprotocol)
	if err != nil {
		w.t.Fatalf("dial: %v (%v)", err, resp)
	}
	return p
}

func (w *world) tryDial(header http.Header, protocols ...string) (*peer, *http.Response, error) {
	dialer := websocket.Dialer{Subprotocols: protocols, HandshakeTimeout: patience}
	conn, resp, err := dialer.Dial(w.wsURL(), header)
	if err != nil {
		return nil, resp, err
	}
	w.t.Cleanup(func() { conn.Close() })
	return &peer{t: w.t, conn: conn}, resp, nil
}

// join dials and says hello as user ("" is anonymous).
func (w *world) join(user string) *peer {
	w.t.Helper()
	p := w.dial()
	data := map[string]any{"locale": "zh-CN"}
	if user != "" {
		data["token"] = w.token(user)
	}
	p.hello(data)
	return p
}

// rejoin dials and resumes.
func (w *world) rejoin(user, conv string, after int64) (*peer, received) {
	w.t.Helper()
	p := w.dial()
	welcome := p.hello(map[string]any{"locale": "zh-CN", "token": w.token(user),
		"resume": map[string]any{"conv": conv, "epoch": w.engine.epoch, "after_seq": after}})
	return p, welcome
}

func (p *peer) hello(data map[string]any) received {
	p.t.Helper()
	p.send(map[string]any{"type": "hello", "id": "h1", "data": data})
	welcome := p.want("welcome")
	p.conv = welcome.Conv
	return welcome
}

// send sends a frame that must be valid.
func (p *peer) send(f map[string]any) {
	p.t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		p.t.Fatal(err)
	}
	mustFit(p.t, "client.json", b)
	p.raw(b)
}

// raw sends anything.
func (p *peer) raw(b []byte) {
	p.t.Helper()
	if err := p.conn.WriteMessage(websocket.TextMessage, b); err != nil {
		p.t.Fatalf("send: %v", err)
	}
}

func (p *peer) say(id, text string) {
	p.t.Helper()
	p.send(map[string]any{"type": "message.send", "id": id, "data": map[string]any{"text": text}})
}

// received is one frame from the server.
type received struct {
	Type string         `json:"type"`
	ID   string         `json:"id"`
	Conv string         `json:"conv"`
	Seq  int64          `json:"seq"`
	TS   string         `json:"ts"`
	Re   string         `json:"re"`
	Data map[string]any `json:"data"`
	raw  []byte
}

func (r received) text() string {
	var texts []string
	blocks, _ := r.Data["blocks"].([]any)
	for _, block := range blocks {
		text, _ := block.(map[string]any)["text"].(string)
		texts = append(texts, text)
	}
	return strings.Join(texts, "\n")
}

func (p *peer) read() (received, error) {
	_ = p.conn.SetReadDeadline(time.Now().Add(patience))
	_, b, err := p.conn.ReadMessage()
	if err != nil {
		return received{}, err
	}
	mustFit(p.t, "server.json", b)
	r := received{raw: b}
	if err := json.Unmarshal(b, &r); err != nil {
		p.t.Fatalf("frame %s: %v", b, err)
	}
	return r, nil
}

func (p *peer) next() received {
	p.t.Helper()
	r, err := p.read()
	if err != nil {
		p.t.Fatalf("read: %v", err)
	}
	if r.Seq != 0 {
		if r.Seq != p.last+1 && p.last != 0 {
			p.t.Errorf("seq %d after %d", r.Seq, p.last)
		}
		p.last = r.Seq
	}
	return r
}

func (p *peer) want(kind string) received {
	p.t.Helper()
	r := p.next()
	if r.Type != kind {
		p.t.Fatalf("got %s, want a %s frame", r.raw, kind)
	}
	return r
}

func (p *peer) wantError(code Code) received {
	p.t.Helper()
	r := p.want("error")
	if r.Data["code"] != string(code) {
		p.t.Fatalf("got %s, want error %s", r.raw, code)
	}
	return r
}

// wantClose reads up to the close frame and returns its code.
func (p *peer) wantClose(code int) {
	p.t.Helper()
	for {
		_, err := p.read()
		if err == nil {
			continue
		}
		if !websocket.IsCloseError(err, code) {
			p.t.Fatalf("got %v, want close %d", err, code)
		}
		return
	}
}

// wantQuiet proves that nothing is waiting to be read.
func (p *peer) wantQuiet() {
	p.t.Helper()
	p.send(map[string]any{"type": "ping", "id": "quiet"})
	if r := p.want("pong"); r.Re != "quiet" {
		p.t.Fatalf("pong for %q", r.Re)
	}
}

// exchange says something and reads ack and answer.
func (p *peer) exchange(id, text string) (ack, answer received) {
	p.t.Helper()
	p.say(id, text)
	ack = p.want("ack")
	p.last = int64(ack.Data["seq"].(float64)) // the own message is not echoed
	return ack, p.want("message")
}

// mustFit validates a frame or body against one of the published schemas.
func mustFit(t *testing.T, schema string, b []byte) {
	t.Helper()
	compiled, err := compileSchema(schema)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	if err := compiled.Validate(value); err != nil {
		t.Errorf("%s does not fit %s: %v", b, schema, err)
	}
}

// compileSchema is memoised: every frame of every test passes through it.
var compileSchema = memoised()

func memoised() func(string) (*jsonschema.Schema, error) {
	var mu sync.Mutex
	done := map[string]*jsonschema.Schema{}
	compiler := sync.OnceValues(schemaCompiler)
	return func(name string) (*jsonschema.Schema, error) {
		mu.Lock()
		defer mu.Unlock()
		if s := done[name]; s != nil {
			return s, nil
		}
		c, err := compiler()
		if err != nil {
			return nil, err
		}
		s, err := c.Compile("mem:///schemas/" + name)
		done[name] = s
		return s, err
	}
}

func schemaCompiler() (*jsonschema.Compiler, error) {
	c := jsonschema.NewCompiler()
	names, err := fs.Glob(files, "spec/schemas/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := c.AddResource("mem:///"+strings.TrimPrefix(name, "spec/"), doc); err != nil {
			return nil, err
		}
	}
	return c, nil
}
