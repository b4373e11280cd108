package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/adapters/natsbus"
	"kaitong/adapters/status"
	"kaitong/configs"
	"kaitong/knowledge"
)

type statusCommand struct {
	Set   statusSet   `cmd:"" help:"Publish an incident, or change one that is live."`
	Clear statusClear `cmd:"" help:"Say that an incident is over."`
	List  statusList  `cmd:"" help:"Print what is live, and what the conversations suggest."`
}

// confirmWithin is how long the servers have to confirm a change.
const confirmWithin = 3 * time.Second

// statusFlags say where incidents are published.
type statusFlags struct {
	configFlags
	Data string `help:"Directory of the data of the server (default ./data)." placeholder:"DIR"`
	NATS string `name:"nats" help:"NATS servers to publish over, where the server runs elsewhere or with several nodes." placeholder:"URL,…"`
}

// board is where one command publishes: the servers behind NATS, or the file
// of the server on this machine.
type board struct {
	config configs.Config
	base   *knowledge.Base
}

func (f statusFlags) board() (board, error) {
	config, err := f.load()
	if err != nil {
		return board{}, err
	}
	for _, flag := range []struct{ setting, value, name string }{{"data", f.Data, "--data"}, {"nats.url", f.NATS, "--nats"}} {
		if flag.value == "" {
			continue
		}
		if err := config.Set(flag.setting, flag.value, flag.name); err != nil {
			return board{}, err
		}
	}
	base, err := loadBase(config.Pack)
	return board{config: config, base: base}, err
}

// do sends a request to where incidents are published, and says on the way
// who did it.
func (b board) do(ctx context.Context, out io.Writer, request status.Request) (status.State, error) {
	ctx, cancel := context.WithTimeout(ctx, confirmWithin)
	defer cancel()
	if b.config.NATS.URL == "" {
		return b.file(ctx, out, request)
	}
	conn, err := natsbus.Dial(ctx, natsbus.Options{URL: b.config.NATS.URL, Name: "kaitong status", Timeout: confirmWithin, Access: natsAccess(b.config.NATS)})
	if err != nil {
		return status.State{}, fmt.Errorf("connect to the NATS of --nats or nats.url: %w", err)
	}
	defer conn.Close()
	return askServers(ctx, out, conn, request)
}

// askServers publishes over NATS.
func askServers(ctx context.Context, out io.Writer, conn *nats.Conn, request status.Request) (status.State, error) {
	answer, err := status.Ask(ctx, conn, request)
	if errors.Is(err, status.ErrNobody) {
		return status.State{}, fmt.Errorf("no Kaitong answers on %s: is one running with this NATS?", conn.ConnectedUrlRedacted())
	}
	if err != nil {
		return status.State{}, err
	}
	if request.Op != status.OpList {
		fmt.Fprintf(out, "Confirmed by %s.\n", count(answer.Did, "server"))
	}
	for _, refused := range answer.Refused {
		fmt.Fprintf(out, "Refused by another server: %s\n", printable(refused.Error()))
	}
	return answer.State, nil
}

// file publishes through the file of the server on this machine.
func (b board) file(ctx context.Context, out io.Writer, request status.Request) (status.State, error) {
	if info, err := os.Stat(b.config.Data); err != nil || !info.IsDir() {
		return status.State{}, fmt.Errorf("there is no data directory %s: name the one of the server with --data, or its NATS with --nats", b.config.Data)
	}
	state, err := status.ChangeFile(ctx, status.FileOptions{
		Dir: b.config.Data, Now: time.Now, Rules: incidentRules(func() *knowledge.Base { return b.base }),
	}, request)
	if err != nil {
		return status.State{}, err
	}
	if request.Op != status.OpList {
		fmt.Fprintf(out, "Written to %s; a running server hears of it within a second.\n", b.fileName())
	}
	return state, nil
}

// fileName is the whole path, so that a wrong directory is noticed.
func (b board) fileName() string {
	name := filepath.Join(b.config.Data, status.FileName)
	if full, err := filepath.Abs(name); err == nil {
		return full
	}
	return name
}

type statusSet struct {
	statusFlags
	ID      string            `arg:"" help:"Short name of the incident, such as network-0610."`
	Area    string            `help:"What it concerns: all, a category of causes such as technical, or one cause such as technical.network." required:"" placeholder:"AREA"`
	ZH      string            `name:"zh" help:"What Chinese readers are told." placeholder:"TEXT"`
	EN      string            `name:"en" help:"What English readers are told." placeholder:"TEXT"`
	Text    map[string]string `help:"What readers of any other language of the pack are told." placeholder:"LOCALE=TEXT" mapsep:"none"`
	Regions []string          `name:"region" help:"Where; several times for several. Without it, everywhere." sep:"none" placeholder:"NAME"`
	Since   string            `help:"Since when: 14:05, or 2026-06-10T14:05:00+08:00. Without it, from now on." placeholder:"TIME"`
}

// Help is shown by --help.
func (statusSet) Help() string {
	return `While an incident is live, people whom it may concern read it first, and advice
about their own credit waits. Say what is the case and what to do; promise no
time. Setting the same name again changes the incident.

Examples, beside a server with its data in ./data:
  kaitong status set network-0610 --area technical.network \
    --zh "部分用户打开借呗页面时会提示网络异常，我们正在处理。不用重复提交，稍后再看即可。" \
    --en "Some people see a network error when opening Jiebei. We are on it; no need to try again and again."
  kaitong status set maintenance --area technical --since 14:05 --region 浙江 --region 上海 --zh … --en …

With several servers, or one on another machine:
  kaitong status set network-0610 --nats nats://10.0.0.5:4222 --area technical.network --zh … --en …`
}

