package llm

import (
	"context"

	"kaitong/bot"
)

// Summarise says in a few lines what an agent should know of a conversation.
// What may be said of it is checked by the gist.
func (c *Client) Summarise(ctx context.Context, g bot.Gist, faith bot.Faith) ([]string, error) {
	p, err := newPrompt(UseSummarise, accountOf(g.Whom), map[string]any{
		"said": g.Said, "answered": g.Answered, "language": g.Locale,
	}, object("lines", list(text())))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Lines []string `json:"lines"`
	}
	err = c.ask(ctx, p, func(text string) error {
		answer.Lines = nil
		if err := decode(text, &answer); err != nil {
			return err
		}
		return g.Allows(answer.Lines, faith)
	})
	if err != nil {
		return nil, err
	}
	return answer.Lines, nil
}
