package baseline

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

const (
	checkSubject = "check"
	checkTimeout = 5 * time.Second
	readyTimeout = 10 * time.Second
)

// bus is a NATS server in this process, and something that answers checks
// there.
type bus struct {
	server *server.Server
	conn   *nats.Conn
	ask    []byte // what every check asks
	rest   []byte // of every answer, after the id of what it answers
}

func openBus(options *server.Options) (*bus, error) {
	options.ServerName, options.DontListen, options.NoSigs, options.NoLog = "baseline", true, true, true
	embedded, err := server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("nats server: %w", err)
	}
	embedded.Start()
	b := &bus{
		server: embedded, ask: padded(`{"user":"somebody","product":"something"`, 120),
		rest: padded(`","data":{"author":"bot"}`, 350),
	}
	if !embedded.ReadyForConnections(readyTimeout) {
		return nil, errors.Join(errors.New("nats server: not ready"), b.close())
	}
	if b.conn, err = nats.Connect("", nats.InProcessServer(embedded)); err != nil {
		return nil, errors.Join(fmt.Errorf("nats: %w", err), b.close())
	}
	reply := padded(`{"decision":"ineligible","reasons":["one"]`, 120)
	respond := func(m *nats.Msg) { _ = m.Respond(reply) } // who asked then gets none, and says so
	if _, err := b.conn.Subscribe(checkSubject, respond); err != nil {
		return nil, errors.Join(fmt.Errorf("nats: %w", err), b.close())
	}
	return b, nil
}

func (b *bus) check() error {
	_, err := b.conn.Request(checkSubject, b.ask, checkTimeout)
	return err
}

func (b *bus) close() error {
	if b.conn != nil {
		b.conn.Close()
	}
	b.server.Shutdown()
	b.server.WaitForShutdown()
	return nil
}

// answerTo is an answer of some 400 bytes that names the message.
func (b *bus) answerTo(message []byte) []byte {
	answer := make([]byte, 0, 512)
	answer = append(answer, `{"type":"message","re":"`...)
	answer = append(answer, idOf(message)...)
	return append(answer, b.rest...)
}

// idOf finds the id the way of a program in a hurry.
func idOf(message []byte) []byte {
	_, rest, _ := bytes.Cut(message, []byte(`"id":"`))
	id, _, _ := bytes.Cut(rest, []byte(`"`))
	return id
}

// padded makes an open object so many bytes long, with a text at its end.
func padded(open string, size int) []byte {
	const frame = len(`,"text":""}`)
	return []byte(open + `,"text":"` + strings.Repeat("x", max(size-len(open)-frame, 0)) + `"}`)
}