// Run publishes an incident.
func (c statusSet) Run(ctx context.Context, s streams) error {
	since, err := moment(c.Since, time.Now())
	if err != nil {
		return err
	}
	target, err := c.board()
	if err != nil {
		return err
	}
	if err := checkArea(target.base, c.Area); err != nil {
		return usageError{"--area: " + err.Error()}
	}
	text, err := c.text(target.base.Pack().Locales)
	if err != nil {
		return err
	}
	incident := status.Incident{ID: c.ID, Area: c.Area, Regions: c.Regions, Since: since, Text: text}
	state, err := target.do(ctx, s.out, status.Request{Op: status.OpSet, Incident: &incident})
	if err != nil {
		return err
	}
	printLive(s.out, state)
	return nil
}

// text gives each language of the pack its words.
func (c statusSet) text(locales []knowledge.Locale) (map[string]string, error) {
	text := maps.Clone(c.Text)
	if text == nil {
		text = map[string]string{}
	}
	for _, locale := range locales {
		language, _, _ := strings.Cut(string(locale), "-")
		words, flag := text[string(locale)], fmt.Sprintf("--text %s=TEXT", locale)
		switch language {
		case "zh":
			words, flag = c.ZH, "--zh TEXT"
		case "en":
			words, flag = c.EN, "--en TEXT"
		}
		if strings.TrimSpace(words) == "" {
			return nil, usageError{fmt.Sprintf("the pack speaks %s, so readers of %s need words too: %s", joined(locales), locale, flag)}
		}
		text[string(locale)] = words
	}
	return text, nil
}

func joined(locales []knowledge.Locale) string {
	words := make([]string, len(locales))
	for i, locale := range locales {
		words[i] = string(locale)
	}
	return strings.Join(words, " and ")
}

// moment reads a time, or an hour of today: of yesterday when it is still to
// come. Empty is no moment.
func moment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	hour, err := time.Parse("15:04", text)
	if err != nil {
		return time.Time{}, usageError{fmt.Sprintf("--since %q: want an hour such as 14:05, or a moment such as 2026-06-10T14:05:00+08:00", printable(text))}
	}
	at := time.Date(now.Year(), now.Month(), now.Day(), hour.Hour(), hour.Minute(), 0, 0, now.Location())
	if at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	return at, nil
}

type statusClear struct {
	statusFlags
	ID  string `arg:"" optional:"" help:"The incident that is over, or the suggestion to dismiss."`
	All bool   `help:"Every incident and suggestion."`
}

// Help is shown by --help.
func (statusClear) Help() string {
	return `Examples:
  kaitong status clear network-0610
  kaitong status clear --all --nats nats://10.0.0.5:4222`
}

// Run ends an incident.
func (c statusClear) Run(ctx context.Context, s streams) error {
	if c.All == (c.ID != "") {
		return usageError{"say which incident is over, or --all; `kaitong status list` names them"}
	}
	target, err := c.board()
	if err != nil {
		return err
	}
	request := status.Request{Op: status.OpClear, All: c.All}
	if !c.All {
		request.Incident = &status.Incident{ID: c.ID}
	}
	state, err := target.do(ctx, s.out, request)
	if err != nil {
		return err
	}
	printLive(s.out, state)
	return nil
}

type statusList struct {
	statusFlags
	JSON bool `help:"Print JSON."`
}

// Help is shown by --help.
func (statusList) Help() string {
	return `Examples:
  kaitong status list
  kaitong status list --json --nats nats://10.0.0.5:4222

A suggestion is nothing that people see: far more conversations than usual are
about the same technical trouble. Publish it with ` + "`kaitong status set`" + `, or dismiss
it with ` + "`kaitong status clear`" + `.`
}

// Run prints what is live.
func (c statusList) Run(ctx context.Context, s streams) error {
	target, err := c.board()
	if err != nil {
		return err
	}
	state, err := target.do(ctx, s.err, status.Request{Op: status.OpList})
	if err != nil {
		return err
	}
	if c.JSON {
		encoder := json.NewEncoder(s.out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(state)
	}
	printLive(s.out, state)
	printSuggested(s.out, state.Suggested)
	return nil
}

func printLive(out io.Writer, state status.State) {
	if len(state.Incidents) == 0 {
		fmt.Fprintln(out, "No incident is live.")
		return
	}
	fmt.Fprintln(out, "Live:")
	for _, one := range state.Incidents {
		where := "everywhere"
		if len(one.Regions) > 0 {
			where = strings.Join(one.Regions, ", ")
		}
		fmt.Fprintf(out, "  %s  %s, %s, since %s\n", printable(one.ID), printable(one.Area), printable(where), one.Since.Local().Format("2006-01-02 15:04"))
		for _, locale := range slices.Sorted(maps.Keys(one.Text)) {
			fmt.Fprintf(out, "      %-5s  %s\n", printable(locale), printable(one.Text[locale]))
		}
	}
}

func printSuggested(out io.Writer, suggested []status.Suggestion) {
	if len(suggested) == 0 {
		return
	}
	fmt.Fprintln(out, "\nSuggested by the conversations; people do not see it:")
	for _, one := range suggested {
		fmt.Fprintf(out, "  %s  %s since %s: %s in %d minutes, usually %.1f\n", printable(one.ID), printable(one.Area),
			one.Since.Local().Format("15:04"), count(one.Conversations, "conversation"), one.Minutes, one.Usual)
		fmt.Fprintf(out, "      publish it: kaitong status set NAME --area %s --since %s --zh … --en …\n", printable(one.Area), one.Since.Local().Format("15:04"))
		fmt.Fprintf(out, "      dismiss it: kaitong status clear %s\n", printable(one.ID))
	}
}

// count is a number of things.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
