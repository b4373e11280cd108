package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"kaitong/adapters/edge"
	"kaitong/adapters/tokens"
	"kaitong/bot"
	"kaitong/bot/access"
)

// Options is everything a [Server] is made of.
type Options struct {
	Engine Engine
	Log    *slog.Logger

	// Tenant owns anonymous and demo people, and tokens that name no tenant.
	Tenant string
	// Tenants are those that are served; none: everybody is Tenant's, or whose the
	// token says. Where there are some a token must name one of them.
	Tenants []Tenant
	// Token says which host tokens are believed.
	Token tokens.Rules
	// Seals are secrets that all nodes share: they recognise the ids of
	// conversations that nothing was stored of yet. The first one makes them.
	Seals [][]byte
	// Revoked says whether a token counts no more, although it was good; nil: all
	// that are good count. It must return at once.
	Revoked func(who bot.Identity, token string, issued time.Time) bool
	// Revoke keeps a revocation that the host app's backend asks for, and returns
	// once it counts here; nil: there is no address for that.
	Revoke func(ctx context.Context, revocation access.Revocation) error

	// Anonymous lets people in without a token.
	Anonymous bool
	// Origins are allowed besides the server's own host, e.g.
	// "https://help.example.com".
	Origins []string
	// Proxies stand before the server: what they say in X-Forwarded-For about
	// where a request comes from is believed.
	Proxies []netip.Prefix

	// Demo mints tokens for anybody who asks to be a demo user. Never set it
	// where real people are served.
	Demo bool
	// Signer signs the tokens of demo users; Token must believe it.
	Signer tokens.Signer
	// Hosts are names, besides addresses and localhost, under which demo tokens are
	// given.
	Hosts []string
	// DemoUsers fill the picker of the chat page.
	DemoUsers []DemoUser

	// Typing is told that a person writes, at most once a second each. It must
	// return at once. nil: nobody is.
	Typing func(conversation string)

	// Place is the place in line of a conversation, 1 for next; false where it is
	// in none. It must return at once. nil: nobody is in line.
	Place func(conversation string) (int, bool)

	// Mounts are served beside what is ours, by their pattern: "/desk/".
	Mounts map[string]http.Handler

	// Follow, when set, goes on with the trace that a client named in the header
	// traceparent when it opened the socket.
	Follow func(ctx context.Context, traceparent string) context.Context

	// Uploads take documents for appeals; nil: there is no address for them.
	Uploads *Uploads

	// Personal gives people what is kept of them, or takes it away; nil: there are
	// no addresses for it.
	Personal *Personal

	Limits Limits
	Checks []Check // what /readyz asks
}

// DemoUser is one entry of the picker: a user of the reference responder with
// its situation in plain words.
type DemoUser struct {
	ID        string `json:"id"` // demo-…
	Name      Words  `json:"name"`
	Situation Words  `json:"situation"`
}

// Words is one text in both languages.
type Words struct {
	ZH string `json:"zh-CN"`
	EN string `json:"en"`
}

// Check is one thing /readyz asks about.
type Check struct {
	Name string // e.g. "event log"
	// Optional marks what people can do without: when it does not work the
	// server is degraded, and still ready.
	Optional bool
	Fault    string // what /readyz?verbose says when it does not; the error itself is only logged
	Run      func(context.Context) error
	// Note, when set, is what /readyz?verbose says besides, "" for nothing. It
	// is read by operators and never holds the words of an error from outside.
	Note func() string
}

// Limits bound what one person or one socket may use.
type Limits struct {
	FrameBytes        int           // of one frame from a client
	TextRunes         int           // of one message
	MessagesPerWindow int           // acts of one person in Window
	Window            time.Duration // see MessagesPerWindow
	SocketsPerUser    int           // open at once
	Sockets           int           // open at once, all together
	Handshakes        int           // of one address in a second, and at once; 0: no limit
	Inbox             int           // frames of one socket waiting for their turn
	Outbox            int           // writes waiting for one socket
	OutboxBytes       int           // waiting for one socket when no more is taken
	ReplayEvents      int           // replayed on resume, or in one page of history
	HelloTimeout      time.Duration // from upgrade to hello
	WriteTimeout      time.Duration // of one write
	PingEvery         time.Duration // a socket silent for 2.5 times this is closed
	TurnTimeout       time.Duration // of one act inside the engine
	CloseTimeout      time.Duration // for the other side to answer a close
}

// DefaultLimits suit people typing in an app.
func DefaultLimits() Limits {
	return Limits{
		FrameBytes:        16 << 10,
		TextRunes:         4000,
		MessagesPerWindow: 20,
		Window:            10 * time.Second,
		SocketsPerUser:    3,
		Sockets:           20_000,
		Handshakes:        50,
		Inbox:             32,
		Outbox:            64,
		OutboxBytes:       1 << 20,
		ReplayEvents:      500,
		HelloTimeout:      5 * time.Second,
		WriteTimeout:      10 * time.Second,
		PingEvery:         30 * time.Second,
		TurnTimeout:       15 * time.Second,
		CloseTimeout:      time.Second,
	}
}

func (o Options) validate() error {
	var problems []error
	need := func(ok bool, what string) {
		if !ok {
			problems = append(problems, errors.New(what))
		}
	}
	need(o.Engine != nil, "an engine is needed")
	need(o.Log != nil, "a logger is needed")
	need(o.Tenant != "", "a tenant is needed")
	if err := o.Token.Validate(); err != nil {
		problems = append(problems, err)
	}
	need(len(o.Seals) > 0, "a seal is needed")
	for _, seal := range o.Seals {
		need(len(seal) >= minSealBytes, fmt.Sprintf("a seal needs at least %d bytes", minSealBytes))
	}
	need(!o.Demo || o.Signer.Key != nil, "demo mode needs what signs tokens")
	for _, origin := range o.Origins {
		need(validOrigin(origin), fmt.Sprintf("origin %q must look like https://host", origin))
	}
	need(o.Limits.positive(), "every limit must be above zero")
	return errors.Join(problems...)
}

func (l Limits) positive() bool {
	counts := min(l.FrameBytes, l.TextRunes, l.MessagesPerWindow, l.SocketsPerUser, l.Sockets, l.Inbox, l.Outbox, l.OutboxBytes, l.ReplayEvents)
	times := min(l.Window, l.HelloTimeout, l.WriteTimeout, l.PingEvery, l.TurnTimeout, l.CloseTimeout)
	return counts > 0 && times > 0 && l.Handshakes >= 0
}

// validOrigin takes what browsers send as Origin: no path, no wildcard, and a
// name in letters that a policy can hold.
func validOrigin(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || !edge.PlainHost(strings.NewReplacer("[", "", "]", "").Replace(u.Host)) {
		return false
	}
	return (u.Scheme == "https" || u.Scheme == "http") && origin == u.Scheme+"://"+u.Host
}
