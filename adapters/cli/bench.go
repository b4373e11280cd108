package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"kaitong/adapters/bench"
)

type benchCommand struct {
	URL             string        `help:"Running server to measure; without it one is started and ended." placeholder:"URL"`
	PID             int           `name:"pid" help:"Process of the server of --url, to say what it uses." placeholder:"N"`
	Sockets         int           `help:"Sockets at a time." default:"100" placeholder:"N"`
	Rate            float64       `help:"Questions a second in all, at fixed times; without it each socket asks when it is answered." placeholder:"R"`
	Duration        time.Duration `help:"How long to measure (default 10s)." default:"10s" placeholder:"D"`
	Warmup          time.Duration `help:"How long to ask before that (default 1s)." default:"1s" placeholder:"D"`
	Questions       string        `help:"File with one question a line, - for the standard input; otherwise those in the program." placeholder:"FILE"`
	Users           []string      `help:"Demo users to be; otherwise those of the server on every other socket, and strangers on the rest." placeholder:"ID,…"`
	Think           time.Duration `help:"Pause between an answer and the next question." placeholder:"D"`
	Ramp            float64       `help:"Most handshakes a second." placeholder:"N"`
	Idle            bool          `help:"Ask nothing: hold the sockets and say what they cost."`
	PerConversation int           `help:"Questions in a conversation; after them the socket is replaced." placeholder:"N"`
	Data            string        `help:"Directory for the data of the server that is started, on the disk to measure; emptied afterwards." type:"path" placeholder:"DIR"`
	Seed            uint64        `help:"Which questions are asked (default 1)." default:"1" placeholder:"N"`
	JSON            bool          `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (benchCommand) Help() string {
	return `Every answer is checked: acknowledged once, answered once, numbered without
gaps, of its own conversation. When anything is wrong the exit code is 1.
Ctrl-C ends early with what was measured.

Examples:
  kaitong bench                                        a server of its own, 100 sockets
  kaitong bench --sockets 1000 --rate 1000 --duration 30s
  kaitong bench --url http://127.0.0.1:8080 --pid 4711 --json
  kaitong bench --sockets 10000 --idle --duration 5s   memory a socket`
}

// Run measures and prints what came of it.
func (c benchCommand) Run(ctx context.Context, s streams) error {
	options, err := c.options(s.in)
	if err != nil {
		return err
	}
	progress := startPulse(s.err)
	result, err := c.measure(ctx, options, progress.show)
	progress.finish()
	if err != nil {
		return err
	}
	if err := c.print(s.out, result); err != nil {
		return err
	}
	if result.Err() != nil {
		return errFailed
	}
	return nil
}

func (c benchCommand) options(in io.Reader) (bench.Options, error) {
	options := bench.Options{
		Sockets: c.Sockets, Rate: c.Rate, Duration: c.Duration, Warmup: c.Warmup, Think: c.Think, Ramp: c.Ramp,
		Idle: c.Idle, PerConversation: c.PerConversation, Seed: c.Seed, Users: c.Users,
	}
	if c.Questions == "" {
		return options, nil
	}
	if c.Questions != "-" {
		content, err := os.ReadFile(c.Questions)
		if err != nil {
			return bench.Options{}, err
		}
		in = bytes.NewReader(content)
	}
	var err error
	options.Questions, err = bench.ReadQuestions(in)
	return options, err
}

func (c benchCommand) measure(ctx context.Context, options bench.Options, report func(bench.Progress)) (bench.Result, error) {
	if c.URL != "" {
		return bench.Run(ctx, bench.Target{URL: c.URL, PID: c.PID}, options, report)
	}
	program, err := os.Executable()
	if err != nil {
		return bench.Result{}, fmt.Errorf("find this program: %w", err)
	}
	data, err := os.MkdirTemp(c.Data, "kaitong-bench-")
	if err != nil {
		return bench.Result{}, err
	}
	defer os.RemoveAll(data)
	child, err := bench.StartChild(ctx, program, []string{"serve", "--addr", "127.0.0.1:0", "--data", data}, unlimited())
	if err != nil {
		return bench.Result{}, err
	}
	result, err := bench.Run(ctx, child.Target(false), options, report)
	return result, errors.Join(err, child.Stop())
}

// unlimited are the settings under which a server lets a crowd in that is, in
// truth, one machine.
func unlimited() []string {
	return []string{"KAITONG_WEB_MESSAGES_PER_WINDOW=0", "KAITONG_WEB_SOCKETS_PER_USER=0", "KAITONG_LOG_LEVEL=error"}
}

func (c benchCommand) print(out io.Writer, result bench.Result) error {
	if !c.JSON {
		result.Print(out)
		return nil
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(result)
}
