package web

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// outbox is the bounded queue of what one socket is still to be sent, as
// frames ready for the wire. Whoever flushes takes all that waits and writes it
// at once; one does so at a time, and only while there is something to write,
// so an idle socket has neither a buffer nor a goroutine for writing.
type outbox struct {
	server *Server
	conn   *websocket.Conn

	mu       sync.Mutex
	waiting  *[]byte // of the server's pool; nil: nothing
	parcels  int     // pushed into waiting
	flushing bool
	hurried  bool   // the server is ending: nobody waits long for a slow reader
	closing  []byte // payload of the close frame to send once nothing waits
	finished bool   // the close frame went out, or a write failed

	since atomic.Int64 // when the write under way began, in time since the start; 0: there is none
}

// push queues the frames of one occasion, to be written as one; false when the
// socket reads too slowly. A socket that is closing takes nothing more, which
// is no fault of the reader. The frames are not kept.
func (o *outbox) push(frames ...[]byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing != nil || o.finished {
		return true
	}
	if !o.hasRoom() {
		return false
	}
	b := o.open()
	for _, frame := range frames {
		*b = appendText(*b, frame)
	}
	return true
}

// hasRoom needs the lock. What comes last may go beyond the limit, or nobody
// could be shown a long history.
func (o *outbox) hasRoom() bool {
	limits := &o.server.limits
	return o.waiting == nil || o.parcels < limits.Outbox && len(*o.waiting) < limits.OutboxBytes
}

// open needs the lock.
func (o *outbox) open() *[]byte {
	if o.waiting == nil {
		o.waiting = o.server.buffer()
	}
	o.parcels++
	return o.waiting
}

// control queues a control frame, ping or pong.
func (o *outbox) control(kind int, payload []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing != nil || o.finished || !o.hasRoom() {
		return // a pong is no use to somebody who reads nothing
	}
	b := o.open()
	*b = appendMessage(*b, kind, payload)
}

// close lets what waits be sent, then the close frame.
func (o *outbox) close(code int, reason Code) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing == nil {
		o.closing = websocket.FormatCloseMessage(code, string(reason))
	}
}

// answerClose is close in answer to the other side's, with its own code.
func (o *outbox) answerClose(code int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing == nil {
		o.closing = websocket.FormatCloseMessage(code, "")
	}
}

// cut is close without what waits: nobody reads it, and it holds memory.
func (o *outbox) cut(code int, reason Code) {
	o.mu.Lock()
	o.drop()
	o.mu.Unlock()
	o.close(code, reason)
}

// drop needs the lock.
func (o *outbox) drop() {
	if o.waiting != nil {
		o.server.giveBack(o.waiting)
	}
	o.waiting, o.parcels = nil, 0
}

// hurry leaves a reader that takes nothing less time than usual, also for a
// write that has begun.
func (o *outbox) hurry() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hurried = true
	o.setDeadline()
}

// setDeadline needs the lock. It is for those in a hurry: as long as nobody is,
// the sweeper looks for writes that take too long, by one timer for all.
func (o *outbox) setDeadline() {
	if o.hurried {
		_ = o.conn.NetConn().SetWriteDeadline(time.Now().Add(o.server.limits.CloseTimeout)) // fails when the socket is gone
	}
}

// stuck says whether a write takes longer than a reader may take.
func (o *outbox) stuck(now time.Duration) bool {
	since := time.Duration(o.since.Load())
	return since != 0 && now-since > o.server.limits.WriteTimeout
}

// write is one write, of whole frames.
func (o *outbox) write(b []byte) error {
	o.since.Store(int64(max(o.server.elapsed(), 1)))
	_, err := o.conn.NetConn().Write(b)
	o.since.Store(0)
	return err
}

// flush writes what waits, unless somebody is doing so already, who then
// writes this too. It may take as long as a write may take: call it where only
// this socket has to wait, and flushSoon elsewhere.
func (o *outbox) flush() {
	if o.begin() {
		o.run()
	}
}

// flushSoon is flush on a goroutine of its own.
func (o *outbox) flushSoon() {
	if o.begin() {
		go o.run()
	}
}

// begin makes the caller the one who flushes; false when there is one, or
// nothing to write.
func (o *outbox) begin() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.flushing || o.finished || o.waiting == nil && o.closing == nil {
		return false
	}
	o.flushing = true
	return true
}

// run writes until nothing waits.
func (o *outbox) run() {
	for {
		batch, closing, ok := o.next()
		if !ok {
			return
		}
		if closing != nil {
			o.farewell(closing)
			return
		}
		err := o.write(*batch)
		o.server.giveBack(batch)
		if err != nil {
			o.finish()
			o.conn.Close()
			return
		}
	}
}

// next takes everything that waits. Only when nothing is left the close frame
// comes, and when there is neither, whoever flushes is done.
func (o *outbox) next() (batch *[]byte, closing []byte, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.finished || o.waiting == nil && o.closing == nil {
		o.flushing = false
		return nil, nil, false
	}
	o.setDeadline()
	if o.waiting == nil {
		return nil, o.closing, true
	}
	batch, o.waiting, o.parcels = o.waiting, nil, 0
	return batch, nil, true
}

// farewell sends the close frame and leaves the other side a moment to answer,
// reading on meanwhile: closed with something unread, the system would throw
// away what the other side has not received yet.
func (o *outbox) farewell(closing []byte) {
	err := o.write(appendMessage(nil, websocket.CloseMessage, closing))
	o.finish()
	if err != nil {
		o.conn.Close()
		return
	}
	time.AfterFunc(o.server.limits.CloseTimeout, func() { o.conn.Close() })
}

func (o *outbox) finish() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drop()
	o.finished, o.flushing = true, false
}
