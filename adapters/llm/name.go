package llm

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name is what a group of questions could be called. It is a proposal, for
// somebody to review.
type Name struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
	ID string `json:"id"` // a word or two for an intent
}

const (
	// mostNamed is how many questions of a group a model is shown.
	mostNamed = 12
	// longestName is the longest name, in characters.
	longestName = 60
)

// Name proposes a name for questions, masked ones.
func (c *Client) Name(ctx context.Context, questions []string) (Name, error) {
	p, err := newPrompt(UseName, account{name: "names"}, map[string]any{"questions": questions[:min(len(questions), mostNamed)]},
		object("zh", text(), "en", text(), "id", text()))
	if err != nil {
		return Name{}, err
	}
	var name Name
	err = c.ask(ctx, p, func(text string) error {
		name = Name{}
		if err := decode(text, &name); err != nil {
			return err
		}
		return name.check()
	})
	if err != nil {
		return Name{}, err
	}
	return name, nil
}

func (n Name) check() error {
	if !regexp.MustCompile(`^[a-z][a-z0-9]{0,15}(_[a-z0-9]{1,15}){0,2}$`).MatchString(n.ID) {
		return fmt.Errorf("the id %q is not one or two words in small letters", clipped(n.ID))
	}
	for _, words := range []string{n.ZH, n.EN} {
		switch {
		case strings.TrimSpace(words) == "" || utf8.RuneCountInString(words) > longestName:
			return errors.New("a name is blank, or too long")
		case strings.ContainsFunc(words, func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune("<>{}[]`|\\@/", r) }):
			return errors.New("a name has signs that are no writing")
		}
	}
	return nil
}
