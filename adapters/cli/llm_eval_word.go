package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"kaitong/adapters/llm"
	"kaitong/bot"
	"kaitong/knowledge"
)

// wordingTable says what became of answers that were worded.
type wordingTable struct {
	Answers int            `json:"answers"`
	Kept    int            `json:"kept"`    // would be shown
	Refused map[string]int `json:"refused"` // not faithful, by the rule they break
	Failed  int            `json:"failed"`  // no usable answer in time
	Cases   []wordingCase  `json:"cases"`
	Spent   spending       `json:"spent"`
}

type wordingCase struct {
	Intent string         `json:"intent"`
	Locale string         `json:"locale"`
	Said   []bot.Sentence `json:"said,omitempty"`
	Wrong  string         `json:"wrong,omitempty"`
}

// word has the answers of the pack worded, each as the answer to its own label.
func (c llmEval) word(ctx context.Context, stderr io.Writer, client *llm.Client, edition bot.Edition) (*wordingTable, error) {
	bar := startProgress(stderr, "Wording", time.Now)
	defer bar.finish()
	table := &wordingTable{Refused: map[string]int{}}
	answers, locales := edition.Base.Answers(), edition.Base.Pack().Locales
	all := min(c.Answers, len(answers)*len(locales))
	for i, answer := range answers {
		for j, locale := range locales {
			if ctx.Err() != nil {
				return nil, errStopped
			}
			if table.Answers < c.Answers {
				table.wordOne(ctx, client, edition, answer, locale)
			}
			bar.update(min(all, i*len(locales)+j+1), all)
		}
	}
	table.Spent = spent(client, llm.UsePhrase)
	return table, nil
}

func (t *wordingTable) wordOne(ctx context.Context, client *llm.Client, edition bot.Edition, answer knowledge.Answer, locale knowledge.Locale) {
	r := rewording(answer, locale)
	if len(r.Paragraphs) == 0 {
		return
	}
	t.Answers++
	r.Whom = evaluator()
	one := wordingCase{Intent: answer.Intent, Locale: string(locale)}
	said, err := client.Phrase(ctx, r)
	if err != nil {
		t.Failed++
		one.Wrong = err.Error()
		t.Cases = append(t.Cases, one)
		return
	}
	one.Said = said
	if err := bot.Faithful(r, said, bot.FaithOf(edition.Base, edition.Model, locale)); err != nil {
		t.Refused[string(bot.BrokenRule(err))]++
		one.Wrong = err.Error()
	} else {
		t.Kept++
	}
	t.Cases = append(t.Cases, one)
}

func (t *wordingTable) write(out io.Writer) {
	fmt.Fprintf(out, "\nWording %d answers of the pack\n  kept %d, refused %d, no answer %d\n", t.Answers, t.Kept, t.Answers-t.Kept-t.Failed, t.Failed)
	t.Spent.write(out)
	reasons := slices.SortedFunc(maps.Keys(t.Refused), func(a, b string) int { return t.Refused[b] - t.Refused[a] })
	for _, reason := range reasons[:min(mostShown, len(reasons))] {
		fmt.Fprintf(out, "  refused %d by the rule %s\n", t.Refused[reason], reason)
	}
	t.writeExamples(out)
}

// mostWordings is how many refused wordings are printed; --json has all.
const mostWordings = 5

func (t *wordingTable) writeExamples(out io.Writer) {
	shown := 0
	for _, one := range t.Cases {
		if one.Wrong == "" || shown == mostWordings {
			continue
		}
		shown++
		fmt.Fprint(out, printable(fmt.Sprintf("  %s, %s: %s\n", one.Intent, one.Locale, one.Wrong)))
	}
}
