package natsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Options choose the server. With neither URL nor Listen the embedded server
// is reachable from this process only.
type Options struct {
	URL     string        // external servers, comma separated; empty means embedded
	Listen  string        // host:port on which the embedded server also listens; port 0 takes a free one
	Name    string        // of this connection and of the embedded server; empty means kaitong
	Timeout time.Duration // for one connection attempt and for the embedded start; 0 means 5 s
	Logger  *slog.Logger  // nil discards

	Access
}

// Bus is a connection to NATS and, if embedded, the server behind it.
type Bus struct {
	conn   *nats.Conn
	server *server.Server // nil when external
	listen bool
	closed chan struct{} // the connection is closed for good
}

// Start connects, starting the embedded server first if there is no URL. An
// external server that cannot be reached now is an error; one lost later is
// reconnected to for ever.
func Start(ctx context.Context, options Options) (*Bus, error) {
	options = withDefaults(options)
	if err := validate(options); err != nil {
		return nil, err
	}
	if options.URL != "" {
		return startExternal(ctx, options)
	}
	return startEmbedded(ctx, options)
}

func withDefaults(options Options) Options {
	if options.Name == "" {
		options.Name = "kaitong"
	}
	if options.Timeout == 0 {
		options.Timeout = 5 * time.Second
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	return options
}

func validate(options Options) error {
	if options.URL != "" && options.Listen != "" {
		return fmt.Errorf("nats: listen address %s makes no sense together with the external server %s", options.Listen, redact(options.URL))
	}
	for _, one := range servers(options.URL) {
		if err := validateURL(one); err != nil {
			return err
		}
	}
	return nil
}

// validateURL never quotes what it cannot parse: it may hold a password.
func validateURL(one string) error {
	parsed, err := url.Parse(one)
	if err != nil {
		return errors.New("nats: the server URL cannot be read; it should look like nats://host:4222")
	}
	switch parsed.Scheme {
	case "nats", "tls", "ws", "wss":
	default:
		return fmt.Errorf("nats: %s is no NATS URL; it should look like nats://host:4222", parsed.Redacted())
	}
	if parsed.Hostname() == "" {
		return fmt.Errorf("nats: %s names no host", parsed.Redacted())
	}
	return nil
}

func servers(list string) []string {
	var all []string
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// redact returns the servers without their passwords.
func redact(list string) string {
	var all []string
	for _, one := range servers(list) {
		if parsed, err := url.Parse(one); err == nil {
			all = append(all, redactURL(parsed))
		}
	}
	return strings.Join(all, ",")
}

// redactURL also hides a user without a password: NATS reads that as a token.
func redactURL(parsed *url.URL) string {
	if parsed.User == nil {
		return parsed.String()
	}
	hidden := *parsed
	hidden.User = url.User("xxxxx")
	return hidden.String()
}

// Conn returns the connection. It is the same for the life of the bus.
func (b *Bus) Conn() *nats.Conn { return b.conn }

// ClientURL returns where other processes reach the same NATS, without
// passwords; empty when only this process can.
func (b *Bus) ClientURL() string {
	switch {
	case b.server == nil:
		return redact(strings.Join(b.conn.Servers(), ","))
	case b.listen:
		return b.server.ClientURL()
	}
	return ""
}

// Ready says whether messages can pass right now.
func (b *Bus) Ready() error {
	status := b.conn.Status()
	if status == nats.CONNECTED {
		return nil
	}
	if err := b.conn.LastError(); err != nil {
		return fmt.Errorf("nats: connection is %s: %w", strings.ToLower(status.String()), err)
	}
	return fmt.Errorf("nats: connection is %s", strings.ToLower(status.String()))
}

// Close lets the handlers finish what has arrived and flushes what was
// published, then ends the connection and the embedded server. When ctx ends
// first it drops the rest and returns ctx's error.
func (b *Bus) Close(ctx context.Context) error {
	err := b.drain(ctx)
	b.conn.Close()
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
	return err
}

func (b *Bus) drain(ctx context.Context) error {
	if b.conn.Drain() != nil {
		return nil //nolint:nilerr // closed before, or down: there is nobody to drain to
	}
	select {
	case <-b.closed:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("nats: close before everything was handled: %w", ctx.Err())
	}
}
