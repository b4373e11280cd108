package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"kaitong/bot"
	"kaitong/configs"
)

func TestMain(m *testing.M) {
	if actAsNode() {
		return
	}
	if code, acted := actAsCommand(); acted {
		os.Exit(code)
	}
	goleak.VerifyTestMain(m)
}

// patientCheck lets a busy machine answer in time, and still gives up before
// the slow demo user's answer, which takes five seconds.
const patientCheck = 4 * time.Second

// startApp runs the whole system on a free port and returns its address.
func startApp(t *testing.T, change func(*configs.Config)) string {
	t.Helper()
	config := configs.Default()
	config.Addr, config.Data = "127.0.0.1:0", t.TempDir()
	config.Eligibility.Timeout = patientCheck
	if change != nil {
		change(&config)
	}
	address, stop := launch(t, config)
	t.Cleanup(stop)
	return address
}

// launch runs the system until stop is called, which waits for its end.
func launch(t *testing.T, config configs.Config) (address string, stop func()) {
	t.Helper()
	app, err := NewApp(t.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return serveApp(t, app)
}

// serveApp is launch for an app that is made.
func serveApp(t *testing.T, app *App) (address string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx) }()
	return "http://" + app.Addr().String(), func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	}
}

// dial opens a socket and says hello as the demo user, or as nobody.
func dial(ctx context.Context, address, user, locale string) (*client, error) {
	return dialFrom(ctx, address, user, locale, bot.Client{})
}

// dialFrom is dial from an app that says something about itself.
func dialFrom(ctx context.Context, address, user, locale string, app bot.Client) (*client, error) {
	return dialAs(ctx, address, user, hello{Locale: locale, Client: app})
}

// person is somebody in a chat over the real WebSocket.
type person struct {
	t      *testing.T
	client *client
	frames []frame // everything received so far
}

func newPerson(t *testing.T, address, user, locale string) *person {
	t.Helper()
	c, err := dial(t.Context(), address, user, locale)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.close() })
	p := &person{t: t, client: c}
	p.until("welcome")
	return p
}

// until reads frames up to and including the first of a kind.
func (p *person) until(kind string) frame {
	p.t.Helper()
	for {
		select {
		case f, more := <-p.client.frames:
			if !more {
				p.t.Fatalf("the socket ended while waiting for %s: %v", kind, p.client.err)
			}
			p.frames = append(p.frames, f)
			if f.Type == kind {
				return f
			}
			if f.Type == "error" {
				p.t.Fatalf("error frame: %s", f.Data)
			}
		case <-time.After(20 * time.Second):
			p.t.Fatalf("no %s within 20 s", kind)
		}
	}
}

// answer is what a message frame of the bot holds.
type answer struct {
	Blocks []bot.Block `json:"blocks"`
	About  bot.About   `json:"about"`
}

