package cli

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kaitong/adapters/store/storetest"
	"kaitong/configs"
)

// otherDesk is written from docs/handoff.md alone: it uses nothing of ours, so
// that what is missing from the document is missing here.
type otherDesk struct {
	t      *testing.T
	secret string
	server *httptest.Server
	events chan deskEvent

	mu    sync.Mutex
	base  string          // of Kaitong
	down  bool            // answers nobody at the moment
	known map[string]bool // ids of events that are stored
}

// deskEvent is what the document says that a desk is told.
type deskEvent struct {
	SpecVersion string
	ID          string
	Type        string
	Subject     string
	Data        deskData
}

type deskData struct {
	Conversation string
	Version      int64
	Epoch        int64
	State        string
	Ticket       string
	Brief        []string
	Messages     []deskMessage
	Message      deskMessage
	Agent        struct{ Desk, ID, Name string }
	Disposition  struct{ Solved, Note string }
	Transcript   string
}

type deskMessage struct{ ID, Author, Text string }

func openOtherDesk(t *testing.T) *otherDesk {
	t.Helper()
	d := &otherDesk{
		t: t, events: make(chan deskEvent, 1000), known: map[string]bool{},
		secret: "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k3"), 16)),
	}
	d.server = httptest.NewServer(http.HandlerFunc(d.hear))
	t.Cleanup(d.server.Close)
	return d
}

