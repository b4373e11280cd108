package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaitong/adapters/tokens"
	"kaitong/configs"
)

const hostKey = "a key that only the host app and we know"

// somebody is a person with something to hide, whom others try to read.
type somebody struct {
	name          string // for the reader of a failed test
	authorization string
	hello         map[string]any
	conversation  string
	epoch         string
	secret        string   // what they said
	own           []string // ids that lead to theirs
}

// nobody has nothing: asking for what is theirs must look the same.
func nobody() *somebody {
	return &somebody{
		name: "nobody", conversation: "c_06H1SS5E9LUBN281GGA2B863BK_Q2QlHB2Kkl56s-D2Bo0oG", secret: "nothing",
		own: []string{"01a21fe5-0000-7000-8000-000000000000", "01a21fe5-0000-7000-8000-000000000001"},
	}
}

// crowdOfStrangers are of two tenants and of none: the same name in another tenant is
// somebody else.
func crowdOfStrangers(t *testing.T, address string) []*somebody {
	t.Helper()
	signer := tokens.Signer{Algorithm: tokens.HS256, Key: []byte(hostKey)}
	var all []*somebody
	for i, who := range []struct{ tenant, user string }{{"default", "demo-rejected"}, {"default", "demo-overdue"}, {"other", "demo-rejected"}, {"", ""}, {"", ""}} {
		one := &somebody{name: fmt.Sprintf("%d: %s/%s", i, who.tenant, who.user), hello: map[string]any{"locale": "zh-CN"}, secret: "zebra" + strings.Repeat(string(rune('a'+i)), 6)}
		if who.user != "" {
			now := time.Now()
			token, err := signer.Sign(tokens.Claims{Subject: who.user, Tenant: who.tenant, Audience: []string{"kaitong"}, Issued: now, Expires: now.Add(10 * time.Minute)})
			if err != nil {
				t.Fatal(err)
			}
			one.hello["token"], one.authorization = token, "Bearer "+token
		}
		one.talk(t, address)
		all = append(all, one)
	}
	return all
}

// talk says the secret and remembers what leads to it.
func (s *somebody) talk(t *testing.T, address string) {
	t.Helper()
	p := s.enter(t, address, nil)
	var w welcomeData
	if err := json.Unmarshal(p.frames[len(p.frames)-1].Data, &w); err != nil {
		t.Fatal(err)
	}
	s.conversation, s.epoch = w.Conv, w.Epoch
	if w.Anon != "" {
		s.hello["anon"], s.authorization = w.Anon, "Anonymous "+w.Anon
	}
	p.ask("为什么我的借呗开通不了，" + s.secret)
	s.own = []string{p.frames[len(p.frames)-1].ID, p.frames[len(p.frames)-1].Re}
	p.stored("message.send", map[string]string{"text": "我要找人工客服"})
	_ = p.client.close()
}

func (s *somebody) enter(t *testing.T, address string, resume map[string]any) *person {
	t.Helper()
	hello := maps.Clone(s.hello)
	if resume != nil {
		hello["resume"] = resume
	}
	c, err := dialWith(t.Context(), address, hello)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.close() })
	p := &person{t: t, client: c}
	p.until("welcome")
	return p
}

