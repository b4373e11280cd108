package appeals

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"kaitong/bot"
)

// Errors of handing an appeal over.
var (
	// ErrNobody: no service takes appeals at the moment.
	ErrNobody = errors.New("nobody takes appeals on " + Subject)
	// ErrRefused: this appeal will not be taken, however often it is sent. The
	// error is a [*RefusedError].
	ErrRefused = errors.New("appeal refused for good")
)

// RefusedError is why an appeal will not be taken.
type RefusedError struct {
	Class  bot.RefusalClass // what the person is told
	Reason string           // for operators: the service's own words, quoted
}

// Error implements error.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("%v (%s): %s", ErrRefused, e.Class, e.Reason)
}

// Unwrap makes it an [ErrRefused].
func (e *RefusedError) Unwrap() error { return ErrRefused }

// refusals are the error codes that mean "for good". Any other means that it
// may be taken later, also one we do not know: what a proxy or a half-deployed
// service answers must end no appeal.
func refusals() map[string]bot.RefusalClass {
	return map[string]bot.RefusalClass{
		codeBadRequest: bot.RefusedTechnical, codeConflict: bot.RefusedTechnical, codeTooLarge: bot.RefusedTechnical,
		codeLate: bot.RefusedLate, codeFinal: bot.RefusedFinal,
	}
}

// Client hands appeals over. It is safe for concurrent use.
type Client struct {
	conn     *nats.Conn
	contract *Contract
	object   func(conversation, id string) string
}

// NewClient makes a client on a connection. object says where a document of a
// conversation is kept.
func NewClient(conn *nats.Conn, object func(conversation, id string) string) (*Client, error) {
	contract, err := NewContract()
	if err != nil {
		return nil, err
	}
	return &Client{conn: conn, contract: contract, object: object}, nil
}

// Submit sends an appeal once and returns when the institution accepted it.
// Without an answer it may have been accepted or not: send it again, unless the
// error is an [ErrRefused].
func (c *Client) Submit(ctx context.Context, s bot.Submission) (time.Time, error) {
	body, err := json.Marshal(requestOf(s, c.object))
	if err != nil {
		return time.Time{}, fmt.Errorf("appeal %s: %w", s.Reference, err)
	}
	if _, err := c.contract.Request(body); err != nil { // ours to mend, by a human
		return time.Time{}, fmt.Errorf("appeal %s: %w", s.Reference, &RefusedError{bot.RefusedTechnical, err.Error()})
	}
	message, err := c.conn.RequestWithContext(ctx, Subject, body)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return time.Time{}, ErrNobody
	case errors.Is(err, nats.ErrMaxPayload):
		err = &RefusedError{bot.RefusedTechnical, err.Error()}
	case err == nil:
		err = failure(message)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("appeal %s: %w", s.Reference, err)
	}
	reply, err := c.contract.Reply(message.Data, s.Reference)
	if err != nil {
		return time.Time{}, fmt.Errorf("appeal %s: receipt: %w", s.Reference, err)
	}
	return reply.AcceptedAt, nil
}

// failure is the error that a service answered with, if it did.
func failure(message *nats.Msg) error {
	code := message.Header.Get(micro.ErrorCodeHeader)
	if code == "" {
		return nil
	}
	reason := fmt.Sprintf("%.20q %.200q", code, message.Header.Get(micro.ErrorHeader))
	if class, forGood := refusals()[code]; forGood {
		return &RefusedError{class, reason}
	}
	return errors.New("the service fails: " + reason)
}
