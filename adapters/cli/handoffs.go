package cli

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"kaitong/adapters/web"
	"kaitong/bot"
)

const (
	// tendEvery is how often waiting people are looked after.
	tendEvery = time.Second
	// tendTimeout bounds one look at one conversation.
	tendTimeout = 10 * time.Second
	// tendsATick bounds how many people are looked after together: when a line
	// opens, all who have a ticket become places at once.
	tendsATick = 100
	// tendAgain is when one is looked after again that could not be: it shall not
	// keep others from their turn.
	tendAgain = time.Minute
	// lookers read so many conversations at a time.
	lookers = 4
	// looksWaiting is how many may wait to be looked at; more is a burst, after
	// which everything is looked at.
	looksWaiting = 4096
)

// handoffs look after people who wait for a human: they find them when the
// program starts, hear of those that other nodes serve, keep what was promised,
// and tell each their place in line as it moves.
type handoffs struct {
	tenant string // whose desk is here
	engine *bot.Engine
	find   func(context.Context) ([]string, error)
	web    *web.Server
	logger *slog.Logger

	looks   chan string
	missed  chan struct{} // everything is to be looked at
	stop    context.CancelFunc
	stopped sync.WaitGroup

	// Of the goroutine that tends.
	told   map[string]int       // conversation -> the place it was told last
	failed map[string]time.Time // conversation -> when to look after it again
}

func newHandoffs(c *core, server *web.Server) *handoffs {
	return &handoffs{
		tenant: c.config.Tenant,
		engine: c.engine, find: c.log.HandedOver, web: server, logger: c.logger,
		looks: make(chan string, looksWaiting), missed: make(chan struct{}, 1), told: map[string]int{}, failed: map[string]time.Time{},
	}
}

func (h *handoffs) start() {
	var ctx context.Context
	ctx, h.stop = context.WithCancel(context.Background())
	for range lookers {
		h.stopped.Go(func() { h.lookOn(ctx) })
	}
	h.stopped.Go(func() { h.run(ctx) })
}

func (h *handoffs) close(context.Context) error {
	h.stop()
	h.stopped.Wait()
	return nil
}

// tell shows the person what was stored for them, but not by them.
func (h *handoffs) tell(conversation string, seq int64) { h.web.Announce(conversation, seq) }

// concern says whether a desk wants to hear of a turn.
func (h *handoffs) concern(turn bot.Turn) bool { return h.engine.Board().Concerns(turn) }

// look brings the board up to date about a conversation. It never waits; when
// one does not fit, everything is looked at after the burst.
func (h *handoffs) look(conversation string) {
	select {
	case h.looks <- conversation:
	default:
		h.lookAll()
	}
}

// lookAll brings the whole board up to date: something may have been missed. It
// never waits.
func (h *handoffs) lookAll() {
	select {
	case h.missed <- struct{}{}:
	default: // as good as one
	}
}

func (h *handoffs) lookOn(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case conversation := <-h.looks:
			h.refresh(ctx, conversation)
		}
	}
}

func (h *handoffs) refresh(ctx context.Context, conversation string) {
	limited, cancel := context.WithTimeout(ctx, tendTimeout)
	defer cancel()
	if err := h.engine.Refresh(limited, conversation); err != nil && ctx.Err() == nil && !errors.Is(err, bot.ErrNotFound) {
		h.logger.Warn("a hand-off was not looked at", "conversation", conversation, "error", err)
	}
}

// run finds who waits, then looks after them.
func (h *handoffs) run(ctx context.Context) {
	h.findAll(ctx)
	ticker := time.NewTicker(tendEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.missed:
			h.findAll(ctx)
		case <-ticker.C:
			entries := h.engine.Board().Open()
			h.tend(ctx, entries)
			h.place(entries)
		}
	}
}

// findAll looks at who waits, as the log says, and at who is on the board: it
// may be over.
func (h *handoffs) findAll(ctx context.Context) {
	names, err := h.find(ctx)
	if err != nil && ctx.Err() == nil {
		h.logger.Warn("who waits for a human is not known until they write again", "error", err)
	}
	for _, entry := range h.engine.Board().Open() {
		names = append(names, entry.Conversation)
	}
	known := make(map[string]bool, len(names))
	for _, name := range names { // who has waited longest first
		if known[name] {
			continue
		}
		known[name] = true
		select {
		case h.looks <- name:
		case <-ctx.Done():
			return
		}
	}
}

// tend keeps what was promised. Several nodes may try: the log lets one.
func (h *handoffs) tend(ctx context.Context, entries []bot.Entry) {
	ours := slices.DeleteFunc(slices.Clone(entries), func(entry bot.Entry) bool { return !h.ours(entry) })
	for _, entry := range h.engine.Overdue(h.due(ours), tendsATick) {
		limited, cancel := context.WithTimeout(ctx, tendTimeout)
		err := h.engine.Tend(limited, entry.Conversation, entry.Owner.Tenant)
		cancel()
		if err != nil && ctx.Err() == nil {
			h.logger.Warn("somebody who waits was not told", "conversation", entry.Conversation, "error", err)
			h.failed[entry.Conversation] = time.Now().Add(tendAgain)
		}
	}
}

// ours leaves people in line for another tenant's desk to the nodes that have it:
// whether somebody is there is not known here.
func (h *handoffs) ours(entry bot.Entry) bool {
	return entry.Owner.Tenant == h.tenant || entry.State == bot.HandoffRequested
}

// due leaves those out that could not be looked after a moment ago.
func (h *handoffs) due(entries []bot.Entry) []bot.Entry {
	if len(h.failed) == 0 {
		return entries
	}
	now := time.Now()
	maps.DeleteFunc(h.failed, func(_ string, until time.Time) bool { return now.After(until) })
	return slices.DeleteFunc(slices.Clone(entries), func(entry bot.Entry) bool {
		_, failed := h.failed[entry.Conversation]
		return failed
	})
}

// place tells people their place in line where it has moved.
func (h *handoffs) place(entries []bot.Entry) {
	now := make(map[string]int, len(entries))
	places := map[[2]string]int{}
	for _, entry := range entries { // in the order in which they are served
		if !entry.Waiting() {
			continue
		}
		line := [2]string{entry.Owner.Tenant, entry.Queue}
		places[line]++
		if entry.State != bot.HandoffQueued { // a place all the same: it is about to be put in line
			continue
		}
		now[entry.Conversation] = places[line]
		if h.told[entry.Conversation] != places[line] {
			h.web.InLine(entry.Conversation, places[line])
		}
	}
	h.told = now
}
