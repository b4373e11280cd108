package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// errClosed is a close frame after which one may come back.
var errClosed = errors.New("closed by the server")

// finalClose is a close code that says not to come back.
type finalClose uint16

func (c finalClose) Error() string { return fmt.Sprintf("closed_%d", uint16(c)) }

// hear takes one frame of the server.
func (p *person) hear(f wireFrame, message []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch f.opcode {
	case opClose:
		return closing(f.payload)
	case opPing:
		return p.write(opPong, f.payload)
	case opPong:
		return nil
	}
	if message == nil { // a part
		return nil
	}
	p.crowd.bytes.Add(uint64(len(message)))
	in, ok := scanInbound(message)
	if !ok {
		return errors.New("a message that is no JSON object")
	}
	if p.crowd.plain {
		p.echoed(in)
		return nil
	}
	return p.take(in, len(message))
}

func closing(payload []byte) error {
	if len(payload) < 2 {
		return errClosed
	}
	if code := binary.BigEndian.Uint16(payload); code >= 4500 && code <= 4999 {
		return finalClose(code)
	}
	return errClosed
}

// echoed takes the answer of a server that speaks no protocol: the frame that
// names the question.
func (p *person) echoed(in inbound) {
	if p.ledger.current(in.id) || p.ledger.current(in.re) {
		p.settle()
	}
}

// take does what one message of the protocol asks for.
func (p *person) take(in inbound, size int) error {
	if string(in.kind) == "welcome" {
		p.welcome(in)
		return nil
	}
	if !p.ledger.belongs(in) {
		return nil
	}
	switch string(in.kind) {
	case "ack":
		p.acknowledged(in)
	case "message":
		p.said(in, size)
	case "handoff.state":
		p.ledger.advance(in.seq)
	case "error":
		p.refused(in)
	case "ping":
		return p.write(opText, []byte(`{"type":"pong","data":{}}`))
	case "goaway":
		p.awayFor = time.Duration(number(field(in.data, "after_ms"))) * time.Millisecond
	}
	return nil
}

// welcome begins or resumes a conversation, and sends again what got no ack.
func (p *person) welcome(in inbound) {
	conv, epoch := string(text(field(in.data, "conv"))), string(text(field(in.data, "epoch")))
	recovered := string(field(in.data, "recovered")) == "true"
	switch {
	case p.ledger.conv == "":
		p.crowd.conversations.Add(1)
		p.ledger.begin(conv, epoch, number(field(in.data, "seq")))
	case !recovered:
		p.crowd.refused("not_recovered")
		p.crowd.conversations.Add(1)
		p.ledger.begin(conv, epoch, number(field(in.data, "seq")))
		p.missed()
	}
	if p.stage == away {
		p.stage = present
	}
	p.rise()
}

// missed gives up an answer that a new conversation will not bring.
func (p *person) missed() {
	if p.ledger.open && p.ledger.acked {
		p.crowd.lost.Add(1)
		p.abandon()
	}
}

// rise goes on where the last socket ended.
func (p *person) rise() {
	if p.ledger.open {
		p.resend()
		return
	}
	p.next()
}

func (p *person) acknowledged(in inbound) {
	duplicate := string(field(in.data, "duplicate")) == "true"
	if p.ledger.ack(in.re, number(field(in.data, "seq")), duplicate) {
		p.crowd.acknowledged(p.due, p.sent, p.crowd.clock.now())
		p.settleWhenDone()
	}
}

func (p *person) said(in inbound, size int) {
	if string(text(field(in.data, "author"))) != "bot" {
		p.ledger.advance(in.seq)
		return
	}
	if p.ledger.answer(in.re, in.seq) {
		p.crowd.answerBytes.Add(uint64(size))
		p.settleWhenDone()
	}
}

func (p *person) settleWhenDone() {
	if p.ledger.settled() {
		p.settle()
	}
}

// settle ends the question under way and goes on.
func (p *person) settle() {
	p.ledger.close()
	p.turns++
	p.crowd.settled(p.due, p.sent, p.crowd.clock.now())
	p.next()
}

// refused takes an error: the question is sent again when the server says that
// this may help, and given up otherwise.
func (p *person) refused(in inbound) {
	code := string(text(field(in.data, "code")))
	p.crowd.refused(code)
	if p.stage == away {
		p.refusal = code
	}
	if code == "token_expired" {
		p.tokenOf = time.Time{}
	}
	if !p.ledger.current(in.re) {
		return
	}
	if string(field(in.data, "retryable")) != "true" {
		p.abandon()
		p.next()
		return
	}
	wait := time.Duration(number(field(in.data, "retry_after_ms"))) * time.Millisecond
	p.later(wait, p.resend)
}
