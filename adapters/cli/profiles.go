package cli

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"kaitong/adapters/edge"
)

// serveProfiles serves the profiles of the Go runtime on an address of this
// machine. They tell a lot about a process, so nobody else may ask for them.
func serveProfiles(ctx context.Context, address string) (close func() error, err error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil || !loopback(host) {
		return nil, usageError{fmt.Sprintf("--pprof %s: want an address of this machine only, such as 127.0.0.1:6060", address)}
	}
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
