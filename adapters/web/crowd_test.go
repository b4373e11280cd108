package web

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// roleEnv makes this test program the server or the crowd of a measurement, so
// that each has a process, and with it a memory and a CPU time, of its own.
const roleEnv = "KAITONG_TEST_ROLE"

// order is one line to a role, report one line back.
type (
	order struct {
		Op   string
		Kind string
		URL  string
		N    int
	}
	report struct {
		URL     string
		Error   string
		CPU     time.Duration
		RSS     int64
		Heap    int64
		Stack   int64
		Mallocs int64
	}
)

// playRole does what the environment asks for; false when it asks for nothing.
func playRole() bool {
	do := map[string]func(order) report{"server": (&bareServer{}).do, "crowd": (&crowd{}).do}[os.Getenv(roleEnv)]
	if do == nil {
		return false
	}
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var o order
		if in.Decode(&o) != nil {
			return true
		}
		if out.Encode(do(o)) != nil {
			return true
		}
	}
}

// actor is the other end of a role.
type actor struct {
	t   testing.TB
	in  *json.Encoder
	out *json.Decoder
}

func cast(t testing.TB, role string) *actor {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleEnv+"="+role)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	return &actor{t: t, in: json.NewEncoder(in), out: json.NewDecoder(out)}
}

func (a *actor) tell(o order) report {
	a.t.Helper()
	var r report
	if err := a.in.Encode(o); err != nil {
		a.t.Fatal(err)
	}
	if err := a.out.Decode(&r); err != nil {
		a.t.Fatal(err)
	}
	if r.Error != "" {
		a.t.Fatal(r.Error)
	}
	return r
}

// crowd is many clients that cost little themselves.
type crowd struct {
	members []*member
}

// member is one client. It frames by hand: a masking key of zeros leaves the
// payload as it is.
type member struct {
	conn  net.Conn
	in    *bufio.Reader
	frame []byte // of the next question
	at    int    // of its id's digits in frame
	next  int
}

const idDigits = 9

func (c *crowd) do(o order) report {
	var err error
	switch o.Op {
	case "dial":
		err = c.dial(o.URL, o.N)
	case "talk":
		err = c.talk(o.Kind, o.N)
	}
	if err != nil {
		return report{Error: fmt.Sprintf("%s: %v", o.Op, err)}
	}
	return report{}
}

// dial adds n members. They come from many loopback addresses: one has not
// enough ports for measurement after measurement.
func (c *crowd) dial(url string, n int) error {
	var mu sync.Mutex
	return atOnce(32, n, func(i int) error {
		from := net.IPv4(127, 1, byte(os.Getpid()), byte(1+i%200))
		m, err := newMember(url, from)
		mu.Lock()
		defer mu.Unlock()
		c.members = append(c.members, m)
		return err
	})
}

func newMember(url string, from net.IP) (*member, error) {
	dialer := websocket.Dialer{
		Subprotocols: []string{subprotocol}, NetDialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}).DialContext,
		ReadBufferSize: 1024, WriteBufferSize: 512,
	}
	conn, _, err := dialer.Dial(url, http.Header{})
	if err != nil {
		return nil, err
	}
	m := &member{conn: conn.NetConn(), in: bufio.NewReaderSize(conn.NetConn(), 2048)}
	body := []byte(`{"type":"message.send","id":"m-000000000","data":{"text":"为什么我的借呗开通不了？昨天还显示可以申请，今天就没有入口了"}}`)
	m.frame = masked(body)
	m.at = bytes.Index(m.frame, []byte("m-000000000")) + 2
	if _, err := m.conn.Write(masked([]byte(`{"type":"hello","id":"h1","data":{"locale":"zh-CN"}}`))); err != nil {
		return nil, err
	}
	_, err = m.read()
	return m, err
}

func masked(body []byte) []byte {
	f := []byte{0x81}
	if len(body) < 126 {
		f = append(f, 0x80|byte(len(body)))
	} else {
		f = binary.BigEndian.AppendUint16(append(f, 0x80|126), uint16(len(body)))
	}
	return append(append(f, 0, 0, 0, 0), body...)
}

// read returns the payload of the next data frame, valid until the next read.
func (m *member) read() ([]byte, error) {
	for {
		head, err := m.in.Peek(2)
		if err != nil {
			return nil, err
		}
		op, size, skip := head[0]&0x0f, int(head[1]), 2
		if size == 126 {
			if head, err = m.in.Peek(4); err != nil {
				return nil, err
			}
			size, skip = int(binary.BigEndian.Uint16(head[2:])), 4
		}
		_, _ = m.in.Discard(skip)
		body, err := m.in.Peek(min(size, m.in.Size()))
		if err != nil {
			return nil, err
		}
		if _, err := m.in.Discard(size); err != nil {
			return nil, err
		}
		if op == websocket.TextMessage {
			return body, nil
		}
		if op == websocket.CloseMessage {
			_, _ = m.conn.Write([]byte{0x88, 0x80, 0, 0, 0, 0})
			return nil, closedWith(binary.BigEndian.Uint16(body))
		}
	}
}

// closedWith is the code of a close frame.
type closedWith uint16

func (c closedWith) Error() string { return fmt.Sprintf("closed with %d", uint16(c)) }

// talk has all members ask one question after the other, n together.
func (c *crowd) talk(kind string, n int) error {
	var asked atomic.Int64
	return atOnce(len(c.members), len(c.members), func(i int) error {
		for asked.Add(1) <= int64(n) {
			if err := c.members[i].ask(kind); err != nil {
				return err
			}
		}
		return nil
	})
}

// say asks the next question.
func (m *member) say() error {
	m.next++
	copy(m.frame[m.at:], fmt.Sprintf("%0*d", idDigits, m.next))
	_, err := m.conn.Write(m.frame)
	return err
}

func (m *member) ask(kind string) error {
	if err := m.say(); err != nil {
		return err
	}
	for {
		body, err := m.read()
		if err != nil {
			return err
		}
		if kind == "echo" || bytes.HasPrefix(body, []byte(`{"type":"message"`)) {
			return nil
		}
		if bytes.HasPrefix(body, []byte(`{"type":"error"`)) {
			return fmt.Errorf("%s", body)
		}
	}
}

// atOnce calls do for 0 to n-1 from some goroutines and returns an error of one.
func atOnce(goroutines, n int, do func(i int) error) error {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	for range min(goroutines, n) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && failed.Load() == nil; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}
