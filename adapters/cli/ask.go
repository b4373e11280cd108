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
	Text   string `arg:"" help:"The question."`
	User   string `help:"Ask as this user; without it the question is anonymous." placeholder:"ID"`
	Locale string `help:"Language of the answer; otherwise the one you write in." placeholder:"TAG" enum:",zh-CN,en" default:""`
	JSON   bool   `help:"Print the answer as JSON."`
}

// Help is shown by --help.
func (askCommand) Help() string {
	return `Examples:
  kaitong ask 为什么我的借呗开通不了
  kaitong ask 为什么我的借呗开通不了 --user demo-overdue
  kaitong ask "why can't I open Jiebei?" --user demo-kyc --json`
}

// Run asks one question of the same engine that serves chats. Nothing of it
// is kept.
func (a askCommand) Run(ctx context.Context, s streams) error {
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
	config.Data = dir
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
		Locale: a.Locale, Text: strings.ToValidUTF8(a.Text, "\uFFFD"),
	}
}

func (a askCommand) print(out io.Writer, turn bot.Turn) error {
	for _, event := range turn.Events {
		message, ok := event.(bot.Message)
		if !ok || message.Author == bot.AuthorUser {
			continue
		}
		if !a.JSON {
			renderBlocks(out, message.Blocks, terminalStyle(isTerminal(out)))
			continue
		}
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(answerJSON{a.Text, message.Blocks, message.About}); err != nil {
			return err
		}
	}
	return nil
}

// answerJSON is what `ask --json` prints.
type answerJSON struct {
	Question string      `json:"question"`
	Blocks   []bot.Block `json:"blocks"`
	About    *bot.About  `json:"about"`
}
