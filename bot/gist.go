package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Gist is what a summary of a conversation is made of: what the person wrote,
// masked, and what they got answers about. What a check concluded is not in it.
type Gist struct {
	Whom     Identity // whose account it goes on; never told to a model
	Locale   string
	Said     []string // oldest first
	Answered []string // in titles of the pack
}

const (
	// A gist holds the latest messages, each as far as it says something.
	gistMessages, gistRunes = 12, 300
	// A summary is for a glance.
	gistLines, gistLineRunes = 3, 160
)

// errNotTold: whoever is below the age rule, or was in distress, is spoken of to
// no model.
var errNotTold = errors.New("not for a model")

// Gist reads what a summary for an agent of a tenant can be made of.
func (e *Engine) Gist(ctx context.Context, tenant, conversation string) (Gist, error) {
	found, err := e.caseOf(ctx, tenant, conversation, "", e.inTurn)
	if err != nil {
		return Gist{}, err
	}
	if found.Brief.Minor || found.Brief.Care || found.Entry.Urgent {
		return Gist{}, errNotTold
	}
	base := e.of(tenant).Latest().Base
	g := Gist{Whom: found.Entry.Owner, Locale: string(base.Locale(found.Entry.Locale))}
	for _, turn := range found.Turns {
		for _, event := range turn.Events {
			switch said := event.(type) {
			case Message:
				if said.Author == AuthorUser && said.Choice == "" && len(said.Blocks) > 0 {
					g.Said = append(g.Said, shortened(said.Blocks[0].Text, gistRunes))
				}
			case Understood:
				answer, _ := base.Answer(said.Intent)
				if label := answer.Label.In(base.Locale(g.Locale)); label != "" && said.Move == MoveAnswer {
					g.Answered = appendNew(g.Answered, label)
				}
			}
		}
	}
	g.Said = g.Said[max(0, len(g.Said)-gistMessages):]
	return g, nil
}

// Faith is what rewordings and summaries in a language are held to.
func (e *Engine) Faith(locale string) Faith {
	now := e.library.Latest()
	return FaithOf(now.Base, now.Model, now.Base.Locale(locale))
}

// Allows says why lines are no summary of a gist that an agent may be shown: it
// names, counts or links what nobody wrote, promises, or is too long.
func (g Gist) Allows(lines []string, faith Faith) error {
	return RuleShape.breaks(g.allows(lines, faith))
}

func (g Gist) allows(lines []string, faith Faith) error {
	source := strings.Join(append(append([]string(nil), g.Said...), g.Answered...), "\n")
	c := claims{faith: faith, han: g.Locale == "zh-CN"}
	if len(lines) == 0 || len(lines) > gistLines {
		return fmt.Errorf("%d lines, not 1 to %d", len(lines), gistLines)
	}
	for _, line := range lines {
		if !utf8.ValidString(line) || strings.TrimSpace(line) == "" || utf8.RuneCountInString(line) > gistLineRunes {
			return errors.New("a line is blank, or too long")
		}
		if err := c.adds(line, source); err != nil {
			return fmt.Errorf("nobody wrote %w", err)
		}
		if err := RuleSupport.breaks(c.support(line, source+"\n"+summaryWords())); err != nil {
			return fmt.Errorf("nobody wrote %w", err)
		}
		if err := RuleSupport.breaks(ownWords(line, source+"\n"+summaryWords())); err != nil {
			return fmt.Errorf("nobody wrote %w", err)
		}
		if err := RuleDenials.breaks(deniesMore(source+","+summaryWords(), line)); err != nil {
			return fmt.Errorf("nobody wrote %w", err)
		}
		for _, mood := range moods() {
			if err := RuleMood.breaks(mood.strays(append(g.Said, g.Answered...), summaryWords(), line)); err != nil {
				return fmt.Errorf("nobody wrote %w", err)
			}
		}
		if err := RulePack.breaks(faith.Check(line)); err != nil {
			return err
		}
	}
	return nil
}

// ownWords says which words of a line no text holds, but for those that say little.
func ownWords(line, text string) error {
	held := tokensOf(text)
	known := make([]bool, 0, len(line))
	list := tokensOf(line)
	for _, one := range list {
		known = append(known, slices.Contains(held, one))
	}
	for _, run := range left(list, known) {
		if !saysLittle(run) {
			return fmt.Errorf("%q", strings.Join(run, " "))
		}
	}
	return nil
}

// summaryWords are words about people and what they want, not about causes.
func summaryWords() string {
	return "用户想知道，用户询问，用户咨询，用户希望，用户要求人工，询问是否，用户反映，用户表示，用户提到，用户说，想了解，已经试过，已尝试，试过，没有用，没用，情绪着急，语气着急，比较着急，有些不满，情绪低落，感到失望，反复询问，要求转人工，希望人工处理，需要帮助，问题没有解决，" +
		"the person wants to know, user asks about, customer wants help, they tried, already tried, did not help, seems upset, seems worried, feels frustrated, sounds calm, they want to know whether they still, asks for a human agent, wants to talk to a person"
}
