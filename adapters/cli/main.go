package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"

	"kaitong/configs"
)

// The exit codes of every command.
const (
	exitOK     = 0
	exitFailed = 1 // the thing asked about failed
	exitUsage  = 2
)

// commands is the whole command line. Flags that several commands share are
// embedded where they apply.
type commands struct {
	Serve         serveCommand         `cmd:"" default:"withargs" help:"Serve chats (the default)."`
	Chat          chatCommand          `cmd:"" help:"Chat in the terminal over a real WebSocket."`
	Ask           askCommand           `cmd:"" help:"Ask one question and print the answer, without a server."`
	Eligibility   eligibilityCommand   `cmd:"" help:"Serve, ask or verify the eligibility service."`
	Appeals       appealsCommand       `cmd:"" help:"Take appeals as the reference service does."`
	Conversations conversationsCommand `cmd:"" help:"Look into conversations, and make tests of them."`
	Analytics     analyticsCommand     `cmd:"" help:"Figures of what people ask and what helps."`
	Desk          deskCommand          `cmd:"" help:"Accounts of the agents' desk, and its audit log."`
	Token         tokenCommand         `cmd:"" help:"Make a token to try with, or find out why one is refused."`
	Tokens        tokensCommand        `cmd:"" help:"Sign people out everywhere, and list whom."`
	Verify        verifyCommand        `cmd:"" help:"Check that no turn of any conversation is missing or changed."`
	Backup        backupCommand        `cmd:"" help:"Copy everything that cannot be made anew, beside a running server."`
	Restore       restoreCommand       `cmd:"" help:"Put a backup into a new data directory, and verify it."`
	Doctor        doctorCommand        `cmd:"" help:"Say what is wrong with a set-up, what it means for people, and how to mend it."`
	Health        healthCommand        `cmd:"" help:"Ask a running server whether it is well."`
	Knowledge     knowledgeCommand     `cmd:"" help:"Check and test a knowledge pack."`
	Status        statusCommand        `cmd:"" help:"Publish what is wrong with the service at the moment."`
	Intents       intentsCommand       `cmd:"" help:"Look into the intent classifier."`
	LLM           llmCommand           `cmd:"" name:"llm" help:"Try a language model: is it set up well, and does it help?"`
	Demo          demoCommand          `cmd:"" help:"Make up conversations to try things on."`
	Bench         benchCommand         `cmd:"" help:"Ask a server many questions at once and measure how it does."`
	BenchBaseline baselineCommand      `cmd:"" hidden:"" help:"Run one of the servers that bench compares with."`
	Version       versionCommand       `cmd:"" help:"Print the version."`
	VersionFlag   kong.VersionFlag     `name:"version" help:"Print the version."`
}

// streams are what a command reads from and writes to.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// errFailed ends a command with exit code 1 when it has already said why.
var errFailed = errors.New("failed")

// Main runs the command line and returns the exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, args, streams{in: stdin, out: stdout, err: stderr})
}

// run is Main under a context that ends it.
func run(ctx context.Context, args []string, s streams) int {
	var line commands
	exited := -1
	parser, err := kong.New(&line,
		kong.Name("kaitong"),
		kong.Description("Tells people why an activation failed and what to do now.\n\nStart with `kaitong` and open the page it prints."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { exited = code }),
		kong.UsageOnError(),
		kong.Vars{"version": versionLine()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
	)
	if err != nil {
		fmt.Fprintln(s.err, "kaitong:", err)
		return exitUsage
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // --help has been printed
		return exited
	}
	if err != nil {
		fmt.Fprintf(s.err, "kaitong: %v%s\nTry `kaitong --help`.\n", err, suggestion(parser, args))
		return exitUsage
	}
	return exitCode(command.Run(), s)
}

// suggestion names the command that a first word nearly is. The parser itself
// takes such a word for an argument of the default command.
func suggestion(parser *kong.Kong, args []string) string {
	var names []string
	for _, command := range parser.Model.Children {
		names = append(names, command.Name)
	}
	if len(args) == 0 || slices.Contains(names, args[0]) {
		return ""
	}
	if near := configs.Nearest(args[0], names); near != "" {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return ""
}

func exitCode(err error, s streams) int {
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintln(s.err, "kaitong:", err)
		return exitUsage
	case !errors.Is(err, errFailed):
		fmt.Fprintln(s.err, "kaitong:", err)
	}
	return exitFailed
}

// usageError says that the command line itself was wrong.
type usageError struct{ message string }

func (u usageError) Error() string { return u.message }
