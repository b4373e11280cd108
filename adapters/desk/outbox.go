package desk

import (
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// outbox is the bounded queue of what one socket is still to be sent. One
// goroutine writes.
type outbox struct {
	conn   *websocket.Conn
	limits Limits

	mu      sync.Mutex
	waiting [][]byte
	newest  map[string]int // conversation -> where in waiting its entry is
	bytes   int
	farther []byte // payload of the close frame to send once nothing waits
	ended   bool
	wake    chan struct{}
}

func newOutbox(conn *websocket.Conn, limits Limits) *outbox {
	return &outbox{conn: conn, limits: limits, newest: map[string]int{}, wake: make(chan struct{}, 1)}
}

// push queues a frame, which is not changed afterwards. A socket that reads too
// slowly is cut: its desk comes back and is greeted anew.
func (o *outbox) push(frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.add(frame)
}

// renew is push for how a conversation stands now. What still waits to be sent
// of how it stood before is not news any more, so a desk that is slow misses
// nothing and has less to read.
func (o *outbox) renew(conversation string, frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at, waits := o.newest[conversation]; waits {
		o.bytes += len(frame) - len(o.waiting[at])
		o.waiting[at] = frame
		return
	}
	if o.add(frame) {
		o.newest[conversation] = len(o.waiting) - 1
	}
}

// add needs the lock. It says whether the frame now waits.
func (o *outbox) add(frame []byte) bool {
	switch {
	case o.ended || o.farther != nil:
		return false
	case len(o.waiting) >= o.limits.Outbox || o.bytes >= o.limits.OutboxBytes:
		o.end()
		return false
	}
	o.waiting = append(o.waiting, frame)
	o.bytes += len(frame)
	o.stir()
	return true
}

// close sends what waits, then a close frame.
func (o *outbox) close(code int, reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended || o.farther != nil {
		return
	}
	o.farther = websocket.FormatCloseMessage(code, reason)
	o.stir()
}

// cut ends the socket at once.
func (o *outbox) cut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.end()
}

// end needs the lock. Closing the connection below wakes a write that waits.
func (o *outbox) end() {
	o.ended, o.waiting, o.bytes = true, nil, 0
	clear(o.newest)
	o.conn.Close()
	o.stir()
}

func (o *outbox) stir() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// take returns what waits; ended when nothing more will.
func (o *outbox) take() (batch [][]byte, farther []byte, ended bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	batch, o.waiting, o.bytes = o.waiting, nil, 0
	clear(o.newest)
	return batch, o.farther, o.ended
}

// run writes until the socket ends.
func (o *outbox) run() {
	defer o.cut()
	for range o.wake {
		batch, farther, ended := o.take()
		if ended {
			return
		}
		for _, frame := range batch {
			if o.write(websocket.TextMessage, frame) != nil {
				return
			}
		}
		if farther != nil {
			_ = o.write(websocket.CloseMessage, farther) // the socket ends either way
			return
		}
	}
}

func (o *outbox) write(kind int, payload []byte) error {
	if err := o.conn.SetWriteDeadline(time.Now().Add(o.limits.WriteTimeout)); err != nil {
		return err
	}
	return o.conn.WriteMessage(kind, payload)
}
