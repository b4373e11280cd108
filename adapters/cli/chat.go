package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"

	"kaitong/bot"
)

type chatCommand struct {
	URL   string `help:"Server to chat with (default http://localhost:8080)." default:"http://localhost:8080" placeholder:"URL"`
	User  string `help:"Demo user to be; without it you are anonymous." placeholder:"ID" xor:"who"`
	Token string `help:"Token of your app: you are whom it names, in production too." placeholder:"TOKEN" xor:"who"`
	localeFlag
}

// Help is shown by --help.
func (chatCommand) Help() string {
	return `Type a question, or the number of a choice. "人工" or "agent" asks for a human.
An empty line repeats the choices; "/save FILE" keeps a plan as text; Ctrl-D ends the chat.

Examples:
  kaitong chat --user demo-overdue
  kaitong chat --user demo-kyc --locale en
  kaitong chat --token "$(kaitong token mint --config kaitong.yaml --user user-4711 --key-file private.pem)"
  echo 为什么我的借呗开通不了 | kaitong chat --user demo-vpn

` + demoUserList()
}

// Run chats until the input or the connection ends.
func (c chatCommand) Run(ctx context.Context, s streams) error {
	line, err := openLine(ctx, c.URL, c.User, hello{Token: c.Token, Locale: c.tag()})
	if err != nil {
		return err
	}
	chat := &chat{line: line, s: s, style: terminalStyle(isTerminal(s.out)), prompt: isTerminal(s.out)}
	err = chat.run(ctx)
	return errors.Join(err, ignoreClosed(line.close()))
}

// chat is one conversation in a terminal.
type chat struct {
	line   *line
	s      streams
	style  style
	prompt bool
	offer  offer

	chinese bool   // what was shown last is Chinese: so are the chat's own words
	export  string // what "/save" keeps
}

// offer is what the last answer lets one pick.
type offer struct {
	message string
	choices []bot.Choice
}

func (c *chat) run(ctx context.Context) error {
	if err := c.await(ctx, "welcome"); err != nil {
		return err
	}
	lines, stop := readLines(c.s.in)
	defer stop()
	for {
		c.ask()
		select {
		case line, more := <-lines:
			if !more {
				return nil
			}
			if err := c.submit(ctx, line); err != nil {
				return err
			}
		case f, more := <-c.line.frames:
			if !more {
				return c.line.ending()
			}
			c.show(f)
		case <-ctx.Done():
			return nil
		}
	}
}

func (c *chat) ask() {
	if c.prompt {
		fmt.Fprintf(c.s.out, "\n%s> %s", c.style.bold, c.style.reset)
	}
}

// submit sends a line and waits for the answer.
func (c *chat) submit(ctx context.Context, line string) error {
	line = strings.TrimSpace(line)
	if line == "" {
		c.repeat()
		return nil
	}
	if name, ok := saving(line); ok {
		c.note(c.save(name))
		return nil
	}
	if n, err := strconv.Atoi(line); err == nil && len(c.offer.choices) > 0 {
		return c.pick(ctx, n)
	}
	if err := c.line.send("message.send", map[string]string{"text": clean(line)}); err != nil {
		return err
	}
	return c.await(ctx, "message")
}

// repeat shows the choices once more, when there are any.
func (c *chat) repeat() {
	if len(c.offer.choices) > 0 {
		renderBlocks(c.s.out, []bot.Block{{Type: bot.BlockChoices, Choices: c.offer.choices}}, c.style)
	}
}

// pick sends the choice of a number and waits for the answer. Any other number
// is a slip: it stays here.
func (c *chat) pick(ctx context.Context, n int) error {
	if n < 1 || n > len(c.offer.choices) {
		c.note(c.either(fmt.Sprintf("请选 1-%d。", len(c.offer.choices)), fmt.Sprintf("choose 1-%d", len(c.offer.choices))))
		return nil
	}
	choice := map[string]string{"msg": c.offer.message, "choice": c.offer.choices[n-1].ID}
	if err := c.line.send("choice.send", choice); err != nil {
		return err
	}
	return c.await(ctx, "message")
}

// clean drops what a terminal may put into a line that is no text.
func clean(line string) string {
	return strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return -1
		}
		return r
	}, line), "")
}

// await shows frames until one of the kind, or an error, has come.
func (c *chat) await(ctx context.Context, kind string) error {
	for {
		select {
		case f, more := <-c.line.frames:
			if !more {
				return c.line.ending()
			}
			c.show(f)
			if f.Type == kind || f.Type == "error" {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// show draws one frame.
func (c *chat) show(f frame) {
	switch f.Type {
	case "welcome":
		var data welcomeData
		if json.Unmarshal(f.Data, &data) == nil {
			renderBlocks(c.s.out, data.Greeting, c.style)
		}
	case "message":
		var data messageData
		if json.Unmarshal(f.Data, &data) == nil && data.Author != bot.AuthorUser {
			c.showMessage(f, data)
		}
	case "check.state":
		var data struct{ State string }
		if json.Unmarshal(f.Data, &data) == nil && data.State == "checking" {
			fmt.Fprintf(c.s.out, "%s…%s\n", c.style.dim, c.style.reset)
		}
	case "error":
		var data errorData
		if json.Unmarshal(f.Data, &data) == nil {
			fmt.Fprintf(c.s.out, "%s! %s%s\n", c.style.warn, printable(data.Message), c.style.reset)
		}
	case frameOffline:
		c.note(c.either("连接断开了，正在重新连接……", "The connection was lost. Reconnecting…"))
	case frameOnline:
		c.note(c.either("已经重新连上。", "Connected again."))
	}
}

func (c *chat) showMessage(f frame, data messageData) {
	fmt.Fprintln(c.s.out)
	renderBlocks(c.s.out, data.Blocks, c.style)
	c.chinese = isChinese(data.Blocks)
	if data.About != nil && data.About.Composed == bot.ByModel {
		c.note("由 AI 生成 / Written by AI")
	}
	for _, block := range data.Blocks {
		if block.Type == bot.BlockChoices {
			c.offer = offer{message: f.ID, choices: block.Choices}
		}
		if block.Export != "" {
			c.export = block.Export
			c.note(c.either("输入 /save 文件名，可以把建议存成文字。", "Type /save FILE to keep this as text."))
		}
	}
}

// isChinese says whether an answer is written in Chinese.
func isChinese(blocks []bot.Block) bool {
	return slices.ContainsFunc(blocks, func(b bot.Block) bool {
		choice := slices.ContainsFunc(b.Choices, func(c bot.Choice) bool { return hasHan(c.Label) })
		return choice || hasHan(b.Text) || hasHan(b.Title)
	})
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// either picks one of the chat's own words.
func (c *chat) either(zh, en string) string {
	if c.chinese {
		return zh
	}
	return en
}

// note prints a word of the chat itself.
func (c *chat) note(text string) {
	fmt.Fprintf(c.s.out, "%s%s%s\n", c.style.dim, text, c.style.reset)
}

// readLines delivers the lines of in. The goroutine ends with the input, or
// after the line it is waiting for.
func readLines(in io.Reader) (lines <-chan string, stop func()) {
	out := make(chan string)
	done := make(chan struct{})
	go func() {
		defer close(out)
		scanner := bufio.NewScanner(in)
		for scanner.Scan() {
			select {
			case out <- scanner.Text():
			case <-done:
				return
			}
		}
	}()
	return out, func() { close(done) }
}

// isTerminal says whether out shows colours and prompts.
func isTerminal(out any) bool {
	file, ok := out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
