package handoff

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kaitong/bot"
	"kaitong/bot/outbox"
)

// Engine is what other desks see of the conversations.
type Engine interface {
	Attend(ctx context.Context, act bot.DeskAct) (bot.Receipt, error)
	Case(ctx context.Context, tenant, conversation, locale string) (bot.Case, error)
	Board() *bot.Board
}

// Endpoint is another desk.
type Endpoint struct {
	Name    string // in small letters, digits and -
	URL     string
	Inbox   string // of an API channel of Chatwoot at URL; empty: a desk of our contract
	Secrets Secrets
	Events  []string // of [EventTypes]; empty: all
}

// Options is everything that [Hooks] are made of.
type Options struct {
	Tenant    string // whose conversations are handed over
	Endpoints []Endpoint
	Private   bool   // endpoints may be in one's own network, and use http
	Public    string // where this program is reached, for links; may be empty

	Engine  Engine
	Log     bot.EventLog
	Tail    func(ctx context.Context, after int64, limit int) ([]bot.Turn, error) // of the log, with the events of hand-offs at least
	Box     outbox.Box                                                            // closed with the hooks
	End     func(context.Context) (int64, error)                                  // the last position of the log
	Waiting func(ctx context.Context) (names []string, err error)                 // conversations that wait or have a human

	Audit  Audit // of what other desks read and do; nil: nowhere
	Now    func() time.Time
	Pace   Pace
	Logger *slog.Logger
}

// Hooks tell other desks, and take in what their agents do.
type Hooks struct {
	tenant, public string
	endpoints      map[string]*endpoint
	engine         Engine
	log            bot.EventLog
	tail           func(context.Context, int64, int) ([]bot.Turn, error)
	box            outbox.Box
	end            func(context.Context) (int64, error)
	waiting        func(context.Context) ([]string, error)
	audit          Audit
	now            func() time.Time
	pace           Pace
	logger         *slog.Logger

	woken   chan struct{}
	leading atomic.Bool
	failing atomic.Bool
	stop    context.CancelFunc
	loops   sync.WaitGroup // the reader and the senders
	work    sync.WaitGroup // tries

	// Of the goroutine that reads.
	followed time.Time                    // when it was asked how the endpoints do
	position int64                        // up to which the log was read
	saved    int64                        // up to which the box knows of that
	savedAt  time.Time                    // when it was told so
	open     map[string]bool              // conversations that are followed
	folds    map[string]*bot.Conversation // of some of them, as far as they were read
}

// New begins to tell. [Hooks.Close] ends it.
func New(options Options) (*Hooks, error) {
	h := &Hooks{
		tenant: options.Tenant, public: strings.TrimSuffix(options.Public, "/"), endpoints: map[string]*endpoint{},
		log: options.Log, tail: options.Tail, box: options.Box, end: options.End, waiting: options.Waiting,
		audit: options.Audit, now: options.Now, pace: options.Pace, logger: options.Logger, woken: make(chan struct{}, 1), folds: map[string]*bot.Conversation{},
	}
	h.engine = recorded{options.Engine, h.record}
	for _, one := range options.Endpoints {
		made, err := newEndpoint(one, options)
		if err != nil {
			return nil, fmt.Errorf("endpoint %s: %w", one.Name, err)
		}
		h.endpoints[one.Name] = made
	}
	var ctx context.Context
	ctx, h.stop = context.WithCancel(context.Background())
	h.loops.Go(func() { h.run(ctx) })
	for _, endpoint := range h.endpoints {
		h.loops.Go(func() { h.send(ctx, endpoint) })
	}
	return h, nil
}

func newEndpoint(one Endpoint, options Options) (*endpoint, error) {
	if err := CheckURL(one.URL, options.Private); err != nil {
		return nil, err
	}
	e := &endpoint{
		name: one.Name, url: one.URL, events: one.Events, client: newClient(options.Private, options.Pace.Timeout),
		woken: make(chan struct{}, 1), busy: map[string]bool{}, finished: make(chan finish, parallel),
	}
	if one.Inbox == "" {
		e.secrets, e.courier = one.Secrets, &webhook{one.URL, one.Secrets, e.client}
		return e, nil
	}
	e.chatwootSecrets = one.Secrets
	desk, err := newChatwoot(one.Name, one.URL, one.Inbox, e.client)
	e.courier = desk
	return e, err
}

