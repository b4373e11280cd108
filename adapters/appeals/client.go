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
	// ErrRefused: the service does not want this appeal as it is.
	ErrRefused = errors.New("appeal refused")
)

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
// Without an answer it may have been accepted or not: send it again.
func (c *Client) Submit(ctx context.Context, s bot.Submission) (time.Time, error) {
	body, err := json.Marshal(requestOf(s, c.object))
	if err != nil {
		return time.Time{}, fmt.Errorf("appeal %s: %w", s.Reference, err)
	}
	if _, err := c.contract.Request(body); err != nil { // ours to mend
		return time.Time{}, fmt.Errorf("appeal %s: %w: %w", s.Reference, ErrRefused, err)
	}
	message, err := c.conn.RequestWithContext(ctx, Subject, body)
	if errors.Is(err, nats.ErrNoResponders) {
		return time.Time{}, ErrNobody
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("appeal %s: %w", s.Reference, err)
	}
	if code := message.Header.Get(micro.ErrorCodeHeader); code != "" {
		return time.Time{}, fmt.Errorf("appeal %s: %w: %.20q %.200q", s.Reference, ErrRefused, code, message.Header.Get(micro.ErrorHeader))
	}
	reply, err := c.contract.Reply(message.Data, s.Reference)
	if err != nil {
		return time.Time{}, fmt.Errorf("appeal %s: receipt: %w", s.Reference, err)
	}
	return reply.AcceptedAt, nil
}
