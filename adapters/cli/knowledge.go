package cli

import (
	"fmt"
	"slices"
	"time"

	"kaitong/bot"
	"kaitong/intents"
	"kaitong/knowledge"
)

type knowledgeCommand struct {
	Lint lintCommand `cmd:"" help:"Check a knowledge pack and say what is wrong, where, and how to mend it."`
}

type lintCommand struct {
	Pack string `arg:"" optional:"" help:"Folder of the pack; without it the one in the program." type:"path"`
}

// Help is shown by --help.
func (lintCommand) Help() string {
	return `Examples:
  kaitong knowledge lint
  kaitong knowledge lint ./my-pack`
}

// Run lints a pack.
func (l lintCommand) Run(s streams) error {
	questions, err := questionIntents()
	if err != nil {
		return err
	}
	files, err := packFiles(l.Pack)
	if err != nil {
		return err
	}
	problems := knowledge.Lint(files, time.Now(), questions)
	if len(problems) == 0 {
		fmt.Fprintln(s.out, "No problems found.")
		return nil
	}
	fmt.Fprintf(s.out, "%s\n\n%d problem(s).\n", problems.Error(), len(problems))
	return errFailed
}

// questionIntents are the intents the classifier knows that need an answer;
// the moves of a conversation, such as a greeting, have fixed wordings.
func questionIntents() ([]string, error) {
	corpus, err := intents.Shipped()
	if err != nil {
		return nil, err
	}
	var labels []string
	for _, utterance := range corpus {
		if !bot.IsConversationMove(utterance.Intent) && !slices.Contains(labels, utterance.Intent) {
			labels = append(labels, utterance.Intent)
		}
	}
	return labels, nil
}
