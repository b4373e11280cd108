package doctor

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// Port is an address that the server listens on.
type Port struct {
	Setting string
	Address string
	Running string // path that our own server answers there; "": nothing is known
	Answer  string // with which it does
}

// Look says whether the address is free, or taken by our own server.
func (p Port) Look(ctx context.Context) Finding {
	args := Args{"setting": p.Setting, "address": p.Address}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.Address)
	switch {
	case err == nil:
		_ = listener.Close() // nobody was told of it
		return fine("ports", "%s %s is free", p.Setting, p.Address)
	case errors.Is(err, syscall.EADDRINUSE) && p.ours(ctx):
		return fine("ports", "%s %s: a running Kaitong listens there", p.Setting, p.Address)
	case errors.Is(err, syscall.EADDRINUSE):
		return Bad("ports.taken", nil, args)
	case errors.Is(err, syscall.EACCES):
		return Bad("ports.forbidden", cause(err), args)
	}
	return Bad("ports.unusable", cause(err), args)
}

// ours asks who listens.
func (p Port) ours(ctx context.Context) bool {
	if p.Running == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+dialable(p.Address)+p.Running, http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	return err == nil && strings.Contains(string(said), p.Answer)
}

// dialable is an address to listen on as one to connect to.
func dialable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
