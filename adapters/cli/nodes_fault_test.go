package cli

import (
	"fmt"
	"testing"
	"time"

	"kaitong/adapters/store/storetest"
)

// startProcesses runs nodes in processes of their own.
func startProcesses(t *testing.T, n int, database string, servers *ring) []*process {
	t.Helper()
	var all []*process
	for i := range n {
		all = append(all, startProcess(t, nodeSpec{Data: t.TempDir(), Database: database, NATS: servers.url(i)}))
	}
	return all
}

func addresses(of []*process) func() []string {
	var all []string
	for _, one := range of {
		all = append(all, one.address)
	}
	return func() []string { return all }
}

// A node is killed under load. Its people go on with another one.
func TestNodeIsKilled(t *testing.T) {
	needsNodes(t)
	database, servers := storetest.Database(t), startRing(t)
	nodes := startProcesses(t, 3, database, servers)
	people := gather(t, 30, addresses(nodes))
	for _, one := range nodes[:2] {
		people.hear(500)
		one.kill()
	}
	people.hear(500)
	people.check(openDatabase(t, database))
}

// One of three nats-servers ends, then another, then all, and come back. The
// answers go on, and so does what people see of other nodes.
func TestNATSServersEnd(t *testing.T) {
	needsNodes(t)
	nodes := startTwoNodes(t)
	people := gather(t, 10, func() []string { return []string{nodes.here, nodes.yonder} })
	here := openWindow(t, nodes.here, nil)
	here.ask("begin")
	there := openWindow(t, nodes.yonder, here)
	both := func(when string) {
		t.Helper()
		here.ask("here-" + when)
		there.reach(here.seq)
		there.ask("there-" + when)
		here.reach(there.seq)
		people.hear(100)
	}
	both("all")
	for i := range nodes.servers.servers {
		nodes.servers.stop(i)
		both(fmt.Sprintf("%d-ended", i+1))
	}
	for i := range nodes.servers.servers {
		nodes.servers.start(i)
		both(fmt.Sprintf("%d-back", i+1))
	}
	nodes.servers.settle()
	both("all-back")
	people.check(openDatabase(t, nodes.database))
}

// PostgreSQL restarts, crashes, sleeps and throws everybody out.
func TestPostgresFails(t *testing.T) {
	needsNodes(t)
	cluster, servers := storetest.Start(t), startRing(t)
	database := cluster.Database(t)
	nodes := startProcesses(t, 2, database, servers)
	for _, fault := range []struct {
		name string
		do   func()
	}{
		{"restart", func() { cluster.Restart(t, "fast") }},
		{"crash", func() { cluster.Restart(t, "immediate") }},
		{"sleep", func() { cluster.Pause(t); time.Sleep(8 * time.Second); cluster.Resume(t) }},
		{"connections ended", func() {
			for range 10 {
				cluster.Exec(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kaitong'`)
			}
		}},
	} {
		t.Run(fault.name, func(t *testing.T) {
			people := gather(t, 20, addresses(nodes))
			people.hear(200)
			fault.do()
			people.hear(300)
			people.check(openDatabase(t, database))
		})
	}
}

// The wires of a node go bad, to PostgreSQL and to NATS. Without PostgreSQL
// its people are told to wait, without NATS they are answered without a check.
func TestBadWires(t *testing.T) {
	needsNodes(t)
	servers := startRing(t)
	database := storetest.Database(t)
	toDatabase, through := layWireTo(t, database)
	toNATS := layWire(t, servers.clients[0])
	app, bad, _ := startNode(t, nodeSpec{Database: through, NATS: "nats://" + toNATS.address})
	_, good, _ := startNode(t, nodeSpec{Database: database, NATS: servers.url(1)})
	here := openWindow(t, good, nil)
	here.ask("begin")
	there := openWindow(t, bad, here)
	asked := 0
	seeEachOther := func(t *testing.T) {
		here.t, there.t, asked = t, t, asked+1
		here.ask(fmt.Sprintf("good-%d", asked))
		there.reach(here.seq)
		there.ask(fmt.Sprintf("bad-%d", asked))
		here.reach(there.seq)
	}
	for _, fault := range []struct {
		name string
		do   func(people *crowd)
	}{
		{"database slow", func(people *crowd) { toDatabase.slow(200 * time.Millisecond); people.hear(50) }},
		{"database cut", func(people *crowd) {
			for range 20 {
				toDatabase.cut()
				people.hear(10)
			}
		}},
		{"database away", func(people *crowd) { toDatabase.refuse(); toDatabase.cut(); people.hearError("busy") }},
		{"database half-open", func(people *crowd) { toDatabase.mute(); people.hearError("busy") }},
		{"NATS slow", func(people *crowd) { toNATS.slow(200 * time.Millisecond); people.hear(50) }},
		{"NATS cut", func(people *crowd) {
			for range 20 {
				toNATS.cut()
				people.hear(10)
			}
		}},
		{"NATS away", func(people *crowd) { toNATS.refuse(); toNATS.cut(); people.hear(200); seeEachOther(people.t) }},
		{"NATS half-open", func(people *crowd) { toNATS.mute(); people.hear(30); seeEachOther(people.t) }},
	} {
		t.Run(fault.name, func(t *testing.T) {
			people := gather(t, 10, func() []string { return []string{bad} }, func(c *crowd) { c.perTalk = 5 })
			people.hear(50)
			fault.do(people)
			for _, one := range []*wire{toDatabase, toNATS} {
				one.mend()
			}
			people.hear(200)
			people.check(openDatabase(t, database))
			eventually(t, "the bad node hears again", func() bool { return !app.core.neighbours.live.Blind() })
			seeEachOther(t)
		})
	}
}
