package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// desk is where a server in demo mode gives out tokens and names its users.
type desk struct {
	dialer dialer
	http   *http.Client
}

// deskSockets are connections kept open for tokens.
const deskSockets = 64

func newDesk(d dialer) *desk {
	var turn atomic.Int64
	transport := &http.Transport{
		MaxIdleConnsPerHost: deskSockets, MaxConnsPerHost: deskSockets,
		TLSHandshakeTimeout: dialTimeout,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return d.dialPlain(ctx, int(turn.Add(1)))
		},
	}
	return &desk{dialer: d, http: &http.Client{Transport: transport, Timeout: dialTimeout}}
}

func (d *desk) close() { d.http.CloseIdleConnections() }

// token asks for the token of a demo user, which in real life is signed by the
// app that the user is signed in to.
func (d *desk) token(ctx context.Context, user string) (string, error) {
	body := fmt.Sprintf(`{"user":%q}`, user)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.dialer.base.JoinPath("/v1/demo/token").String(), bytes.NewReader([]byte(body)))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	var reply struct{ Token string }
	if err := d.do(request, &reply); err != nil {
		return "", fmt.Errorf("token for %s: %w (the server must run in demo mode)", user, err)
	}
	return reply.Token, nil
}

// users are the demo users of the server, except those that are slow or broken
// on purpose.
func (d *desk) users(ctx context.Context) ([]string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.dialer.base.JoinPath("/v1/demo/users").String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	var reply struct{ Users []struct{ ID string } }
	if err := d.do(request, &reply); err != nil {
		return nil, fmt.Errorf("demo users: %w (the server must run in demo mode)", err)
	}
	var names []string
	for _, user := range reply.Users {
		if !strings.Contains(user.ID, "slow") && !strings.Contains(user.ID, "garbage") {
			names = append(names, user.ID)
		}
	}
	return names, nil
}

func (d *desk) do(request *http.Request, into any) error {
	response, err := d.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %q", response.Status, body[:min(len(body), 200)])
	}
	return json.Unmarshal(body, into)
}

// tokenAge is when a token is replaced; servers let them live a quarter of an
// hour at most.
const tokenAge = 10 * time.Minute
