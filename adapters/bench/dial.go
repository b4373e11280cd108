package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	dialTimeout = 15 * time.Second
	subprotocol = "kaitong.v1"
	// A key and what RFC 6455 has a server make of it. It guards against
	// caches, not against people, so one for all will do.
	upgradeKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	upgradeAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// dialer opens connections to one server.
type dialer struct {
	base *url.URL
	host string // and port
	many bool   // the server is on this machine: connections have many source addresses
}

func newDialer(base *url.URL) dialer {
	port := base.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[base.Scheme]
	}
	host := base.Hostname()
	if host == "localhost" && manySources {
		host = "127.0.0.1"
	}
	ip := net.ParseIP(host).To4()
	return dialer{base: base, host: net.JoinHostPort(host, port), many: manySources && ip != nil && ip.IsLoopback()}
}

// socket opens a WebSocket. It returns what the server has sent on it already.
// The deadline of the handshake still holds.
func (d dialer) socket(ctx context.Context, index int, protocol string) (net.Conn, []byte, error) {
	conn, err := d.dial(ctx, index)
	if err != nil {
		return nil, nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(dialTimeout)); err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	release := context.AfterFunc(ctx, func() { _ = conn.Close() }) // it is noticed below
	rest, err := d.upgrade(conn, protocol)
	release()
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return conn, rest, nil
}

// dial opens a connection, with TLS where the address says https.
func (d dialer) dial(ctx context.Context, index int) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := d.dialPlain(ctx, index)
	if err != nil || d.base.Scheme != "https" {
		return conn, err
	}
	secure := tls.Client(conn, &tls.Config{ServerName: d.base.Hostname(), MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return secure, nil
}

// dialPlain opens a TCP connection. An index has its own source address where
// the server is on this machine: one address has some 28,000 ports, and each
// rests for a minute after use.
func (d dialer) dialPlain(ctx context.Context, index int) (net.Conn, error) {
	raw := net.Dialer{KeepAlive: -1}
	if d.many {
		raw.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 1, byte(index/250), byte(1+index%250))}
		raw.Control = bindLate
	}
	conn, err := raw.DialContext(ctx, "tcp", d.host)
	if err != nil {
		return nil, err
	}
	if tcp, ok := conn.(*net.TCPConn); ok && d.many {
		if err := tcp.SetLinger(0); err != nil { // a port that is reset need not rest
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

// upgrade turns a fresh connection into a WebSocket. It returns what the
// server has sent after its answer already.
func (d dialer) upgrade(conn net.Conn, protocol string) ([]byte, error) {
	if _, err := conn.Write(d.upgradeRequest(protocol)); err != nil {
		return nil, err
	}
	reader := bufio.NewReaderSize(conn, 4<<10)
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		return nil, fmt.Errorf("read the answer to the upgrade: %w", err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode != http.StatusSwitchingProtocols:
		return nil, refusedUpgrade(response)
	case response.Header.Get("Sec-WebSocket-Accept") != upgradeAccept:
		return nil, errors.New("the server did not understand the upgrade: wrong Sec-WebSocket-Accept")
	case response.Header.Get("Sec-WebSocket-Protocol") != protocol:
		return nil, fmt.Errorf("the server does not speak %s", protocol)
	}
	rest, _ := reader.Peek(reader.Buffered())
	return bytes.Clone(rest), nil
}

func (d dialer) upgradeRequest(protocol string) []byte {
	path := "/" + strings.TrimLeft(d.base.JoinPath("/v1/ws").EscapedPath(), "/")
	ask := fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n", path, d.base.Host, upgradeKey)
	if protocol != "" {
		ask = fmt.Appendf(ask, "Sec-WebSocket-Protocol: %s\r\nOrigin: %s://%s\r\n", protocol, d.base.Scheme, d.base.Host)
	}
	return append(ask, "\r\n"...)
}

func refusedUpgrade(response *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(response.Body, 300)) // what there is explains it
	return fmt.Errorf("no WebSocket: %s %q", response.Status, body)
}
