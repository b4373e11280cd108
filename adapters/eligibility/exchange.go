package eligibility

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/bot"
)

// inboxSize is how many replies to one check can wait to be looked at; what
// comes beyond that is dropped.
const inboxSize = 64

// exchange sends the request, and once more with the same id when half the
// time is gone: a lost message or a dying responder then costs half a
// deadline, not the answer. The first reply to this request counts; replies to
// other requests are passed over, and later ones have no reader.
func (c *Client) exchange(ctx context.Context, id string, body []byte) (bot.Verdict, error) {
	inbox, replies := c.options.Conn.NewInbox(), make(chan *nats.Msg, inboxSize)
	subscription, err := c.options.Conn.ChanSubscribe(inbox, replies)
	if err != nil {
		return bot.Verdict{}, fmt.Errorf("%w: %w", bot.ErrCheckUnavailable, err)
	}
	defer func() { _ = subscription.Unsubscribe() }() // fails only on a closed connection
	send := func() error { return c.send(ctx, inbox, body) }
	if err := send(); err != nil {
		return bot.Verdict{}, fmt.Errorf("%w: %w", bot.ErrCheckUnavailable, err)
	}
	hedge := time.NewTimer(c.options.Timeout / 2)
	defer hedge.Stop()
	var passedOver bool
	for pending := 1; ; {
		select {
		case <-ctx.Done():
			return bot.Verdict{}, unanswered(ctx.Err(), passedOver)
		case <-hedge.C:
			if send() == nil { // else the first one is still under way
				pending++
			}
		case message := <-replies:
			if nobodyListens(message) {
				if pending--; pending == 0 {
					return bot.Verdict{}, fmt.Errorf("%w: %w", bot.ErrCheckUnavailable, nats.ErrNoResponders)
				}
				continue
			}
			verdict, err := c.verdict(message, id)
			if !errors.Is(err, errOtherRequest) {
				return verdict, err
			}
			passedOver = true
		}
	}
}

func (c *Client) send(ctx context.Context, inbox string, body []byte) error {
	if c.options.Mark == nil {
		return c.options.Conn.PublishRequest(Subject, inbox, body)
	}
	headers := nats.Header{}
	c.options.Mark(ctx, headers)
	return c.options.Conn.PublishMsg(&nats.Msg{Subject: Subject, Reply: inbox, Data: body, Header: headers})
}

// nobodyListens recognises the server's own reply to a request without a
// responder.
func nobodyListens(message *nats.Msg) bool {
	return len(message.Data) == 0 && message.Header.Get("Status") == "503"
}

// unanswered says why the wait ended without a reply to the request.
func unanswered(err error, passedOver bool) error {
	switch {
	case !errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", bot.ErrCheckUnavailable, err)
	case passedOver:
		return fmt.Errorf("%w: %w", bot.ErrCheckInvalid, errOtherRequest)
	default:
		return fmt.Errorf("%w: %w", bot.ErrCheckTimeout, err)
	}
}
