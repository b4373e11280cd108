package cli

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/adapters/eligibility"
	"kaitong/adapters/natsbus"
	"kaitong/bot"
	"kaitong/configs"
	"kaitong/knowledge"
)

// startBus runs a NATS server that others can reach.
func startBus(t *testing.T) *natsbus.Bus {
	t.Helper()
	bus, err := natsbus.Start(t.Context(), natsbus.Options{Listen: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close(context.Background()) })
	return bus
}

func startResponder(t *testing.T, conn *nats.Conn, profiles string, demo bool) {
	t.Helper()
	directory, err := eligibility.ParseDirectory([]byte(profiles))
	if err != nil {
		t.Fatal(err)
	}
	responder, err := eligibility.Serve(eligibility.ResponderOptions{Conn: conn, Directory: directory, Demo: demo, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = responder.Close() })
}

const theirProfiles = `
policy: {min_age: 18, open_regions: [CN], max_open_loans: 1, valid_for: 5m}
people:
  demo-eligible: {age: 30, region: CN, open_loans: 4}
  u1: {age: 30, region: CN, open_loans: 4}
`

func TestVerifyCommand(t *testing.T) {
	t.Parallel()
	bus := startBus(t)
	startResponder(t, bus.Conn(), theirProfiles, false)
	for _, test := range []struct {
		name, users, pack string
		code              int
		says, saysNot     []string
	}{
		{"all told", "u1", "", exitOK, []string{"ok    answers for u1: ineligible: DEBT_MULTIPLE"}, []string{"warn", "FAIL"}},
		{"nobody known", "u2", "", exitOK, []string{"ok    answers for u2: unknown", "warn  decision for u2"}, []string{"FAIL"}},
		{"a pack without the code", "u1", packWithout(t, "DEBT_MULTIPLE"), exitOK,
			[]string{"warn  codes for u1", "code DEBT_MULTIPLE is not in the pack's reasons.yaml and will be told as the standard refusal"}, []string{"FAIL"}},
		{"no pack", "u1", t.TempDir(), exitFailed, []string{"pack.yaml"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			args := []string{"eligibility", "verify", "--nats", bus.ClientURL(), "--users", test.users}
			if test.pack != "" {
				args = append(args, "--pack", test.pack)
			}
			code := run(t.Context(), args, streams{in: strings.NewReader(""), out: &out, err: &out})
			if code != test.code {
				t.Errorf("exit %d, want %d", code, test.code)
			}
			for _, part := range test.says {
				if !strings.Contains(out.String(), part) {
					t.Errorf("%q is not in:\n%s", part, out.String())
				}
			}
			for _, part := range test.saysNot {
				if strings.Contains(out.String(), part) {
					t.Errorf("%q is in:\n%s", part, out.String())
				}
			}
		})
	}
}

// packWithout copies the shipped pack and takes a reason code out.
func packWithout(t *testing.T, code string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, knowledge.Shipped()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "reasons.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	kept := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return strings.Contains(line, "code: "+code+",") })
	if len(kept) != len(lines)-1 {
		t.Fatalf("%d lines of reasons.yaml name %s", len(lines)-len(kept), code)
	}
	if err := os.WriteFile(path, []byte(strings.Join(kept, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// On a NATS of your own the demo responder leaves requests to a service of
// your own, and joins another demo.
func TestDemoResponderGivesWay(t *testing.T) {
	t.Parallel()
	for _, demo := range []bool{true, false} {
		bus := startBus(t)
		startResponder(t, bus.Conn(), theirProfiles, demo)
		var log strings.Builder
		config := configs.Default()
		config.Data, config.NATS.URL = t.TempDir(), bus.ClientURL()
		c, err := newCore(t.Context(), config, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		started := len(c.directory.People()) > 0
		said := strings.Contains(log.String(), "level=INFO msg=\"an eligibility service answers already")
		if started != demo || said == demo {
			t.Errorf("beside a demo %t: started %t, said so %t", demo, started, said)
		}
		if !demo {
			answersTheirs(t, c)
		}
		if err := c.teardown.close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// answersTheirs checks that every request reaches the service of their own,
// which judges this person differently.
func answersTheirs(t *testing.T, c *core) {
	t.Helper()
	client, err := c.eligibilityClient()
	if err != nil {
		t.Fatal(err)
	}
	for range 16 {
		verdict, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "demo-eligible", Product: "jiebei", Locale: "en"})
		if err != nil || verdict.Decision != bot.Ineligible {
			t.Fatalf("%+v, %v", verdict, err)
		}
	}
}
