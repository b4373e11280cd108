package cli

import (
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// wire carries connections to a server and can be made bad: slow, cut, or
// deaf and dumb without either side being told.
type wire struct {
	address string
	target  string

	mu    sync.Mutex
	delay time.Duration // of what goes either way
	dumb  bool          // nothing is carried any more
	down  bool          // new connections are refused
	open  map[net.Conn]struct{}
}

// layWire puts a wire in front of host:port.
func layWire(t *testing.T, target string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{address: listener.Addr().String(), target: target, open: map[net.Conn]struct{}{}}
	var carrying sync.WaitGroup
	carrying.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			carrying.Go(func() { w.carry(near) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		w.set(func() { w.down, w.dumb = true, false })
		w.cut()
		carrying.Wait()
	})
	return w
}

// layWireTo puts a wire in front of the server of a URL and returns the URL
// that leads through it.
func layWireTo(t *testing.T, address string) (*wire, string) {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	w := layWire(t, parsed.Host)
	parsed.Host = w.address
	return w, parsed.String()
}

func (w *wire) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

func (w *wire) slow(delay time.Duration) { w.set(func() { w.delay = delay }) }

// mute leaves connections open and carries nothing: half-open for both sides.
func (w *wire) mute() { w.set(func() { w.dumb = true }) }

// refuse lets nobody connect.
func (w *wire) refuse() { w.set(func() { w.down = true }) }

// mend makes the wire good again. Connections that lost something end.
func (w *wire) mend() {
	w.set(func() {
		if w.dumb {
			w.cutLocked()
		}
		w.delay, w.dumb, w.down = 0, false, false
	})
}

// cut ends all connections at once.
func (w *wire) cut() { w.set(w.cutLocked) }

func (w *wire) cutLocked() {
	for conn := range w.open {
		conn.Close()
	}
}

func (w *wire) carry(near net.Conn) {
	far, err := net.Dial("tcp", w.target)
	if err != nil || !w.register(near, far) {
		near.Close()
		if err == nil {
			far.Close()
		}
		return
	}
	var both sync.WaitGroup
	both.Go(func() { w.pump(far, near) })
	both.Go(func() { w.pump(near, far) })
	both.Wait()
	w.set(func() { delete(w.open, near); delete(w.open, far) })
}

func (w *wire) register(near, far net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		return false
	}
	w.open[near], w.open[far] = struct{}{}, struct{}{}
	return true
}

// pump carries one way. What arrives while the wire is mute is lost with the
// connection, as with a cable that is pulled.
func (w *wire) pump(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 64<<10)
	lost := false
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		w.mu.Lock()
		delay, dumb := w.delay, w.dumb
		w.mu.Unlock()
		if lost = lost || dumb; lost {
			continue
		}
		if delay > 0 {
			time.Sleep(delay)
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
