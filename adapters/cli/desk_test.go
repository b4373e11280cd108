package cli

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/adapters/desk"
	"kaitong/adapters/store/storetest"
	"kaitong/configs"
)

// colleague is an agent at a desk, over real requests and a real socket.
type colleague struct {
	t      *testing.T
	base   string
	cookie string
	csrf   string
	socket *websocket.Conn
	frames chan frame
}

// atDesk signs somebody in and opens their desk.
func atDesk(t *testing.T, base, user, password string) *colleague {
	t.Helper()
	c := &colleague{t: t, base: base, frames: make(chan frame, 1000)}
	body := c.ask(http.MethodPost, "/v1/desk/login", map[string]string{"user": user, "password": password})
	c.csrf, _ = body["csrf"].(string)
	header := http.Header{"Origin": {base}, "Cookie": {c.cookie}}
	dialer := websocket.Dialer{Subprotocols: []string{desk.Subprotocol}}
	var err error
	if c.socket, _, err = dialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(base, "http")+"/v1/desk/ws", header); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(c.frames)
		for {
			var f frame
			if c.socket.ReadJSON(&f) != nil {
				return
			}
			c.frames <- f
		}
	}()
	t.Cleanup(func() { c.socket.Close(); <-ended })
	c.until("hello", func(map[string]any) bool { return true })
	return c
}

func (c *colleague) ask(method, path string, body any) map[string]any {
	c.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, bytes.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header = http.Header{"Origin": {c.base}, "Cookie": {c.cookie}, "X-Kaitong-Csrf": {c.csrf}, "Content-Type": {"application/json"}}
	response, err := (&http.Client{}).Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	for _, cookie := range response.Cookies() {
		c.cookie = cookie.Name + "=" + cookie.Value
	}
	answer := map[string]any{}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK {
		c.t.Fatalf("%s %s: %s %v %v", method, path, response.Status, answer, err)
	}
	return answer
}

// until waits for a frame of a kind with the wanted data.
func (c *colleague) until(kind string, wanted func(map[string]any) bool) map[string]any {
	c.t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		select {
		case f, ok := <-c.frames:
			if !ok {
				c.t.Fatalf("the desk ended before a frame %s", kind)
			}
			data := map[string]any{}
			if err := json.Unmarshal(f.Data, &data); err != nil {
				c.t.Fatal(err)
			}
			if f.Type == "error" && kind != "error" {
				c.t.Fatalf("the desk refused: %v", data)
			}
			if f.Type == kind && wanted(data) {
				return data
			}
		case <-timeout:
			c.t.Fatalf("no such frame %s came", kind)
		}
	}
}

func (c *colleague) send(kind string, data map[string]any) {
	c.t.Helper()
	text, err := json.Marshal(data)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.socket.WriteJSON(frame{Type: kind, ID: newID(), Data: text}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *colleague) act(data map[string]any) {
	c.t.Helper()
	c.send("act", data)
	c.until("ack", func(map[string]any) bool { return true })
}

// waits is the entry of a conversation in a state.
func (c *colleague) waits(conversation, state string) map[string]any {
	c.t.Helper()
	return c.until("entry", func(entry map[string]any) bool {
		return entry["conversation"] == conversation && entry["state"] == state
	})
}

// hears waits until the person is shown something.
func hears(t *testing.T, c *client, words string) {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		select {
		case f, ok := <-c.frames:
			if !ok {
				t.Fatalf("the chat ended before %q", words)
			}
			if strings.Contains(string(f.Data), words) {
				return
			}
		case <-timeout:
			t.Fatalf("%q was never shown", words)
		}
	}
}

