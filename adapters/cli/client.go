package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/bot"
)

// client speaks protocol kaitong.v1 for the terminal chat.
type client struct {
	base   *url.URL
	socket *websocket.Conn
	token  string
	frames chan frame
	ended  chan struct{}
	err    error // why the socket ended; read after ended is closed
}

// frame is a message of the protocol in either direction.
type frame struct {
	Type string          `json:"type"`
	ID   string          `json:"id,omitempty"`
	Conv string          `json:"conv,omitempty"`
	Seq  int64           `json:"seq,omitempty"`
	Re   string          `json:"re,omitempty"`
	Data json.RawMessage `json:"data,omitempty"`
}

// welcomeData, messageData and errorData are the parts of frames that the
// terminal shows.
type (
	welcomeData struct {
		Conv      string      `json:"conv"`
		Epoch     string      `json:"epoch"`
		Seq       int64       `json:"seq"`
		Recovered bool        `json:"recovered"`
		Anon      string      `json:"anon"`
		Greeting  []bot.Block `json:"greeting"`
	}
	messageData struct {
		Author bot.Author  `json:"author"`
		Blocks []bot.Block `json:"blocks"`
		About  *bot.About  `json:"about"`
	}
	errorData struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
)

// hello is what one says first; who one is comes on top.
type hello struct {
	Token  string     `json:"token"`
	Anon   string     `json:"anon,omitempty"`
	Locale string     `json:"locale"`
	Client bot.Client `json:"client"`
	Resume *resume    `json:"resume,omitempty"`
}

// resume says where a conversation goes on.
type resume struct {
	Conv     string `json:"conv"`
	Epoch    string `json:"epoch"`
	AfterSeq int64  `json:"after_seq"`
}

// dialAs opens a socket and says hello: as a demo user, else with the token in h.
func dialAs(ctx context.Context, address, user string, h hello) (*client, error) {
	c := &client{frames: make(chan frame, 64), ended: make(chan struct{})}
	if err := c.connect(ctx, address); err != nil {
		return nil, err
	}
	if user != "" {
		var err error
		if h.Token, err = c.demoToken(ctx, user); err != nil {
			c.socket.Close()
			return nil, err
		}
	}
	c.token = h.Token
	go c.read()
	return c, c.send("hello", h)
}

// demoToken asks a server in demo mode for the token that a host app signs in
// real life.
func (c *client) demoToken(ctx context.Context, user string) (string, error) {
	if user == "" {
		return "", nil
	}
	body, err := json.Marshal(map[string]string{"user": user})
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath("/v1/demo/token").String(), bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		return "", fmt.Errorf("no server at %s: %w (start one with `kaitong`)", c.base, err)
	}
	defer response.Body.Close()
	var reply struct{ Token, Title string }
	if err := json.NewDecoder(response.Body).Decode(&reply); err != nil || response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("no token for %q: %s %s (demo users begin with demo-, and the server must run in demo mode; in production give --token)", user, response.Status, printable(reply.Title))
	}
	return reply.Token, nil
}

// connect opens the socket; nothing is said on it yet.
func (c *client) connect(ctx context.Context, server string) error {
	var err error
	if c.base, err = url.Parse(server); err != nil || c.base.Host == "" {
		return usageError{fmt.Sprintf("--url %q: want something like http://localhost:8080", server)}
	}
	address := *c.base.JoinPath("/v1/ws")
	address.Scheme = strings.Replace(strings.Replace(address.Scheme, "https", "wss", 1), "http", "ws", 1)
	dialer := websocket.Dialer{Subprotocols: []string{"kaitong.v1"}, HandshakeTimeout: 10 * time.Second}
	socket, response, err := dialer.DialContext(ctx, address.String(), http.Header{"Origin": {c.base.Scheme + "://" + c.base.Host}})
	if err != nil {
		return fmt.Errorf("no chat at %s: %w (start a server with `kaitong`)", c.base, err)
	}
	response.Body.Close()
	c.socket = socket
	return nil
}

// read passes frames on until the socket ends.
func (c *client) read() {
	defer close(c.ended)
	defer close(c.frames)
	for {
		var f frame
		if c.err = c.socket.ReadJSON(&f); c.err != nil {
			return
		}
		c.frames <- f
	}
}

// history reads one page of the conversation's events after seq.
func (c *client) history(w welcomeData, after int64) ([]frame, error) {
	address := c.base.JoinPath("/v1/conversations", w.Conv, "events")
	address.RawQuery = fmt.Sprintf("after=%d", after)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	if c.token == "" {
		request.Header.Set("Authorization", "Anonymous "+w.Anon)
	}
	response, err := (&http.Client{}).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var page struct{ Events []frame }
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("history: %s", response.Status)
	}
	err = json.NewDecoder(response.Body).Decode(&page)
	return page.Events, err
}

// ending says why the socket ended, once it has.
func (c *client) ending() error { return fmt.Errorf("the connection ended: %w", c.err) }

func (c *client) send(kind string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return c.write(frame{Type: kind, ID: newID(), Data: raw})
}

func (c *client) write(f frame) error { return c.socket.WriteJSON(f) }

// close says goodbye properly and waits for the reader.
func (c *client) close() error {
	message := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	err := c.socket.WriteControl(websocket.CloseMessage, message, time.Now().Add(time.Second))
	if err != nil && !errors.Is(err, websocket.ErrCloseSent) {
		c.socket.Close()
	}
	go func() {
		for range c.frames { // let the reader reach the close
		}
	}()
	select {
	case <-c.ended:
	case <-time.After(2 * time.Second):
	}
	return c.socket.Close()
}
