package eligibility

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/sony/gobreaker/v2"

	"kaitong/bot"
)

// Telling says how a reason code may be passed on: under which code, and
// whether with its parameters. A code that may not be told, and one nobody
// knows, is told as the neutral code.
type Telling func(code string) (as string, params bool)

// ClientOptions configure a Client. Conn, Tell, Neutral, Now and NewID are
// required.
type ClientOptions struct {
	Conn    *nats.Conn
	Tell    Telling
	Neutral string // the code of the standard refusal
	Now     func() time.Time
	NewID   func() string
	Logger  *slog.Logger
	// Mark, when set, writes into the headers of a request what belongs to ctx: the
	// trace it is part of.
	Mark func(ctx context.Context, headers map[string][]string)

	Timeout time.Duration // for the whole check; 0: 1.5 s
	// The breaker opens when within Timeout*10 at least BreakerFailures checks
	// (0: 20) found no answer and these were at least half of all; it then
	// refuses for BreakerPause (0: 5 s) and lets one check through to see. Of
	// each person only the first timeout within that time counts.
	BreakerFailures int
	BreakerPause    time.Duration
}

// Client asks the service over NATS. It implements bot.Eligibility.
type Client struct {
	options  ClientOptions
	contract *Contract
	breaker  *gobreaker.CircuitBreaker[bot.Verdict]
	timedOut *timedOut
	verdicts *verdicts
}

// NewClient returns a client.
func NewClient(o ClientOptions) (*Client, error) {
	contract, err := NewContract()
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	return &Client{
		options: o, contract: contract, breaker: newBreaker(o), timedOut: newTimedOut(o.breakerInterval(), o.Now),
		verdicts: newVerdicts(),
	}, nil
}

func (o ClientOptions) withDefaults() ClientOptions {
	if o.Timeout == 0 {
		o.Timeout = 1500 * time.Millisecond
	}
	if o.BreakerFailures == 0 {
		o.BreakerFailures = 20
	}
	if o.BreakerPause == 0 {
		o.BreakerPause = 5 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Check asks within the deadline, unless a verdict it was given before is still
// valid. Errors wrap bot.ErrCheckTimeout, bot.ErrCheckUnavailable or
// bot.ErrCheckInvalid. What it returns is shared: read it, never write to it.
func (c *Client) Check(ctx context.Context, request bot.CheckRequest) (bot.Verdict, error) {
	asked := questionOf(request)
	if known, ok := c.known(asked); ok && !request.Fresh {
		return known, nil
	}
	if request.Asking != nil {
		request.Asking()
	}
	if request.Fresh { // not even one that began just before will do
		return c.anew(ctx, asked, request)
	}
	return c.verdicts.together(ctx, asked, func() (bot.Verdict, error) {
		if known, ok := c.known(asked); ok { // somebody was faster
			return known, nil
		}
		return c.anew(ctx, asked, request)
	})
}

// anew asks the service and remembers what it says.
func (c *Client) anew(ctx context.Context, asked question, request bot.CheckRequest) (bot.Verdict, error) {
	number := c.verdicts.begin()
	verdict, err := c.guarded(ctx, request)
	if err == nil {
		c.verdicts.keep(asked, number, verdict, c.options.Now())
	}
	return verdict, err
}

// known is a verdict that may be used again.
func (c *Client) known(asked question) (bot.Verdict, bool) {
	known, ok := c.verdicts.find(asked, c.options.Now())
	return known, ok && c.stillTold(known)
}

// guarded asks unless the breaker is open.
func (c *Client) guarded(ctx context.Context, request bot.CheckRequest) (bot.Verdict, error) {
	verdict, err := c.breaker.Execute(func() (bot.Verdict, error) {
		verdict, err := c.ask(ctx, request)
		return verdict, c.timedOut.mark(err, person{request.Tenant, request.User})
	})
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return bot.Verdict{}, fmt.Errorf("%w: %w", bot.ErrCheckUnavailable, err)
	}
	return verdict, err
}

func (c *Client) ask(ctx context.Context, request bot.CheckRequest) (bot.Verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	id := c.options.NewID()
	body, err := json.Marshal(Request{
		RequestID: id, Tenant: request.Tenant, UserID: request.User, Product: request.Product,
		Locale: request.Locale, Client: ClientInfo{AppVersion: request.Client.AppVersion, OS: request.Client.OS, Network: request.Client.Network}, AskedAt: c.options.Now().UTC(),
	})
	if err != nil {
		return bot.Verdict{}, fmt.Errorf("%w: encode request: %w", bot.ErrCheckInvalid, err)
	}
	return c.exchange(ctx, id, body)
}

// verdict validates a reply and takes out what may not be told.
func (c *Client) verdict(message *nats.Msg, requestID string) (bot.Verdict, error) {
	if code := message.Header.Get(micro.ErrorCodeHeader); code != "" {
		return bot.Verdict{}, serviceError(code)
	}
	reply, err := c.contract.LenientReply(message.Data, requestID, c.options.Now())
	switch {
	case errors.Is(err, errOtherRequest):
		return bot.Verdict{}, errOtherRequest
	case err != nil:
		// The error may quote the reply, and the reply may name what nobody
		// may know, so only the fact is passed on.
		return bot.Verdict{}, fmt.Errorf("%w: reply breaks the contract", bot.ErrCheckInvalid)
	}
	return c.neutralise(reply), nil
}

// errService is what the service says through the error headers.
var errService = errors.New("service error")

// serviceError names the code only where it is the number of an error: the
// header is free text, and free text may name what nobody may know.
func serviceError(code string) error {
	if len(code) == 3 && code[0] >= '1' && code[0] <= '5' && isDigit(code[1]) && isDigit(code[2]) {
		return fmt.Errorf("%w: %w %s", bot.ErrCheckUnavailable, errService, code)
	}
	return fmt.Errorf("%w: %w", bot.ErrCheckUnavailable, errService)
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