// A person asks for a human, an agent answers, solves it and gives the
// conversation back, after which the bot answers again.
func TestAHandOverFromEndToEnd(t *testing.T) {
	t.Parallel()
	base := startApp(t, nil)
	lin, chen := atDesk(t, base, "demo-lin", ""), atDesk(t, base, "demo-chen", "")
	person, err := dialAs(t.Context(), base, "demo-kyc", hello{Locale: "zh-CN"})
	if err != nil {
		t.Fatal(err)
	}
	defer person.close()
	tell(t, person, "我要找人工客服")
	entry := lin.until("entry", func(entry map[string]any) bool { return entry["state"] == "queued" })
	conversation := entry["conversation"].(string)
	if strings.Contains(entry["user"].(string), "demo-kyc") || entry["queue"] != "general" {
		t.Errorf("entry %v", entry)
	}
	lin.act(map[string]any{"conversation": conversation, "kind": "claim", "epoch": entry["epoch"]})
	taken := chen.waits(conversation, "active")
	if agent, _ := taken["agent"].(map[string]any); agent["id"] != "demo-lin" || agent["name"] != "林晓" {
		t.Errorf("taken %v", taken)
	}
	lin.send("typing", map[string]any{"conversation": conversation})
	hears(t, person, `"author":"agent"`)
	lin.send("watch", map[string]any{"conversation": conversation, "after": 0})
	lin.until("turn", func(turn map[string]any) bool { return turn["version"] == 2.0 })
	if err := person.send("typing", map[string]any{}); err != nil {
		t.Fatal(err)
	}
	lin.until("typing", func(typing map[string]any) bool { return typing["conversation"] == conversation })
	lin.act(map[string]any{"conversation": conversation, "kind": "reply", "epoch": taken["epoch"], "text": "你好，我是林晓，正在看你的情况。"})
	hears(t, person, "我是林晓")
	tell(t, person, "身份证过期了怎么办")
	chen.until("entry", func(entry map[string]any) bool {
		return entry["last"] == "身份证过期了怎么办" && entry["unanswered"] == true
	})
	found := lin.ask(http.MethodGet, "/v1/desk/conversations/"+conversation, map[string]any{})
	if text, _ := json.Marshal(found); !strings.Contains(string(text), "身份证过期了怎么办") || strings.Contains(string(text), "demo-kyc") {
		t.Errorf("case %s", text)
	}
	if found := lin.ask(http.MethodGet, "/v1/desk/snippets?q=身份证&locale=zh-CN", map[string]any{}); len(found["snippets"].([]any)) == 0 {
		t.Error("nothing is known of identity cards")
	}
	lin.act(map[string]any{
		"conversation": conversation, "kind": "resolve", "epoch": taken["epoch"],
		"disposition": map[string]string{"cause": "", "solved": "yes", "note": "已指导更新证件"},
	})
	chen.until("gone", func(gone map[string]any) bool { return gone["conversation"] == conversation })
	tell(t, person, "为什么我的借呗开通不了")
	hears(t, person, `"author":"bot"`)
}

func tell(t *testing.T, c *client, text string) {
	t.Helper()
	if err := c.send("message.send", map[string]string{"text": text}); err != nil {
		t.Fatal(err)
	}
}

func TestAccountsOnTheCommandLine(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	command := func(stdin string, args ...string) (int, string) {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"desk"}, append(args, "--data", data)...), streams{in: strings.NewReader(stdin), out: &out, err: &out})
		return code, out.String()
	}
	for name, test := range map[string]struct {
		stdin string
		args  []string
		want  int
		says  string
	}{
		"a weak password": {"short\n", []string{"account", "add", "--user", "lin", "--name", "林晓", "--role", "agent"}, exitFailed, "12 letters"},
		"no password":     {"", []string{"account", "add", "--user", "lin", "--name", "林晓", "--role", "agent"}, exitFailed, "12 letters"},
		"unknown role":    {"correct horse 7\n", []string{"account", "add", "--user", "lin", "--name", "林晓", "--role", "boss"}, exitUsage, "role"},
		"odd user":        {"correct horse 7\n", []string{"account", "add", "--user", "Lin", "--name", "林晓", "--role", "agent"}, exitUsage, "small letters"},
		"user of a demo":  {"correct horse 7\n", []string{"account", "add", "--user", "demo-lin", "--name", "林晓", "--role", "agent"}, exitUsage, "demo"},
		"nobody":          {"correct horse 7\n", []string{"account", "passwd", "nobody"}, exitFailed, "no such account"},
	} {
		if code, said := command(test.stdin, test.args...); code != test.want || !strings.Contains(said, test.says) {
			t.Errorf("%s: %d %s", name, code, said)
		}
	}
	if code, said := command("correct horse 7\n", "account", "add", "--user", "lin", "--name", "林晓", "--role", "agent", "--queue", "general"); code != exitOK {
		t.Fatal(said)
	}
	// A server that runs hears of everything at once.
	base := startApp(t, func(c *configs.Config) { c.Data = data })
	lin := atDesk(t, base, "lin", "correct horse 7")
	if code, said := command("", "account", "disable", "lin"); code != exitOK {
		t.Fatal(said)
	}
	for range lin.frames {
		continue // until the socket ends
	}
	if code, said := command("", "account", "enable", "lin"); code != exitOK {
		t.Fatal(said)
	}
	if code, said := command("another fine 9\n", "account", "passwd", "lin"); code != exitOK {
		t.Fatal(said)
	}
	atDesk(t, base, "lin", "another fine 9")
	if _, said := command("", "account", "list"); !strings.Contains(strings.Join(strings.Fields(said), " "), "lin 林晓 agent general active") {
		t.Errorf("list: %s", said)
	}
	code, said := command("", "audit")
	if code != exitOK || !strings.Contains(said, "account_added") || !strings.Contains(said, "none missing or changed") || strings.Contains(said, "horse") {
		t.Errorf("audit: %d %s", code, said)
	}
}

