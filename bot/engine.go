package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"
)

// maxAttempts bounds how often a turn is run again after losing a race for
// its version to another node.
const maxAttempts = 8

// maxAside, times the races lost, is the longest pause between two of them.
const maxAside = 5 * time.Millisecond

// Options are what an Engine is made of. All but Status, Logger and
// CachedConversations are required.
type Options struct {
	Log         EventLog
	Library     *Library
	Libraries   map[string]*Library // of tenants that have a pack of their own
	Eligibility Eligibility
	Status      Status // nil: nothing is ever wrong
	Now         func() time.Time
	NewID       func() string // unique ids for messages and tickets
	Logger      *slog.Logger  // nil: discard

	CachedConversations int // idle conversations kept in memory; 0: 10,000

	// What a language model may help with; each may be nil, and then nothing of
	// it happens.
	Interpreter Interpreter
	Phraser     Phraser
	Judged      func(Rule) // told of each wording which rule it breaks, "" for none; nil: nobody is

	Routing Routing // which line people wait in; without queues: [DefaultRouting]
	Roster  Roster  // which agents are there; nil: nobody ever is

	// Appeals lists conversations in which a person began an appeal, the latest
	// first; nil: how an appeal stands is told in its own conversation only.
	Appeals func(context.Context, Identity) ([]string, error)

	// Watch, when set, is told every turn once it is stored, and again when its
	// message is sent again. It must return at once.
	Watch func(Turn)
}

// Engine turns what people say into stored, answered turns. It is safe for
// concurrent use; within one conversation turns run one after the other.
type Engine struct {
	log         EventLog
	library     *Library
	libraries   map[string]*Library
	eligibility Eligibility
	status      Status
	now         func() time.Time
	newID       func() string
	logger      *slog.Logger
	masker      *Masker
	shelf       *shelf
	press       *press
	watch       func(Turn)
	routing     Routing
	roster      Roster
	board       *Board
	vacancy     *vacancy
	appeals     func(context.Context, Identity) ([]string, error)
	begun       time.Time // of this engine
	interpreter Interpreter
	phraser     Phraser
	judged      func(Rule)
}

// NewEngine puts an engine together.
func NewEngine(o Options) *Engine {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.CachedConversations == 0 {
		o.CachedConversations = 10_000
	}
	if o.Watch == nil {
		o.Watch = func(Turn) {}
	}
	if o.Judged == nil {
		o.Judged = func(Rule) {}
	}
	if len(o.Routing.Queues) == 0 {
		o.Routing = DefaultRouting()
	}
	return &Engine{
		interpreter: o.Interpreter, phraser: o.Phraser, judged: o.Judged,
		routing: o.Routing, roster: o.Roster, board: NewBoard(), vacancy: newVacancy(), begun: o.Now(),
		log: o.Log, library: o.Library, libraries: o.Libraries, eligibility: o.Eligibility, status: o.Status,
		now: o.Now, newID: o.NewID, logger: o.Logger,
		masker: NewMasker(), shelf: newShelf(o.CachedConversations), press: newPress(), watch: o.Watch, appeals: o.Appeals,
	}
}

// Handle answers one message. When it returns without error the turn is
// durable. Errors wrap ErrInvalid, ErrNotFound, ErrIDConflict, ErrBusy,
// ErrConflict (after all attempts) or come from the log.
func (e *Engine) Handle(ctx context.Context, say Say) (Receipt, error) {
	if err := say.validate(); err != nil {
		return Receipt{}, err
	}
	say = e.hidePersonalData(say)
	say.spent = new(bool)
	wait := e.inTurn
	if say.Handoff != "" {
		wait = e.atOnce
	}
	return wait(ctx, say.Conversation, func(place *slot) (Receipt, error) {
		say.rush = &place.rush
		return e.turn(ctx, place, say)
	})
}

// inTurn waits for its turn in a conversation and tries until no other node is
// faster.
func (e *Engine) inTurn(ctx context.Context, conversation string, try func(*slot) (Receipt, error)) (Receipt, error) {
	return e.within(ctx, conversation, e.shelf.take, try)
}

// atOnce is inTurn for those who do not wait for a model: agents, and people who ask
// for one.
func (e *Engine) atOnce(ctx context.Context, conversation string, try func(*slot) (Receipt, error)) (Receipt, error) {
	return e.within(ctx, conversation, e.shelf.takeAtOnce, try)
}

func (e *Engine) within(
	ctx context.Context, conversation string, take func(context.Context, string) (*slot, error), try func(*slot) (Receipt, error),
) (Receipt, error) {
	place, err := take(ctx, conversation)
	if err != nil {
		return Receipt{}, fmt.Errorf("conversation %s: wait for turn: %w", conversation, err)
	}
	defer e.shelf.put(place)
	for attempt := range maxAttempts {
		receipt, err := try(place)
		if !errors.Is(err, ErrConflict) {
			return receipt, err
		}
		if err := stepAside(ctx, attempt); err != nil {
			return Receipt{}, fmt.Errorf("conversation %s: %w", conversation, err)
		}
	}
	return Receipt{}, fmt.Errorf("conversation %s: %w after %d attempts", conversation, ErrConflict, maxAttempts)
}

