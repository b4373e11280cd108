package cli

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"kaitong/adapters/llm"
	"kaitong/adapters/metrics"
	"kaitong/bot"
	"kaitong/bot/gaps"
	"kaitong/configs"
)

type llmCommand struct {
	Doctor llmDoctor `cmd:"" help:"Try the provider step by step, and say what works and what to mend."`
	Eval   llmEval   `cmd:"" help:"Read questions and word answers with and without the model, and compare."`
}

// openModel makes the client of a language model, where one is configured and
// wanted for something.
func (c *core) openModel() error {
	if c.config.LLM.Provider == "" || len(c.config.LLM.Uses) == 0 {
		return nil
	}
	model, err := newModel(c.config.LLM, c.logger)
	if err != nil {
		return err
	}
	c.model = model
	c.teardown.add("language model", func(context.Context) error { model.Close(); return nil })
	return nil
}

// lendModel gives the engine what is wanted of the model.
func (c *core) lendModel(options *bot.Options) {
	if c.config.LLM.Use(configs.LLMUnderstand) {
		options.Interpreter = c.model
	}
	if c.config.LLM.Use(configs.LLMPhrase) {
		options.Phraser = c.model
	}
	if c.metrics != nil {
		options.Judged = c.metrics.Worded
	}
}

// modelMetrics are what Prometheus is told of the model, nil where there is none.
func (c *core) modelMetrics() *metrics.Model {
	if c.model == nil {
		return nil
	}
	now := &metrics.Model{
		Asked: map[string]map[string]int{}, Took: map[string]metrics.Times{}, Tokens: map[string]metrics.Tokens{},
		Cost: c.model.Spent().Cost / 100, Away: map[string]bool{},
	}
	for _, use := range llm.Uses() {
		tally, ended := c.model.Tally(use), map[string]int{}
		for _, outcome := range llm.Outcomes() {
			ended[string(outcome)] = tally.Ended[outcome]
		}
		now.Asked[string(use)], now.Took[string(use)] = ended, metrics.Times(tally.Times)
		now.Tokens[string(use)] = metrics.Tokens{Sent: tally.Used.In, Received: tally.Used.Out}
	}
	for why, away := range c.model.Pauses() {
		now.Away[string(why)] = away
	}
	return now
}

func newModel(config configs.LLM, logger *slog.Logger) (*llm.Client, error) {
	options, err := modelOptions(config, logger)
	if err != nil {
		return nil, err
	}
	return llm.NewClient(options)
}

// modelOptions translates the configuration.
func modelOptions(config configs.LLM, logger *slog.Logger) (llm.Options, error) {
	key, err := config.ReadKey()
	if err != nil {
		return llm.Options{}, err
	}
	profile, _ := llm.ProfileOf(config.Provider) // the validation knows them
	if config.BaseURL != "" {
		profile.BaseURL = config.BaseURL
	}
	if config.Structured != "" {
		profile.Structured = llm.Structured(config.Structured)
	}
	if config.TokenField != "" {
		profile.TokenField = config.TokenField
	}
	profile.Stream = profile.Stream || config.Stream
	return llm.Options{
		Profile: profile, Model: config.Model, EmbedModel: config.EmbedModel, Key: key, Thinking: config.Thinking, ExtraBody: json.RawMessage(config.ExtraBody),
		UnderstandWithin: config.UnderstandTimeout, PhraseWithin: config.PhraseTimeout, BackgroundWithin: config.BackgroundTimeout,
		Concurrency: config.Concurrency, AnswerTokens: config.AnswerTokens,
		Budget: llm.Budget{
			UserTokens: config.UserTokens, AnonymousTokens: config.AnonymousTokens, Tokens: config.DayTokens, Cost: config.DayCost, PriceIn: config.PriceIn, PriceOut: config.PriceOut,
		},
		BreakerFailures: config.BreakerFailures, BreakerPause: config.BreakerPause,
		CacheEntries: config.CacheEntries, CacheFor: config.CacheFor, Now: time.Now, Logger: logger,
	}, nil
}

// proposeName lets the model name questions that were not answered.
func (c *core) proposeName(ctx context.Context, questions []string) (gaps.Name, error) {
	name, err := c.model.Name(ctx, questions)
	if err != nil {
		return gaps.Name{}, err
	}
	return gaps.Name{Word: name.ID, Label: map[string]string{"zh-CN": name.ZH, "en": name.EN}}, nil
}
