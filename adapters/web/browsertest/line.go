package browsertest

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
)

// Line is the way between a browser and a server, which can be cut. Unlike an
// emulation it does to sockets what a bad network does.
type Line struct {
	listener net.Listener
	target   string // host:port

	mu    sync.Mutex
	mood  *sync.Cond
	cut   bool
	held  bool
	ended bool
	conns map[net.Conn]struct{}
	all   sync.WaitGroup
}

// NewLine leads to a server, "http://host:port", until the test ends.
func NewLine(t testing.TB, server string) *Line {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &Line{listener: listener, target: strings.TrimPrefix(server, "http://"), conns: map[net.Conn]struct{}{}}
	l.mood = sync.NewCond(&l.mu)
	l.all.Go(l.accept)
	t.Cleanup(l.end)
	return l
}

// URL is the address of the server by way of the line.
func (l *Line) URL() string { return "http://" + l.listener.Addr().String() }

// Cut ends every connection, and each new one as soon as it is made.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for conn := range l.conns {
		_ = conn.Close() // that is what is wanted
	}
}

// Mend lets connections through again, and what was held.
func (l *Line) Mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut, l.held = false, false
	l.mood.Broadcast()
}

// Hold keeps connections open and lets nothing through: a phone in a tunnel.
func (l *Line) Hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = true
}

// Lead points new connections at another server.
func (l *Line) Lead(server string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.target = strings.TrimPrefix(server, "http://")
}

func (l *Line) end() {
	_ = l.listener.Close()
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	l.Mend()
	l.Cut()
	l.all.Wait()
}

func (l *Line) accept() {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.all.Go(func() { l.carry(conn) })
	}
}

func (l *Line) carry(near net.Conn) {
	defer func() { _ = near.Close() }()
	target, ok := l.open(near)
	if !ok {
		return
	}
	far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", target)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	var both sync.WaitGroup
	both.Go(func() { l.copy(far, near) })
	both.Go(func() { l.copy(near, far) })
	both.Wait()
	l.mu.Lock()
	delete(l.conns, near)
	l.mu.Unlock()
}

// open says where a connection leads, unless the line is cut.
func (l *Line) open(conn net.Conn) (target string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut || l.ended {
		return "", false
	}
	l.conns[conn] = struct{}{}
	return l.target, true
}

// copy ends both ways when one of them ends.
func (l *Line) copy(to, from net.Conn) {
	defer func() { _ = to.Close(); _ = from.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		l.wait()
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (l *Line) wait() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.held && !l.ended {
		l.mood.Wait()
	}
}
