package natsbus

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// After a loss all nodes come back spread over about a second.
const (
	reconnectWait   = 250 * time.Millisecond
	reconnectJitter = 750 * time.Millisecond

	// pingInterval is how often a server is asked whether it is there. A
	// connection that died without a word is noticed after the third.
	pingInterval = 10 * time.Second
)

func startExternal(ctx context.Context, options Options) (*Bus, error) {
	bus := &Bus{closed: make(chan struct{})}
	access, err := options.Access.options()
	if err != nil {
		return nil, err
	}
	conn, err := dial(ctx, strings.Join(servers(options.URL), ","), append(bus.connOptions(options), access...))
	if err != nil {
		return nil, fmt.Errorf("nats: cannot connect to %s: %w", redact(options.URL), options.explain(err))
	}
	bus.conn = conn
	return bus, nil
}

// Dial connects to external servers as commands do: what goes wrong later is
// written to standard error. Close the connection.
func Dial(ctx context.Context, options Options) (*nats.Conn, error) {
	options = withDefaults(options)
	if err := validate(options); err != nil {
		return nil, err
	}
	access, err := options.Access.options()
	if err != nil {
		return nil, err
	}
	list := strings.Join(servers(options.URL), ",")
	conn, err := dial(ctx, list, append(access, nats.Name(options.Name), nats.Timeout(options.Timeout), nats.MaxReconnects(-1)))
	if err != nil {
		return nil, fmt.Errorf("nats: cannot connect to %s: %w", redact(options.URL), options.explain(err))
	}
	return conn, nil
}

// dial gives up waiting when ctx ends; an attempt under way then ends by its
// own timeout.
func dial(ctx context.Context, address string, options []nats.Option) (*nats.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	type result struct {
		conn *nats.Conn
		err  error
	}
	dialled := make(chan result, 1)
	go func() {
		conn, err := nats.Connect(address, options...)
		dialled <- result{conn, err}
	}()
	select {
	case got := <-dialled:
		return got.conn, got.err
	case <-ctx.Done():
		go func() {
			if got := <-dialled; got.err == nil {
				got.conn.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// connOptions hold for both kinds of server.
func (b *Bus) connOptions(options Options) []nats.Option {
	logger := options.Logger
	return []nats.Option{
		nats.Name(options.Name),
		nats.Timeout(options.Timeout),
		nats.PingInterval(pingInterval),
		nats.MaxReconnects(-1),
		nats.IgnoreAuthErrorAbort(), // credentials may be mended while we wait
		nats.ReconnectWait(reconnectWait),
		nats.ReconnectJitter(reconnectJitter, reconnectJitter),
		nats.ReconnectBufSize(-1), // fail at once while down, see the package comment
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil { // nil means we closed it
				logger.Warn("nats connection lost, reconnecting", "error", err)
			}
		}),
		nats.ReconnectHandler(func(conn *nats.Conn) {
			logger.Info("nats connection is back", "server", conn.ConnectedUrlRedacted())
		}),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			logger.Error("nats", slog.Any("error", err), subject(sub))
		}),
		nats.ClosedHandler(func(*nats.Conn) { close(b.closed) }),
	}
}

func subject(sub *nats.Subscription) slog.Attr {
	if sub == nil {
		return slog.Attr{}
	}
	return slog.String("subject", sub.Subject)
}
