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
	"testing"
	"time"

	"kaitong/configs"
)

// nodeEnv makes this test program a node as it describes, so that a real
// process can be killed.
const nodeEnv = "KAITONG_TEST_NODE"

// nodeSpec is what a node in a process of its own is like.
type nodeSpec struct {
	Addr     string // "": a free port
	Data     string
	Database string
	NATS     string
	Fail     failPoint // where it kills itself
	Webhook  *configs.Webhook
}

// sharedKey is the key of all nodes in tests.
var sharedKey = strings.Repeat("k", 40)

func (s nodeSpec) config() configs.Config {
	config := configs.Default()
	config.Addr, config.Data, config.Database, config.NATS.URL = "127.0.0.1:0", s.Data, s.Database, s.NATS
	config.Web.SocketsPerUser, config.Web.MessagesPerWindow, config.Web.HandshakesPerSecond = 0, 0, 0
	if s.Addr != "" {
		config.Addr = s.Addr
	}
	config.Auth.Key = sharedKey
	config.Eligibility.Timeout = patientCheck
	if s.Webhook != nil {
		config.Handoff = configs.Handoff{AllowPrivate: true, Webhooks: []configs.Webhook{*s.Webhook}}
	}
	return config
}

// actAsNode serves until it is killed when the environment says so.
func actAsNode() bool {
	text := os.Getenv(nodeEnv)
	if text == "" {
		return false
	}
	var spec nodeSpec
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	level := slog.LevelError + 1
	if os.Getenv("KAITONG_TEST_LOG") != "" {
		level = slog.LevelDebug
	}
	app, err := newFailingApp(spec.config(), spec.Fail, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})))
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

// process is a node in a process of its own.
type process struct {
	command *exec.Cmd
	address string
	ended   chan struct{}
}

func startProcess(t *testing.T, spec nodeSpec) *process {
	t.Helper()
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), nodeEnv+"="+string(text))
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{command: command, ended: make(chan struct{})}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		_ = command.Wait()
		close(p.ended)
	}()
	if err != nil || !strings.HasPrefix(line, "http://") {
		t.Fatalf("node said %q, %v", line, err)
	}
	p.address = strings.TrimSpace(line)
	return p
}

// kill ends the process the way a power cut or the kernel would: at once.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

// awaitDeath waits for a process that is to kill itself.
func (p *process) awaitDeath(t *testing.T) {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(time.Minute):
		t.Fatal("the node never reached the point where it kills itself")
	}
}
