package web

import (
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// outbox is the bounded queue of writes of one socket. A flusher goroutine
// lives only while there is something to write.
type outbox struct {
	conn  *websocket.Conn
	most  int
	write time.Duration // deadline of one write
	bye   time.Duration // how long the other side may take to answer a close

	mu       sync.Mutex
	queue    []parcel
	running  bool
	closing  []byte // close frame to send once the queue is empty
	finished bool   // the close frame went out, or a write failed
}

// parcel is what is queued and written as one: the frames of one occasion, or
// a control ping.
type parcel struct {
	frames [][]byte
	ping   bool
}

// push queues a parcel; false when the socket reads too slowly. A socket that
// is closing takes nothing more, which is no fault of the reader.
func (o *outbox) push(p parcel) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing != nil || o.finished {
		return true
	}
	if len(o.queue) >= o.most {
		return false
	}
	o.queue = append(o.queue, p)
	o.start()
	return true
}

// close sends what is queued, then the close frame.
func (o *outbox) close(code int, reason Code) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing != nil || o.finished {
		return
	}
	o.closing = websocket.FormatCloseMessage(code, string(reason))
	o.start()
}

// cut is close without what is queued: nobody reads it, and it holds memory.
func (o *outbox) cut(code int, reason Code) {
	o.mu.Lock()
	o.queue = nil
	o.mu.Unlock()
	o.close(code, reason)
}

// start needs the lock.
func (o *outbox) start() {
	if !o.running {
		o.running = true
		go o.flush()
	}
}

func (o *outbox) flush() {
	for {
		batch, closing := o.next()
		if batch == nil && closing == nil {
			return
		}
		if !o.send(batch, closing) {
			return
		}
	}
}

// next takes everything queued. Only when nothing is left the close frame
// comes, and when there is neither, the flusher ends.
func (o *outbox) next() (batch []parcel, closing []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) > 0 && !o.finished {
		batch, o.queue = o.queue, nil
		return batch, nil
	}
	if o.closing != nil && !o.finished {
		return nil, o.closing
	}
	o.running = false
	return nil, nil
}

// send writes and says whether to go on.
func (o *outbox) send(batch []parcel, closing []byte) bool {
	if closing != nil {
		o.farewell(closing)
		return false
	}
	for _, p := range batch {
		if err := o.sendParcel(p); err != nil {
			o.finish()
			o.conn.Close()
			return false
		}
	}
	return true
}

func (o *outbox) sendParcel(p parcel) error {
	if p.ping {
		return o.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(o.write))
	}
	for _, frame := range p.frames {
		if err := o.conn.SetWriteDeadline(time.Now().Add(o.write)); err != nil {
			return err
		}
		if err := o.conn.WriteMessage(websocket.TextMessage, frame); err != nil {
			return err
		}
	}
	return nil
}

// farewell sends the close frame and leaves the other side a moment to answer.
func (o *outbox) farewell(closing []byte) {
	err := o.conn.WriteControl(websocket.CloseMessage, closing, time.Now().Add(o.write))
	o.finish()
	if err != nil {
		o.conn.Close()
		return
	}
	time.AfterFunc(o.bye, func() { o.conn.Close() })
}

func (o *outbox) finish() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.finished, o.queue, o.running = true, nil, false
}