// tries are all the ways to reach for what is somebody else's; each returns all
// that was answered.
func tries() map[string]func(t *testing.T, address string, me, them *somebody) string {
	type try = func(t *testing.T, address string, me, them *somebody) string
	frames := func(kind string, data func(them *somebody) map[string]any, envelope bool) try {
		return func(t *testing.T, address string, me, them *somebody) string {
			t.Helper()
			p := me.enter(t, address, nil)
			f := map[string]any{"type": kind, "id": them.own[1], "data": data(them)}
			if envelope {
				f["conv"] = them.conversation
			}
			return p.answeredTo(f)
		}
	}
	resume := func(after int64) try {
		return func(t *testing.T, address string, me, them *somebody) string {
			t.Helper()
			p := me.enter(t, address, map[string]any{"conv": them.conversation, "epoch": them.epochOr(me), "after_seq": after})
			return p.answeredTo(map[string]any{"type": "ping", "id": "p1"})
		}
	}
	get := func(path string) try {
		return func(t *testing.T, address string, me, them *somebody) string {
			t.Helper()
			return me.fetch(t, http.MethodGet, address+strings.NewReplacer("{conv}", them.conversation, "{msg}", them.own[0]).Replace(path), nil, "")
		}
	}
	nothing := func(*somebody) map[string]any { return map[string]any{} }
	return map[string]try{
		"resume":                     resume(0),
		"resume after some":          resume(2),
		"resume far ahead":           resume(1 << 40),
		"say under their id":         frames("message.send", func(*somebody) map[string]any { return map[string]any{"text": "你好"} }, false),
		"say in their conversation":  frames("message.send", func(*somebody) map[string]any { return map[string]any{"text": "你好"} }, true),
		"tap on their answer":        frames("choice.send", func(b *somebody) map[string]any { return map[string]any{"msg": b.own[0], "choice": "agent"} }, false),
		"tap in their conversation":  frames("choice.send", func(b *somebody) map[string]any { return map[string]any{"msg": b.own[0], "choice": "agent"} }, true),
		"vote on their answer":       frames("feedback.send", func(b *somebody) map[string]any { return map[string]any{"msg": b.own[0], "vote": "down"} }, false),
		"vote in their conversation": frames("feedback.send", func(b *somebody) map[string]any { return map[string]any{"msg": b.own[0], "vote": "down"} }, true),
		"cancel their request":       frames("handoff.cancel", nothing, true),
		"request in theirs":          frames("handoff.request", nothing, true),
		"type in theirs":             frames("typing", nothing, true),
		"acknowledge theirs":         frames("ack", func(*somebody) map[string]any { return map[string]any{"seq": 2} }, true),
		"history":                    get("/v1/conversations/{conv}/events"),
		"history after some":         get("/v1/conversations/{conv}/events?after=1"),
		"history by an answer":       get("/v1/conversations/{msg}/events"),
		"document":                   get("/v1/conversations/{conv}/proofs"),
		"desk":                       get("/v1/desk/conversations/{conv}"),
		"desk's document":            get("/v1/desk/conversations/{conv}/proofs/{msg}"),
		"other desk's transcript":    get("/v1/handoff/conversations/{conv}"),
		"contacts":                   get("/v1/analytics/contacts?conversation={conv}"),
	}
}

// epochOr is the epoch of the log, which is no secret.
func (s *somebody) epochOr(other *somebody) string {
	if s.epoch == "" {
		return other.epoch
	}
	return s.epoch
}

// answeredTo is everything a socket hears until a ping that follows is answered.
func (p *person) answeredTo(f map[string]any) string {
	p.t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		p.t.Fatal(err)
	}
	if p.client.socket.WriteMessage(1, text) != nil || p.client.write(frame{Type: "ping", ID: "last"}) != nil {
		p.t.Fatal("the socket is closed")
	}
	// An act is answered by its own time: its ack or its refusal has to be there.
	acted, ponged := !strings.Contains(f["type"].(string), "."), false
	for !acted || !ponged {
		select {
		case got, more := <-p.client.frames:
			if !more {
				break
			}
			p.frames = append(p.frames, got)
			ponged = ponged || got.Type == "pong" && got.Re == "last"
			acted = acted || (got.Type == "message" || got.Type == "error" || got.Type == "ack" && f["type"] != "message.send") && got.Re == f["id"]
			continue
		case <-time.After(20 * time.Second):
			p.t.Fatalf("no answer to %s", text)
		}
		break
	}
	_ = p.client.close()
	all, err := json.Marshal(p.frames)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(all)
}

func (s *somebody) fetch(t *testing.T, method, address string, body io.Reader, kind string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", s.authorization)
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(response.StatusCode, " ", string(text))
}

// shape is an answer without what differs between any two: ids, times, tokens.
func shape(t *testing.T, answer string, people ...*somebody) string {
	t.Helper()
	for _, one := range people {
		answer = strings.ReplaceAll(answer, one.conversation, "CONV")
		for _, id := range one.own {
			answer = strings.ReplaceAll(answer, id, "ID")
		}
	}
	status, rest, found := strings.Cut(answer, " {")
	if found && !strings.HasPrefix(answer, "[") {
		return status + " {" + rest
	}
	var frames []frame
	if json.Unmarshal([]byte(answer), &frames) != nil {
		return answer
	}
	var out []string
	for _, f := range frames {
		if f.Type == "check.state" || f.Type == "pong" {
			continue // when they come is a matter of time
		}
		var data any
		if err := json.Unmarshal(f.Data, &data); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(withoutIDs(data))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %d %s", f.Type, f.Seq, text))
	}
	return strings.Join(out, "\n")
}

