package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/bot/dialogue"
	"kaitong/configs"
)

type conversationsCommand struct {
	List    listCommand    `cmd:"" help:"List the latest conversations."`
	Show    showCommand    `cmd:"" help:"Show one conversation, and how each message was understood."`
	Record  recordCommand  `cmd:"" help:"Make a dialogue for a pack's tests out of a conversation."`
	Erase   eraseCommand   `cmd:"" help:"Erase conversations, or all of a person, for good."`
	Erased  erasedCommand  `cmd:"" help:"Print the tombstones of what was erased, to erase it again after a restore."`
	Rekey   rekeyCommand   `cmd:"" help:"Encrypt all conversations with the first key of the key file."`
	Rebuild rebuildCommand `cmd:"" help:"Make the list of conversations anew from the log."`
}

// dataFlags find the data of a server, which may be running.
type dataFlags struct {
	Config   string `help:"Configuration file of the server." type:"existingfile" placeholder:"FILE"`
	Data     string `help:"Directory of the data (default ./data)." placeholder:"DIR" xor:"where"`
	Database string `help:"Database to use instead of SQLite in the data directory." placeholder:"DSN" xor:"where"`
}

// options say where the log is.
func (f dataFlags) options() (store.Options, error) {
	config, err := f.config()
	if err != nil {
		return store.Options{}, err
	}
	return f.source(config), nil
}

// existing says where the log is, which must be there already: these commands
// make none.
func (f dataFlags) existing() (store.Options, error) {
	options, err := f.options()
	if err != nil {
		return store.Options{}, err
	}
	_, err = f.reader()
	options.Logger = slog.New(slog.DiscardHandler)
	return options, err
}

func (f dataFlags) config() (configs.Config, error) { return configs.Load(f.Config, os.Environ()) }

// reader opens the log without disturbing a server that has it open.
func (f dataFlags) reader() (*store.Reader, error) {
	options, err := f.options()
	if err != nil {
		return nil, err
	}
	reader, err := store.OpenReader(options)
	if errors.Is(err, store.ErrNoLog) {
		return nil, fmt.Errorf("%w (say where the server keeps its data: --data DIR)", err)
	}
	return reader, err
}

// source is where the log is: as the flags say, else as the server's
// configuration does.
func (f dataFlags) source(config configs.Config) store.Options {
	options := store.Options{Dir: config.Data, Database: config.Database, KeyFile: config.Encryption.KeyFile}
	switch {
	case f.Database != "":
		options.Dir, options.Database = "", f.Database
	case f.Data != "":
		options.Dir, options.Database = f.Data, ""
	}
	return options
}

// conversation loads the turns of one conversation.
func (f dataFlags) conversation(ctx context.Context, id string) ([]bot.Turn, error) {
	reader, err := f.reader()
	if err != nil {
		return nil, err
	}
	turns, err := reader.Load(ctx, id)
	if err == nil && len(turns) == 0 {
		return nil, fmt.Errorf("there is no conversation %q; `kaitong conversations list` shows the latest", id)
	}
	return turns, err
}

type listCommand struct {
	dataFlags
	Limit int  `help:"How many at most." default:"20"`
	JSON  bool `help:"Print JSON."`
}

// Help is shown by --help.
func (listCommand) Help() string {
	return `It works beside a running server, and needs none.

Examples:
  kaitong conversations list
  kaitong conversations list --data /var/lib/kaitong --limit 100`
}

// Run lists the conversations with the latest turns.
func (l listCommand) Run(ctx context.Context, s streams) error {
	if l.Limit < 1 {
		return usageError{"--limit: want at least 1"}
	}
	reader, err := l.reader()
	if err != nil {
		return err
	}
	newest, err := reader.Newest(ctx, l.Limit)
	if err != nil {
		return err
	}
	if l.JSON {
		return printJSON(s.out, newest)
	}
	if len(newest) == 0 {
		fmt.Fprintln(s.out, "No conversations yet.")
	}
	for _, one := range newest {
		fmt.Fprintln(s.out, storedLine(one))
	}
	return nil
}

func storedLine(one store.Stored) string {
	parts := []string{fmt.Sprintf("%s  %-40s %d turn(s)", one.Last.Local().Format(time.DateTime), printable(one.Conversation), one.Turns)}
	for _, part := range []string{one.Product, one.Locale} {
		if part != "" {
			parts = append(parts, printable(part))
		}
	}
	if one.Handoff != bot.HandoffNone {
		parts = append(parts, "hand-off "+printable(string(one.Handoff)))
	}
	return strings.Join(parts, "  ")
}

type showCommand struct {
	ID string `arg:"" help:"Id of the conversation."`
	dataFlags
	JSON bool `help:"Print the turns as they are stored."`
}

// Help is shown by --help.
func (showCommand) Help() string {
	return `What is stored is masked: numbers and passwords that people typed are not in it.
It works beside a running server, and needs none.

Examples:
  kaitong conversations show c_0192f3c0-5a4e-7c11-9d4f-3d1f2b7a9e10
  kaitong conversations show c_0192f3c0-5a4e-7c11-9d4f-3d1f2b7a9e10 --json`
}

// Run shows a conversation.
func (c showCommand) Run(ctx context.Context, s streams) error {
	turns, err := c.conversation(ctx, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return printTurns(s.out, turns)
	}
	renderTranscript(s.out, turns, terminalStyle(isTerminal(s.out)))
	return nil
}

type recordCommand struct {
	ID string `arg:"" help:"Id of the conversation."`
	dataFlags
	Out  string `help:"File to write, dialogues/NAME.yaml of a pack; otherwise it is printed." placeholder:"FILE" type:"path"`
	Pack string `help:"Folder of the pack to play it with; without it the one in the program." type:"path" placeholder:"DIR"`
}

// Help is shown by --help.
func (recordCommand) Help() string {
	return `Who it was is left out, and personal data is masked or made up. What came of each
message becomes what the dialogue expects; take out what does not matter, say what does.
The dialogue is played once, so that you know at once whether it passes.

Examples:
  kaitong conversations record c_0192f3c0-5a4e-7c11-9d4f-3d1f2b7a9e10 --out my-pack/dialogues/face-check.yaml --pack my-pack`
}

// Run records a conversation as a dialogue.
func (c recordCommand) Run(ctx context.Context, s streams) error {
	name, err := c.name()
	if err != nil {
		return err
	}
	turns, err := c.conversation(ctx, c.ID)
	if err != nil {
		return err
	}
	recording, err := dialogue.Record(name, turns)
	if err != nil {
		return err
	}
	file := dialogue.Encode(recording.Dialogue)
	if err := c.write(s.out, file); err != nil {
		return err
	}
	for _, note := range recording.Notes {
		fmt.Fprintln(s.err, note)
	}
	return c.tryOut(ctx, s.err, name, file)
}

// name is what the dialogue is called: as its file.
func (c recordCommand) name() (string, error) {
	if c.Out == "" {
		return "recorded", nil
	}
	name, ok := strings.CutSuffix(filepath.Base(c.Out), ".yaml")
	if !ok || name == "" {
		return "", usageError{"--out: want a name that ends in .yaml"}
	}
	return name, nil
}

// write never replaces a file: somebody may have worked on it.
func (c recordCommand) write(out io.Writer, data []byte) error {
	if c.Out == "" {
		_, err := out.Write(data)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.Out), 0o750); err != nil {
		return err
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already; name another file", c.Out)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(file, bytes.NewReader(data))
	return errors.Join(err, file.Close())
}
