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

// tap hands the upgrader a wire instead of the bare connection.
type tap struct {
	http.ResponseWriter
}

// Hijack is [http.Hijacker].
func (t *tap) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return &wire{Conn: conn}, buffers, nil
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
