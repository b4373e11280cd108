package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"kaitong/adapters/llm"
	"kaitong/bot"
	"kaitong/intents"
	"kaitong/knowledge"
)

// standing is how well a question was read, the worst first.
type standing int

const (
	wronglyRead standing = iota // answered as something else
	notRead                     // asked back, or sent away, without the right reading
	offeredBack                 // asked back, with the right reading among the choices
	rightlyRead
)

func (s standing) String() string {
	return [...]string{"answered as something else", "not understood", "offered as a choice", "right"}[s]
}

// readingTable compares reading with and without the model.
type readingTable struct {
	Questions int            `json:"questions"`
	Asked     int            `json:"asked"` // the model
	Without   map[string]int `json:"without"`
	With      map[string]int `json:"with"`
	Wins      []readingCase  `json:"wins"`
	Losses    []readingCase  `json:"losses"`
	Same      int            `json:"same"` // of those asked
	Spent     spending       `json:"spent"`
}

type readingCase struct {
	Text   string `json:"text"`
	Want   string `json:"want"`
	Before string `json:"before"`
	Got    string `json:"got"` // by the model
	Reason string `json:"reason"`
}

// read reads labelled questions as the engine would: the model is asked where
// the classifier would ask back.
func (c llmEval) read(ctx context.Context, stderr io.Writer, client *llm.Client, edition bot.Edition) (*readingTable, error) {
	found := &problems{}
	lines := slices.Collect(found.lines(c.Data, append(edition.Model.Labels(), "other")))
	if err := found.report(stderr); err != nil {
		return nil, err
	}
	bar := startProgress(stderr, "Reading", time.Now)
	defer bar.finish()
	table := &readingTable{Without: map[string]int{}, With: map[string]int{}}
	for i, line := range lines {
		if ctx.Err() != nil {
			return nil, errStopped
		}
		c.readOne(ctx, client, edition, line, table)
		bar.update(i+1, len(lines))
	}
	table.Spent = spent(client, llm.UseUnderstand)
	return table, nil
}

func (c llmEval) readOne(ctx context.Context, client *llm.Client, edition bot.Edition, line intents.Utterance, table *readingTable) {
	result := edition.Model.Classify(line.Text)
	before := standingOf(result, line)
	after := before
	table.Questions++
	if puzzling(result) && table.Asked < c.Limit {
		table.Asked++
		locale := localeOf(edition.Base, line.Text)
		text, _ := bot.NewMasker().Mask(line.Text)
		got, err := client.Understand(ctx, bot.Question{Whom: evaluator(), Text: text, Locale: string(locale), Offers: bot.Offers(edition.Base, locale)})
		if err == nil && got.Intent != "" {
			after = standingOf(bot.ReadAs(result, got.Intent), line)
		}
		table.note(before, after, readingCase{line.Text, line.Intent, before.String(), got.Intent, got.Reason})
	}
	table.Without[before.String()]++
	table.With[after.String()]++
}

func (t *readingTable) note(before, after standing, one readingCase) {
	switch {
	case after > before:
		t.Wins = append(t.Wins, one)
	case after < before:
		t.Losses = append(t.Losses, one)
	default:
		t.Same++
	}
}

// puzzling says whether the bot would ask back, or say that it has not
// understood.
func puzzling(result intents.Result) bool {
	return result.Scope == intents.Unsure || result.Scope == intents.OutOfScope && result.Top().Intent != "other"
}

func means(line intents.Utterance, intent string) bool {
	return line.Intent == intent || slices.Contains(line.Also, intent)
}

func standingOf(result intents.Result, line intents.Utterance) standing {
	switch {
	case result.Scope == intents.Confident && means(line, result.Top().Intent):
		return rightlyRead
	case result.Scope == intents.Confident:
		return wronglyRead
	case result.Scope == intents.OutOfScope && means(line, "other"):
		return rightlyRead
	}
	for _, candidate := range result.Ranking[:min(3, len(result.Ranking))] {
		if result.Scope == intents.Unsure && means(line, candidate.Intent) {
			return offeredBack
		}
	}
	return notRead
}

func localeOf(base *knowledge.Base, text string) knowledge.Locale {
	for _, r := range text {
		if r >= 0x4E00 && r <= 0x9FFF {
			return base.Locale("zh-CN")
		}
	}
	return base.Locale("en")
}

// mostShown is how many cases of a kind are printed.
const mostShown = 20

func (t *readingTable) write(out io.Writer) {
	fmt.Fprintf(out, "\nReading %d questions; the model was asked %d, which the classifier was not sure of\n", t.Questions, t.Asked)
	fmt.Fprintf(out, "  %-28s %9s %9s\n", "", "without", "with")
	for _, s := range []standing{rightlyRead, offeredBack, notRead, wronglyRead} {
		fmt.Fprintf(out, "  %-28s %9d %9d\n", s, t.Without[s.String()], t.With[s.String()])
	}
	fmt.Fprintf(out, "  better %d, worse %d, the same %d\n", len(t.Wins), len(t.Losses), t.Same)
	t.Spent.write(out)
	for _, list := range []struct {
		name  string
		cases []readingCase
	}{{"worse", t.Losses}, {"better", t.Wins}} {
		for _, one := range list.cases[:min(mostShown, len(list.cases))] {
			fmt.Fprint(out, printable(fmt.Sprintf("  %s: %s\n      want %s, was %s, read as %s\n", list.name, one.Text, one.Want, one.Before, one.Got)))
		}
	}
}
