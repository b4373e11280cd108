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
	wire   *wire

	mu       sync.Mutex
	waiting  *[]byte // of the server's pool; nil: nothing
	parcels  int     // pushed into waiting
	flushing bool
	closing  []byte        // payload of the close frame to send once nothing waits
	finished bool          // the close frame went out, or a write failed
	room     chan struct{} // closed when what waits is taken; nil: nobody asks

	hurried atomic.Bool  // the server is ending: nobody waits long for a slow reader
	since   atomic.Int64 // when the write under way began, in time since the start; 0: there is none
}

// push queues what others have done, to be written as one; false when the
// socket reads too slowly. A socket that is closing takes nothing more, which
// is no fault of the reader. The frames are not kept.
func (o *outbox) push(frames ...[]byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending() {
		return true
	}
	if !o.hasRoom() {
		return false
	}
	o.add(frames)
	return true
}

// reply is push for what the socket itself has asked for. It is never refused:
// who answers asks await first, so that there is no more of it than an answer
// or two beyond the limits.
func (o *outbox) reply(frames ...[]byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.ending() {
		o.add(frames)
	}
}

// add needs the lock.
func (o *outbox) add(frames [][]byte) {
	b := o.open()
	for _, frame := range frames {
		*b = appendText(*b, frame)
	}
}

// ending needs the lock.
func (o *outbox) ending() bool { return o.closing != nil || o.finished }

// hasRoom needs the lock. What comes last may go beyond the limit, or nobody
// could be shown a long history. Many parcels say that nobody reads only while
// a write waits for the reader; otherwise whoever flushes has had no turn yet.
func (o *outbox) hasRoom() bool {
	limits := &o.server.limits
	if o.waiting == nil {
		return true
	}
	return len(*o.waiting) < limits.OutboxBytes && (o.parcels < limits.Outbox || !o.writing())
}

// await returns once there is room for answers, or the socket ends: whoever
// does what a client asks waits here first, so that a client is read and served
// no faster than it reads. Half of the room is left to what others do.
func (o *outbox) await() {
	for {
		room := o.whenRoom()
		if room == nil {
			return
		}
		o.flushSoon()
		<-room // a write that is stuck is ended by the sweeper
	}
}

// whenRoom is nil when there is room.
func (o *outbox) whenRoom() <-chan struct{} {
	limits := &o.server.limits
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.waiting == nil || o.ending() || 2*o.parcels < limits.Outbox && 2*len(*o.waiting) < limits.OutboxBytes {
		return nil
	}
	if o.room == nil {
		o.room = make(chan struct{})
	}
	return o.room
}

// empty needs the lock: what waited was taken.
func (o *outbox) empty() {
	o.waiting, o.parcels = nil, 0
	if o.room != nil {
		close(o.room)
		o.room = nil
	}
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
	if o.ending() || !o.hasRoom() {
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
	o.empty()
}

// hurry leaves a reader that takes nothing less time than usual, also for a
// write that has begun.
func (o *outbox) hurry() {
	o.hurried.Store(true)
	o.setDeadline()
}

// setDeadline is for those in a hurry: as long as nobody is, the sweeper looks
// for writes that take too long, by one timer for all.
func (o *outbox) setDeadline() {
	_ = o.wire.SetWriteDeadline(time.Now().Add(o.server.limits.CloseTimeout)) // fails when the socket is gone
}

// stuck says whether a write takes longer than a reader may take.
func (o *outbox) stuck(now time.Duration) bool {
	since := time.Duration(o.since.Load())
	return since != 0 && now-since > o.server.limits.WriteTimeout
}

// writing says whether a write is under way.
func (o *outbox) writing() bool { return o.since.Load() != 0 }

// write is one write, of whole frames.
func (o *outbox) write(b []byte) error {
	defer o.since.Store(0)
	return o.wire.writeParts(b, func() {
		o.since.Store(int64(max(o.server.elapsed(), 1)))
		if o.hurried.Load() {
			o.setDeadline()
		}
	})
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
			o.wire.cut()
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
	if o.waiting == nil {
		return nil, o.closing, true
	}
	batch = o.waiting
	o.empty()
	return batch, nil, true
}

// farewell sends the close frame and leaves the other side a moment to answer,
// reading on meanwhile: closed with something unread, the system would throw
// away what the other side has not received yet.
func (o *outbox) farewell(closing []byte) {
	err := o.write(appendMessage(nil, websocket.CloseMessage, closing))
	o.finish()
	if err != nil {
		o.wire.cut()
		return
	}
	time.AfterFunc(o.server.limits.CloseTimeout, func() { o.wire.cut() })
}

func (o *outbox) finish() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drop()
	o.finished, o.flushing = true, false
}
