package cli

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"kaitong/adapters/appeals"
	"kaitong/adapters/desk"
	"kaitong/adapters/eligibility"
	"kaitong/adapters/natsbus"
	"kaitong/adapters/natsbus/natsbustest"
	"kaitong/adapters/status"
	"kaitong/adapters/store/storetest"
	"kaitong/bot/staff"
	"kaitong/configs"
)

// grant is what one role may publish and subscribe.
type grant struct{ Publish, Subscribe []string }

// roles are what the code needs: the one truth behind the configuration of the
// servers and the table in docs/nats.md.
func roles(t *testing.T) map[string]grant {
	t.Helper()
	table := map[string]grant{"INCIDENTS": {Publish: []string{status.Subject}}}
	for i := range 3 {
		table[fmt.Sprintf("NODE_%d", i+1)] = grant{
			Publish:   []string{eligibility.Subject, appeals.Subject, natsbus.LiveSubject, seatSubject, revokedSubject, status.Subject},
			Subscribe: []string{natsbus.LiveSubject, seatSubject, revokedSubject, status.Subject},
		}
	}
	for name, subject := range map[string]string{eligibility.Service: eligibility.Subject, appeals.Service: appeals.Subject} {
		service := grant{Subscribe: []string{subject}}
		for _, verb := range []micro.Verb{micro.PingVerb, micro.InfoVerb, micro.StatsVerb} {
			service.Subscribe = append(service.Subscribe, control(t, verb, "", ""), control(t, verb, name, ""), control(t, verb, name, "*"))
		}
		table[strings.ToUpper(name)+"_SERVICE"] = service
		table[strings.ToUpper(name)+"_VERIFIER"] = grant{Publish: []string{subject, control(t, micro.InfoVerb, name, "")}}
	}
	for role, one := range table {
		if inbox := natsbustest.Inbox(role); inbox != "" {
			one.Subscribe = append(one.Subscribe, inbox+".>")
		}
		slices.Sort(one.Publish)
		slices.Sort(one.Subscribe)
		table[role] = one
	}
	return table
}

func control(t *testing.T, verb micro.Verb, name, id string) string {
	t.Helper()
	subject, err := micro.ControlSubject(verb, name, id)
	if err != nil {
		t.Fatal(err)
	}
	return subject
}

// The configuration of the servers grants what the code needs, and no more.
func TestServersGrantWhatTheCodeNeeds(t *testing.T) {
	t.Parallel()
	site := natsbustest.Start(t, 1)
	granted := map[string]grant{}
	for _, user := range site.Options[0].Nkeys {
		publish, subscribe := user.Permissions.Publish, user.Permissions.Subscribe
		one := grant{Subscribe: slices.Sorted(slices.Values(subscribe.Allow))}
		if publish != nil {
			one.Publish = slices.Sorted(slices.Values(publish.Allow))
		}
		granted[site.Role(user.Nkey)] = one
		if answers := user.Permissions.Response; answers != nil && (answers.MaxMsgs != 1 || answers.Expires > time.Minute) {
			t.Errorf("%s may answer %d times within %s", site.Role(user.Nkey), answers.MaxMsgs, answers.Expires)
		}
	}
	if diff := cmp.Diff(roles(t), granted); diff != "" {
		t.Errorf("-needed +granted:\n%s", diff)
	}
}

// docs/nats.md says the same.
func TestDocsNameEverySubject(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/nats.md")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]grant{}
	row := regexp.MustCompile("(?m)^\\| `([A-Z_1-3]+)` \\|([^|]*)\\|([^|]*)\\|")
	for _, found := range row.FindAllStringSubmatch(string(text), -1) {
		written[found[1]] = grant{quoted(found[2]), quoted(found[3])}
	}
	if diff := cmp.Diff(roles(t), written); diff != "" {
		t.Errorf("-needed +written:\n%s", diff)
	}
}

func quoted(cell string) []string {
	var all []string
	for _, found := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
		all = append(all, found[1])
	}
	slices.Sort(all)
	return all
}

// secured are the settings of a role at a site.
func secured(t *testing.T, site *natsbustest.Site, role string, nearest int) configs.NATS {
	t.Helper()
	a := site.Access(t, role)
	return configs.NATS{URL: site.URL(nearest), NKeyFile: a.NKeyFile, CAFile: a.CAFile, CertFile: a.CertFile, KeyFile: a.KeyFile, InboxPrefix: a.InboxPrefix}
}

