package cli

import (
	"fmt"
	"io/fs"
	"time"

	"kaitong/bot"
	"kaitong/intents"
	"kaitong/knowledge"
)

type knowledgeCommand struct {
	Lint   lintCommand   `cmd:"" help:"Check a knowledge pack and say what is wrong, where, and how to mend it."`
	Test   testCommand   `cmd:"" help:"Play the dialogues of a knowledge pack."`
	Schema schemaCommand `cmd:"" help:"Write the JSON Schemas of the files of a pack, for editors."`
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

// Run lints a pack: its knowledge, its dialogues, and the language it brings.
func (l lintCommand) Run(s streams) error {
	files, err := packFiles(l.Pack)
	if err != nil {
		return err
	}
	questions, broken := questionIntents(files)
	problems := knowledge.Lint(files, time.Now(), questions)
	if broken != nil {
		fmt.Fprintln(s.out, broken)
	}
	switch {
	case len(problems) > 0:
		fmt.Fprintf(s.out, "%s\n\n%d problem(s).\n", problems.Error(), len(problems))
		return errFailed
	case broken != nil:
		return errFailed
	}
	fmt.Fprintln(s.out, "No problems found.")
	return nil
}

// questionIntents are the intents the classifier of a pack knows that need an
// answer; the moves of a conversation, such as a greeting, have fixed wordings.
func questionIntents(files fs.FS) ([]string, error) {
	var symptoms map[string][]string
	if base, err := knowledge.Load(files); err == nil { // else lint says why
		symptoms = base.Wordings()
	}
	own, err := fs.Sub(files, "intents")
	if err != nil {
		return nil, err
	}
	source, err := intents.Load(own, symptoms)
	if err != nil {
		return nil, err
	}
	var labels []string
	for _, label := range source.Labels() {
		if !bot.IsConversationMove(label) {
			labels = append(labels, label)
		}
	}
	return labels, nil
}
