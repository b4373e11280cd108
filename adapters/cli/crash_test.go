package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"kaitong/configs"
)

// serverEnv makes this test program a server on the data directory it names,
// so that a real process can be killed.
const serverEnv = "KAITONG_TEST_SERVER_DATA"

// actAsServer serves until it is killed when the environment says so.
func actAsServer() bool {
	data := os.Getenv(serverEnv)
	if data == "" {
		return false
	}
	config := configs.Default()
	config.Addr, config.Data = "127.0.0.1:0", data
	config.Web.SocketsPerUser, config.Web.MessagesPerWindow, config.Web.HandshakesPerSecond = 0, 0, 0
	app, err := NewApp(context.Background(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println("http://" + app.Addr().String())
	if err := app.Run(context.Background()); err != nil {
		os.Exit(1)
	}
	return true
}

// process is a server in a process of its own.
type process struct {
	command *exec.Cmd
	address string
}

func startProcess(t *testing.T, data string) *process {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), serverEnv+"="+data)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{command: command}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "http://") {
		t.Fatalf("server said %q, %v", line, err)
	}
	p.address = strings.TrimSpace(line)
	return p
}

// kill ends the process the way a power cut or the kernel would: at once.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
}

// recorded is what one person knows about their conversation: what they sent,
// and what was acknowledged under which number.
type recorded struct {
	user, conv, epoch string
	sent              []string         // message ids in order
	acked             map[string]int64 // message id -> seq
}

// A hundred people are talking when the server is killed. Afterwards every
// acknowledged message is there under its number, and what was sent without
// an answer can be sent again and is stored once.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	if testing.Short() {
		t.Skip("kills and restarts a server process; skipped by -short")
	}
	data := t.TempDir()
	server := startProcess(t, data)
	const people = 100
	records := make([]*recorded, people)
	var talking, started sync.WaitGroup
	started.Add(people)
	for i := range people {
		talking.Go(func() { records[i] = talkUntilCut(t, server.address, i, started.Done) })
	}
	started.Wait() // everybody is in the middle of a conversation
	server.kill()
	talking.Wait()

	server = startProcess(t, data)
	total := 0
	for _, r := range records {
		total += len(r.acked)
		checkNothingLost(t, server.address, r)
	}
	t.Logf("%d acknowledged messages of %d people, all there", total, people)
}

// talkUntilCut asks questions as fast as they are answered, and says when five
// have been acknowledged.
func talkUntilCut(t *testing.T, address string, i int, started func()) *recorded {
	users := []string{"demo-overdue", "demo-kyc", "demo-eligible", "demo-debts", "demo-rejected"}
	r := &recorded{user: users[i%len(users)], acked: map[string]int64{}}
	c, err := dial(t.Context(), address, r.user, "zh-CN")
	if err != nil {
		started()
		t.Error(err)
		return r
	}
	defer c.socket.Close()
	for f := range c.frames {
		switch f.Type {
		case "welcome":
			var data struct{ Conv, Epoch string }
			if err := json.Unmarshal(f.Data, &data); err != nil {
				t.Error(err)
			}
			r.conv, r.epoch = data.Conv, data.Epoch
		case "ack":
			var data struct{ Seq int64 }
			if err := json.Unmarshal(f.Data, &data); err != nil {
				t.Error(err)
			}
			if r.acked[f.Re] = data.Seq; len(r.acked) == 5 {
				started()
			}
		case "error":
			t.Errorf("error frame: %s", f.Data)
		}
		if f.Type == "welcome" || f.Type == "message" {
			id := fmt.Sprintf("m-%d-%d", i, len(r.sent))
			r.sent = append(r.sent, id)
			_ = c.write(frame{Type: "message.send", ID: id, Data: json.RawMessage(`{"text":"` + questionFor(id) + `"}`)})
		}
	}
	return r
}

// questionFor makes the text of a message from its id, so that a resend says
// the same.
func questionFor(id string) string { return "为什么我的借呗开通不了 " + id }

// checkNothingLost resumes the conversation, compares it with what was
// acknowledged, and sends again what was not.
func checkNothingLost(t *testing.T, address string, r *recorded) {
	t.Helper()
	if r.conv == "" {
		return
	}
	stored := history(t, address, r)
	for id, seq := range r.acked {
		if stored[id] != seq {
			t.Errorf("%s: message %s was acknowledged as %d and is stored as %d", r.conv, id, seq, stored[id])
		}
	}
	last := r.sent[len(r.sent)-1]
	for range 2 {
		resend(t, address, r, last)
	}
	if again := history(t, address, r); len(again) != len(r.sent) {
		t.Errorf("%s: %d messages sent, %d stored after sending the last one again", r.conv, len(r.sent), len(again))
	}
}

// resumed opens the conversation again on a fresh socket.
func resumed(t *testing.T, address string, r *recorded) *person {
	t.Helper()
	c := &client{frames: make(chan frame, 1024), ended: make(chan struct{})}
	if err := c.connect(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	token, err := c.demoToken(t.Context(), r.user)
	if err != nil {
		t.Fatal(err)
	}
	go c.read()
	t.Cleanup(func() { _ = c.close() })
	err = c.send("hello", map[string]any{
		"token": token, "locale": "zh-CN", "resume": map[string]any{"conv": r.conv, "epoch": r.epoch, "after_seq": 0},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, client: c}
	var welcome struct {
		Recovered bool
		Seq       int64
	}
	if err := json.Unmarshal(p.until("welcome").Data, &welcome); err != nil || !welcome.Recovered {
		t.Fatalf("%s: welcome %+v, %v", r.conv, welcome, err)
	}
	for next := int64(1); next <= welcome.Seq; next++ {
		if f := p.next(); f.Seq != next {
			t.Errorf("%s: replayed %d, want %d", r.conv, f.Seq, next)
		}
	}
	return p
}

// next reads the next frame that is part of the history.
func (p *person) next() frame {
	p.t.Helper()
	for {
		select {
		case f, more := <-p.client.frames:
			if !more {
				p.t.Fatalf("the socket ended: %v", p.client.err)
			}
			p.frames = append(p.frames, f)
			if f.Seq > 0 {
				return f
			}
		case <-time.After(20 * time.Second):
			p.t.Fatal("no frame within 20 s")
		}
	}
}

// history is the replayed user messages: id -> seq.
func history(t *testing.T, address string, r *recorded) map[string]int64 {
	t.Helper()
	p := resumed(t, address, r)
	stored := map[string]int64{}
	for _, f := range p.frames {
		var data struct{ Author string }
		if f.Type == "message" && json.Unmarshal(f.Data, &data) == nil && data.Author == "user" {
			if _, twice := stored[f.ID]; twice {
				t.Errorf("%s: message %s is stored twice", r.conv, f.ID)
			}
			stored[f.ID] = f.Seq
		}
	}
	_ = p.client.close()
	return stored
}

func resend(t *testing.T, address string, r *recorded, id string) {
	t.Helper()
	p := resumed(t, address, r)
	if err := p.client.write(frame{Type: "message.send", ID: id, Data: json.RawMessage(`{"text":"` + questionFor(id) + `"}`)}); err != nil {
		t.Fatal(err)
	}
	p.until("ack")
	_ = p.client.close()
}
