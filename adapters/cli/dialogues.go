package cli

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"kaitong/bot"
	"kaitong/bot/dialogue"
	"kaitong/knowledge"
)

type testCommand struct {
	Pack     string `arg:"" optional:"" help:"Folder of the pack; without it the one in the program." type:"path"`
	Only     string `name:"run" help:"Only dialogues whose name matches." placeholder:"REGEXP"`
	Verbose  bool   `short:"v" help:"Show every conversation."`
	Coverage bool   `help:"Also list what no dialogue reaches."`
	JSON     bool   `help:"Print JSON."`
}

// Help is shown by --help.
func (testCommand) Help() string {
	return `Plays the conversations in the pack's folder dialogues/ and says where an answer is
not what its file expects. The eligibility service replies what the file says.

Examples:
  kaitong knowledge test
  kaitong knowledge test ./my-pack --run network -v
  kaitong knowledge test --coverage`
}

// Run plays the dialogues of a pack.
func (c testCommand) Run(ctx context.Context, s streams) error {
	chosen, err := regexp.Compile(c.Only)
	if err != nil {
		return usageError{fmt.Sprintf("--run: %v", err)}
	}
	started := time.Now()
	edition, dialogues, err := loadDialogues(c.Pack)
	if err != nil {
		return err
	}
	dialogues = slices.DeleteFunc(dialogues, func(d knowledge.Dialogue) bool { return !chosen.MatchString(d.ID) })
	report, err := rehearse(ctx, edition, dialogues, s.err)
	if err != nil {
		return err
	}
	if err := c.print(s.out, report, time.Since(started)); err != nil {
		return err
	}
	if report.Failed() > 0 {
		return errFailed
	}
	return nil
}

// loadDialogues reads a pack with its dialogues.
func loadDialogues(dir string) (bot.Edition, []knowledge.Dialogue, error) {
	edition, err := loadEdition(dir)
	if err != nil {
		return bot.Edition{}, nil, err
	}
	files, err := packFiles(dir)
	if err != nil {
		return bot.Edition{}, nil, err
	}
	dialogues, err := knowledge.LoadDialogues(files, edition.Base)
	return edition, dialogues, err
}

// reportJSON is what `knowledge test --json` prints.
type reportJSON struct {
	Dialogues int   `json:"dialogues"`
	Failed    int   `json:"failed"`
	TookMS    int64 `json:"took_ms"` // loading and training included
	dialogue.Report
}

func (c testCommand) print(out io.Writer, report dialogue.Report, took time.Duration) error {
	if c.JSON {
		return printJSON(out, reportJSON{len(report.Results), report.Failed(), took.Milliseconds(), report})
	}
	for _, result := range report.Results {
		if c.Verbose {
			printPlayed(out, result)
		}
		for _, failure := range result.Failures {
			fmt.Fprintln(out, failure)
		}
	}
	if report.Failed() > 0 {
		fmt.Fprintln(out)
	}
	if c.Coverage {
		if err := printCoverage(out, report.Coverage); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, summary(report, took))
	return nil
}

func printPlayed(out io.Writer, result dialogue.Result) {
	mark := "ok  "
	if len(result.Failures) > 0 {
		mark = "FAIL"
	}
	fmt.Fprintf(out, "%s  %s\n", mark, result.Dialogue)
	for _, exchange := range result.Exchanges {
		fmt.Fprintf(out, "      %s\n        %s\n", printable(exchange.Said), printable(exchange.Answer))
	}
}

// printCoverage is a line for every kind of entry, and what is missing.
func printCoverage(out io.Writer, coverage dialogue.Coverage) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\treached\tnever reached")
	for _, part := range coverage {
		fmt.Fprintf(table, "%s\t%d of %d\t%s\n", part.Kind, part.All-len(part.Never), part.All, strings.Join(part.Never, ", "))
	}
	fmt.Fprintln(table)
	return table.Flush()
}

func summary(report dialogue.Report, took time.Duration) string {
	switch failed := report.Failed(); {
	case len(report.Results) == 0:
		return "No dialogues were played."
	case failed > 0:
		return fmt.Sprintf("%d of %d dialogue(s) failed, in %.1f s.", failed, len(report.Results), took.Seconds())
	}
	return fmt.Sprintf("%d dialogue(s) passed, in %.1f s.", len(report.Results), took.Seconds())
}