// Close ends what is under way, which is told again by the next start.
func (h *Hooks) Close(context.Context) error {
	h.stop()
	h.loops.Wait()
	h.work.Wait()
	return h.box.Close()
}

// Stored takes note of a turn that was just stored. It never waits.
func (h *Hooks) Stored(turn bot.Turn) {
	if !h.engine.Board().Concerns(turn) {
		return
	}
	select {
	case h.woken <- struct{}{}:
	default: // as good as one
	}
}

// run reads on whenever there is something, while this process leads.
func (h *Hooks) run(ctx context.Context) {
	ticker := time.NewTicker(h.pace.Tick)
	defer ticker.Stop()
	for {
		err := h.look(ctx)
		h.blame(ctx, err)
		woken := h.woken
		if err != nil {
			woken = nil // take one's time
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-woken:
			gather := time.NewTimer(h.pace.Gather)
			select {
			case <-gather.C:
			case <-ctx.Done():
				gather.Stop()
				return
			}
		}
	}
}

// look reads on if it is this process that does. After anything that goes wrong
// it begins anew from what was kept.
func (h *Hooks) look(ctx context.Context) error {
	lead, err := h.box.Lead(ctx)
	if err != nil || !lead {
		h.leading.Store(false)
	}
	switch {
	case err != nil:
		return err
	case !lead:
		return h.follow(ctx)
	}
	if !h.leading.Load() {
		err = h.begin(ctx)
	}
	if err == nil {
		err = h.readOn(ctx)
	}
	h.leading.Store(err == nil)
	if err != nil {
		return err
	}
	for _, endpoint := range h.endpoints {
		endpoint.wake()
	}
	return nil
}

// follow learns from what the process that leads has kept how the endpoints do.
func (h *Hooks) follow(ctx context.Context) error {
	if h.now().Sub(h.followed) < followEvery {
		return nil
	}
	list, err := h.box.Endpoints(ctx)
	if err != nil {
		return err
	}
	h.followed = h.now()
	for _, known := range list {
		if endpoint := h.endpoints[known.Name]; endpoint != nil && endpoint.url == known.URL {
			endpoint.gone.Store(known.Gone)
			endpoint.failing.Store(known.Late)
		}
	}
	return nil
}

// followEvery is how often a process that does not lead asks.
const followEvery = 5 * time.Second

// Takes says whether an endpoint takes what it is told, as far as is known: one
// that does not hears of nobody who waits.
func (h *Hooks) Takes(name string) bool {
	endpoint := h.endpoints[name]
	return endpoint != nil && endpoint.wants(EventRequested) && !endpoint.gone.Load() && !endpoint.failing.Load() && !h.failing.Load()
}

// Listens says whether an endpoint is told anything at all, now or later: it is
// configured, and has not said that it wants to hear nothing more.
func (h *Hooks) Listens(name string) bool {
	endpoint := h.endpoints[name]
	return endpoint != nil && !endpoint.gone.Load()
}

// blame logs the first failure of many, and the end of them.
func (h *Hooks) blame(ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil || errors.Is(err, outbox.ErrMoved):
	case err != nil && !h.failing.Swap(true):
		h.logger.Warn("other desks are not told what happens for the moment; trying again", "error", err)
	case err == nil && h.failing.Swap(false):
		h.logger.Info("other desks are told what happens again")
	}
}

// address is a turn's events for everybody who wants them.
func (h *Hooks) address(turn bot.Turn, events []told) []outbox.Note {
	var notes []outbox.Note
	for _, endpoint := range h.endpoints {
		for _, event := range events {
			if endpoint.wants(event.kind) && !endpoint.gone.Load() {
				notes = append(notes, noteFor(endpoint.name, turn, event, h.now()))
			}
		}
	}
	return notes
}

// Check says which desks are not told what happens, as far as this process
// tells them.
func (h *Hooks) Check() error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(h.endpoints)) {
		switch endpoint := h.endpoints[name]; {
		case endpoint.gone.Load():
			problems = append(problems, fmt.Errorf("%s wants to hear nothing more (410)", name))
		case endpoint.failing.Load():
			problems = append(problems, fmt.Errorf("%s does not take events", name))
		}
	}
	return errors.Join(problems...)
}

// transcriptLink is where a conversation can be read.
func (h *Hooks) transcriptLink(conversation string) string {
	return h.public + conversationsPath + url.PathEscape(conversation)
}

const conversationsPath = "/v1/handoff/conversations/"
