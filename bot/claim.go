package bot

import (
	"context"
	"fmt"
)

// Claim gives a conversation that somebody began without a name to the person
// they have turned out to be. It happens once and for good: the former name does
// not open it any more. What is unknown, somebody else's, of another tenant or
// claimed already is ErrNotFound: the four are told apart nowhere.
func (e *Engine) Claim(ctx context.Context, conversation string, from, to Identity) error {
	if !from.Anonymous || to.Anonymous || to.User == "" || !validID(conversation) {
		return fmt.Errorf("claim: %w", ErrInvalid)
	}
	if from.Tenant != to.Tenant {
		return fmt.Errorf("conversation %s: claim: %w", conversation, ErrNotFound)
	}
	_, err := e.inTurn(ctx, conversation, func(place *slot) (Receipt, error) {
		conv, err := e.load(ctx, place, from)
		if err != nil {
			return Receipt{}, err
		}
		claimed := Claimed{Tenant: to.Tenant, User: to.User}
		return e.store(ctx, place, conv, Turn{Conversation: conv.ID, Version: conv.Version + 1, At: e.now().UTC(), Events: []Event{claimed}})
	})
	return err
}

// claims says whether a conversation has another owner since a turn.
func (t Turn) claims() bool {
	for _, event := range t.Events {
		if _, is := event.(Claimed); is {
			return true
		}
	}
	return false
}
