package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
)

const (
	startTimeout = 30 * time.Second
	stopTimeout  = 30 * time.Second
	// hurry is how long each step of the end may take when somebody waits for
	// it: answers, goodbyes, the server.
	hurry = 500 * time.Millisecond
)

// Child is a server in a process of its own.
type Child struct {
	command *exec.Cmd
	reading sync.WaitGroup
	holding sync.WaitGroup
	over    chan struct{}
	problem strings.Builder // what it wrote to its standard error
	url     string
}

// StartChild runs a program that prints the address it listens on.
func StartChild(ctx context.Context, program string, args, env []string) (*Child, error) {
	c := &Child{over: make(chan struct{}), command: exec.Command(program, args...)} //nolint:gosec,noctx // our own program; it is to stop in its own time, not to be killed with ctx
	c.command.Env = append(os.Environ(), env...)
	c.command.Stderr = &c.problem
	c.command.SysProcAttr = apart()
	out, err := c.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	if err := c.start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	found := make(chan string, 1)
	c.reading.Go(func() { watch(out, found) })
	if err := c.await(ctx, found); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", args[0], err), c.kill())
	}
	return c, nil
}

// start starts it from a thread that stays as long as the child does: the
// kernel may take the end of that thread for the end of this program.
func (c *Child) start() error {
	started := make(chan error, 1)
	c.holding.Go(func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.command.Start()
		started <- err
		if err == nil {
			<-c.over
		}
	})
	return <-started
}

func (c *Child) await(ctx context.Context, found <-chan string) error {
	timer := time.NewTimer(startTimeout)
	defer timer.Stop()
	select {
	case c.url = <-found:
		if c.url == "" {
			return errors.New("it ended without saying where it listens")
		}
		return nil
	case <-timer.C:
		return errors.New("it does not say where it listens")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watch finds the address, "" when there is none, and reads on: a program
// whose output nobody reads stops in the middle of a word.
func watch(out io.Reader, found chan<- string) {
	address := regexp.MustCompile(`http://[0-9A-Za-z.\[\]:]+:[0-9]+`)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url := address.FindString(lines.Text()); url != "" {
			found <- url
			break
		}
	}
	close(found)
	_, _ = io.Copy(io.Discard, out) // ends with the program
}

// Target is what to measure.
func (c *Child) Target(plain bool) Target {
	return Target{URL: c.url, PID: c.command.Process.Pid, Plain: plain}
}

// Stop asks the program to end, and expects that it does so in peace. When ctx
// has ended somebody waits for it, and it is killed soon.
func (c *Child) Stop(ctx context.Context) error {
	if err := interrupt(c.command.Process); err != nil {
		return errors.Join(fmt.Errorf("stop: %w", err), c.kill())
	}
	late := time.AfterFunc(stopTimeout, func() { _ = c.command.Process.Kill() })
	defer late.Stop()
	defer context.AfterFunc(ctx, func() { late.Reset(hurry) })()
	err := c.wait()
	if ctx.Err() != nil { // how it ended says nothing then
		return nil
	}
	return err
}

// wait returns when the program has ended.
func (c *Child) wait() error {
	c.reading.Wait()
	err := c.command.Wait()
	close(c.over)
	c.holding.Wait()
	if err != nil {
		return fmt.Errorf("%s ended with %w: %s", c.command.Args[1], err, strings.TrimSpace(c.problem.String()))
	}
	return nil
}

func (c *Child) kill() error {
	_ = c.command.Process.Kill() // it may have ended by itself, which wait says
	return c.wait()
}
