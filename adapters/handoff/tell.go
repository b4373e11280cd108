package handoff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kaitong/bot"
	"kaitong/bot/outbox"
)

// latest is how many messages come with a request.
const latest = 20

// told is one event of a turn before it is known who hears of it.
type told struct {
	nth  int
	kind string
	id   string
	body []byte
}

// concerns says whether a turn has anything for other desks.
func (h *Hooks) concerns(turn bot.Turn) bool {
	return h.open[turn.Conversation] || slices.ContainsFunc(turn.Events, func(event bot.Event) bool {
		_, hands := event.(bot.HandoffChanged)
		return hands
	})
}

// tell is what other desks hear of a turn, and whether they follow its
// conversation from then on. A conversation of another tenant, or one that is
// damaged, is not theirs.
func (h *Hooks) tell(ctx context.Context, turn bot.Turn) (events []told, open bool, err error) {
	conv, err := h.fold(ctx, turn.Conversation, turn.Version-1)
	if err != nil {
		return nil, false, h.unlessDamaged(turn.Conversation, err)
	}
	whole, err := h.log.Load(ctx, turn.Conversation, turn.Version-1, 1)
	if err != nil || len(whole) == 0 {
		return nil, false, h.unlessDamaged(turn.Conversation, err)
	}
	following := conv.Handoff.Open()
	if err := conv.Apply(whole[0]); err != nil {
		return nil, false, h.unlessDamaged(turn.Conversation, err)
	}
	if conv.Owner.Tenant != h.tenant {
		delete(h.folds, conv.ID)
		return nil, false, nil
	}
	if !conv.Handoff.Open() {
		delete(h.folds, conv.ID)
	}
	events, err = h.eventsOf(ctx, conv, whole[0], following)
	return events, conv.Handoff.Open(), err
}

// mostFolds is how many conversations are kept while they are followed.
const mostFolds = 2048

// fold is a conversation after a version. What is being followed mostly is
// there already.
func (h *Hooks) fold(ctx context.Context, conversation string, version int64) (*bot.Conversation, error) {
	if conv := h.folds[conversation]; conv != nil && conv.Version == version {
		return conv, nil
	}
	delete(h.folds, conversation)
	conv := bot.NewConversation(conversation)
	if version > 0 {
		turns, err := h.log.Load(ctx, conversation, 0, int(version))
		if err != nil {
			return nil, err
		}
		if conv, err = bot.Replay(conversation, turns); err != nil {
			return nil, err
		}
	}
	if len(h.folds) >= mostFolds {
		clear(h.folds) // they are made anew from the log
	}
	h.folds[conversation] = conv
	return conv, nil
}

// unlessDamaged leaves a conversation alone that no reading will mend.
func (h *Hooks) unlessDamaged(conversation string, err error) error {
	if !errors.Is(err, bot.ErrDamaged) {
		return err
	}
	h.logger.Warn("other desks are not told of a damaged conversation", "conversation", conversation, "error", err)
	return nil
}

// eventsOf goes through a turn. What is said is told while somebody waits or is
// talked to; what was said before comes with the request.
func (h *Hooks) eventsOf(ctx context.Context, conv *bot.Conversation, turn bot.Turn, following bool) ([]told, error) {
	var events []told
	found := disposed(turn)
	for nth, event := range turn.Events {
		data, kind := h.dataOf(conv), ""
		var err error
		switch e := event.(type) {
		case bot.Message:
			if following {
				said := h.messageOf(e, turn.At)
				kind, data.Message = EventMessage, &said
			}
		case bot.HandoffChanged:
			kind, data.State, data.Epoch = kindOf(e.State), e.State, e.Owner
			following = following && (bot.Handoff{State: e.State}).Open()
			err = h.explain(ctx, kind, &data)
			if kind == EventResolved && found != nil {
				data.Agent = h.agentOf(&found.Agent)
				data.Disposition = &disposition{Cause: found.Cause, Solved: found.Solved, Note: found.Note}
			}
		}
		if err != nil {
			return nil, err
		}
		if kind == "" {
			continue
		}
		one := told{nth: nth, kind: kind}
		if one.id, one.body, err = h.encode(kind, turn.At, nth, data); err != nil {
			return nil, fmt.Errorf("conversation %s: event: %w", conv.ID, err)
		}
		events = append(events, one)
	}
	return events, nil
}

func kindOf(state bot.HandoffState) string {
	switch state {
	case bot.HandoffActive:
		return EventClaimed
	case bot.HandoffResolved:
		return EventResolved
	case bot.HandoffCancelled:
		return EventCancelled
	}
	return EventRequested
}

func disposed(turn bot.Turn) *bot.Disposed {
	for _, event := range turn.Events {
		if found, ok := event.(bot.Disposed); ok {
			return &found
		}
	}
	return nil
}

// explain puts into a request what an agent should know before the first word.
func (h *Hooks) explain(ctx context.Context, kind string, data *eventData) error {
	if kind != EventRequested {
		return nil
	}
	history, err := h.log.Load(ctx, data.Conversation, 0, int(data.Version))
	if err != nil {
		return h.unlessDamaged(data.Conversation, err)
	}
	all := h.messagesIn(history)
	data.Messages = all[max(0, len(all)-latest):]
	found, err := h.engine.Case(ctx, h.tenant, data.Conversation, data.Locale)
	if err != nil {
		return h.unlessDamaged(data.Conversation, err)
	}
	data.Brief = found.Brief.Lines(data.Locale)
	return nil
}

// standing is what somebody who begins to listen is told of a conversation that
// waits or has an agent already.
func (h *Hooks) standing(ctx context.Context, conversation string, position int64) (*outbox.Note, error) {
	history, err := h.log.Load(ctx, conversation, 0, 0)
	if err != nil {
		return nil, h.unlessDamaged(conversation, err)
	}
	history = slices.DeleteFunc(history, func(turn bot.Turn) bool { return turn.Position > position })
	conv, err := bot.Replay(conversation, history)
	if err != nil {
		return nil, h.unlessDamaged(conversation, err)
	}
	if conv.Owner.Tenant != h.tenant || !conv.Handoff.Open() {
		return nil, nil //nolint:nilnil // nothing to tell is no error
	}
	data, kind, last := h.dataOf(conv), kindOf(conv.Handoff.State), history[len(history)-1]
	if err := h.explain(ctx, kind, &data); err != nil {
		return nil, err
	}
	id, body, err := h.encode(kind, last.At, standingNth, data)
	now := h.now()
	return &outbox.Note{Conversation: conversation, Position: last.Position, Nth: standingNth, ID: id, Kind: kind, Body: body, Noted: now, Due: now}, err
}

// standingNth is after everything else that a turn can say.
const standingNth = 1_000_000

// noteFor addresses an event.
func noteFor(endpoint string, turn bot.Turn, event told, now time.Time) outbox.Note {
	return outbox.Note{
		Endpoint: endpoint, Conversation: turn.Conversation, Position: turn.Position, Nth: event.nth,
		ID: event.id, Kind: event.kind, Body: event.body, Noted: now, Due: now,
	}
}
