//go:build unix

package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// runAs is who PostgreSQL runs as: it refuses to be root. nil means oneself.
func runAs() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		somebody, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(somebody.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(somebody.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody")
}

func giveAway(path string) error {
	who, err := runAs()
	if err != nil || who == nil {
		return err
	}
	return os.Chown(path, int(who.Uid), int(who.Gid))
}

func (c *Cluster) command(name string, args ...string) (*exec.Cmd, error) {
	who, err := runAs()
	if err != nil {
		return nil, err
	}
	command := exec.Command(name, args...) //nolint:gosec,noctx // programs of PostgreSQL, which outlive the test that starts them
	command.Dir = c.dir
	command.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	command.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true}
	return command, nil
}

func (c *Cluster) run(name string, args ...string) error {
	command, err := c.command(filepath.Join(c.programs, name), args...)
	if err != nil {
		return err
	}
	// Into a file: the server inherits the output of who starts it, and a pipe
	// would not end before it.
	output, err := os.CreateTemp(c.dir, name)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(output.Name()) }() // the server goes on writing to it
	command.Stdout, command.Stderr = output, output
	failed := command.Run()
	said, err := os.ReadFile(output.Name())
	if failed != nil {
		return fmt.Errorf("%s: %w\n%s", name, failed, bytes.TrimSpace(said))
	}
	return errors.Join(err, output.Close())
}

// watch starts a process that waits for the end of this one, or for the guard
// to be closed, and then ends the server and removes its files. So nothing
// stays behind even when a test binary is killed.
func (c *Cluster) watch() error {
	const script = `cat >/dev/null; pid=$(head -n 1 data/postmaster.pid) && kill -QUIT "$pid"
		for _ in $(seq 200); do kill -0 "$pid" || break; sleep 0.05; done
		rm -rf "$PWD"`
	command, err := c.command("sh", "-c", script)
	if err != nil {
		return err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	command.Stdin, c.guard = read, write
	return errors.Join(command.Start(), read.Close())
}

// Pause stops every process of the server where it is, as if its machine
// hung: connections stay, answers do not come.
func (c *Cluster) Pause(t testing.TB) {
	t.Helper()
	c.signal(t, syscall.SIGSTOP)
}

// Resume lets a paused server go on. One that is not paused does not mind.
func (c *Cluster) Resume(t testing.TB) {
	t.Helper()
	c.signal(t, syscall.SIGCONT)
}

// signal begins with the one that would start others.
func (c *Cluster) signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	master, err := c.master()
	if errors.Is(err, fs.ErrNotExist) {
		return // it is down
	}
	if err == nil {
		err = syscall.Kill(master, signal)
	}
	if err != nil {
		t.Fatal(err)
	}
	list, err := exec.CommandContext(context.WithoutCancel(t.Context()), "ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		var pid, parent int
		if _, err := fmt.Sscan(line, &pid, &parent); err == nil && parent == master {
			_ = syscall.Kill(pid, signal) // it may have ended meanwhile
		}
	}
}

func (c *Cluster) master() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(first)
}
