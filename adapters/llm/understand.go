package llm

import (
	"context"
	"fmt"
	"slices"

	"kaitong/bot"
)

// none is the answer of a model that finds no intent meant.
const none = "none"

type understandAnswer struct {
	Reason string `json:"reason"`
	Intent string `json:"intent"`
}

// Interpret implements bot.Interpreter.
func (c *Client) Interpret(ctx context.Context, q bot.Question) (string, error) {
	meant, err := c.Understand(ctx, q)
	return meant.Intent, err
}

// Understood is what a model makes of a question.
type Understood struct {
	Intent string // "" for none of those offered
	Reason string // of the model, not to be shown to people
}

// Understand asks which intent is meant, and why.
func (c *Client) Understand(ctx context.Context, q bot.Question) (Understood, error) {
	type meaning struct {
		ID    string `json:"id"`
		Means string `json:"means"`
	}
	ids, meanings := make([]string, 0, len(q.Offers)+1), make([]meaning, 0, len(q.Offers))
	for _, offer := range q.Offers {
		ids, meanings = append(ids, offer.Intent), append(meanings, meaning{offer.Intent, offer.Label})
	}
	ids = append(ids, none)
	p, err := newPrompt(UseUnderstand, accountOf(q.Whom), map[string]any{
		"question": q.Text, "language": q.Locale, "intents": meanings,
	}, object("reason", text(), "intent", oneOf(ids)))
	if err != nil {
		return Understood{}, err
	}
	var answer understandAnswer
	err = c.ask(ctx, p, func(text string) error {
		answer = understandAnswer{}
		if err := decode(text, &answer); err != nil {
			return err
		}
		if !slices.Contains(ids, answer.Intent) {
			return fmt.Errorf("%q is none of the intents", answer.Intent)
		}
		return nil
	})
	if err != nil || answer.Intent == none {
		return Understood{Reason: answer.Reason}, err
	}
	return Understood{Intent: answer.Intent, Reason: answer.Reason}, nil
}

// accountOf is on which the questions of somebody go, for the budget alone.
func accountOf(who bot.Identity) account {
	return account{name: who.Tenant + "\x00" + who.User, anonymous: who.Anonymous}
}
