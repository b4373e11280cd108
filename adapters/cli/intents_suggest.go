package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"kaitong/bot"
	"kaitong/intents"
)

type suggestCommand struct {
	Log   string  `required:"" help:"Questions, one a line, or JSON lines with a \"text\"; - is the standard input." placeholder:"FILE"`
	Limit int     `help:"How many groups of either kind to show, the largest first; 0 for all." default:"20" placeholder:"N"`
	Below float64 `help:"Also what would be answered with less confidence than this." default:"0.6" placeholder:"P"`
	JSON  bool    `help:"Print JSON lines that can be edited and learned from."`
}

// Help is shown by --help.
func (suggestCommand) Help() string {
	return `The questions stay on this machine; personal data in them is hidden before anything is shown.
An intent is a proposal: "other" may well be a new intent that is worth an answer.

Examples:
  kaitong intents suggest --log questions.txt
  kaitong intents suggest --log questions.txt --limit 0 --json > groups.jsonl
  kaitong intents eval --train groups.jsonl --data test.jsonl     (once the intents are right)`
}

// Run groups what is not understood.
func (c suggestCommand) Run(ctx context.Context, s streams) error {
	if c.Limit < 0 || c.Below < 0 || c.Below > 1 {
		return usageError{"--limit is 0 or more, --below between 0 and 1"}
	}
	model, err := intents.TrainShipped()
	if err != nil {
		return err
	}
	found := &problems{}
	suggestion, err := untilDone(ctx, func() (intents.Suggestion, error) {
		return model.Suggest(masked(c.questions(s.in, found)), c.Below), nil
	})
	if err != nil {
		return err
	}
	if err := found.report(s.err); err != nil {
		return err
	}
	hesitant, foreign := sortGroups(suggestion.Groups)
	if c.JSON {
		return printGroups(s.out, slices.Concat(c.first(hesitant), c.first(foreign)))
	}
	page := suggestionPage{out: s.out, look: terminalStyle(isTerminal(s.out)), first: c.first}
	page.overview(suggestion, len(hesitant)+len(foreign))
	page.section("The model hesitates", hesitant)
	page.section("No intent fits", foreign)
	return nil
}

// first are the groups to show.
func (c suggestCommand) first(groups []intents.Group) []intents.Group {
	if c.Limit == 0 {
		return groups
	}
	return groups[:min(len(groups), c.Limit)]
}

// sortGroups tells groups that are mostly none of ours from those the model
// hesitates on. Questions that stand alone are left out.
func sortGroups(groups []intents.Group) (hesitant, foreign []intents.Group) {
	for _, g := range groups {
		switch {
		case g.Size < 2:
		case 2*g.Foreign > g.Size:
			foreign = append(foreign, g)
		default:
			hesitant = append(hesitant, g)
		}
	}
	return hesitant, foreign
}

// masked hides personal data, as is done with every message before it is
// understood.
func masked(texts iter.Seq[string]) iter.Seq[string] {
	masker := bot.NewMasker()
	return func(yield func(string) bool) {
		for text := range texts {
			text, _ = masker.Mask(text)
			if !yield(text) {
				return
			}
		}
	}
}

// questions yields the texts of the log and gathers the problems of bad lines.
func (c suggestCommand) questions(stdin io.Reader, found *problems) iter.Seq[string] {
	return func(yield func(string) bool) {
		if c.Log == "-" {
			found.texts(stdin, "standard input", yield)
			return
		}
		file, err := os.Open(c.Log)
		if err != nil {
			found.add(err)
			return
		}
		defer func() { _ = file.Close() }() // nothing was written
		found.texts(file, c.Log, yield)
	}
}

// maxLogLine bounds a line of a log, in bytes.
const maxLogLine = 1 << 20