// webhook is the configuration of the desk.
func (d *otherDesk) webhook() configs.Webhook {
	d.t.Helper()
	file := filepath.Join(d.t.TempDir(), "crm.secret")
	if err := os.WriteFile(file, []byte(d.secret+"\n"), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return configs.Webhook{Name: "crm", URL: d.server.URL + "/kaitong", SecretFile: file, Online: true}
}

func (d *otherDesk) sign(id, timestamp string, body []byte) string {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(d.secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", id, timestamp, body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// hear stores an event and only then says so.
func (d *otherDesk) hear(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	id, stamp := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
	seconds, _ := strconv.ParseInt(stamp, 10, 64)
	off := time.Now().Unix() - seconds
	if r.Header.Get("webhook-signature") != d.sign(id, stamp, body) || off < -300 || off > 300 {
		d.t.Errorf("not signed: %v", r.Header)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var event deskEvent
	if err := json.Unmarshal(body, &event); err != nil || event.ID != id || event.SpecVersion != "1.0" {
		d.t.Errorf("%v: %s", err, body)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if !d.known[id] {
		d.known[id] = true
		d.events <- event
	}
}

// meets tells the desk where Kaitong is, and whether it answers.
func (d *otherDesk) meets(base string, down bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.base, d.down = base, down
}

// until waits for an event of a type.
func (d *otherDesk) until(kind string, wanted func(deskData) bool) deskData {
	d.t.Helper()
	timeout := time.After(40 * time.Second)
	for {
		select {
		case event := <-d.events:
			if event.Type == "com.kaitong.handoff."+kind && wanted(event.Data) {
				return event.Data
			}
		case <-timeout:
			d.t.Fatalf("no event %s", kind)
		}
	}
}

func whichever(deskData) bool { return true }

func saying(text string) func(deskData) bool {
	return func(data deskData) bool { return strings.Contains(data.Message.Text, text) }
}

// call sends something signed, which must be answered.
func (d *otherDesk) call(method, path, id string, body []byte) (int, map[string]any) {
	d.t.Helper()
	status, answer, err := d.try(method, path, id, body)
	if err != nil {
		d.t.Fatal(err)
	}
	return status, answer
}

func (d *otherDesk) try(method, path, id string, body []byte) (int, map[string]any, error) {
	d.mu.Lock()
	base := d.base
	d.mu.Unlock()
	request, err := http.NewRequestWithContext(d.t.Context(), method, base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", stamp)
	request.Header.Set("webhook-signature", d.sign(id, stamp, body))
	response, err := (&http.Client{Timeout: 30 * time.Second}).Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer := map[string]any{}
	return response.StatusCode, answer, json.NewDecoder(response.Body).Decode(&answer)
}

// act lets agent 7 do something.
func (d *otherDesk) act(id, conversation, kind string, epoch any, more map[string]any) (int, map[string]any) {
	d.t.Helper()
	act := map[string]any{"id": id, "conversation": conversation, "type": kind, "epoch": epoch, "agent": map[string]string{"id": "7", "name": "小周"}}
	maps.Copy(act, more)
	body, err := json.Marshal(act)
	if err != nil {
		d.t.Fatal(err)
	}
	return d.call(http.MethodPost, "/v1/handoff/acts", id, body)
}

// does is act that must succeed, and returns the epoch from then on.
func (d *otherDesk) does(id, conversation, kind string, epoch any, more map[string]any) any {
	d.t.Helper()
	status, answer := d.act(id, conversation, kind, epoch, more)
	if status != http.StatusOK || answer["id"] != id || answer["conversation"] != conversation {
		d.t.Fatalf("%s: %d %v", kind, status, answer)
	}
	return answer["epoch"]
}

func (d *otherDesk) refused(code, id, conversation, kind string, epoch any, more map[string]any) {
	d.t.Helper()
	if status, answer := d.act(id, conversation, kind, epoch, more); status/100 != 4 || answer["code"] != code {
		d.t.Errorf("%s: %d %v, want %s", kind, status, answer, code)
	}
}

func withText(text string) map[string]any { return map[string]any{"text": text} }

// A desk written from the document takes a conversation over and hands it back.
func TestAnotherDeskTakesOver(t *testing.T) {
	t.Parallel()
	other := openOtherDesk(t)
	base := startApp(t, func(c *configs.Config) {
		c.Handoff = configs.Handoff{AllowPrivate: true, Webhooks: []configs.Webhook{other.webhook()}}
	})
	other.meets(base, false)
	person, err := dialAs(t.Context(), base, "demo-kyc", hello{Locale: "zh-CN"})
	if err != nil {
		t.Fatal(err)
	}
	defer person.close()
	tell(t, person, "为什么我的借呗开通不了")
	hears(t, person, `"author":"bot"`)
	tell(t, person, "我要找人工客服")
	asked := other.until("requested", whichever)
	conversation := asked.Conversation
	if asked.State != "queued" || asked.Ticket == "" || len(asked.Brief) == 0 || len(asked.Messages) < 4 {
		t.Errorf("%+v", asked)
	}
	other.refused("fenced", "r0", conversation, "reply", asked.Epoch, withText("还没接手"))
	epoch := other.does("c1", conversation, "claim", asked.Epoch, nil)
	if status, again := other.act("c1", conversation, "claim", asked.Epoch, nil); status != http.StatusOK || again["duplicate"] != true || again["epoch"] != epoch {
		t.Errorf("claimed again: %d %v", status, again)
	}
	claimed := other.until("claimed", whichever)
	if claimed.Agent.Desk != "crm" || claimed.Agent.ID != "7" || claimed.Agent.Name != "小周" {
		t.Errorf("%+v", claimed)
	}
	other.does("r1", conversation, "reply", epoch, withText("你好，我是小周。"))
	other.does("r1", conversation, "reply", epoch, withText("你好，我是小周。"))
	hears(t, person, "我是小周")
	if said := other.until("message", saying("我是小周")); said.Message.ID != "r1" || said.Message.Author != "agent" {
		t.Errorf("%+v", said)
	}
	tell(t, person, "身份证过期了")
	if said := other.until("message", saying("身份证过期了")); said.Message.Author != "user" {
		t.Errorf("the bot talks over the agent: %+v", said)
	}
	other.does("n1", conversation, "note", nil, withText("客户着急"))
	other.refused("id_conflict", "r1", conversation, "reply", epoch, withText("另一句话"))
	other.refused("fenced", "r2", conversation, "reply", asked.Epoch, withText("太晚了"))
	other.refused("not_possible", "s0", conversation, "resolve", epoch, map[string]any{"disposition": map[string]string{"solved": "maybe"}})
	other.refused("not_found", "x1", "nobody", "claim", 1, nil)
	status, transcript := other.call(http.MethodGet, claimed.Transcript, conversation, nil)
	if text, _ := json.Marshal(transcript); status != http.StatusOK || !strings.Contains(string(text), "身份证过期了") || strings.Contains(string(text), "demo-kyc") {
		t.Errorf("%d %s", status, text)
	}
	other.does("s1", conversation, "resolve", epoch, map[string]any{"disposition": map[string]string{"solved": "yes", "note": "已指导"}})
	if over := other.until("resolved", whichever); over.Disposition.Solved != "yes" || over.Agent.ID != "7" {
		t.Errorf("%+v", over)
	}
	audit, _ := json.Marshal(atDesk(t, base, "demo-wang", "").ask(http.MethodGet, "/v1/desk/audit", nil))
	for _, want := range []string{`"action":"claim"`, `"action":"opened"`, `"action":"resolve"`, `"user":"crm/7"`, `"user":"crm/"`} {
		if !strings.Contains(string(audit), want) {
			t.Errorf("%s is not in the audit log: %s", want, audit)
		}
	}
	tell(t, person, "为什么我的借呗开通不了")
	hears(t, person, `"author":"bot"`)
}

// Our own desk and another one work on the same conversations; the log decides.
func TestTwoDesksAtOnce(t *testing.T) {
	t.Parallel()
	other := openOtherDesk(t)
	base := startApp(t, func(c *configs.Config) {
		c.Handoff = configs.Handoff{AllowPrivate: true, Webhooks: []configs.Webhook{other.webhook()}}
	})
	other.meets(base, false)
	lin := atDesk(t, base, "demo-lin", "")
	person, err := dialAs(t.Context(), base, "demo-kyc", hello{Locale: "zh-CN"})
	if err != nil {
		t.Fatal(err)
	}
	defer person.close()
	tell(t, person, "我要找人工客服")
	asked := other.until("requested", whichever)
	conversation := asked.Conversation
	lin.act(map[string]any{"conversation": conversation, "kind": "claim", "epoch": asked.Epoch})
	if claimed := other.until("claimed", whichever); claimed.Agent.Desk != "" || claimed.Agent.ID != "demo-lin" {
		t.Errorf("%+v", claimed)
	}
	other.refused("taken", "c1", conversation, "claim", asked.Epoch, nil)
	lin.act(map[string]any{"conversation": conversation, "kind": "release", "epoch": asked.Epoch + 1})
	back := other.until("requested", whichever)
	other.refused("fenced", "c1", conversation, "claim", asked.Epoch, nil) // recorded, and played again
	other.does("c2", conversation, "claim", back.Epoch, nil)
	lin.until("entry", func(entry map[string]any) bool {
		agent, _ := entry["agent"].(map[string]any)
		return entry["state"] == "active" && agent["name"] == "小周"
	})
}

// The program is killed while the desk does not answer; everything is told
// afterwards, in order, and the conversation goes on.
func TestAnotherDeskOverAKill(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("kills a server")
	}
	other := openOtherDesk(t)
	webhook := other.webhook()
	spec := nodeSpec{Data: t.TempDir(), Webhook: &webhook}
	node := startProcess(t, spec)
	other.meets(node.address, false)
	person := newPerson(t, node.address, "demo-kyc", "zh-CN")
	var welcome welcomeData
	if err := json.Unmarshal(person.frames[len(person.frames)-1].Data, &welcome); err != nil {
		t.Fatal(err)
	}
	person.ask("我要找人工客服")
	asked := other.until("requested", whichever)
	epoch := other.does("c1", asked.Conversation, "claim", asked.Epoch, nil)
	other.until("claimed", whichever)
	other.meets(node.address, true)
	other.does("r1", asked.Conversation, "reply", epoch, withText("第一句"))
	other.does("r2", asked.Conversation, "reply", epoch, withText("第二句"))
	node.kill()
	node.awaitDeath(t)
	node = startProcess(t, spec)
	other.meets(node.address, false)
	for _, text := range []string{"第一句", "第二句"} {
		if said := other.until("message", whichever); said.Message.Text != text {
			t.Errorf("told %q, want %q", said.Message.Text, text)
		}
	}
	other.does("r2", asked.Conversation, "reply", epoch, withText("第二句")) // had the answer been lost
	back, err := dialAs(t.Context(), node.address, "demo-kyc", hello{Locale: "zh-CN", Resume: &resume{Conv: welcome.Conv, Epoch: welcome.Epoch}})
	if err != nil {
		t.Fatal(err)
	}
	defer back.close()
	hears(t, back, "第二句")
	other.does("s1", asked.Conversation, "resolve", epoch, nil)
	other.until("resolved", whichever)
}

// Of two nodes one tells. When it is killed the other goes on, and takes acts.
func TestAnotherDeskOfTwoNodes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a PostgreSQL and two nodes, and kills one")
	}
	other := openOtherDesk(t)
	webhook, database := other.webhook(), storetest.Database(t)
	first := startProcess(t, nodeSpec{Data: t.TempDir(), Database: database, Webhook: &webhook})
	second := startProcess(t, nodeSpec{Data: t.TempDir(), Database: database, Webhook: &webhook})
	other.meets(second.address, false)
	person := newPerson(t, second.address, "demo-kyc", "zh-CN")
	person.ask("我要找人工客服") // at a node that does not tell
	asked := other.until("requested", whichever)
	epoch := other.does("c1", asked.Conversation, "claim", asked.Epoch, nil)
	other.until("claimed", whichever)
	other.meets(second.address, true)
	other.does("r1", asked.Conversation, "reply", epoch, withText("第一句"))
	first.kill()
	first.awaitDeath(t)
	other.does("r2", asked.Conversation, "reply", epoch, withText("第二句"))
	other.meets(second.address, false)
	other.until("message", saying("第一句"))
	other.until("message", saying("第二句"))
	other.does("s1", asked.Conversation, "resolve", epoch, nil)
	other.until("resolved", whichever)
}

// An agent of Chatwoot answers, and resolves.
func TestChatwootTakesOver(t *testing.T) {
	t.Parallel()
	said := make(chan string, 100)
	chatwoot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.HasSuffix(r.URL.Path, "/messages") {
			said <- r.URL.Path + " " + string(body)
		}
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `[{"id":100,"status":"open"}]`)
			return
		}
		_, _ = io.WriteString(w, `{"id":100}`)
	}))
	defer chatwoot.Close()
	secret := filepath.Join(t.TempDir(), "chatwoot.secret")
	if err := os.WriteFile(secret, []byte("shown by Chatwoot"), 0o600); err != nil {
		t.Fatal(err)
	}
	base := startApp(t, func(c *configs.Config) {
		c.Handoff = configs.Handoff{AllowPrivate: true, Webhooks: []configs.Webhook{{Name: "cw", URL: chatwoot.URL, Inbox: "inb", SecretFile: secret, Online: true}}}
	})
	person, err := dialAs(t.Context(), base, "demo-kyc", hello{Locale: "zh-CN"})
	if err != nil {
		t.Fatal(err)
	}
	defer person.close()
	tell(t, person, "我要找人工客服")
	first := <-said
	conversation := strings.Split(first, "/")[7]
	if !strings.Contains(first, "请求人工") || !strings.Contains(first, "/inboxes/inb/contacts/") {
		t.Errorf("told %s", first)
	}
	send := func(body string) {
		t.Helper()
		stamp := strconv.FormatInt(time.Now().Unix(), 10)
		mac := hmac.New(sha256.New, []byte("Chatwoot")) // the last of the secrets in the file
		fmt.Fprintf(mac, "%s.%s", stamp, body)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/v1/handoff/chatwoot/cw", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = http.Header{"X-Chatwoot-Timestamp": {stamp}, "X-Chatwoot-Signature": {fmt.Sprintf("sha256=%x", mac.Sum(nil))}}
		response, err := (&http.Client{}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			text, _ := io.ReadAll(response.Body)
			t.Errorf("%s: %s", response.Status, text)
		}
	}
	reply := fmt.Sprintf(`{"event":"message_created","id":7,"content":"你好，我是 Zoe","message_type":"outgoing","private":false,"sender":{"name":"Zoe","type":"user"},"conversation":{"contact_inbox":{"source_id":%q}}}`, conversation)
	send(reply)
	send(reply) // again
	hears(t, person, "我是 Zoe")
	tell(t, person, "好的")
	for !strings.Contains(<-said, "好的") {
		continue
	}
	send(fmt.Sprintf(`{"event":"conversation_status_changed","id":100,"status":"resolved","contact_inbox":{"source_id":%q}}`, conversation))
	hears(t, person, "resolved")
	tell(t, person, "为什么我的借呗开通不了")
	hears(t, person, `"author":"bot"`)
}