// Agents of one node count on the other.
func TestSeatsOfOtherNodes(t *testing.T) {
	t.Parallel()
	s := &seats{epoch: "e1"}
	for name, test := range map[string]struct {
		text string
		want bool
	}{
		"fine":             {`{"epoch":"e1","seat":{"node":"n2","user":"lin","name":"林晓","role":"agent","status":"online"}}`, true},
		"from a newer one": {`{"epoch":"e1","seat":{"node":"n2","user":"lin","name":"林晓","role":"agent","status":"away","mood":"fine"}}`, true},
		"another log":      {`{"epoch":"e2","seat":{"node":"n2","user":"lin","name":"林晓","role":"agent","status":"online"}}`, false},
		"no node":          {`{"epoch":"e1","seat":{"user":"lin","name":"林晓","role":"agent","status":"online"}}`, false},
		"odd status":       {`{"epoch":"e1","seat":{"node":"n2","user":"lin","name":"林晓","role":"agent","status":"asleep"}}`, false},
		"odd role":         {`{"epoch":"e1","seat":{"node":"n2","user":"lin","name":"林晓","role":"root","status":"online"}}`, false},
		"no JSON":          {`hello`, false},
		"too long":         {`{"epoch":"e1","seat":{"name":"` + strings.Repeat("a", maxSeat) + `"}}`, false},
	} {
		if seat, err := s.decode([]byte(test.text)); (err == nil) != test.want {
			t.Errorf("%s: %+v, %v", name, seat, err)
		}
	}
}

func TestDesksOfTwoNodes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a PostgreSQL and two nodes")
	}
	database := storetest.Database(t)
	address := freeAddress(t, "127.0.0.1")
	shared := func(c *configs.Config) { c.Database, c.Auth.Key = database, strings.Repeat("k", 32) }
	one := startApp(t, func(c *configs.Config) { shared(c); c.NATS.Listen = address })
	two := startApp(t, func(c *configs.Config) { shared(c); c.NATS.URL = "nats://" + address })
	lin := atDesk(t, one, "demo-lin", "")
	chen := atDesk(t, two, "demo-chen", "")
	lin.until("presence", func(p map[string]any) bool {
		return p["user"] == "demo-chen" && p["status"] == string(desk.StatusOnline)
	})
	person, err := dialAs(t.Context(), two, "demo-kyc", hello{Locale: "zh-CN"})
	if err != nil {
		t.Fatal(err)
	}
	defer person.close()
	tell(t, person, "我要找人工客服")
	entry := lin.until("entry", func(entry map[string]any) bool { return entry["state"] == "queued" })
	conversation := entry["conversation"].(string)
	lin.act(map[string]any{"conversation": conversation, "kind": "claim", "epoch": entry["epoch"]})
	taken := chen.waits(conversation, "active")
	lin.act(map[string]any{"conversation": conversation, "kind": "reply", "epoch": taken["epoch"], "text": "来自另一个节点"})
	hears(t, person, "来自另一个节点")
}
