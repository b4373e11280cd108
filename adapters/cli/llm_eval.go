package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"kaitong/adapters/llm"
	"kaitong/bot"
	"kaitong/configs"
)

type llmEval struct {
	configFlags
	Data    string `help:"Labelled questions, a JSON line each, as for intents eval; without it only wording is tried." placeholder:"FILE"`
	Limit   int    `help:"Ask the model at most so many questions." default:"500"`
	Answers int    `help:"Have at most so many answers worded." default:"100"`
	JSON    bool   `help:"Print JSON."`
}

// Help is shown by --help.
func (llmEval) Help() string {
	return `Example, with the settings of docs/llm.md in kaitong.yaml:
  kaitong llm eval --config kaitong.yaml --data questions.jsonl

Questions that the classifier is sure of are never asked. Deadlines are those of
the settings, so that what comes too late counts as it would for people. Budgets do
not count; the costs are those of llm.price_in and llm.price_out.`
}

// llmReport is what an evaluation found.
type llmReport struct {
	Provider string        `json:"provider"`
	Model    string        `json:"model"`
	Prompts  string        `json:"prompts"`
	Reading  *readingTable `json:"understand,omitempty"`
	Wording  *wordingTable `json:"phrase,omitempty"`
	Cost     float64       `json:"cost"` // in hundredths of a unit of currency
}

// spending is what a use took.
type spending struct {
	Ended     map[llm.Outcome]int `json:"ended"`
	TokensIn  int                 `json:"tokens_in"`
	TokensOut int                 `json:"tokens_out"`
	MiddleMS  float64             `json:"p50_ms"`
	LateMS    float64             `json:"p95_ms"`
}

// Run evaluates.
func (c llmEval) Run(ctx context.Context, s streams) error {
	if c.Limit < 0 || c.Answers < 0 || c.Data == "" && c.Answers == 0 {
		return usageError{"there is nothing to try: give --data, or --answers above 0"}
	}
	config, options, err := c.configFlags.model()
	if err != nil {
		return err
	}
	edition, err := loadEdition(config.Pack)
	if err != nil {
		return err
	}
	options.Budget = llm.Budget{PriceIn: options.Budget.PriceIn, PriceOut: options.Budget.PriceOut}
	client, err := llm.NewClient(options)
	if err != nil {
		return err
	}
	defer client.Close()
	report := llmReport{Provider: config.LLM.Provider, Model: config.LLM.Model, Prompts: llm.PromptVersions()}
	if c.Data != "" {
		if report.Reading, err = c.read(ctx, s.err, client, edition); err != nil {
			return err
		}
	}
	if c.Answers > 0 {
		if report.Wording, err = c.word(ctx, s.err, client, edition); err != nil {
			return err
		}
	}
	report.Cost = client.Today().Cost
	if c.JSON {
		return printJSON(s.out, report)
	}
	report.write(s.out, config.LLM)
	return nil
}

func spent(client *llm.Client, use llm.Use) spending {
	tally := client.Tally(use)
	at := func(share float64) float64 {
		if len(tally.Took) == 0 {
			return 0
		}
		return float64(tally.Took[int(share*float64(len(tally.Took)-1))].Microseconds()) / 1000
	}
	return spending{Ended: tally.Ended, TokensIn: tally.Used.In, TokensOut: tally.Used.Out, MiddleMS: at(0.5), LateMS: at(0.95)}
}

// evaluator is on whose account evaluations go.
func evaluator() bot.Identity { return bot.Identity{Tenant: "eval", User: "eval"} }

func (r llmReport) write(out io.Writer, config configs.LLM) {
	fmt.Fprintf(out, "%s, model %s, prompts %s\n", r.Provider, r.Model, r.Prompts)
	if r.Reading != nil {
		r.Reading.write(out)
	}
	if r.Wording != nil {
		r.Wording.write(out)
	}
	if config.PriceIn+config.PriceOut > 0 {
		fmt.Fprintf(out, "\nCost of all: %.4f (in units of your currency)\n", r.Cost/100)
	}
}

func (s spending) write(out io.Writer) {
	var ended []string
	for _, outcome := range slices.Sorted(maps.Keys(s.Ended)) {
		ended = append(ended, fmt.Sprintf("%s %d", outcome, s.Ended[outcome]))
	}
	fmt.Fprintf(out, "  requests: %s; %d tokens sent, %d received; half within %v, 95 %% within %v\n",
		cmp.Or(strings.Join(ended, ", "), "none"), s.TokensIn, s.TokensOut, milliseconds(s.MiddleMS), milliseconds(s.LateMS))
}

func milliseconds(ms float64) time.Duration {
	return max(time.Duration(ms*float64(time.Millisecond)).Round(time.Millisecond), time.Millisecond)
}
