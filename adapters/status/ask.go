package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
)

// ErrNobody says that no node listens on this NATS.
var ErrNobody = errors.New("nobody answers on " + Subject)

// othersMayAnswer is how long further nodes have once the first has answered.
const othersMayAnswer = 300 * time.Millisecond

// Answer is what the nodes made of a request.
type Answer struct {
	State   State   // of those that did it, put together
	Did     int     // nodes
	Refused []error // of those that did not; a *Fault each
}

// Ask sends a request to every node and returns what they made of it. It
// waits for the first until ctx ends.
func Ask(ctx context.Context, conn *nats.Conn, request Request) (Answer, error) {
	contract, err := newContract()
	if err != nil {
		return Answer{}, err
	}
	body, err := json.Marshal(request)
	if err != nil {
		return Answer{}, fmt.Errorf("encode request: %w", err)
	}
	inbox := conn.NewInbox()
	replies, err := conn.SubscribeSync(inbox)
	if err != nil {
		return Answer{}, fmt.Errorf("ask on %s: %w", Subject, err)
	}
	defer func() { _ = replies.Unsubscribe() }() // the connection may be gone
	if err := conn.PublishRequest(Subject, inbox, body); err != nil {
		return Answer{}, fmt.Errorf("ask on %s: %w", Subject, err)
	}
	first, err := replies.NextMsgWithContext(ctx)
	if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, context.DeadlineExceeded) {
		return Answer{}, ErrNobody
	}
	if err != nil {
		return Answer{}, fmt.Errorf("ask on %s: %w", Subject, err)
	}
	return gather(ctx, contract, replies, first)
}

// gather puts the answers of all nodes together.
func gather(ctx context.Context, contract *contract, replies *nats.Subscription, message *nats.Msg) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, othersMayAnswer)
	defer cancel()
	var answer Answer
	for err := error(nil); err == nil; message, err = replies.NextMsgWithContext(ctx) {
		answer.add(contract.readReply(message.Data))
	}
	if answer.Did == 0 {
		return answer, answer.Refused[0]
	}
	return answer, nil
}

func (a *Answer) add(state State, err error) {
	if err != nil {
		a.Refused = append(a.Refused, err)
		return
	}
	a.Did++
	a.State.merge(state, func(Incident) error { return nil })
	for _, one := range state.Suggested {
		if !a.State.suggests(one.ID) {
			a.State.Suggested = append(a.State.Suggested, one)
		}
	}
}

// FileOptions say which file [ChangeFile] changes, and by which rules.
type FileOptions struct {
	Dir   string
	Rules Rules
	Now   func() time.Time
}

// ChangeFile does what a request asks in the file of a board, whether or not
// one runs. It waits for others that write until ctx ends.
func ChangeFile(ctx context.Context, o FileOptions, request Request) (State, error) {
	contract, err := newContract()
	if err != nil {
		return State{}, err
	}
	now := func() time.Time { return o.Now().UTC().Round(0) }
	f := &file{path: filepath.Join(o.Dir, FileName), contract: contract, rules: o.Rules, now: now}
	if request.Op == OpList {
		err := f.read()
		return f.seen, err
	}
	unlock, err := f.patientLock(ctx)
	if err != nil {
		return State{}, err
	}
	defer unlock()
	if err := f.read(); err != nil {
		return State{}, err
	}
	state := f.seen.clone()
	if err := state.apply(request, o.Rules, now()); err != nil {
		return State{}, err
	}
	state.prune(now())
	return state, f.write(state)
}