// texts reads lines of text, or JSON lines if the first one is an object.
func (p *problems) texts(r io.Reader, name string, yield func(string) bool) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLogLine)
	read, number, objects := 0, 0, false
	for lines.Scan() {
		number++
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(line) == 0 {
			continue
		}
		if read++; read == 1 {
			objects = line[0] == '{'
		}
		text, err := logText(line, objects)
		if err != nil {
			p.add(fmt.Errorf("%s:%d: %w", name, number, err))
			continue
		}
		if !yield(text) {
			return
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		p.add(fmt.Errorf("%s:%d: the line is longer than 1 MiB", name, number+1))
	case err != nil:
		p.add(fmt.Errorf("%s:%d: %w", name, number+1, err))
	case read == 0:
		p.add(fmt.Errorf("%s: no lines", name))
	}
}

// logText is the text of one line of a log.
func logText(line []byte, object bool) (string, error) {
	switch {
	case !utf8.Valid(line):
		return "", errors.New("the line is not UTF-8 (GBK?); convert the file first")
	case !object:
		return string(line), nil
	}
	var said struct {
		Text string `json:"text"`
	}
	if err := json.Unmarshal(line, &said); err != nil {
		return "", fmt.Errorf("bad JSON: %w", err)
	}
	if strings.TrimSpace(said.Text) == "" {
		return "", errors.New("text is empty")
	}
	return said.Text, nil
}

func printGroups(out io.Writer, groups []intents.Group) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for i, g := range groups {
		for _, text := range g.Texts {
			line := suggestedLine{intents.Utterance{Text: text, Intent: g.Leaning().Intent}, i + 1, g.Size}
			if err := encoder.Encode(line); err != nil {
				return err
			}
		}
	}
	return nil
}

// shownTexts is how many questions of a group are shown to people.
const shownTexts = 4

// suggestionPage shows a suggestion to people.
type suggestionPage struct {
	out   io.Writer
	look  style
	first func([]intents.Group) []intents.Group
	shown int
}

func (p *suggestionPage) overview(s intents.Suggestion, groups int) {
	foreign, grouped := 0, 0
	for _, g := range s.Groups {
		foreign += g.Foreign
		if g.Size > 1 {
			grouped += g.Size
		}
	}
	fmt.Fprintf(p.out, "Questions read                %7d\n", s.Read)
	fmt.Fprintf(p.out, "the model hesitates on        %7d\n", s.Unclear-s.Dropped-foreign)
	fmt.Fprintf(p.out, "no intent fits                %7d\n", foreign)
	fmt.Fprintf(p.out, "of both, asked more than once %7d, in groups: %d\n", grouped, groups)
	if s.Dropped > 0 {
		fmt.Fprintf(p.out, "too many to compare, left out %7d, the rarest\n", s.Dropped)
	}
}

func (p *suggestionPage) section(title string, groups []intents.Group) {
	if len(groups) == 0 {
		return
	}
	fmt.Fprintf(p.out, "\n%s%s%s\n", p.look.bold, title, p.look.reset)
	shown := p.first(groups)
	for _, g := range shown {
		p.group(g)
	}
	if more := len(groups) - len(shown); more > 0 {
		fmt.Fprintf(p.out, "\n      … and %d more with --limit 0\n", more)
	}
}

func (p *suggestionPage) group(g intents.Group) {
	p.shown++
	fmt.Fprintf(p.out, "\n%4d. %s%s%s\n", p.shown, p.look.bold, printable(g.Texts[0]), p.look.reset)
	fmt.Fprintf(p.out, "      %s%d ×  %s%s\n", p.look.accent, g.Size, leaning(g), p.look.reset)
	for _, text := range g.Texts[1:min(len(g.Texts), shownTexts)] {
		fmt.Fprintf(p.out, "      %s%s%s\n", p.look.dim, printable(text), p.look.reset)
	}
}

// worthMentioning is the confidence from which another leaning is shown.
const worthMentioning = 0.1

// leaning says what the model makes of a group.
func leaning(g intents.Group) string {
	if g.Leaning().Confidence == 0 {
		return "not a word is known"
	}
	var names []string
	for i, leaning := range g.Leanings {
		if i == 0 || leaning.Confidence >= worthMentioning {
			names = append(names, fmt.Sprintf("%s %.0f %%", leaning.Intent, 100*leaning.Confidence))
		}
	}
	return "leans to " + strings.Join(names, ", ")
}
