package bot

import (
	"encoding/json"
	"fmt"
)

// FindSealed returns the sealed block that a log keeps under a key. It is safe
// for concurrent use and wraps [ErrMissingBlock] when there is none.
type FindSealed func(key string) (*Sealed, error)

// DecodeEvents reads what [EncodeEvents] wrote. A kind this program does not
// know is an error: an old binary must not serve a history it cannot read.
func DecodeEvents(data []byte, find FindSealed) ([]Event, error) {
	var list []envelope
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("decode events: %w", err)
	}
	events := make([]Event, 0, len(list))
	for _, item := range list {
		event, err := decodeEvent(item, find)
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}

type envelope struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}

func decodeEvent(item envelope, find FindSealed) (Event, error) {
	switch item.Kind {
	case "started":
		return decodeAs[Started](item)
	case "claimed":
		return decodeAs[Claimed](item)
	case "message":
		return decodeMessage(item, find)
	case "understood":
		return decodeAs[Understood](item)
	case "checked":
		return decodeAs[Checked](item)
	case "handoff":
		return decodeAs[HandoffChanged](item)
	case "attended":
		return decodeAs[Attended](item)
	case "noted":
		return decodeAs[Noted](item)
	case "disposed":
		return decodeAs[Disposed](item)
	case "breached":
		return decodeAs[Breached](item)
	case "alarmed":
		return decodeAs[Alarmed](item)
	case "right_invoked":
		return decodeAs[RightInvoked](item)
	case "warned":
		return decodeAs[Warned](item)
	case "age_known":
		return decodeAs[AgeKnown](item)
	case "feedback":
		return decodeAs[FeedbackGiven](item)
	case "resolved":
		return decodeAs[Resolved](item)
	case "flow_started":
		return decodeAs[FlowStarted](item)
	case "step_taken":
		return decodeAs[StepTaken](item)
	case "flow_ended":
		return decodeAs[FlowEnded](item)
	case "fix_confirmed":
		return decodeAs[FixConfirmed](item)
	}
	return decodeAppeal(item)
}

func decodeAppeal(item envelope) (Event, error) {
	switch item.Kind {
	case "appeal_started":
		return decodeAs[AppealStarted](item)
	case "appeal_filled":
		return decodeAs[AppealFilled](item)
	case "proof_attached":
		return decodeAs[ProofAttached](item)
	case "appeal_submitted":
		return decodeAs[AppealSubmitted](item)
	case "appeal_accepted":
		return decodeAs[AppealAccepted](item)
	case "appeal_refused":
		return decodeAs[AppealRefused](item)
	case "proof_dropped":
		return decodeAs[ProofDropped](item)
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknownEvent, item.Kind)
}

func decodeAs[E Event](item envelope) (Event, error) {
	var event E
	if err := json.Unmarshal(item.Data, &event); err != nil {
		return nil, fmt.Errorf("decode %s event: %w", item.Kind, err)
	}
	return event, nil
}

// storedMessage is a Message as a row holds it.
type storedMessage struct {
	Message
	Blocks []storedBlock `json:"blocks"`
}

// storedBlock is a block, or a reference to a sealed one.
type storedBlock struct {
	Ref string `json:"sealed,omitempty"`
	*Block
}

func decodeMessage(item envelope, find FindSealed) (Event, error) {
	var stored storedMessage
	if err := json.Unmarshal(item.Data, &stored); err != nil {
		return nil, fmt.Errorf("decode %s event: %w", item.Kind, err)
	}
	message := stored.Message
	if stored.Blocks != nil {
		message.Blocks = make([]Block, len(stored.Blocks))
	}
	for i, block := range stored.Blocks {
		var err error
		if message.Blocks[i], err = block.open(find); err != nil {
			return nil, fmt.Errorf("decode %s event: block %d: %w", item.Kind, i+1, err)
		}
	}
	return message, nil
}

func (b storedBlock) open(find FindSealed) (Block, error) {
	switch {
	case b.Ref == "" && b.Block != nil:
		return *b.Block, nil
	case b.Ref == "":
		return Block{}, nil
	}
	sealed, err := find(b.Ref)
	if err != nil {
		return Block{}, err
	}
	return sealed.block, nil
}
