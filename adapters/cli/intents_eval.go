package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"kaitong/intents"
)

type evalCommand struct {
	Data    string     `help:"Labelled questions to judge by, a JSON line each." placeholder:"FILE"`
	Train   string     `help:"Train on these lines instead of the shipped utterances." placeholder:"FILE"`
	Tune    string     `help:"Set the bar for what is out of scope, and the confidence, on these lines." placeholder:"FILE"`
	JSON    bool       `help:"Print JSON."`
	Report  string     `help:"Also write a report with plots, a single HTML file." placeholder:"FILE"`
	Compare reportPair `help:"Instead, say what got better and worse between two JSON reports." placeholder:"BEFORE AFTER"`
}

// Help is shown by --help.
func (evalCommand) Help() string {
	return `A line is {"text":"…","intent":"…"}, with "also":["…"] for other labels that are right as well.
"other" is what none of our answers is for; reading such a question as anything else is a mistake.

Examples:
  kaitong intents eval --data questions.jsonl
  kaitong intents eval --data questions.jsonl --report report.html
  kaitong intents eval --data test.jsonl --train train.jsonl --tune val.jsonl --json > after.json
  kaitong intents eval --compare before.json after.json`
}

// Run evaluates, or compares two evaluations.
func (c evalCommand) Run(ctx context.Context, s streams) error {
	switch {
	case c.Compare.given() && (c.Data != "" || c.Train != "" || c.Tune != "" || c.Report != ""):
		return usageError{"--compare reads two reports and goes with no flag but --json"}
	case c.Compare.given():
		return c.Compare.compare(s, c.JSON)
	case c.Data == "":
		return usageError{"say what to judge by: --data FILE"}
	case c.Tune == c.Data:
		return usageError{"--tune and --data are the same file, which would judge the model by what it was tuned on"}
	}
	evaluation, err := c.evaluate(ctx, s)
	if err != nil {
		return err
	}
	if err := c.writeReport(evaluation); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, evaluation)
	}
	return evaluation.WriteText(s.out)
}

func (c evalCommand) evaluate(ctx context.Context, s streams) (intents.Evaluation, error) {
	var none intents.Evaluation
	task, err := c.load(s.err)
	if err != nil {
		return none, err
	}
	model, took, err := task.model(ctx, s.err)
	if err != nil {
		return none, err
	}
	evaluation, err := task.judge(ctx, model, s.err)
	evaluation.TrainMS = float64(took.Microseconds()) / 1000
	return evaluation, err
}

func (c evalCommand) writeReport(e intents.Evaluation) (err error) {
	if c.Report == "" {
		return nil
	}
	file, err := os.Create(c.Report)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return writeHTMLReport(file, e, reportSource{
		Data: filepath.Base(c.Data), Train: baseOrNone(c.Train), Tune: baseOrNone(c.Tune),
	})
}

func baseOrNone(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(path)
}

// evalTask is what an evaluation works with, checked.
type evalTask struct {
	data        string
	known       []string       // labels that may occur
	lines       int            // of data
	piped       intents.Corpus // data that can be read once only
	train, tune intents.Corpus // train is nil for the shipped model
}

// load reads everything once, so that a mistake in any file shows before the
// minutes of training, not after. The data itself is not kept.
func (c evalCommand) load(stderr io.Writer) (*evalTask, error) {
	task, found := &evalTask{data: c.Data}, &problems{}
	training, err := c.training(found)
	if err != nil {
		return nil, err
	}
	if c.Train != "" {
		task.train = training
	}
	if len(found.listed) == 0 { // else half the labels would be called unknown
		task.known = labels(training)
	}
	if c.Tune != "" {
		task.tune = slices.Collect(found.lines(c.Tune, task.known))
	}
	once := !isRegular(c.Data)
	for u := range found.lines(c.Data, task.known) {
		if task.lines++; once {
			task.piped = append(task.piped, u)
		}
	}
	return task, found.report(stderr)
}

// isRegular reports whether a file can be read twice, unlike a pipe. One that
// cannot be looked at counts as such: reading it will say why.
func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err != nil || info.Mode().IsRegular()
}

// questions yields the data again.
func (t *evalTask) questions(found *problems) iter.Seq[intents.Utterance] {
	if t.piped != nil {
		return slices.Values(t.piped)
	}
	return found.lines(t.data, t.known)
}

