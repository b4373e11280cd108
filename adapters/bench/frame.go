package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The opcodes of RFC 6455.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xa
)

const (
	finBit  = 0x80
	maskBit = 0x80
	// maxFrame is far above what a server sends here; a length beyond it is
	// taken for a mistake, not for an order to buy memory.
	maxFrame = 4 << 20
)

// appendFrame appends a whole frame of a client. The mask is zero: it keeps the
// bytes as they are, and undoing it costs the server what any other would.
func appendFrame(to []byte, opcode byte, payload []byte) []byte {
	to = append(to, finBit|opcode)
	switch n := len(payload); {
	case n < 126:
		to = append(to, maskBit|byte(n))
	case n < 1<<16:
		to = binary.BigEndian.AppendUint16(append(to, maskBit|126), uint16(n))
	default:
		to = binary.BigEndian.AppendUint64(append(to, maskBit|127), uint64(n))
	}
	to = append(to, 0, 0, 0, 0)
	return append(to, payload...)
}

// wireFrame is one frame of a server. Its payload lies in the buffer it was
// read from.
type wireFrame struct {
	opcode  byte
	fin     bool
	payload []byte
}

// readFrame takes one frame from the front of b and says how many bytes it
// was; 0 when b does not hold all of it yet.
func readFrame(b []byte) (f wireFrame, size int, err error) {
	if len(b) < 2 {
		return wireFrame{}, 0, nil
	}
	f = wireFrame{opcode: b[0] & 0xf, fin: b[0]&finBit != 0}
	if err := f.check(b[0], b[1]); err != nil {
		return wireFrame{}, 0, err
	}
	length, at := payloadLength(b)
	switch {
	case length > maxFrame:
		return wireFrame{}, 0, fmt.Errorf("frame of %d bytes, more than %d", length, maxFrame)
	case at == 0 || uint64(len(b)-at) < length:
		return wireFrame{}, 0, nil
	}
	size = at + int(length)
	f.payload = b[at:size:size]
	return f, size, nil
}

// check refuses what a server must not send.
func (f wireFrame) check(first, second byte) error {
	control := f.opcode >= opClose
	switch {
	case first&0x70 != 0:
		return errors.New("frame with reserved bits, but no extension was agreed on")
	case second&maskBit != 0:
		return errors.New("masked frame from a server")
	case f.opcode > opBinary && !control || f.opcode > opPong:
		return fmt.Errorf("frame with unknown opcode %#x", f.opcode)
	case control && (!f.fin || second > 125):
		return errors.New("control frame in parts, or too long")
	}
	return nil
}

// payloadLength returns the length and where the payload begins, 0 when that
// is not known yet.
func payloadLength(b []byte) (length uint64, at int) {
	switch n := b[1] &^ maskBit; {
	case n < 126:
		return uint64(n), 2
	case n == 126 && len(b) >= 4:
		return uint64(binary.BigEndian.Uint16(b[2:])), 4
	case n == 127 && len(b) >= 10:
		return binary.BigEndian.Uint64(b[2:]), 10
	}
	return 0, 0
}

// assembler joins the parts of a message. One that comes whole, as nearly all
// do, is passed on without being copied.
type assembler struct {
	parts   []byte
	partial bool
}

// add takes a data frame and returns the message it completes, nil when there
// is more to come.
func (a *assembler) add(f wireFrame) ([]byte, error) {
	switch {
	case (f.opcode == opContinuation) != a.partial:
		return nil, errors.New("parts of messages in the wrong order")
	case f.fin && !a.partial:
		return f.payload, nil
	case len(a.parts)+len(f.payload) > maxFrame:
		return nil, fmt.Errorf("message of more than %d bytes", maxFrame)
	}
	a.parts = append(a.parts, f.payload...)
	if !f.fin {
		a.partial = true
		return nil, nil
	}
	whole := a.parts
	a.parts, a.partial = nil, false
	return whole, nil
}
