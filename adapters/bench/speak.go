package bench

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"
)

// connect opens a socket and returns when the server has said welcome.
func (p *person) connect(ctx context.Context) error {
	release, err := p.crowd.admit(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := p.renewToken(ctx); err != nil {
		return err
	}
	conn, rest, err := p.crowd.dialer.socket(ctx, p.index, p.crowd.protocol())
	if err != nil {
		return err
	}
	p.in.reset(conn, rest)
	if err := p.enter(conn); err != nil {
		return err
	}
	for !p.welcomed() {
		if err := p.in.pump(p.hear); err != nil {
			return p.unwelcome(err)
		}
	}
	return p.settleIn()
}

// unwelcome says why there was no welcome.
func (p *person) unwelcome(err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refusal != "" {
		return fmt.Errorf("the server said %s: %w", p.refusal, err)
	}
	return fmt.Errorf("before the welcome: %w", err)
}

// enter takes the socket and says hello on it.
func (p *person) enter(conn net.Conn) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stage == gone {
		return errors.Join(errEnded, conn.Close())
	}
	p.conn = conn
	p.wire.Store(&conn)
	p.crowd.connected.Add(1)
	return p.hello()
}

// settleIn takes away the deadline of the handshake, but not that of a
// goodbye.
func (p *person) settleIn() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stage != present || p.conn == nil {
		return nil
	}
	return p.conn.SetDeadline(time.Time{})
}

func (p *person) renewToken(ctx context.Context) error {
	if p.crowd.plain || p.token != "" && time.Since(p.tokenOf) < tokenAge {
		return nil
	}
	token, err := p.crowd.desk.token(ctx, p.user)
	p.token, p.tokenOf = token, time.Now()
	return err
}

// listen reads until the socket ends, and says why it did.
func (p *person) listen() error {
	for {
		if err := p.in.pump(p.hear); err != nil {
			return err
		}
	}
}

func (p *person) welcomed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stage != away
}

// resumeData says where to go on.
type resumeData struct {
	Conv     string `json:"conv"`
	Epoch    string `json:"epoch"`
	AfterSeq int64  `json:"after_seq"`
}

// hello introduces the person. It needs the lock.
func (p *person) hello() error {
	if p.crowd.plain {
		p.stage = present
		p.rise()
		return nil
	}
	data := struct {
		Token  string      `json:"token"`
		Resume *resumeData `json:"resume,omitempty"`
	}{Token: p.token}
	if p.ledger.conv != "" {
		data.Resume = &resumeData{p.ledger.conv, p.ledger.epoch, p.ledger.last}
	}
	encoded, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return p.write(opText, fmt.Appendf(nil, `{"type":"hello","id":"hello","data":%s}`, encoded))
}

// ask sends the next question, which was due at that time. It needs the lock.
func (p *person) ask(due int64) {
	p.ledger.ask()
	p.text = p.crowd.questions[p.random.IntN(len(p.crowd.questions))]
	p.due, p.sent = due, p.crowd.clock.now()
	p.crowd.asked.Add(1)
	p.crowd.open.Add(1)
	p.send()
}

// send writes the question under way. When that fails the reader notices, and
// it is sent again on the next socket. It needs the lock.
func (p *person) send() {
	message := make([]byte, 0, 512)
	message = append(message, `{"type":"message.send","id":"`...)
	message = p.ledger.appendID(message)
	message = append(append(message, `","data":{"text":`...), p.text...)
	message = append(message, '}', '}')
	if p.conn != nil {
		_ = p.write(opText, message)
	}
}

// resend sends the question under way once more, under its id. It needs the
// lock.
func (p *person) resend() {
	if p.stage == present && p.ledger.open && !p.ledger.acked {
		p.ledger.resent = true
		p.crowd.retried.Add(1)
		p.send()
	}
}

// write needs the lock.
func (p *person) write(opcode byte, payload []byte) error {
	if p.conn == nil {
		return errors.New("no socket")
	}
	p.out = appendFrame(p.out[:0], opcode, payload)
	_, err := p.conn.Write(p.out)
	return err
}

// writeClose says goodbye; the deadline ends the reader when the server does
// not say it too. It needs the lock.
func (p *person) writeClose(wait time.Duration) {
	if p.conn == nil {
		return
	}
	_ = p.write(opClose, binary.BigEndian.AppendUint16(nil, 1000)) // a broken socket ends by itself
	_ = p.conn.SetReadDeadline(time.Now().Add(wait))
}

// closeTimeout is how long the server may take to say goodbye too.
const closeTimeout = 2 * time.Second
