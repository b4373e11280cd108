package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/natsbus"
	"kaitong/bot"
	"kaitong/configs"
	"kaitong/knowledge"
)

// runLine runs a command line and returns its exit code and all it printed.
func runLine(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var printed strings.Builder
	code = run(t.Context(), args, streams{in: strings.NewReader(""), out: &printed, err: &printed})
	return code, printed.String()
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	code, out := runLine(t, args...)
	if code != exitOK {
		t.Fatalf("%v: exit %d: %s", args, code, out)
	}
	return out
}

// running is a system under test that people and operators reach.
type running struct {
	address, data, nats string
	log                 *awaitedLog
}

func runSystem(t *testing.T, listen string) running {
	t.Helper()
	log := &awaitedLog{grown: make(chan struct{}, 1)}
	config := configs.Default()
	config.Addr, config.Data, config.NATS.Listen = "127.0.0.1:0", t.TempDir(), listen
	app, err := NewApp(t.Context(), config, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return running{"http://" + app.Addr().String(), config.Data, app.core.bus.ClientURL(), log}
}

const (
	noticeZH = "部分用户打开借呗页面会提示网络异常，我们正在处理"
	noticeEN = "Some people see a network error on the Jiebei page and we are on it"
)

// An operator publishes, people read it first, and it ends; over NATS, and
// through the file where NATS listens nowhere.
func TestIncidentReachesPeople(t *testing.T) {
	t.Parallel()
	for name, listen := range map[string]string{"file": "", "NATS": "127.0.0.1:0"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			system := runSystem(t, listen)
			at := []string{"--data", system.data}
			if listen != "" {
				at = []string{"--nats", system.nats}
			}
			status := func(args ...string) string { return mustRun(t, slices.Concat([]string{"status"}, args, at)...) }
			question := func() answer {
				return newPerson(t, system.address, "", "zh-CN").ask("借呗页面一直提示网络异常")
			}

			if got := question(); got.About.Incident != "" {
				t.Errorf("before: %+v", got.About)
			}
			out := status("set", "net-0610", "--area", "technical.network", "--zh", noticeZH, "--en", noticeEN)
			if !strings.Contains(out, "net-0610") || (listen != "" && !strings.Contains(out, "Confirmed by 1 server.")) {
				t.Errorf("set prints:\n%s", out)
			}
			system.log.await(t, "an incident is live")
			if got := question(); got.About.Incident != "net-0610" || got.Blocks[0].Type != bot.BlockNotice || !strings.Contains(textOf(got), noticeZH) {
				t.Errorf("while it is live: %+v\n%s", got.About, textOf(got))
			}
			if got := readiness(t, system.address); !strings.Contains(got, "live: net-0610 (technical.network)") {
				t.Errorf("readiness: %s", got)
			}
			if out := status("list"); !strings.Contains(out, noticeEN) {
				t.Errorf("list prints:\n%s", out)
			}
			status("clear", "net-0610")
			system.log.await(t, "an incident is over")
			if got := question(); got.About.Incident != "" {
				t.Errorf("afterwards: %+v", got.About)
			}
		})
	}
}

// Eight people in a row run into the same trouble: operators hear of it, and
// people do not.
func TestSpikeIsSuggested(t *testing.T) {
	t.Parallel()
	system := runSystem(t, "")
	for range 8 {
		if got := newPerson(t, system.address, "", "zh-CN").ask("借呗页面一直提示网络异常"); got.About.Incident != "" {
			t.Errorf("people read of it: %+v", got.About)
		}
	}
	if got := strings.Count(system.log.String(), "many people run into the same trouble"); got != 1 {
		t.Errorf("logged %d times:\n%s", got, system.log.String())
	}
	limit := time.Now().Add(20 * time.Second)
	for !strings.Contains(readiness(t, system.address), "suggested: technical.network") {
		if time.Now().After(limit) {
			t.Fatal("the readiness report never shows it")
		}
	}
	out := mustRun(t, "status", "list", "--data", system.data)
	if !strings.Contains(out, "No incident is live.") || !strings.Contains(out, "spike-technical.network") || !strings.Contains(out, "8 conversations in 10 minutes, usually 0.0") {
		t.Errorf("list prints:\n%s", out)
	}
	mustRun(t, "status", "clear", "spike-technical.network", "--data", system.data)
	if out := mustRun(t, "status", "list", "--data", system.data); strings.Contains(out, "Suggested") {
		t.Errorf("after it was dismissed:\n%s", out)
	}
}

