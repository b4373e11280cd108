package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"kaitong/adapters/appeals"
	"kaitong/adapters/proofs"
	"kaitong/bot"
	"kaitong/configs"
)

// says waits for a message of the bot that holds some words, and returns it.
func (p *person) says(words string) (answer, frame) {
	p.t.Helper()
	for {
		f := p.until("message")
		var a answer
		if err := json.Unmarshal(f.Data, &a); err != nil {
			p.t.Fatal(err)
		}
		if strings.Contains(fmt.Sprint(a.Blocks), words) {
			return a, f
		}
	}
}

func (p *person) choose(message frame, choice string) {
	p.t.Helper()
	if err := p.client.send("choice.send", map[string]string{"msg": message.ID, "choice": choice}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) text(text string) {
	p.t.Helper()
	if err := p.client.send("message.send", map[string]string{"text": text}); err != nil {
		p.t.Fatal(err)
	}
}

// conversation is the id the server gave.
func (p *person) conversation() string {
	return p.welcomed().Conv
}

func (p *person) upload(address, name string, content []byte) (status int, body string) {
	p.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, address+"/v1/conversations/"+p.conversation()+"/proofs", &b)
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+p.client.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// beginAppeal fills the form in up to the documents.
func (p *person) beginAppeal() {
	p.t.Helper()
	p.text("为什么我的借呗开通不了")
	_, refusal := p.says("刚帮你查了")
	p.choose(refusal, "intent:appeal")
	p.says("你认为哪里不准确")
	p.text("那笔账单去年就还清了")
}

func paper(words string) []byte { return []byte("%PDF-1.4\n" + words + "\n%%EOF\n") }

// files are those below a directory, with what they hold.
func filesBelow(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			found[path], err = os.ReadFile(path)
		}
		if errors.Is(err, fs.ErrNotExist) { // a server beside us took it away
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The whole way in the demo: asked, filled in, a document uploaded, sent off,
// accepted by the reference responder, and told in the chat.
func TestAppealToTheEnd(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	address := startApp(t, func(c *configs.Config) { c.Data = data })
	p := newPerson(t, address, "demo-rejected", "zh-CN")
	if status, body := p.upload(address, "early.pdf", paper("x")); status != http.StatusNotFound {
		t.Errorf("before anything was said: %d %s", status, body)
	}
	p.beginAppeal()
	p.says("10 MB")
	if status, body := p.upload(address, "a.html", []byte("<html>")); status != http.StatusUnprocessableEntity || !strings.Contains(body, "bad_file") {
		t.Errorf("a page: %d %s", status, body)
	}
	if status, body := p.upload(address, "收入证明.pdf", paper("income of Lin Xiao")); status != http.StatusCreated {
		t.Fatalf("a paper: %d %s", status, body)
	}
	_, received := p.says("收到「收入证明.pdf」")
	first := len(filesBelow(t, filepath.Join(data, "blobs")))
	if status, body := p.upload(address, "again.pdf", paper("income of Lin Xiao")); status != http.StatusCreated || !strings.Contains(body, "收入证明.pdf") {
		t.Errorf("the same again: %d %s", status, body)
	}
	if again := len(filesBelow(t, filepath.Join(data, "blobs"))); first != 1 || again != 1 {
		t.Errorf("%d documents, then %d", first, again)
	}
	p.choose(received, "appeal.next")
	_, summary := p.says("同意")
	p.choose(summary, "appeal.submit")
	p.says("申诉提交好了，编号 A-")
	p.says("机构已经收到你的申诉，编号 A-")
	p.text("我的申诉到哪了")
	p.says("正在复核")
	for path, content := range filesBelow(t, data) {
		if bytes.Contains(content, []byte("Lin Xiao")) {
			t.Errorf("%s holds the document as it is", path)
		}
	}
}

// listening is a NATS server that outlives the program.
func listening(t *testing.T) string {
	t.Helper()
	ns, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	ns.Start()
	t.Cleanup(func() { ns.Shutdown(); ns.WaitForShutdown() })
	if !ns.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	return ns.ClientURL()
}

// An appeal is sent off while nobody takes it, the program ends, and the next
// run hands it over: found in the log, accepted once, its document readable.
func TestAppealAfterARestart(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	config.Addr, config.Data, config.NATS.URL, config.Eligibility.Timeout = "127.0.0.1:0", t.TempDir(), listening(t), patientCheck
	address, stop := launch(t, config)
	p := newPerson(t, address, "demo-rejected", "zh-CN")
	p.beginAppeal()
	p.says("10 MB")
	if status, body := p.upload(address, "结清.pdf", paper("settled")); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	_, received := p.says("收到「结清.pdf」")
	p.choose(received, "appeal.next")
	_, summary := p.says("同意")
	p.choose(summary, "appeal.submit")
	p.says("编号 A-")
	conversation := p.conversation()
	_ = p.client.close()
	stop()

	conn, err := nats.Connect(config.NATS.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var times atomic.Int32
	accepted := make(chan appeals.Request, 8)
	responder, err := appeals.Serve(appeals.ResponderOptions{Conn: conn, Now: time.Now, Received: func(r appeals.Request) {
		times.Add(1)
		accepted <- r
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = responder.Close() }()
	app, err := NewApp(t.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.Close(t.Context()) }()
	var request appeals.Request
	select {
	case request = <-accepted:
	case <-time.After(20 * time.Second):
		t.Fatal("not handed over")
	}
	if request.Conversation != conversation || request.UserID != "demo-rejected" || request.Explanation != "那笔账单去年就还清了" || len(request.Proofs) != 1 {
		t.Errorf("handed over: %+v", request)
	}
	content, err := app.core.proofs.Read(t.Context(), conversation, request.Proofs[0].ID)
	if err != nil || !bytes.Equal(content, paper("settled")) || request.Proofs[0].Object != proofs.Object(conversation, request.Proofs[0].ID) {
		t.Errorf("the document: %q, %v", content, err)
	}
	// Whoever else hands it over now has it accepted as the same one.
	client, err := appeals.NewClient(conn, proofs.Object)
	if err != nil {
		t.Fatal(err)
	}
	turns, err := app.core.log.Load(t.Context(), conversation, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	folded, err := bot.Replay(conversation, turns)
	if err != nil {
		t.Fatal(err)
	}
	same := bot.Submission{Reference: request.Reference, Conversation: conversation, User: folded.Owner, Locale: folded.Locale, Appeal: folded.Appeal}
	if _, err := client.Submit(t.Context(), same); err != nil || times.Load() != 1 {
		t.Errorf("again: %v, received %d times", err, times.Load())
	}
}

func TestAppealsVerifyCommand(t *testing.T) {
	t.Parallel()
	bus := startBus(t)
	code, out, notes := kaitong(t, "appeals", "verify", "--nats", bus.ClientURL(), "--timeout", "10s")
	if code != exitFailed || !strings.Contains(out, "FAIL  found as micro service appeals") {
		t.Errorf("nobody: code %d, %s%s", code, out, notes)
	}
	responder, err := appeals.Serve(appeals.ResponderOptions{Conn: bus.Conn(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = responder.Close() }()
	code, out, notes = kaitong(t, "appeals", "verify", "--nats", bus.ClientURL(), "--tenant", "acme", "--user", "u1", "--timeout", "10s")
	if code != exitOK || strings.Contains(out, "FAIL") || !strings.Contains(out, "ok    accepts it once") {
		t.Errorf("the reference: code %d, %s%s", code, out, notes)
	}
}

// What a service refuses for good is told once, with a human in reach, and
// operators see it; what it cannot take now is tried on, and after a while they
// see that too.
func TestAppealsThatAreNotTaken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ code, told, note string }{
		{"410", "期限已经过了", `refused for good, a human has to see to it: A-`},
		{"503", "", `appeals wait for the institution for too long, the log says why; they are tried on: waiting for the institution: 1, the oldest since `},
	} {
		t.Run(test.code, func(t *testing.T) {
			t.Parallel()
			config := configs.Default()
			config.Addr, config.Data, config.NATS.URL, config.Eligibility.Timeout = "127.0.0.1:0", t.TempDir(), listening(t), patientCheck
			config.Appeals.AlertAfter = time.Nanosecond
			conn, err := nats.Connect(config.NATS.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			var asked atomic.Int32
			if _, err := conn.Subscribe(appeals.Subject, func(m *nats.Msg) {
				asked.Add(1)
				_ = m.RespondMsg(&nats.Msg{Header: nats.Header{"Nats-Service-Error-Code": {test.code}, "Nats-Service-Error": {"secret words of the service"}}})
			}); err != nil {
				t.Fatal(err)
			}
			address, stop := launch(t, config)
			defer stop()
			p := newPerson(t, address, "demo-rejected", "zh-CN")
			p.beginAppeal()
			_, form := p.says("10 MB")
			p.choose(form, "appeal.next")
			_, summary := p.says("同意")
			p.choose(summary, "appeal.submit")
			p.says("编号 A-")
			if test.told != "" {
				p.says(test.told)
			}
			note, deadline := readiness(t, address), time.Now().Add(30*time.Second)
			for ; !strings.Contains(note, test.note); note = readiness(t, address) {
				if time.Now().After(deadline) {
					t.Fatal(note)
				}
				time.Sleep(20 * time.Millisecond)
			}
			if strings.Contains(note, "secret words") || strings.Contains(fmt.Sprint(p.frames), "secret words") {
				t.Errorf("the words of the service are told: %s", note)
			}
			if test.told != "" && asked.Load() != 1 {
				t.Errorf("asked %d times", asked.Load())
			}
		})
	}
}

// A document of a form that nobody sends off is kept for its time, then removed
// and told; nothing else of the conversation goes.
func TestUnsentDocumentsAreRemoved(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	config.Addr, config.Data, config.Eligibility.Timeout = "127.0.0.1:0", t.TempDir(), patientCheck
	app, err := NewApp(t.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	address, stop := serveApp(t, app)
	defer stop()
	p := newPerson(t, address, "demo-rejected", "zh-CN")
	p.beginAppeal()
	p.says("10 MB")
	if status, body := p.upload(address, "收入.pdf", paper("income")); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	p.says("收到「收入.pdf」")
	blobs := filepath.Join(config.Data, "blobs")
	app.core.sweepProofs(t.Context(), time.Now())
	if n := len(filesBelow(t, blobs)); n != 1 {
		t.Fatalf("%d documents while it is young", n)
	}
	app.core.sweepProofs(t.Context(), time.Now().Add(config.Blobs.KeepUnsubmitted+time.Hour))
	p.says("1 份材料")
	if n := len(filesBelow(t, blobs)); n != 0 {
		t.Errorf("%d documents are left", n)
	}
	p.text("我的申诉到哪了")
	p.says("还没有提交")
}

// In production without a key there is nowhere to upload to.
func TestNoDocumentsWithoutAKey(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	config.Mode = configs.ModeProduction
	if secret, err := blobsSecret(config); secret != nil || err != nil {
		t.Errorf("%q, %v", secret, err)
	}
}
