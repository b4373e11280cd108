package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"kaitong/adapters/desk"
	"kaitong/adapters/store"
	"kaitong/bot/staff"
	"kaitong/configs"
)

// Over real sockets and the real engine, with everything stored: how soon the
// last of 50 desks has a request for a human while 200 people wait, and that of
// 1,000 claims at once exactly one wins. The figures are logged; what a machine
// that does other things makes of them is no failure.
func TestFiftyDesks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	const waiting, desks, requests = 200, 50, 100
	data := t.TempDir()
	base := startApp(t, func(c *configs.Config) { c.Web.HandshakesPerSecond, c.Data = 0, data })
	hire(t, data, desks)
	for i := range waiting {
		askForHuman(t, base, fmt.Sprint("demo-old", i))
	}
	var agents []*colleague
	for i := range desks {
		agents = append(agents, atDesk(t, base, fmt.Sprint("agent", i), "correct horse 7"))
	}
	asked, seen := make([]time.Time, requests), make([][]time.Time, desks)
	var watching sync.WaitGroup
	for i, agent := range agents {
		watching.Go(func() { seen[i] = agent.seesNew(requests) })
	}
	var last string
	for i := range asked {
		person, err := dialAs(t.Context(), base, fmt.Sprint("demo-new", i), hello{Locale: "zh-CN"})
		if err != nil {
			t.Fatal(err)
		}
		hears(t, person, `"greeting"`)
		asked[i] = time.Now()
		tell(t, person, "我要找人工客服")
		last = hearsAndCloses(t, person)
	}
	watching.Wait()
	logLatency(t, asked, seen)
	claimAtOnce(t, agents, last)
}

// hire makes accounts beside the server.
func hire(t *testing.T, data string, n int) {
	t.Helper()
	vault, err := store.OpenStaff(t.Context(), store.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	defer vault.Close()
	hash := desk.Cost{Memory: 64, Passes: 1, Threads: 1}.Hash("correct horse 7")
	for i := range n {
		user := fmt.Sprint("agent", i)
		if err := vault.Add(t.Context(), staff.Account{User: user, Name: user, Role: staff.Agent, Locale: "en", Hash: hash}); err != nil {
			t.Fatal(err)
		}
	}
}

func askForHuman(t *testing.T, base, user string) {
	t.Helper()
	person, err := dialAs(t.Context(), base, user, hello{Locale: "zh-CN"})
	if err != nil {
		t.Fatal(err)
	}
	tell(t, person, "我要找人工客服")
	hearsAndCloses(t, person)
}

// hearsAndCloses waits until a person is in line and returns the conversation.
func hearsAndCloses(t *testing.T, person *client) (conversation string) {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		select {
		case f := <-person.frames:
			if f.Type == "handoff.state" {
				if err := person.close(); err != nil {
					t.Error(err)
				}
				return f.Conv
			}
		case <-timeout:
			t.Fatal("nobody is asked")
		}
	}
}

// seesNew notes when each of so many conversations is first seen.
func (c *colleague) seesNew(n int) []time.Time {
	var times []time.Time
	known := map[string]bool{}
	timeout := time.After(time.Minute)
	for len(times) < n {
		select {
		case f, ok := <-c.frames:
			var entry struct {
				Conversation string `json:"conversation"`
				Version      int64  `json:"version"`
			}
			if !ok || f.Type == "entry" && json.Unmarshal(f.Data, &entry) != nil {
				c.t.Error("the desk ended")
				return times
			}
			if f.Type == "entry" && entry.Version == 1 && !known[entry.Conversation] {
				known[entry.Conversation] = true
				times = append(times, time.Now())
			}
		case <-timeout:
			c.t.Errorf("only %d of %d were seen", len(times), n)
			return times
		}
	}
	return times
}

func logLatency(t *testing.T, asked []time.Time, seen [][]time.Time) {
	t.Helper()
	var slowest []time.Duration
	for i, at := range asked {
		var last time.Duration
		for _, desk := range seen {
			if i < len(desk) {
				last = max(last, desk[i].Sub(at))
			}
		}
		slowest = append(slowest, last)
	}
	slices.Sort(slowest)
	n := len(slowest)
	t.Logf("said until the last of %d desks has it: p50 %s, p99 %s, max %s", len(seen), slowest[n/2], slowest[n*99/100], slowest[n-1])
}

// claimAtOnce has every desk claim the same conversation 20 times.
func claimAtOnce(t *testing.T, agents []*colleague, conversation string) {
	t.Helper()
	const each = 20
	for _, agent := range agents {
		for range each {
			text, err := json.Marshal(map[string]any{"conversation": conversation, "kind": "claim", "epoch": 1})
			if err != nil {
				t.Fatal(err)
			}
			if err := agent.socket.WriteJSON(frame{Type: "act", ID: newID(), Data: text}); err != nil {
				t.Fatal(err)
			}
		}
	}
	codes := map[string]int{}
	for _, agent := range agents {
		for answers := 0; answers < each; {
			f, ok := <-agent.frames
			if !ok {
				t.Fatal("the desk ended")
			}
			if f.Re == "" {
				continue
			}
			var bad struct{ Code string }
			if err := json.Unmarshal(f.Data, &bad); err != nil {
				t.Fatal(err)
			}
			codes[bad.Code]++
			answers++
		}
	}
	t.Logf("answers to %d claims: %v", each*len(agents), codes)
	if codes[""] != 1 {
		t.Errorf("claims: %v", codes)
	}
}
