package llm

import (
	"context"
	"errors"

	"kaitong/bot"
)

type phraseAnswer struct {
	Sentences []struct {
		Text  string   `json:"text"`
		Cites []string `json:"cites"`
	} `json:"sentences"`
}

// Phrase implements bot.Phraser. What it returns is in shape; whether it is
// faithful is for the engine to say.
func (c *Client) Phrase(ctx context.Context, r bot.Rewording) ([]bot.Sentence, error) {
	type paragraph struct {
		ID   string `json:"id"`
		Text string `json:"text"`
	}
	var ids []string
	var paragraphs []paragraph
	for _, p := range r.Paragraphs {
		ids, paragraphs = append(ids, p.ID), append(paragraphs, paragraph(p))
	}
	p, err := newPrompt(UsePhrase, accountOf(r.Whom), map[string]any{
		"question": r.Question, "language": r.Locale, "paragraphs": paragraphs,
	}, object("sentences", list(object("text", text(), "cites", list(oneOf(ids))))))
	if err != nil {
		return nil, err
	}
	var sentences []bot.Sentence
	err = c.ask(ctx, p, func(text string) error {
		sentences = nil
		var answer phraseAnswer
		if err := decode(text, &answer); err != nil {
			return err
		}
		for _, s := range answer.Sentences {
			sentences = append(sentences, bot.Sentence{Text: s.Text, Cites: s.Cites})
		}
		if len(sentences) == 0 {
			return errors.New("there is no sentence in it")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return sentences, nil
}
