package web

import (
	"bufio"
	"encoding/binary"
	"net"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// wire is the connection below a socket. Whole frames only are handed to
// Write, one call at a time, so that what gorilla answers by itself to a broken
// frame never lands in the middle of what the outbox writes.
type wire struct {
	net.Conn
	mu sync.Mutex
}

func (w *wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Conn.Write(b)
}

// partBytes is written at once. A slow line may need long for many frames; what
// says that nobody reads is that it needs long for a part of them.
const partBytes = 64 << 10

// writeParts is Write in parts, each told before it begins.
func (w *wire) writeParts(b []byte, begins func()) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(b) > 0 {
		part := b[:min(len(b), partBytes)]
		begins()
		if _, err := w.Conn.Write(part); err != nil {
			return err
		}
		b = b[len(part):]
	}
	return nil
}

// cut ends the connection; the reader notices.
func (w *wire) cut() { _ = w.Close() } // closed before: just as well

// tap hands the upgrader a wire instead of the bare connection, and keeps it.
type tap struct {
	http.ResponseWriter
	wire *wire
}

// Hijack is [http.Hijacker].
func (t *tap) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	t.wire = &wire{Conn: conn}
	return t.wire, buffers, nil
}

// appendMessage adds one frame as a server sends it: final, not masked (RFC
// 6455, 5.2). kind is a type of gorilla's, which are the opcodes.
func appendMessage(b []byte, kind int, payload []byte) []byte {
	const final = 0x80
	b = append(b, final|byte(kind))
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

func appendText(b, payload []byte) []byte { return appendMessage(b, websocket.TextMessage, payload) }
