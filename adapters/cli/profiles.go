package cli

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"kaitong/adapters/edge"
	"kaitong/configs"
)

// profiles serves them where the flag says, else where the settings do.
func (c serveCommand) profiles(ctx context.Context, debug configs.Debug) (stop func(), err error) {
	address := c.Pprof
	if address != "" && !configs.OnThisMachine(address) {
		return nil, usageError{fmt.Sprintf("--pprof %s: want an address of this machine only, such as 127.0.0.1:6060", address)}
	}
	if address == "" {
		address = debug.Addr
	}
	if address == "" {
		return func() {}, nil
	}
	end, err := serveProfiles(ctx, address)
	if err != nil {
		return nil, err
	}
	return func() { _ = end() }, nil
}

// serveProfiles serves the profiles of the Go runtime. They tell a lot about a
// process, so where they are was checked before.
func serveProfiles(ctx context.Context, address string) (close func() error, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for profiles: %w", address, reason(err))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	server := &http.Server{Handler: edge.Secured(mux, nil), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with Close
	return server.Close, nil
}
