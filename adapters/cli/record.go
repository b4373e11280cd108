package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"kaitong/bot"
	"kaitong/knowledge"
)

// tryOut plays a dialogue just written and says whether it passes. One that
// does not is no failure of the recording: the pack may have changed since.
func (c recordCommand) tryOut(ctx context.Context, notes io.Writer, name string, file []byte) error {
	edition, err := loadEdition(c.Pack)
	if err != nil {
		return err
	}
	dialogues, err := readBack(name, file, edition)
	if err != nil {
		fmt.Fprintf(notes, "%v\n\nThe pack has changed since the conversation; correct what is said above.\n", err)
		return nil
	}
	report, err := rehearse(ctx, edition, dialogues, notes)
	if err != nil {
		return err
	}
	for _, failure := range report.Failures() {
		fmt.Fprintln(notes, failure)
	}
	if report.Failed() > 0 {
		fmt.Fprintln(notes, "\nPlayed now, it does not pass: the pack has changed since, or the person's app mattered; write it under client.")
		return nil
	}
	fmt.Fprintln(notes, "Played once: it passes.")
	return nil
}

// readBack reads a dialogue as the tests of a pack do.
func readBack(name string, file []byte, edition bot.Edition) ([]knowledge.Dialogue, error) {
	dir, err := os.MkdirTemp("", "kaitong-recording-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.Mkdir(filepath.Join(dir, "dialogues"), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "dialogues", name+".yaml"), file, 0o600); err != nil {
		return nil, err
	}
	return knowledge.LoadDialogues(os.DirFS(dir), edition.Base)
}
