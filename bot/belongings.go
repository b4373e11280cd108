package bot

import (
	"context"
	"fmt"
	"time"
)

// Belongings are what a conversation holds of its person, as they saw it: no
// notes of agents, nothing of how they were understood, no reason of a decision.
type Belongings struct {
	Conversation string
	Started      time.Time
	Product      string
	Locale       string
	Client       *Client
	Said         []Said
	Votes        []Voted
	Appeals      []Appeal // each begun one, the earliest first
	Attended     bool     // a human was asked for or was there
}

// Said is something a person saw in a conversation: a message, or who had it from
// then on.
type Said struct {
	At      time.Time
	Author  Author
	Agent   string // as the person was told, where it was one
	Blocks  []Block
	Choice  string       // that the person tapped
	Handoff HandoffState // instead of a message
}

// Voted is what a person thought of a message.
type Voted struct {
	At     time.Time
	Up     bool
	Reason string
}

// Told says whether the institution has heard of an appeal, or may have.
func (b *Belongings) Told() bool {
	for _, a := range b.Appeals {
		if a.State != AppealOpen {
			return true
		}
	}
	return false
}

// Belongings returns what a conversation of a person holds. Unknown and foreign
// ones are both ErrNotFound.
func (e *Engine) Belongings(ctx context.Context, who Identity, conversation string) (*Belongings, error) {
	if err := e.read(ctx, who, conversation, func(*Conversation) {}); err != nil {
		return nil, err
	}
	turns, err := e.log.Load(ctx, conversation, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("conversation %s: load: %w", conversation, err)
	}
	return BelongingsIn(turns), nil
}

// BelongingsIn finds what the turns of a conversation hold of its person.
func BelongingsIn(turns []Turn) *Belongings {
	b := &Belongings{}
	for _, turn := range turns {
		b.Conversation = turn.Conversation
		for _, event := range turn.Events {
			b.take(event, turn.At)
		}
	}
	return b
}

func (b *Belongings) take(event Event, at time.Time) {
	switch e := event.(type) {
	case Started:
		b.Started, b.Product, b.Locale, b.Client = at, e.Product, e.Locale, e.Client
	case Message:
		b.Said = append(b.Said, Said{At: at, Author: e.Author, Agent: shownName(e.By), Blocks: e.Blocks, Choice: e.Choice})
	case HandoffChanged:
		b.Said = append(b.Said, Said{At: at, Author: AuthorSystem, Agent: shownName(e.Agent), Handoff: e.State})
		b.Attended = true
	case FeedbackGiven:
		b.Votes = append(b.Votes, Voted{At: at, Up: e.Vote == "up", Reason: e.Reason})
	case AppealStarted:
		b.Appeals = append(b.Appeals, Appeal{}.apply(e, at))
	default:
		if n := len(b.Appeals); n > 0 {
			b.Appeals[n-1] = b.Appeals[n-1].apply(event, at)
		}
	}
}

// shownName is what people are told of an agent.
func shownName(agent *Agent) string {
	if agent == nil {
		return ""
	}
	return agent.Name
}
