package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"kaitong/adapters/bench"
)

type benchCommand struct {
	URL             string        `help:"Running server to measure; without it one is started and ended." placeholder:"URL"`
	PID             int           `name:"pid" help:"Process of the server of --url, to say what it uses; on this machine it is mostly found." placeholder:"N"`
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
	Baseline        bool          `help:"Compare the server with three simple ones, taking turns."`
	Repeat          *int          `help:"Rounds of --baseline (default 5)." placeholder:"K"`
	JSON            bool          `name:"json" help:"Print JSON."`
}

// defaultRounds are those of --baseline.
const defaultRounds = 5

// Help is shown by --help.
func (benchCommand) Help() string {
	return `Every answer is checked: acknowledged once, answered once, numbered without
gaps, of its own conversation. When anything is wrong, or unanswered five
seconds after the last question, the exit code is 1.
Ctrl-C ends early with what was measured.

Examples:
  kaitong bench                                        a server of its own, 100 sockets
  kaitong bench --sockets 1000 --rate 1000 --duration 30s
  kaitong bench --url http://127.0.0.1:8080 --pid 4711 --json
  kaitong bench --sockets 10000 --idle --duration 5s   memory a socket
  kaitong bench --sockets 1000 --duration 3s --baseline --repeat 5

The simple servers of --baseline are a bare WebSocket echo; "pipeline", which
asks over NATS and publishes to JetStream without waiting for the disk; and
"naive", which asks over NATS and stores every message in a transaction of its
own. Rates that were not measured in one run, taking turns, compare machines
and hours, not servers.`
}

// Run measures and prints what came of it.
func (c benchCommand) Run(ctx context.Context, s streams) error {
	if problem := c.problem(); problem != "" {
		return usageError{problem}
	}
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

// problem says what is wrong with the flags, if anything is.
func (c benchCommand) problem() string {
	switch {
	case c.Baseline && c.URL != "":
		return "--baseline starts the servers itself: leave out --url"
	case c.Repeat != nil && !c.Baseline:
		return "--repeat says how many rounds --baseline has: leave it out, or add --baseline"
	case c.Repeat != nil && *c.Repeat < 1:
		return "--repeat: want at least 1"
	case c.PID != 0 && c.URL == "":
		return "--pid names the process of the server of --url: leave it out, or add --url"
	case c.PID != 0 && !bench.Runs(c.PID):
		return fmt.Sprintf("--pid %d: there is no such process on this machine; without it the server is mostly found", c.PID)
	}
	if err := c.flags().Validate(); err != nil {
		return err.Error()
	}
	return ""
}

func (c benchCommand) flags() bench.Options {
	return bench.Options{
		Sockets: c.Sockets, Rate: c.Rate, Duration: c.Duration, Warmup: c.Warmup, Think: c.Think, Ramp: c.Ramp,
		Idle: c.Idle, PerConversation: c.PerConversation, Seed: c.Seed, Users: c.Users,
	}
}

func (c benchCommand) rounds() int {
	if c.Repeat == nil {
		return defaultRounds
	}
	return *c.Repeat
}

func (c benchCommand) options(in io.Reader) (bench.Options, error) {
	options := c.flags()
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

func (c benchCommand) measure(ctx context.Context, options bench.Options, report func(string, bench.Progress)) (outcome, error) {
	if c.Baseline {
		return bench.Compare(ctx, c.contenders(), options, c.rounds(), c.Data, report)
	}
	var result bench.Result
	measure := func(target bench.Target) (err error) {
		result, err = bench.Run(ctx, target, options, func(p bench.Progress) { report("", p) })
		return err
	}
	if c.URL != "" {
		err := measure(bench.Target{URL: c.URL, PID: c.PID})
		return result, err
	}
	err := c.serving(ctx, measure)
	return result, err
}

// outcome is what a measurement leaves.
type outcome interface {
	Print(out io.Writer)
	Err() error
}

func (c benchCommand) print(out io.Writer, result outcome) error {
	if !c.JSON {
		result.Print(out)
		return nil
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(result)
}