// What goes wrong is said in a way that helps.
func TestStatusErrors(t *testing.T) {
	t.Parallel()
	data, broken := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "incidents.json"), []byte(`{"incidents":[{"id":"a"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	words := []string{"--zh", noticeZH, "--en", noticeEN}
	for _, test := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no area", []string{"set", "a", "--data", data}, exitUsage, "--area"},
		{"misspelt area", append([]string{"set", "a", "--data", data, "--area", "technical.netwrk"}, words...), exitUsage, "did you mean technical.network?"},
		{"strange area", append([]string{"set", "a", "--data", data, "--area", "weather-in-june"}, words...), exitUsage, "all, account, compliance, credit, policy, technical"},
		{"one language", []string{"set", "a", "--data", data, "--area", "all", "--zh", noticeZH}, exitUsage, "--en TEXT"},
		{"strange hour", append([]string{"set", "a", "--data", data, "--area", "all", "--since", "noon"}, words...), exitUsage, "an hour such as 14:05"},
		{"strange name", append([]string{"set", "Net Work", "--data", data, "--area", "all"}, words...), exitFailed, "such as network-0610"},
		{"too long", []string{"set", "a", "--data", data, "--area", "all", "--zh", strings.Repeat("长", 501), "--en", "x"}, exitFailed, "at most 500 characters, got 501"},
		{"nothing to clear", []string{"clear", "a", "--data", data}, exitFailed, `no incident "a"; none is live`},
		{"clear of nothing", []string{"clear", "--data", data}, exitUsage, "or --all"},
		{"clear of one and all", []string{"clear", "a", "--all", "--data", data}, exitUsage, "or --all"},
		{"no directory", []string{"list", "--data", filepath.Join(data, "nowhere")}, exitFailed, "name the one of the server with --data"},
		{"broken file", []string{"list", "--data", broken}, exitFailed, "incidents.json: /incidents/0: missing properties"},
		{"broken file is not overwritten", append([]string{"set", "a", "--data", broken, "--area", "all"}, words...), exitFailed, "incidents.json: /incidents/0"},
		{"nobody on NATS", []string{"list", "--nats", "nats://u:secret@127.0.0.1:1"}, exitFailed, "connect to the NATS of --nats or nats.url"},
		{"no pack", []string{"list", "--data", data, "--pack", data}, exitFailed, "no pack in"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, out := runLine(t, append([]string{"status"}, test.args...)...)
			if code != test.code || !strings.Contains(out, test.says) || strings.Contains(out, "secret") {
				t.Errorf("exit %d, want %d; %q should be in:\n%s", code, test.code, test.says, out)
			}
		})
	}
}

// NATS without a Kaitong on it is told from no NATS.
func TestStatusWithoutServer(t *testing.T) {
	t.Parallel()
	bus, err := natsbus.Start(t.Context(), natsbus.Options{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close(context.Background()) }) // nothing is under way
	if code, out := runLine(t, "status", "list", "--nats", bus.ClientURL()); code != exitFailed || !strings.Contains(out, "no Kaitong answers on nats://127.0.0.1:") {
		t.Errorf("exit %d: %s", code, out)
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CST", 8*3600)
	now := time.Date(2026, 6, 10, 14, 5, 30, 0, zone)
	for text, want := range map[string]string{
		"":                          "0001-01-01T00:00:00Z",
		"14:05":                     "2026-06-10T14:05:00+08:00",
		"14:06":                     "2026-06-09T14:06:00+08:00",
		"00:00":                     "2026-06-10T00:00:00+08:00",
		"2026-06-01T08:00:00+02:00": "2026-06-01T08:00:00+02:00",
		"25:00":                     "",
		"yesterday":                 "",
	} {
		got, err := moment(text, now)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q was read as %s", text, got)
		case want != "" && (err != nil || got.Format(time.RFC3339) != want):
			t.Errorf("%q: %s %v, want %s", text, got.Format(time.RFC3339), err, want)
		}
	}
}

// Each language of the pack needs words, and no other has any.
func TestStatusTextFollowsThePack(t *testing.T) {
	t.Parallel()
	set := statusSet{EN: "trouble", ZH: "故障", Text: map[string]string{"fr": "panne"}}
	for locales, want := range map[string]string{
		"en":       "map[en:trouble fr:panne]", // the board refuses what nobody would read
		"en fr":    "map[en:trouble fr:panne]",
		"zh-CN fr": "map[fr:panne zh-CN:故障]",
		"en de":    "",
	} {
		var list []knowledge.Locale
		for locale := range strings.FieldsSeq(locales) {
			list = append(list, knowledge.Locale(locale))
		}
		text, err := set.text(list)
		switch {
		case want == "" && (err == nil || !strings.Contains(err.Error(), "--text de=TEXT")):
			t.Errorf("%s: %v", locales, err)
		case want != "" && (err != nil || fmt.Sprint(text) != want):
			t.Errorf("%s: %v %v", locales, text, err)
		}
	}
}