// serveInstitution runs the reference services of the institution, each as its
// own role.
func serveInstitution(t *testing.T, site *natsbustest.Site) {
	t.Helper()
	directory, err := eligibility.ShippedDirectory()
	if err != nil {
		t.Fatal(err)
	}
	checks, err := eligibility.Serve(eligibility.ResponderOptions{Conn: dialAsRole(t, site, "ELIGIBILITY_SERVICE"), Directory: directory, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = checks.Close() })
	papers, err := appeals.Serve(appeals.ResponderOptions{Conn: dialAsRole(t, site, "APPEALS_SERVICE"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = papers.Close() })
}

func dialAsRole(t *testing.T, site *natsbustest.Site, role string) *nats.Conn {
	t.Helper()
	conn, err := natsbus.Dial(t.Context(), natsbus.Options{URL: site.URL(0), Access: site.Access(t, role)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

// Behind servers that let everybody do only what they must, everything works:
// a check, an appeal, incidents from a terminal, and both verifications. No
// server refuses anything that is tried on the way.
func TestEverythingWorksWithinThePermissions(t *testing.T) {
	t.Parallel()
	site := natsbustest.Start(t, 3)
	serveInstitution(t, site)
	var log journal
	config := configs.Default()
	config.Addr, config.Data, config.Auth.Key = "127.0.0.1:0", t.TempDir(), sharedKey
	config.Eligibility = configs.Eligibility{Responder: configs.ResponderExternal, Timeout: patientCheck, BreakerFailures: 20, BreakerPause: time.Second}
	config.NATS = secured(t, site, "NODE_1", 1)
	address := serveLogged(t, config, &log)

	p := newPerson(t, address, "demo-rejected", "zh-CN")
	p.beginAppeal()
	_, papers := p.says("10 MB")
	p.choose(papers, "appeal.next")
	_, summary := p.says("同意")
	p.choose(summary, "appeal.submit")
	p.says("机构已经收到你的申诉，编号 A-")

	file := writeSettings(t, secured(t, site, "INCIDENTS", 2))
	mustRun(t, "status", "set", "network-1", "--config", file, "--area", "technical", "--zh", "正在处理。", "--en", "We are on it.")
	if out := mustRun(t, "status", "list", "--config", file); !strings.Contains(out, "network-1") {
		t.Errorf("incidents: %s", out)
	}
	for command, role := range map[string]string{"eligibility": "ELIGIBILITY_VERIFIER", "appeals": "APPEALS_VERIFIER"} {
		mustRun(t, append([]string{command, "verify", "--nats", site.URL(0)}, accessFlags(site.Access(t, role))...)...)
	}
	log.mustNotSay(t, "iolation")
	log.mustNotSay(t, "SUA") // as seeds of users begin
}

// Nodes tell each other of turns and of agents.
func TestNodesTalkWithinThePermissions(t *testing.T) {
	needsNodes(t)
	t.Parallel()
	site := natsbustest.Start(t, 3)
	serveInstitution(t, site)
	database := storetest.Database(t)
	var log journal
	var apps [2]*App
	var addresses [2]string
	for i := range apps {
		config := nodeSpec{Database: database, Data: t.TempDir()}.config()
		config.Eligibility.Responder = configs.ResponderExternal
		config.NATS = secured(t, site, fmt.Sprintf("NODE_%d", i+1), i)
		apps[i], addresses[i] = serveAppLogged(t, config, &log)
	}
	here := openWindow(t, addresses[0], nil)
	here.ask("m-1")
	there := openWindow(t, addresses[1], here)
	here.ask("m-2")
	there.reach(here.seq)
	seat := desk.Seat{Node: "elsewhere", User: "lin", Name: "Lin", Role: staff.Agent, Status: desk.StatusOnline}
	eventually(t, "the other node hears of an agent", func() bool {
		apps[0].core.seats.tell(seat)
		return apps[1].core.presence.There(apps[1].core.config.Tenant, "lin")
	})
	log.mustNotSay(t, "iolation")
}

func accessFlags(a natsbus.Access) []string {
	return []string{
		"--nats-nkey-file", a.NKeyFile, "--nats-ca-file", a.CAFile, "--nats-cert-file", a.CertFile,
		"--nats-key-file", a.KeyFile, "--nats-inbox-prefix", a.InboxPrefix,
	}
}

func writeSettings(t *testing.T, c configs.NATS) string {
	t.Helper()
	values := map[string]string{
		"url": c.URL, "nkey_file": c.NKeyFile, "ca_file": c.CAFile, "cert_file": c.CertFile, "key_file": c.KeyFile, "inbox_prefix": c.InboxPrefix,
	}
	text := "nats:\n"
	for _, name := range slices.Sorted(maps.Keys(values)) {
		text += fmt.Sprintf("  %s: %q\n", name, values[name])
	}
	file := filepath.Join(t.TempDir(), "kaitong.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func serveLogged(t *testing.T, config configs.Config, log *journal) string {
	t.Helper()
	_, address := serveAppLogged(t, config, log)
	return address
}

func serveAppLogged(t *testing.T, config configs.Config, log *journal) (*App, string) {
	t.Helper()
	if err := config.Validate(); err != nil {
		t.Fatal(err)
	}
	app, err := NewApp(t.Context(), config, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	address, stop := serveApp(t, app)
	t.Cleanup(stop)
	return app, address
}

// journal is a log that several nodes write.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) mustNotSay(t *testing.T, word string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for line := range strings.Lines(j.text.String()) {
		if strings.Contains(line, word) {
			t.Errorf("the log says: %s", line)
		}
	}
}
