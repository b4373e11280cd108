package status

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// flushTimeout bounds the wait for the server to know of the board.
const flushTimeout = 5 * time.Second

// listen hears requests, and what the others answer when asked for their list.
func (b *Board) listen() error {
	if b.options.Conn == nil {
		return nil
	}
	b.inbox = b.options.Conn.NewInbox()
	for subject, handle := range map[string]nats.MsgHandler{Subject: b.hear, b.inbox: b.hearOther} {
		one, err := b.options.Conn.Subscribe(subject, handle)
		if err != nil {
			return fmt.Errorf("incidents: listen on %s: %w", subject, err)
		}
		b.listening = append(b.listening, one)
	}
	b.askOthers()
	if err := b.options.Conn.FlushTimeout(flushTimeout); err != nil {
		return fmt.Errorf("incidents: listen: %w", err)
	}
	return nil
}

// askOthers asks every other node for its list; their answers come one by one.
// While NATS is down there is nobody to ask.
func (b *Board) askOthers() {
	if b.inbox == "" {
		return
	}
	body, err := json.Marshal(Request{Op: OpList})
	if err == nil {
		err = b.options.Conn.PublishRequest(Subject, b.inbox, body)
	}
	if err != nil {
		b.options.Logger.Debug("the other nodes could not be asked for incidents", "error", err)
	}
}

// hear does what a request asks, and answers it.
func (b *Board) hear(message *nats.Msg) {
	if message.Reply == b.inbox {
		return // my own question to the others
	}
	request, err := b.contract.readRequest(message.Data)
	var state State
	if err == nil {
		state, err = b.apply(request)
	}
	b.answer(message, state, err)
}

func (b *Board) answer(message *nats.Msg, state State, refused error) {
	var fault *Fault
	var body any = state
	switch {
	case errors.As(refused, &fault):
		b.options.Logger.Warn("a request about incidents is refused", "code", fault.Code, "reason", fault.Message)
		body = refusal{fault}
	case refused != nil:
		return // closed: nobody is here any more
	}
	if message.Reply == "" {
		return
	}
	data, err := json.Marshal(body)
	if err == nil {
		err = message.Respond(data)
	}
	if err != nil {
		b.options.Logger.Warn("the answer about incidents is not sent", "error", err)
	}
}

// hearOther takes over what another node knows better.
func (b *Board) hearOther(message *nats.Msg) {
	if len(message.Data) == 0 {
		return // nobody else is there
	}
	theirs, err := b.contract.readReply(message.Data)
	if err != nil {
		b.options.Logger.Warn("another node's list of incidents cannot be read", "error", err)
		return
	}
	var refused []error
	_, _ = b.change(func(s *State) error { // it cannot fail
		now := b.now()
		refused = s.merge(theirs.timely(now), func(one Incident) error { return b.options.Rules.check(one, now) })
		return nil
	})
	for _, err := range refused {
		b.options.Logger.Warn("an incident of another node is left out", "error", err)
	}
}
