package cli

import (
	"fmt"
	"strings"

	"kaitong/intents"
)

type intentsCommand struct {
	Classify classifyCommand `cmd:"" help:"Show how a text is understood."`
	Eval     evalCommand     `cmd:"" help:"Say how well labelled questions are understood."`
	Suggest  suggestCommand  `cmd:"" help:"Group what a log holds that is not understood, to be labelled."`
}

type classifyCommand struct {
	Text string `arg:"" help:"The text."`
	JSON bool   `help:"Print JSON."`
}

// Help is shown by --help.
func (classifyCommand) Help() string {
	return `Examples:
  kaitong intents classify 身份证过期了借呗开不了
  kaitong intents classify "talk to a human" --json`
}

// Run classifies one text.
func (c classifyCommand) Run(s streams) error {
	model, err := intents.TrainShipped()
	if err != nil {
		return err
	}
	result := model.Classify(strings.ToValidUTF8(c.Text, "\uFFFD"))
	if c.JSON {
		return printJSON(s.out, result)
	}
	fmt.Fprintf(s.out, "%s\n\n", result.Scope)
	for _, candidate := range result.Ranking {
		bar := strings.Repeat("█", int(candidate.Confidence*30+0.5))
		fmt.Fprintf(s.out, "  %-22s %5.1f %%  %s\n", candidate.Intent, 100*candidate.Confidence, bar)
	}
	for _, entity := range result.Entities {
		denied := ""
		if entity.Negated {
			denied = "  (denied)"
		}
		fmt.Fprintf(s.out, "\n  %s: %s%s", entity.Kind, entity.Value, denied)
	}
	if len(result.Entities) > 0 {
		fmt.Fprintln(s.out)
	}
	return nil
}
