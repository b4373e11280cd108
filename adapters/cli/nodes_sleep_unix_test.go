//go:build unix

package cli

import (
	"syscall"
	"testing"
	"time"

	"kaitong/adapters/store/storetest"
)

// A node sleeps in the middle of its work while another one goes on with its
// people, and wakes up again: what it stores late is fenced by the version,
// and what it remembers does no harm.
func TestNodeSleeps(t *testing.T) {
	needsNodes(t)
	database, servers := storetest.Database(t), startRing(t)
	nodes := startProcesses(t, 2, database, servers)
	people := gatherImpatient(t, 20, addresses(nodes))
	for i := range rounds(t, 4) {
		people.hear(200)
		asleep := nodes[i%2]
		if err := asleep.pause(); err != nil {
			t.Fatal(err)
		}
		people.hear(300)
		if err := asleep.wake(); err != nil {
			t.Fatal(err)
		}
	}
	people.hear(300)
	people.check(openDatabase(t, database))
}

// gatherImpatient is gather of people who try another node when theirs is
// silent for a second.
func gatherImpatient(t *testing.T, n int, nodes func() []string) *crowd {
	t.Helper()
	return gather(t, n, nodes, func(c *crowd) { c.patience = time.Second })
}

// pause stops the process in its tracks; wake lets it go on.
func (p *process) pause() error { return p.command.Process.Signal(syscall.SIGSTOP) }
func (p *process) wake() error  { return p.command.Process.Signal(syscall.SIGCONT) }
