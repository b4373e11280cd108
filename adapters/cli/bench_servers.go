package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"kaitong/adapters/bench"
	"kaitong/adapters/bench/baseline"
)

// baselineCommand is one of the simple servers, in a process of its own.
type baselineCommand struct {
	Kind string `arg:"" help:"Which server."`
	Data string `arg:"" help:"Directory of its data." type:"path"`
}

// Run serves until it is told to stop.
func (c baselineCommand) Run(ctx context.Context, s streams) error {
	return baseline.Serve(ctx, c.Kind, c.Data, s.out)
}

// contenders are this program and the simple servers.
func (c benchCommand) contenders() []bench.Contender {
	list := []bench.Contender{{Name: "kaitong", With: c.serving}}
	for _, kind := range baseline.Kinds() {
		list = append(list, bench.Contender{Name: kind, With: func(ctx context.Context, use func(bench.Target) error) error {
			return c.spawn(ctx, true, func(data string) []string { return []string{"bench-baseline", kind, data} }, use)
		}})
	}
	return list
}

// serving has a server of this program used, and ends it afterwards.
func (c benchCommand) serving(ctx context.Context, use func(bench.Target) error) error {
	return c.spawn(ctx, false, func(data string) []string {
		return []string{"serve", "--addr", "127.0.0.1:0", "--data", data}
	}, use)
}

// spawn runs this program once more, on an empty directory.
func (c benchCommand) spawn(ctx context.Context, plain bool, args func(data string) []string, use func(bench.Target) error) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	data, err := os.MkdirTemp(c.Data, "kaitong-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	child, err := bench.StartChild(ctx, program, args(data), unlimited())
	if err != nil {
		return err
	}
	return errors.Join(use(child.Target(plain)), child.Stop(ctx))
}

// unlimited are the settings under which a server lets a crowd in that is, in
// truth, one machine.
func unlimited() []string {
	return []string{
		"KAITONG_WEB_MESSAGES_PER_WINDOW=0", "KAITONG_WEB_SOCKETS_PER_USER=0", "KAITONG_WEB_HANDSHAKES_PER_SECOND=0", "KAITONG_LOG_LEVEL=error",
	}
}
