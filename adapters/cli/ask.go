package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"kaitong/bot"
	"kaitong/configs"
)

type askCommand struct {
	configFlags
	Text []string `arg:"" help:"The question; several words are joined."`
	User string   `help:"Ask as this user; without it the question is anonymous." placeholder:"ID"`
	localeFlag
	JSON bool `help:"Print the answer as JSON."`
}

// Help is shown by --help.
func (askCommand) Help() string {
	return `Examples:
  kaitong ask 为什么我的借呗开通不了
  kaitong ask 为什么我的借呗开通不了 --user demo-overdue
  kaitong ask "why can't I open Jiebei?" --user demo-kyc --json

` + demoUserList()
}

func (a askCommand) question() string {
	return strings.ToValidUTF8(strings.TrimSpace(strings.Join(a.Text, " ")), "\uFFFD")
}

// Run asks one question of the same engine that serves chats. Nothing of it
// is kept.
func (a askCommand) Run(ctx context.Context, s streams) error {
	if a.question() == "" {
		return usageError{"the question is empty: write it after `ask`, for instance kaitong ask 为什么我的借呗开通不了"}
	}
	config, err := a.load()
	if err != nil {
		return err
	}
	if err := config.Validate(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "kaitong-ask-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	config.Data, config.NATS.Listen = dir, "" // neither the data nor the port of a server that runs
	logger := slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelError}))
	core, err := newCore(ctx, config, logger)
	if err != nil {
		return err
	}
	defer func() { _ = core.teardown.close(context.WithoutCancel(ctx)) }()
	receipt, err := core.engine.Handle(ctx, a.say(config))
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	return a.print(s.out, receipt.Turn)
}

func (a askCommand) say(config configs.Config) bot.Say {
	who := bot.Identity{Tenant: config.Tenant, User: a.User}
	if a.User == "" {
		who.User, who.Anonymous = "anon-"+newID(), true
	}
	return bot.Say{
		Conversation: "c_" + newID(), MessageID: newID(), User: who,
		Locale: a.tag(), Text: a.question(),
		Client: bot.Client{Channel: bot.ChannelTerminal},
	}
}

func (a askCommand) print(out io.Writer, turn bot.Turn) error {
	style := terminalStyle(isTerminal(out))
	for _, event := range turn.Events {
		message, ok := event.(bot.Message)
		if !ok || message.Author == bot.AuthorUser {
			continue
		}
		if !a.JSON {
			renderBlocks(out, message.Blocks, style)
			continue
		}
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(answerJSON{a.question(), message.Blocks, message.About}); err != nil {
			return err
		}
	}
	if note := trialNote(turn); note != "" && !a.JSON {
		fmt.Fprintf(out, "\n%s%s%s\n", style.dim, note, style.reset)
	}
	return nil
}

// trialNote says, where the turn asked for a human, that none was told: an
// answer that promises one would mislead. Empty for other turns.
func trialNote(turn bot.Turn) string {
	requested, chinese := false, false
	for _, event := range turn.Events {
		switch e := event.(type) {
		case bot.Started:
			chinese = e.Locale == "zh-CN"
		case bot.HandoffChanged:
			requested = requested || e.State == bot.HandoffRequested
		}
	}
	switch {
	case !requested:
		return ""
	case chinese:
		return "ask 只是试用：什么都没有保存，也没有通知任何人。"
	}
	return "ask is a trial: nothing was stored and nobody was told."
}

// answerJSON is what `ask --json` prints.
type answerJSON struct {
	Question string      `json:"question"`
	Blocks   []bot.Block `json:"blocks"`
	About    *bot.About  `json:"about"`
}