// stepAside lets the node that won a race go on. Two nodes that come back at
// the same moment each time would lose to each other for ever, so nobody knows
// beforehand how long it is; the first time it is not at all.
func stepAside(ctx context.Context, attempt int) error {
	if attempt == 0 {
		return nil
	}
	timer := time.NewTimer(rand.N(time.Duration(attempt) * maxAside))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// turn runs one attempt: load, answer, append.
func (e *Engine) turn(ctx context.Context, place *slot, say Say) (Receipt, error) {
	conv, err := e.load(ctx, place, say.User)
	if err != nil && !opens(err, conv) {
		return Receipt{}, err
	}
	if known, ok := conv.seen[say.MessageID]; ok {
		return e.repeat(ctx, conv, known, say.MessageID, say.digest())
	}
	events, err := e.events(ctx, conv, say)
	if err != nil {
		return Receipt{}, e.unlessBehind(ctx, place, err)
	}
	turn := Turn{Conversation: conv.ID, Version: conv.Version + 1, At: e.now().UTC(), Events: events}
	return e.store(ctx, place, conv, turn)
}

// unlessBehind is the error of a turn, or ErrConflict where the turn refers to
// nothing known here and another node has stored more: it is run again then.
func (e *Engine) unlessBehind(ctx context.Context, place *slot, err error) error {
	late := errors.Is(err, ErrInvalid) || errors.Is(err, ErrFenced) || errors.Is(err, ErrTaken)
	if place.conv == nil || !late {
		return err
	}
	conv, version := place.conv, place.conv.Version
	if err := e.catchUp(ctx, place); err != nil {
		return err
	}
	if conv.Version > version {
		return fmt.Errorf("%w: %w", ErrConflict, err)
	}
	return err
}

// opens says whether the conversation simply does not exist yet.
func opens(err error, conv *Conversation) bool {
	return errors.Is(err, ErrNotFound) && conv != nil
}

// store appends the turn and only then folds it in. After an error nobody can
// know whether the turn is in the log, so the fold is forgotten.
func (e *Engine) store(ctx context.Context, place *slot, conv *Conversation, turn Turn) (Receipt, error) {
	if err := e.log.Append(ctx, turn); err != nil {
		place.conv = nil
		return Receipt{}, fmt.Errorf("conversation %s: append turn %d: %w", conv.ID, turn.Version, err)
	}
	if err := conv.Apply(turn); err != nil {
		place.conv = nil
		return Receipt{}, err
	}
	place.conv = conv
	if conv.Handoff.State != HandoffNone {
		e.board.Put(conv.entry())
	}
	e.report(ctx, turn, conv.Handoff)
	e.watch(turn)
	return Receipt{Turn: turn, Seq: seqOf(turn, conv)}, nil
}

// report tells the operator what somebody should see to. A change that moves
// somebody has no reason of its own: theirs is the one they wait for.
func (e *Engine) report(ctx context.Context, turn Turn, h Handoff) {
	for _, event := range turn.Events {
		switch said := event.(type) {
		case HandoffChanged:
			if said.State == HandoffRequested {
				e.logger.WarnContext(ctx, "a human is asked for", "conversation", turn.Conversation, "ticket", said.Ticket, "reason", cmp.Or(said.Reason, h.Reason))
			}
		case Alarmed:
			e.logger.WarnContext(ctx, "somebody who has an agent is in distress", "conversation", turn.Conversation)
		}
	}
}

// load returns the fold of the conversation. With ErrNotFound it returns the
// empty conversation when there is none, and nil when it is somebody else's.
func (e *Engine) load(ctx context.Context, place *slot, who Identity) (*Conversation, error) {
	known := place.conv != nil
	if !known {
		turns, err := e.log.Load(ctx, place.id, 0, 0)
		if err != nil {
			return nil, fmt.Errorf("conversation %s: load: %w", place.id, err)
		}
		conv, err := Replay(place.id, turns)
		if err != nil {
			return nil, err
		}
		if conv.Version == 0 {
			return conv, fmt.Errorf("conversation %s: %w", place.id, ErrNotFound)
		}
		place.conv = conv
	}
	if known && place.conv.Owner.Anonymous && !sameOwner(place.conv.Owner, who) { // it may have been claimed at another node
		if err := e.catchUp(ctx, place); err != nil {
			return nil, err
		}
	}
	return place.conv.of(who)
}

// of is the conversation for its owner, and nothing for anybody else.
func (c *Conversation) of(who Identity) (*Conversation, error) {
	switch {
	case sameOwner(c.Owner, who):
		return c, nil
	case c.Former.User != "" && sameOwner(c.Former, who):
		return nil, fmt.Errorf("conversation %s: %w: %w", c.ID, ErrNotFound, ErrMoved)
	}
	return nil, fmt.Errorf("conversation %s: %w", c.ID, ErrNotFound)
}

func sameOwner(a, b Identity) bool { return a.Tenant == b.Tenant && a.User == b.User }

// repeat answers a message id that is already in the log: with the recorded
// turn when the body is the same, with an error when it is not.
func (e *Engine) repeat(ctx context.Context, conv *Conversation, known seenMessage, id, digest string) (Receipt, error) {
	if known.digest != digest {
		return Receipt{}, fmt.Errorf("conversation %s: message %s: %w", conv.ID, id, ErrIDConflict)
	}
	turns, err := e.log.Load(ctx, conv.ID, known.version-1, 1)
	if err != nil {
		return Receipt{}, fmt.Errorf("conversation %s: load turn %d: %w", conv.ID, known.version, err)
	}
	if len(turns) == 0 {
		return Receipt{}, fmt.Errorf("conversation %s: turn %d: %w", conv.ID, known.version, ErrNotFound)
	}
	e.watch(turns[0]) // it may have been stored while nobody could say so
	return Receipt{Turn: turns[0], Seq: known.seq, Duplicate: true}, nil
}

// seqOf is the sequence number that acknowledges the turn: of the user's own
// message, else the last one of the conversation.
func seqOf(turn Turn, conv *Conversation) int64 {
	for _, event := range turn.Events {
		if m, ok := event.(Message); ok && m.Author == AuthorUser {
			return m.Seq
		}
	}
	return conv.Seq
}