// However often the program is killed, everything that an agent was told is done
// reaches the person's conversation once, and the desk hears all of it in order.
func TestAnotherDeskOverManyKills(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("kills a server again and again")
	}
	other := openOtherDesk(t)
	webhook := other.webhook()
	spec := nodeSpec{Data: t.TempDir(), Webhook: &webhook}
	node := startProcess(t, spec)
	other.meets(node.address, false)
	newPerson(t, node.address, "demo-kyc", "zh-CN").ask("我要找人工客服")
	asked := other.until("requested", whichever)
	epoch := other.does("c1", asked.Conversation, "claim", asked.Epoch, nil)
	kills := rounds(t, 3)
	var want []string
	for round := range kills {
		killed := make(chan struct{})
		for i := range 10 {
			if i == 2+round%7 {
				go func() { defer close(killed); node.kill() }() // while something is said
			}
			id := fmt.Sprintf("r%d-%d", round, i)
			if other.persists(id, asked.Conversation, epoch) {
				want = append(want, id)
			}
		}
		<-killed
		node = startProcess(t, spec)
		other.meets(node.address, false)
		for i := range 10 { // what was not answered, once more
			id := fmt.Sprintf("r%d-%d", round, i)
			if !other.persists(id, asked.Conversation, epoch) {
				t.Fatalf("%s was not done", id)
			}
		}
	}
	other.does("s1", asked.Conversation, "resolve", epoch, nil)
	heard := map[string]bool{}
	for last := int64(0); len(heard) < 10*kills; {
		said := other.until("message", func(data deskData) bool { return data.Message.Author == "agent" })
		if heard[said.Message.ID] || said.Version <= last {
			t.Errorf("%s is told twice, or too late", said.Message.ID)
		}
		heard[said.Message.ID], last = true, said.Version
	}
	other.until("resolved", whichever)
	for _, id := range want {
		if !heard[id] {
			t.Errorf("%s was answered, and is not there", id)
		}
	}
	_, transcript := other.call(http.MethodGet, asked.Transcript, asked.Conversation, nil)
	text, _ := json.Marshal(transcript)
	for id := range heard {
		if count := strings.Count(string(text), `"text":"`+id+`"`); count != 1 {
			t.Errorf("%s is there %d times", id, count)
		}
	}
	t.Logf("%d replies, %d of them answered before a kill", len(heard), len(want))
}

// persists says whether a reply is known to be done.
func (d *otherDesk) persists(id, conversation string, epoch any) bool {
	body, _ := json.Marshal(map[string]any{
		"id": id, "conversation": conversation, "type": "reply", "epoch": epoch, "agent": map[string]string{"id": "7", "name": "小周"}, "text": id,
	})
	status, _, err := d.try(http.MethodPost, "/v1/handoff/acts", id, body)
	return err == nil && status == http.StatusOK
}