// training is what the model learns from.
func (c evalCommand) training(found *problems) (intents.Corpus, error) {
	if c.Train == "" {
		return intents.Shipped()
	}
	return slices.Collect(found.lines(c.Train, nil)), nil
}

// labels are the intents of a training set, and other, which a model may tell
// without having seen any.
func labels(corpus intents.Corpus) []string {
	seen := map[string]bool{"other": true}
	for _, u := range corpus {
		seen[u.Intent] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// model trains the model to judge and says how long that took.
func (t *evalTask) model(ctx context.Context, stderr io.Writer) (*intents.Model, time.Duration, error) {
	bar := startProgress(stderr, "Training", time.Now)
	defer bar.finish()
	started := time.Now()
	model, err := untilDone(ctx, func() (*intents.Model, error) {
		if t.train == nil {
			return intents.TrainShipped()
		}
		return intents.TrainWatched(t.train, intents.OptionsFor(t.train, t.tune), bar.update)
	})
	took := time.Since(started)
	if err != nil || t.tune == nil {
		return model, took, err
	}
	return model.Tune(t.tuning()), took, nil
}

// tuning is what the bar for out of scope is set on: the given lines, and the
// scattered lines of the training file that were left out of training. They
// are further examples of the unknown, of which there are never many.
func (t *evalTask) tuning() intents.Corpus {
	tuning := slices.Clone(t.tune)
	if !intents.OptionsFor(t.train, t.tune).IgnoreOther {
		return tuning
	}
	for _, u := range t.train {
		if u.Intent == "other" {
			tuning = append(tuning, u)
		}
	}
	return tuning
}

// untilDone waits for work that cannot be interrupted, or for the end of ctx;
// the work is then left behind, for the program is about to end.
func untilDone[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	ended := make(chan outcome, 1)
	go func() {
		value, err := work()
		ended <- outcome{value, err}
	}()
	select {
	case o := <-ended:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, errStopped
	}
}

// errStopped ends a command that somebody stopped.
var errStopped = errors.New("stopped before the end")

// judge reads the data line by line.
func (t *evalTask) judge(ctx context.Context, model *intents.Model, stderr io.Writer) (intents.Evaluation, error) {
	bar, found, read := startProgress(stderr, "Reading", time.Now), &problems{}, 0
	evaluation := intents.EvaluateLines(model, func(yield func(intents.Utterance) bool) {
		for u := range t.questions(found) {
			if ctx.Err() != nil || !yield(u) {
				return
			}
			read++
			bar.update(read, t.lines)
		}
	})
	bar.finish()
	if ctx.Err() != nil {
		return evaluation, errStopped
	}
	if err := found.report(stderr); err != nil {
		return evaluation, err
	}
	if read != t.lines {
		return evaluation, fmt.Errorf("%s changed while it was read: %d lines, then %d", t.data, t.lines, read)
	}
	return evaluation, nil
}

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// reportPair is two reports to compare.
type reportPair struct{ before, after string }

// Decode takes two words of the command line.
func (p *reportPair) Decode(words *kong.DecodeContext) error {
	if err := words.Scan.PopValueInto("first report", &p.before); err != nil {
		return err
	}
	return words.Scan.PopValueInto("second report", &p.after)
}

func (p *reportPair) given() bool { return p.before != "" }

func (p *reportPair) compare(s streams, asJSON bool) error {
	before, errBefore := readReport(p.before)
	after, errAfter := readReport(p.after)
	if err := errors.Join(errBefore, errAfter); err != nil {
		return err
	}
	comparison := intents.Compare(before, after)
	if asJSON {
		return printJSON(s.out, comparison)
	}
	return comparison.WriteText(s.out)
}

func readReport(path string) (intents.Report, error) {
	var report intents.Report
	raw, err := os.ReadFile(path)
	if err != nil {
		return report, err
	}
	if err := json.Unmarshal(raw, &report); err != nil {
		return report, fmt.Errorf("%s is not a report of `kaitong intents eval --json`: %w", path, err)
	}
	if report.N == 0 || len(report.PerIntent) == 0 {
		return report, fmt.Errorf("%s is not a report of `kaitong intents eval --json`: it counts no lines", path)
	}
	return report, nil
}
