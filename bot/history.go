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

// Open finds a conversation of a person. Unknown and foreign ones are both
// ErrNotFound.
func (e *Engine) Open(ctx context.Context, who Identity, conversation string) (Summary, error) {
	if !validID(conversation) {
		return Summary{}, fmt.Errorf("conversation id: %w", ErrNotFound)
	}
	place, err := e.shelf.take(ctx, conversation)
	if err != nil {
		return Summary{}, fmt.Errorf("conversation %s: wait for turn: %w", conversation, err)
	}
	defer e.shelf.put(place)
	conv, err := e.load(ctx, place, who)
	if err != nil {
		return Summary{}, err
	}
	return Summary{Conversation: conv.ID, Seq: conv.Seq, Locale: conv.Locale, Product: conv.Product, Handoff: conv.Handoff}, nil
}

// History returns what a client may see of a person's conversation: its turns
// in order, each with only the events that have Seq > after. Turns without any
// are left out.
func (e *Engine) History(ctx context.Context, who Identity, conversation string, after int64) ([]Turn, error) {
	if _, err := e.Open(ctx, who, conversation); err != nil {
		return nil, err
	}
	turns, err := e.log.Load(ctx, conversation, 0)
	if err != nil {
		return nil, fmt.Errorf("conversation %s: load: %w", conversation, err)
	}
	var visible []Turn
	for _, turn := range turns {
		if turn.Events = Visible(turn, after); len(turn.Events) > 0 {
			visible = append(visible, turn)
		}
	}
	return visible, nil
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
func (e *Engine) Greeting(locale string) []Block {
	base := e.library.Latest().Base
	l := base.Locale(locale)
	return []Block{{
		Type: BlockText, Source: "phrase:greeting",
		Text: base.Phrase("greeting", l, map[string]string{"product": base.Pack().Product.Name.In(l)}),
	}}
}

// Epoch identifies the log that the conversations live in.
func (e *Engine) Epoch() string { return e.log.Epoch() }