// Whoever reaches for what is somebody else's gets not a byte of it, and cannot
// even tell whether it is there.
func TestNobodyReadsAnybody(t *testing.T) {
	t.Parallel()
	address := startApp(t, func(c *configs.Config) {
		c.Auth.Key, c.Web.MessagesPerWindow, c.Web.HandshakesPerSecond, c.Web.SocketsPerUser = hostKey, 0, 0, 0
	})
	all, none := crowdOfStrangers(t, address), nobody()
	ways := tries()
	names, indexes := slices.Sorted(maps.Keys(ways)), []int{0, 1, 2, 3, 4}
	rapid.Check(t, func(rt *rapid.T) {
		pair := rapid.Permutation(indexes).Draw(rt, "who reaches for whose")
		name := rapid.SampledFrom(names).Draw(rt, "how")
		me, them := all[pair[0]], all[pair[1]]
		theirs, nothing := ways[name](t, address, me, them), ways[name](t, address, me, none)
		for _, other := range all {
			if other != me && strings.Contains(theirs, other.secret) {
				rt.Fatalf("%s by %s shows what %s said: %s", name, me.name, other.name, theirs)
			}
		}
		if got, want := shape(t, theirs, me, them, none), shape(t, nothing, me, them, none); got != want {
			rt.Fatalf("%s by %s of %s:\n%s\nof what is not there:\n%s", name, me.name, them.name, got, want)
		}
	})
	for _, me := range all {
		checkPersonal(t, address, me, all, none)
	}
	checkDesk(t, address, all, none)
	for _, me := range all {
		if history := me.fetch(t, http.MethodGet, address+"/v1/conversations/"+me.conversation+"/events", nil, ""); !strings.Contains(history, me.secret) {
			t.Errorf("%s no longer reads their own: %.300s", me.name, history)
		}
	}
}

// checkPersonal tries what is limited to a few times.
func checkPersonal(t *testing.T, address string, me *somebody, all []*somebody, none *somebody) {
	t.Helper()
	export := me.fetch(t, http.MethodGet, address+"/v1/me/export", nil, "")
	if !strings.Contains(export, me.secret) {
		t.Errorf("the export of %s: %.300s", me.name, export)
	}
	upload := func(to *somebody) string {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		part, _ := form.CreateFormFile("file", "a.pdf")
		_, _ = part.Write(paper("x"))
		_ = form.Close()
		return me.fetch(t, http.MethodPost, address+"/v1/conversations/"+to.conversation+"/proofs", &b, form.FormDataContentType())
	}
	nothing := upload(none)
	for _, them := range all {
		if them == me {
			continue
		}
		if strings.Contains(export, them.secret) {
			t.Errorf("the export of %s shows what %s said", me.name, them.name)
		}
		if got := upload(them); got != nothing || !strings.HasPrefix(got, "404 ") {
			t.Errorf("%s uploads to %s: %s, and to nobody: %s", me.name, them.name, got, nothing)
		}
	}
}

// checkDesk looks for people of another tenant with the eyes of every role.
func checkDesk(t *testing.T, address string, all []*somebody, none *somebody) {
	t.Helper()
	for _, role := range []string{"demo-lin", "demo-zhou", "demo-chen", "demo-wang"} {
		c := &colleague{t: t, base: address}
		c.ask(http.MethodPost, "/v1/desk/login", map[string]string{"user": role, "password": ""})
		for _, path := range []string{"/v1/desk/conversations/%s", "/v1/desk/conversations/%s/proofs/p1"} {
			nothing := string(c.read(fmt.Sprintf(path, none.conversation)))
			for _, them := range all {
				got := string(c.read(fmt.Sprintf(path, them.conversation)))
				if strings.HasPrefix(them.name, "2: other/") && (got != nothing || strings.Contains(got, them.secret)) {
					t.Errorf("%s reads %s of %s: %s, and of nobody: %s", role, path, them.name, got, nothing)
				}
			}
		}
	}
}
