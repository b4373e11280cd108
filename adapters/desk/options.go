package desk

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"kaitong/adapters/desk/sso"
	"kaitong/bot"
	"kaitong/bot/staff"
)

// Engine is what the desk needs of the bot.
type Engine interface {
	// Attend does what an agent wants. When it returns without error the turn is
	// durable.
	Attend(ctx context.Context, act bot.DeskAct) (bot.Receipt, error)
	// Case is everything an agent may see of a conversation.
	Case(ctx context.Context, tenant, conversation, locale string) (bot.Case, error)
}

// Board is what waits for a human or has one.
type Board interface {
	List(tenant string) []bot.Entry
	Get(conversation string) (bot.Entry, bool)
	// Watch calls back after every change; what it calls back with may be late.
	Watch(call func(bot.Entry)) (stop func())
	// Wait is how long people of a queue usually waited lately.
	Wait(queue string) (time.Duration, bool)
}

// Snippet is something an agent can paste into a reply.
type Snippet struct {
	ID    string `json:"id"` // fix:repay.on_time
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Options is everything a [Server] is made of.
type Options struct {
	Engine   Engine
	Board    Board
	Vault    staff.Vault
	Presence *Presence
	Log      *slog.Logger
	Tenant   string      // whose conversations the desk shows
	Queues   []bot.Queue // the lines there are

	// Demo offers the demo agents, who need no password. Never set it where real
	// people are served.
	Demo bool
	// Hosts are names, besides addresses and localhost, under which the demo agents
	// are offered.
	Hosts []string
	// Company is the provider whose accounts agents sign in with. nil: none.
	Company *Company
	// Proxies stand before the server: what they say in X-Forwarded-For, -Proto
	// and -Host is believed.
	Proxies []netip.Prefix

	// Products are the names of products by their id. nil: ids are shown.
	Products func(locale string) map[string]string
	// Snippets finds what may help to reply. nil: nothing is offered.
	Snippets func(query, locale string) []Snippet
	// Documents reads what was attached to the appeal of a conversation, by its
	// id; where it is not there any more, [bot.ErrNotFound]. nil: nothing can be.
	Documents func(ctx context.Context, conversation, id string) ([]byte, error)
	// Typing is told that an agent writes in a conversation. nil: nobody is.
	Typing func(conversation string)

	Cost   Cost // of passwords that are hashed from now on; zero: [DefaultCost]
	Limits Limits
	Now    func() time.Time // nil: time.Now
}

// Company is a provider that agents can sign in with.
type Company struct {
	Provider *sso.Provider // closed by who made it
	Name     string        // for the button; empty: words of the page
	Only     bool          // passwords let nobody in
}

// Limits bound what one desk may use. The zero value of each is its default.
type Limits struct {
	Sockets      int           // open at once, all together; 500
	FrameBytes   int           // of one frame from a desk; 32 KiB
	Frames       int           // from one socket in 10 s; 200
	Outbox       int           // frames waiting for one socket; 2000
	OutboxBytes  int           // see Outbox; 4 MiB
	WriteTimeout time.Duration // of one write; 10 s
	PingEvery    time.Duration // a socket silent for 2.5 times this is closed; 25 s
	RecheckEvery time.Duration // whether the session of a socket still lives; 5 s
	ActTimeout   time.Duration // of one act inside the engine; 10 s
}

func (l Limits) withDefaults() Limits {
	setInt := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	setTime := func(field *time.Duration, value time.Duration) {
		if *field == 0 {
			*field = value
		}
	}
	setInt(&l.Sockets, 500)
	setInt(&l.FrameBytes, 32<<10)
	setInt(&l.Frames, 200)
	setInt(&l.Outbox, 2000)
	setInt(&l.OutboxBytes, 4<<20)
	setTime(&l.WriteTimeout, 10*time.Second)
	setTime(&l.PingEvery, 25*time.Second)
	setTime(&l.RecheckEvery, 5*time.Second)
	setTime(&l.ActTimeout, 10*time.Second)
	return l
}

func (o Options) validate() error {
	var problems []error
	need := func(there bool, what string) {
		if !there {
			problems = append(problems, errors.New(what+" is needed"))
		}
	}
	need(o.Engine != nil, "an engine")
	need(o.Board != nil, "a board")
	need(o.Vault != nil, "a vault")
	need(o.Presence != nil, "presence")
	need(o.Log != nil, "a logger")
	need(o.Tenant != "", "a tenant")
	return errors.Join(problems...)
}
