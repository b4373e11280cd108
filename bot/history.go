package bot

import (
	"context"
	"fmt"
)

// Summary is what a client needs to go on with a conversation.
type Summary struct {
	Conversation string
	Seq          int64 // of the last event the client may see
	Locale       string
	Product      string
	Handoff      HandoffState
}

// Open finds a conversation of a person as it stands in the log now, whichever
// node stored its latest turn. Unknown and foreign ones are both ErrNotFound.
func (e *Engine) Open(ctx context.Context, who Identity, conversation string) (Summary, error) {
	if !validID(conversation) {
		return Summary{}, fmt.Errorf("conversation id: %w", ErrNotFound)
	}
	var summary Summary
	err := e.read(ctx, who, conversation, func(conv *Conversation) {
		summary = Summary{Conversation: conv.ID, Seq: conv.Seq, Locale: conv.Locale, Product: conv.Product, Handoff: conv.Handoff.State}
	})
	return summary, err
}

// read shows a conversation that is brought up to date first: another node may
// have stored turns since it was folded here.
func (e *Engine) read(ctx context.Context, who Identity, conversation string, see func(*Conversation)) error {
	place, err := e.shelf.take(ctx, conversation)
	if err != nil {
		return fmt.Errorf("conversation %s: wait for turn: %w", conversation, err)
	}
	defer e.shelf.put(place)
	conv, err := e.current(ctx, place, who)
	if err == nil {
		see(conv)
	}
	return err
}

// catchUp folds in what the log holds beyond the fold at hand.
func (e *Engine) catchUp(ctx context.Context, place *slot) error {
	turns, err := e.log.Load(ctx, place.id, place.conv.Version, 0)
	if err != nil {
		return fmt.Errorf("conversation %s: load: %w", place.id, err)
	}
	for _, turn := range turns {
		if err := place.conv.Apply(turn); err != nil {
			place.conv = nil
			return err
		}
	}
	return nil
}

// History returns what a client may see of a person's conversation: its turns
// in order, each with only the events that have Seq > after. Turns without any
// are left out. It ends with the turn that makes it most events or more; 0 is
// everything.
func (e *Engine) History(ctx context.Context, who Identity, conversation string, after int64, most int) ([]Turn, error) {
	if !validID(conversation) {
		return nil, fmt.Errorf("conversation id: %w", ErrNotFound)
	}
	after = max(after, 0) // events that nobody sees have none
	var before int64
	if err := e.read(ctx, who, conversation, func(conv *Conversation) { before = conv.before(after) }); err != nil {
		return nil, err
	}
	return e.visible(ctx, conversation, before, after, most)
}

// visible reads page by page: a turn need not have anything to see.
func (e *Engine) visible(ctx context.Context, conversation string, before, after int64, most int) ([]Turn, error) {
	var visible []Turn
	for events := 0; ; {
		turns, err := e.log.Load(ctx, conversation, before, most)
		if err != nil {
			return nil, fmt.Errorf("conversation %s: load: %w", conversation, err)
		}
		for _, turn := range turns {
			before = turn.Version
			if turn.Events = Visible(turn, after); len(turn.Events) > 0 {
				visible = append(visible, turn)
			}
			if events += len(turn.Events); most > 0 && events >= most {
				return visible, nil
			}
		}
		if most == 0 || len(turns) < most {
			return visible, nil
		}
	}
}

// Visible returns the events of a turn that a client may see, with Seq > after.
func Visible(turn Turn, after int64) []Event {
	var events []Event
	for _, event := range turn.Events {
		if seq := seqOfEvent(event); seq > after {
			events = append(events, event)
		}
	}
	return events
}

// LastSeq is the highest number that a client sees in a turn, 0 when it sees
// nothing of it.
func LastSeq(turn Turn) int64 {
	var last int64
	for _, event := range turn.Events {
		last = max(last, seqOfEvent(event))
	}
	return last
}

func seqOfEvent(event Event) int64 {
	switch e := event.(type) {
	case Message:
		return e.Seq
	case HandoffChanged:
		return e.Seq
	}
	return 0
}

// Greeting is shown when a chat opens, before anything is said or stored.
func (e *Engine) Greeting(tenant, locale string) []Block {
	base := e.of(tenant).Latest().Base
	l := base.Locale(locale)
	return []Block{{
		Type: BlockText, Source: "phrase:greeting",
		Text: base.Phrase("greeting", l, map[string]string{"product": base.Pack().Product.Name.In(l)}),
	}}
}

// Epoch identifies the log that the conversations live in.
func (e *Engine) Epoch() string { return e.log.Epoch() }
