package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"kaitong/adapters/store"
)

type verifyCommand struct {
	dataFlags
	JSON bool `help:"Print one JSON object."`
}

// Help is shown by --help.
func (verifyCommand) Help() string {
	return `Reads the whole event log and names everything that is wrong with it: turns that are
missing or were changed, words of a pack that are gone, a list of conversations that says
something else, and damage that the database finds in itself. Nothing is written. It works
beside a running server, and needs none. It ends with 0 when everything is whole and with 1
when it is not, or when it could not look.

--json prints one object in any case: with "sound", true or false, when it has looked, and
with "error" and no "sound" when it could not.

Examples:
  kaitong verify
  kaitong verify --data /var/lib/kaitong --json
  kaitong verify --database postgres://kaitong@db.example.com/kaitong`
}

// Run verifies the event log.
func (c verifyCommand) Run(ctx context.Context, s streams) error {
	report, err := c.verify(ctx, s.err)
	if err != nil && c.JSON {
		return errors.Join(err, printJSON(s.out, verifyFailure{err.Error()}))
	}
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.out, verifyResult{Sound: report.Sound(), Report: report})
	} else {
		renderReport(s.out, report)
	}
	if err == nil && !report.Sound() {
		err = errFailed
	}
	return err
}

func (c verifyCommand) verify(ctx context.Context, notes io.Writer) (store.Report, error) {
	reader, err := c.reader()
	if err != nil {
		return store.Report{}, err
	}
	bars := &verifyBars{out: notes}
	report, err := reader.Verify(ctx, bars.show)
	bars.finish()
	if ctx.Err() != nil {
		err = errStopped
	}
	return report, err
}

// verifyFailure is why there is no report, as JSON.
type verifyFailure struct {
	Error string `json:"error"`
}

// verifyResult is a report as JSON.
type verifyResult struct {
	Sound bool `json:"sound"`
	store.Report
}

func renderReport(out io.Writer, report store.Report) {
	for _, hole := range report.Holes {
		fmt.Fprintf(out, "%s%s\n  %s\n", holePlace(hole), printable(hole.Problem), hole.Remedy)
	}
	if report.More > 0 {
		fmt.Fprintf(out, "and %d more.\n", report.More)
	}
	looked := fmt.Sprintf("Looked at %d turn(s) of %d conversation(s) and %d block(s) of packs", report.Turns, report.Conversations, report.Blocks)
	if report.Erased.Conversations > 0 {
		looked += fmt.Sprintf(", and at the tombstones of %d conversation(s) with %d turn(s)", report.Erased.Conversations, report.Erased.Turns)
	}
	if report.Sound() {
		fmt.Fprintf(out, "%s: everything is whole.\n", looked)
		return
	}
	fmt.Fprintf(out, "%s: %d problem(s).\n", looked, int64(len(report.Holes))+report.More)
}

// holePlace says where a hole is, as far as that can be known.
func holePlace(hole store.Hole) string {
	switch {
	case hole.Conversation != "":
		return fmt.Sprintf("Conversation %s, version %d, position %d: ", printable(hole.Conversation), hole.Version, hole.Position)
	case hole.Position > 0:
		return fmt.Sprintf("Position %d: ", hole.Position)
	}
	return ""
}

// verifyBars shows one bar a stage.
type verifyBars struct {
	out   io.Writer
	stage store.Stage
	bar   *progress
}

func (v *verifyBars) show(stage store.Stage, done, total int64) {
	if stage != v.stage {
		v.finish()
		v.stage, v.bar = stage, startProgress(v.out, stageName(stage), time.Now)
	}
	v.bar.update(int(done), int(total))
}

func (v *verifyBars) finish() {
	if v.bar != nil {
		v.bar.finish()
	}
}

func stageName(stage store.Stage) string {
	switch stage {
	case store.StageDatabase:
		return "Checking the database"
	case store.StageBlocks:
		return "Reading blocks"
	}
	return "Reading turns"
}
