package cli

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"strings"

	"kaitong/adapters/llm"
	"kaitong/bot"
	"kaitong/configs"
)

// mostSummaries is how many conversations may wait for a summary. Beyond it
// agents do with the brief, which is always there.
const mostSummaries = 64

// summaries writes a note for agents when somebody asks for a human. Nobody waits
// for it: it is there once it was made, checked and stored, like a colleague's.
type summaries struct {
	model  *llm.Client
	engine *bot.Engine
	tenant string
	logger *slog.Logger
	judged func(bot.Rule)
	jobs   chan summaryJob
	end    context.CancelFunc
	ended  chan struct{}
}

type summaryJob struct {
	conversation string
	epoch        int64
}

// makeSummaries starts them, where they are wanted.
func (c *core) makeSummaries(ctx context.Context) {
	if !c.config.LLM.Use(configs.LLMSummarise) {
		return
	}
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	s := &summaries{
		model: c.model, engine: c.engine, tenant: c.config.Tenant, logger: c.logger, judged: func(bot.Rule) {},
		jobs: make(chan summaryJob, mostSummaries), end: end, ended: make(chan struct{}),
	}
	if c.metrics != nil {
		s.judged = c.metrics.Summarised
	}
	go s.run(ctx)
	c.summaries = s
	c.teardown.add("summaries", s.close)
}

func (s *summaries) close(ctx context.Context) error {
	s.end()
	select {
	case <-s.ended:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// stored looks whether somebody asks for a human. It returns at once.
func (s *summaries) stored(turn bot.Turn) {
	for _, event := range turn.Events {
		change, ok := event.(bot.HandoffChanged)
		if !ok || change.State != bot.HandoffRequested && change.State != bot.HandoffQueued || bot.FromDesk(turn) {
			continue
		}
		select {
		case s.jobs <- summaryJob{turn.Conversation, change.Owner}:
		default:
		}
		return
	}
}

func (s *summaries) run(ctx context.Context) {
	defer close(s.ended)
	for {
		select {
		case <-ctx.Done():
			return
		case job := <-s.jobs:
			if err := s.write(ctx, job); err != nil && ctx.Err() == nil {
				s.logger.Debug("no summary for agents", "conversation", job.conversation, "error", err)
			}
		}
	}
}

// write makes a summary and stores it as a note. Its id is that of the request,
// so that none is written twice. One that comes after the request is over is not
// stored: it would seem to be about the next.
func (s *summaries) write(ctx context.Context, job summaryJob) error {
	gist, err := s.engine.Gist(ctx, s.tenant, job.conversation)
	if err != nil {
		return err
	}
	if len(gist.Said) == 0 {
		return errors.New("nothing was said")
	}
	lines, err := s.model.Summarise(ctx, gist, s.engine.Faith(gist.Locale))
	if rule := bot.BrokenRule(err); err == nil || rule != "" {
		s.judged(rule)
	}
	if err != nil {
		return err
	}
	author, remark := "AI 摘要", "由 AI 生成，请核对。"
	if !strings.HasPrefix(gist.Locale, "zh") {
		author, remark = "AI summary", "Written by AI, please check."
	}
	_, err = s.engine.Attend(ctx, bot.DeskAct{
		Conversation: job.conversation, ID: summaryID(job), Kind: bot.DeskNote, Epoch: job.epoch, OfRequest: true, Text: strings.Join(append(lines, remark), "\n"),
		Agent: bot.Agent{ID: bot.ByModel, Name: author, Tenant: s.tenant},
	})
	return err
}

func summaryID(job summaryJob) string {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(job.conversation)) // never fails
	return fmt.Sprintf("ai-%x-%d", sum.Sum64(), job.epoch)
}