func (p *person) ask(text string) answer {
	p.t.Helper()
	if err := p.client.send("message.send", map[string]string{"text": text}); err != nil {
		p.t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(p.until("message").Data, &a); err != nil {
		p.t.Fatal(err)
	}
	return a
}

func (a answer) choices() []string {
	var ids []string
	for _, block := range a.Blocks {
		for _, choice := range block.Choices {
			ids = append(ids, choice.ID)
		}
	}
	return ids
}

// Every demo user gets the answer its profile deserves, in both languages,
// through a real socket, a real NATS request and the real log.
func TestDemoUsers(t *testing.T) {
	t.Parallel()
	address := startApp(t, nil)
	questions := map[string]string{"zh-CN": "为什么我的借呗开通不了？", "en": "Why can't I activate Jiebei?"}
	for user, want := range map[string]struct {
		decision bot.Decision
		cause    string
		fixes    bool
	}{
		"demo-thin-history":  {bot.Ineligible, "credit.thin_history", true},
		"demo-overdue":       {bot.Ineligible, "credit.bad_record", true},
		"demo-debts":         {bot.Ineligible, "credit.multiple_debts", true},
		"demo-rejected":      {bot.Ineligible, "credit.review_not_passed", true},
		"demo-policy":        {bot.Ineligible, "policy.industry_change", true},
		"demo-capacity":      {bot.Ineligible, "policy.capacity", true},
		"demo-region":        {bot.Ineligible, "policy.regional", true},
		"demo-outage":        {bot.Ineligible, "technical.system_fault", true},
		"demo-vpn":           {bot.Ineligible, "technical.network", true},
		"demo-old-app":       {bot.Ineligible, "technical.client_version", true},
		"demo-no-entry":      {bot.Ineligible, "technical.entry_missing", true},
		"demo-kyc":           {bot.Ineligible, "compliance.identity_incomplete", true},
		"demo-aml":           {bot.Ineligible, "credit.review_not_passed", true},
		"demo-minor":         {bot.Ineligible, "compliance.underage", false},
		"demo-other-account": {bot.Ineligible, "account.other_account", true},
		"demo-other-product": {bot.Ineligible, "account.other_product", true},
		"demo-risk":          {bot.Ineligible, "account.security_check", true},
		"demo-closed":        {bot.Ineligible, "account.closed", true},
		"demo-eligible":      {bot.Eligible, "", true},
		"demo-in-review":     {bot.InReview, "", true},
		"demo-several":       {bot.Ineligible, "compliance.identity_incomplete", true},
		"demo-slow":          {bot.Unknown, "", true},
		"demo-garbage":       {bot.Unknown, "", true},
	} {
		for locale, question := range questions {
			t.Run(user+" "+locale, func(t *testing.T) {
				t.Parallel()
				a := newPerson(t, address, user, locale).ask(question)
				if a.About.Decision != want.decision || a.About.Cause != want.cause || (len(a.About.Fixes) > 0) != want.fixes {
					t.Errorf("about %+v, want %+v", a.About, want)
				}
				if got := a.choices(); !slices.Contains(got, "resolved") || !slices.Contains(got, "not_resolved") || !slices.Contains(got, "agent") {
					t.Errorf("choices %v", got)
				}
			})
		}
	}
}

// A person refused for a reason that may not be told sees, over a whole
// conversation and from whatever app, exactly what a person refused by the
// plain review sees.
func TestNoTippingOff(t *testing.T) {
	t.Parallel()
	address := startApp(t, func(c *configs.Config) { c.Web.MessagesPerWindow = 0 }) // long conversations, quickly
	apps := map[string]bot.Client{
		"silent": {}, "vpn": {Network: "vpn"}, "old": {AppVersion: "9.0.0"}, "old and vpn": {AppVersion: "9.0.0", OS: "android", Network: "vpn"},
	}
	for _, locale := range []string{"zh-CN", "en"} {
		for name, app := range apps {
			t.Run(locale+"/"+name, func(t *testing.T) {
				t.Parallel()
				conversation := func(user string) []string {
					c, err := dialFrom(t.Context(), address, user, locale, app)
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { _ = c.close() })
					p := &person{t: t, client: c}
					p.until("welcome")
					for _, text := range []string{
						"为什么我的借呗开通不了", "到底是什么原因", "那怎么办", "我是不是在黑名单里", "我要申诉", "人工",
					} {
						p.ask(text)
					}
					return shapes(t, p.frames)
				}
				if diff := cmp.Diff(conversation("demo-rejected"), conversation("demo-aml")); diff != "" {
					t.Errorf("the frames differ: %s", diff)
				}
			})
		}
	}
}

// shapes rewrites frames without what differs between any two conversations:
// ids, times and ticket numbers.
func shapes(t *testing.T, frames []frame) []string {
	t.Helper()
	var out []string
	for _, f := range frames {
		var data any
		if err := json.Unmarshal(f.Data, &data); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(withoutIDs(data))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s seq=%d %s", f.Type, f.Seq, text))
	}
	return out
}

func withoutIDs(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if slices.Contains([]string{"conv", "ticket", "expires_at"}, key) {
				inner = key
			}
			v[key] = withoutIDs(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = withoutIDs(inner)
		}
	case string:
		return withoutTicket(v)
	}
	return value
}

// withoutTicket hides the number of a hand-off request in a sentence.
func withoutTicket(text string) string {
	for i := 0; i+9 <= len(text); i++ {
		if text[i] == 'K' && strings.Trim(text[i+1:i+9], "0123456789ABCDEF") == "" {
			return text[:i] + "K…" + text[i+9:]
		}
	}
	return text
}

