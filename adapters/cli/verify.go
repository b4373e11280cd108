package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"kaitong/adapters/store"
)

type verifyCommand struct {
	dataFlags
	JSON bool `help:"Print JSON."`
}

// Help is shown by --help.
func (verifyCommand) Help() string {
	return `It reads every turn and checks that none is missing or was changed, and that the list
of conversations says the same. It works beside a running server, and needs none.

Examples:
  kaitong verify
  kaitong verify --data /var/lib/kaitong --json`
}

// Run verifies the log.
func (c verifyCommand) Run(ctx context.Context, s streams) error {
	reader, err := c.reader()
	if err != nil {
		return err
	}
	bars := &stageBars{out: s.err}
	report, err := reader.Verify(ctx, bars.show)
	bars.finish()
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.out, report)
	} else {
		printReport(s.out, report)
	}
	if err == nil && !report.Sound() {
		return errFailed
	}
	return err
}

// stageBars shows one bar after the other.
type stageBars struct {
	out   io.Writer
	stage store.Stage
	bar   *progress
}

func (b *stageBars) show(stage store.Stage, done, total int64) {
	if stage != b.stage {
		b.finish()
		b.stage, b.bar = stage, startProgress(b.out, "Verifying: "+string(stage), time.Now)
	}
	b.bar.update(int(done), int(total))
}

func (b *stageBars) finish() {
	if b.bar != nil {
		b.bar.finish()
	}
}

func printReport(out io.Writer, report store.Report) {
	fmt.Fprintf(out, "%d turns of %d conversations, %d sealed blocks, %d conversations in the list.\n",
		report.Turns, report.Conversations, report.Blocks, report.Overviews)
	if report.Sound() {
		fmt.Fprintln(out, "Everything is there and as it was written.")
		return
	}
	for _, hole := range report.Holes {
		fmt.Fprintf(out, "\n%s%s\n  %s\n", holePlace(hole), printable(hole.Problem), hole.Remedy)
	}
	if report.More > 0 {
		fmt.Fprintf(out, "\nand %d more\n", report.More)
	}
}

// holePlace says where something is wrong, as far as that is known.
func holePlace(hole store.Hole) string {
	var parts []string
	if hole.Conversation != "" {
		parts = append(parts, "conversation "+printable(hole.Conversation))
	}
	if hole.Version > 0 {
		parts = append(parts, fmt.Sprintf("version %d", hole.Version))
	}
	if hole.Position > 0 {
		parts = append(parts, fmt.Sprintf("position %d", hole.Position))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + ": "
}
