package natsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

func startEmbedded(ctx context.Context, options Options) (*Bus, error) {
	serverOptions, err := embeddedOptions(options)
	if err != nil {
		return nil, err
	}
	embedded, err := runServer(ctx, serverOptions, options)
	if err != nil {
		return nil, fmt.Errorf("nats: start embedded server: %w", err)
	}
	bus := &Bus{server: embedded, listen: options.Listen != "", closed: make(chan struct{})}
	bus.conn, err = dial(ctx, "", append(bus.connOptions(options), nats.InProcessServer(embedded), nats.Token(serverOptions.Authorization)))
	if err != nil {
		stop(embedded)
		return nil, fmt.Errorf("nats: connect to embedded server: %w", err)
	}
	return bus, nil
}

func embeddedOptions(options Options) (*server.Options, error) {
	embedded := &server.Options{
		ServerName: options.Name,
		DontListen: options.Listen == "",
		NoSigs:     true, // signals belong to the program, not to a part of it
	}
	if options.Listen == "" {
		return embedded, nil
	}
	host, port, err := splitAddress(options.Listen)
	if err != nil {
		return nil, fmt.Errorf("nats: listen address %q: %w", options.Listen, err)
	}
	embedded.Host, embedded.Port = host, port
	if options.TokenFile == "" {
		return embedded, nil
	}
	if embedded.Authorization, err = readToken(options.TokenFile); err != nil {
		return nil, fmt.Errorf("nats.token_file: %w", err)
	}
	return embedded, nil
}

func splitAddress(address string) (string, int, error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, errors.New("want host:port")
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", 0, errors.New("want a port from 0 to 65535")
	}
	if port == 0 {
		return host, server.RANDOM_PORT, nil
	}
	return host, int(port), nil
}

func runServer(ctx context.Context, serverOptions *server.Options, options Options) (*server.Server, error) {
	embedded, err := server.NewServer(serverOptions)
	if err != nil {
		return nil, err
	}
	logger := &serverLogger{logger: options.Logger}
	embedded.SetLoggerV2(logger, false, false, false)
	embedded.Start()
	if err := awaitServer(ctx, embedded, logger, options.Timeout); err != nil {
		stop(embedded)
		return nil, err
	}
	return embedded, nil
}

// awaitServer looks in short turns: the server says that it cannot start in
// its log only.
func awaitServer(ctx context.Context, embedded *server.Server, logger *serverLogger, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		if err := logger.failure(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if embedded.ReadyForConnections(20 * time.Millisecond) {
			return nil
		}
	}
}

func stop(embedded *server.Server) {
	embedded.Shutdown()
	embedded.WaitForShutdown()
}

// serverLogger passes on what an operator should see, and remembers a fatal
// error, which the server takes for the end of the program.
type serverLogger struct {
	logger *slog.Logger

	mu    sync.Mutex
	fatal error
}

func (l *serverLogger) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}

func (l *serverLogger) Fatalf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fatal == nil {
		l.fatal = fmt.Errorf(format, args...)
	}
}

func (l *serverLogger) Errorf(format string, args ...any) {
	l.logger.Error("embedded nats-server", "message", fmt.Sprintf(format, args...))
}

func (l *serverLogger) Warnf(format string, args ...any) {
	l.logger.Warn("embedded nats-server", "message", fmt.Sprintf(format, args...))
}

func (l *serverLogger) Noticef(format string, args ...any) {
	l.logger.Debug("embedded nats-server", "message", fmt.Sprintf(format, args...))
}

func (l *serverLogger) Debugf(string, ...any) {}

func (l *serverLogger) Tracef(string, ...any) {}