// What the terminal prints is what the server said.
func TestChatCommand(t *testing.T) {
	t.Parallel()
	address := startApp(t, nil)
	var out, problems strings.Builder
	in := strings.NewReader("为什么我的借呗开通不了\n1\n人工\n")
	code := run(t.Context(), []string{"chat", "--url", address, "--user", "demo-overdue"}, streams{in: in, out: &out, err: &problems})
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, problems.String())
	}
	for _, part := range []string{"逾期", "[1] ", "人工请求，编号 K"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is not in:\n%s", part, out.String())
		}
	}
}

func TestChatWithoutServer(t *testing.T) {
	t.Parallel()
	var out, problems strings.Builder
	code := run(t.Context(), []string{"chat", "--url", "http://127.0.0.1:1"}, streams{in: strings.NewReader(""), out: &out, err: &problems})
	if code != exitFailed || !strings.Contains(problems.String(), "start a server with `kaitong`") {
		t.Errorf("exit %d: %s", code, problems.String())
	}
}

func TestCommands(t *testing.T) {
	t.Setenv("KAITONG_DATA", t.TempDir())
	t.Setenv("KAITONG_ELIGIBILITY_TIMEOUT", patientCheck.String())
	empty := t.TempDir()
	for _, test := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"version", []string{"version"}, exitOK, "kaitong "},
		{"help", []string{"--help"}, exitOK, "serve"},
		{"help of a command", []string{"ask", "--help"}, exitOK, "demo-overdue"},
		{"unknown command", []string{"dance"}, exitUsage, "dance"},
		{"misspelt command", []string{"chatt"}, exitUsage, `did you mean "chat"?`},
		{"misspelt default command", []string{"serv", "--addr", ":0"}, exitUsage, `did you mean "serve"?`},
		{"version flag", []string{"--version"}, exitOK, "kaitong "},
		{"help says which language", []string{"chat", "--help"}, exitOK, "Language of the answers"},
		{"help lists demo users", []string{"chat", "--help"}, exitOK, "demo-garbage"},
		{"help lists demo users to ask as", []string{"ask", "--help"}, exitOK, "demo-in-review"},
		{"unknown flag", []string{"serve", "--colour"}, exitUsage, "--colour"},
		{"missing argument", []string{"ask"}, exitUsage, "text"},
		{"lint of the shipped pack", []string{"knowledge", "lint"}, exitOK, "No problems"},
		{"lint of no pack", []string{"knowledge", "lint", empty}, exitFailed, "kaitong: no pack in " + empty + ": there is no pack.yaml\n"},
		{"lint of no folder", []string{"knowledge", "lint", empty + "/nowhere"}, exitFailed, "kaitong: no pack in " + empty + "/nowhere: there is no pack.yaml\n"},
		{"serve of no folder", []string{"serve", "--pack", empty + "/nowhere"}, exitFailed, "there is no directory \"" + empty + "/nowhere\"\n"},
		{"serve of no pack", []string{"serve", "--pack", empty}, exitFailed, "kaitong: no pack in " + empty + ": there is no pack.yaml\n"},
		{"classify", []string{"intents", "classify", "身份证过期了借呗开不了"}, exitOK, "fail.identity"},
		{"ask", []string{"ask", "为什么我的借呗开通不了", "--user", "demo-overdue"}, exitOK, "逾期"},
		{"ask in English", []string{"ask", "why can't I activate Jiebei", "--user", "demo-kyc"}, exitOK, "identity"},
		{"ask for JSON", []string{"ask", "为什么我的借呗开通不了", "--user", "demo-debts", "--json"}, exitOK, `"cause": "credit.multiple_debts"`},
		{"eligibility without a server", []string{"eligibility", "check", "demo-kyc", "--nats", "nats://127.0.0.1:1"}, exitFailed, "127.0.0.1:1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			code := run(t.Context(), test.args, streams{in: strings.NewReader(""), out: &out, err: &out})
			if code != test.code || !strings.Contains(out.String(), test.says) {
				t.Errorf("exit %d, want %d; %q should be in:\n%s", code, test.code, test.says, out.String())
			}
		})
	}
}
