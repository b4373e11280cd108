package natsbus_test

import (
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/adapters/natsbus"
	"kaitong/adapters/natsbus/natsbustest"
)

// member is one role that is connected, and what the server refused it.
type member struct {
	t       *testing.T
	role    string
	conn    *nats.Conn
	refused chan error
}

func enter(t *testing.T, site *natsbustest.Site, role string) *member {
	t.Helper()
	m := &member{t: t, role: role, refused: make(chan error, 16)}
	conn, err := natsbus.Dial(t.Context(), natsbus.Options{URL: site.URL(0), Access: site.Access(t, role)})
	if err != nil {
		t.Fatalf("%s: %v", role, err)
	}
	t.Cleanup(conn.Close)
	conn.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { m.refused <- err })
	m.conn = conn
	return m
}

// verdict is what the server says of what was just asked of it. It answers in
// order, and the client's handler is called in order too: when it hears of a
// denial provoked on purpose after it, everything before is known.
func (m *member) verdict() error {
	m.t.Helper()
	const probe = "$SYS.kaitong.probe"
	if err := m.conn.Publish(probe, nil); err != nil {
		m.t.Fatal(err)
	}
	var first error
	for {
		select {
		case err := <-m.refused:
			if strings.Contains(err.Error(), probe) {
				return first
			}
			if first == nil {
				first = err
			}
		case <-time.After(patience):
			m.t.Fatalf("%s: the server lets %s through", m.role, probe)
		}
	}
}

func (m *member) publish(subject string) error {
	m.t.Helper()
	if err := m.conn.Publish(subject, []byte("x")); err != nil {
		m.t.Fatal(err)
	}
	return m.verdict()
}

func (m *member) subscribe(subject, queue string) error {
	m.t.Helper()
	sub, err := m.conn.QueueSubscribe(subject, queue, func(*nats.Msg) {})
	if err != nil {
		m.t.Fatal(err)
	}
	denied := m.verdict()
	_ = sub.Unsubscribe() // the server may have taken it away
	return denied
}

func (m *member) mustNot(what, subject string, err error) {
	m.t.Helper()
	if !errors.Is(err, nats.ErrPermissionViolation) {
		m.t.Errorf("%s may %s %s: %v", m.role, what, subject, err)
	}
}

// Everything that nobody of that role needs is refused, one by one.
func TestForbidden(t *testing.T) {
	t.Parallel()
	site := natsbustest.Start(t, 1)
	for _, role := range natsbustest.Roles(t) {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			m := enter(t, site, role)
			for _, subject := range forbidden(role, true) {
				m.mustNot("publish", subject, m.publish(subject))
			}
			for _, subject := range forbidden(role, false) {
				m.mustNot("subscribe", subject, m.subscribe(subject, ""))
				m.mustNot("share", subject, m.subscribe(subject, "q"))
			}
		})
	}
}

// What a role needs is let through: the other test would pass, too, where
// everything is refused.
func TestAllowed(t *testing.T) {
	t.Parallel()
	site := natsbustest.Start(t, 1)
	for _, role := range natsbustest.Roles(t) {
		m := enter(t, site, role)
		for subject, may := range everything() {
			if has(may.publish, role) {
				if err := m.publish(subject); err != nil {
					t.Errorf("%s must publish %s: %v", role, subject, err)
				}
			}
			if has(may.subscribe, role) {
				if err := m.subscribe(subject, "q"); err != nil {
					t.Errorf("%s must subscribe %s: %v", role, subject, err)
				}
			}
		}
		if inbox := natsbustest.Inbox(role); inbox != "" {
			if err := m.subscribe(inbox+".x.*", ""); err != nil {
				t.Errorf("%s must hear answers: %v", role, err)
			}
		}
	}
}

// forbidden are the subjects that a role may not publish, or subscribe: those
// of the servers, those of everybody, other roles' inboxes, and every subject
// of Kaitong that is not its own.
func forbidden(role string, publish bool) []string {
	subjects := []string{
		"$SYS.>", "$SYS.REQ.SERVER.PING", "$SYS.ACCOUNT.KAITONG.CONNECT", "$SYS.REQ.USER.INFO",
		"$JS.API.>", "$JS.API.INFO", "$JS.API.STREAM.CREATE.x", "$KV.x.y", "$O.x.C.y",
		"$SRV.PING.other", "$SRV.INFO.other", "_R_.>", "_R_.guess", "_INBOX.>", "_INBOX.guess.1", "kaitong", "kaitong.other", "other.service", ">", "*", "kaitong.>", "kaitong.*.v1.*",
	}
	for _, other := range []string{"node_1", "node_2", "node_3", "incidents", "verifier"} {
		if prefix := "_INBOX_" + other; prefix != natsbustest.Inbox(role) || publish {
			subjects = append(subjects, prefix+".guess")
		}
	}
	if !publish {
		subjects = append(subjects, "_INBOX_*.>", "_INBOX_*.*")
	}
	for subject, may := range everything() {
		allowed := may.subscribe
		if publish {
			allowed = may.publish
		}
		if !has(allowed, role) {
			subjects = append(subjects, subject)
		}
	}
	if publish {
		return concrete(subjects)
	}
	return subjects
}

// concrete leaves out patterns, to which nothing can be published.
func concrete(subjects []string) []string {
	var list []string
	for _, one := range subjects {
		if !strings.ContainsAny(one, "*>") {
			list = append(list, one)
		}
	}
	return list
}

// may says which kinds of roles may publish and subscribe a subject.
type may struct{ publish, subscribe string }

// everything is the table of docs/nats.md, which the tests of adapters/cli hold
// against the code.
func everything() map[string]may {
	return map[string]may{
		"kaitong.eligibility.v1.check": {"node eligibility-verifier", "eligibility-service"},
		"kaitong.appeals.v1.submit":    {"node appeals-verifier", "appeals-service"},
		"kaitong.live.v1.turns":        {"node", "node"},
		"kaitong.live.v1.seats":        {"node", "node"},
		"kaitong.live.v1.revoked":      {"node", "node"},
		"kaitong.status.v1":            {"node incidents", "node"},
		"$SRV.INFO.eligibility":        {"eligibility-verifier", "eligibility-service"},
		"$SRV.INFO.appeals":            {"appeals-verifier", "appeals-service"},
	}
}

// has says whether a list of kinds has that of a role.
func has(kinds, role string) bool { return slices.Contains(strings.Fields(kinds), kind(role)) }

func kind(role string) string {
	if strings.HasPrefix(role, "NODE_") {
		return "node"
	}
	return strings.ToLower(strings.ReplaceAll(role, "_", "-"))
}

// A service answers whoever asked, once; it cannot say anything else to them.
func TestAServiceAnswersOnce(t *testing.T) {
	t.Parallel()
	site := natsbustest.Start(t, 1)
	node, service := enter(t, site, "NODE_1"), enter(t, site, "ELIGIBILITY_SERVICE")
	const subject = "kaitong.eligibility.v1.check"
	asked := make(chan *nats.Msg, 1)
	if _, err := service.conn.ChanSubscribe(subject, asked); err != nil {
		t.Fatal(err)
	}
	if err := service.conn.Flush(); err != nil {
		t.Fatal(err)
	}
	inbox := node.conn.NewInbox()
	answers, err := node.conn.SubscribeSync(inbox)
	if err != nil {
		t.Fatal(err)
	}
	if err := node.conn.PublishRequest(subject, inbox, []byte("why?")); err != nil {
		t.Fatal(err)
	}
	question := hear(t, asked)
	service.mustNot("guess", inbox, service.publish(inbox))
	for i, want := range []bool{true, false} {
		if err := question.Respond([]byte("because")); err != nil {
			t.Fatal(err)
		}
		if err := service.verdict(); (err == nil) != want {
			t.Errorf("answer %d: %v", i+1, err)
		}
	}
	answer, err := answers.NextMsg(patience)
	if err != nil || string(answer.Data) != "because" {
		t.Errorf("answer: %v, %v", answer, err)
	}
	if err := node.conn.Flush(); err != nil {
		t.Fatal(err)
	}
	if pending, _, err := answers.Pending(); err != nil || pending != 0 {
		t.Errorf("%d more answers, %v", pending, err)
	}
}

func hear(t *testing.T, messages <-chan *nats.Msg) *nats.Msg {
	t.Helper()
	select {
	case message := <-messages:
		return message
	case <-time.After(patience):
		t.Fatal("no message")
		return nil
	}
}

// Where no service is, or only one of another account, a node knows at once.
func TestNobodyAnswersAcrossAccounts(t *testing.T) {
	t.Parallel()
	site := natsbustest.Start(t, 1)
	node := enter(t, site, "NODE_1")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := node.conn.RequestWithContext(ctx, "kaitong.eligibility.v1.check", nil); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("a request to nobody: %v", err)
	}
}

// What one node says, the others hear, on whichever server they are; nobody of
// another account does.
func TestNodesHearEachOther(t *testing.T) {
	t.Parallel()
	site := natsbustest.Start(t, 3)
	heard := make(chan *nats.Msg, 1)
	speaker := enter(t, site, "NODE_1")
	listener, err := natsbus.Dial(t.Context(), natsbus.Options{URL: site.URL(2), Access: site.Access(t, "NODE_2")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(listener.Close)
	if _, err := listener.ChanSubscribe(natsbus.LiveSubject, heard); err != nil {
		t.Fatal(err)
	}
	ticker := time.NewTicker(10 * time.Millisecond) // interest travels between servers in its own time
	defer ticker.Stop()
	late := time.After(patience)
	for {
		select {
		case message := <-heard:
			if string(message.Data) != "turn" {
				t.Errorf("heard %q", message.Data)
			}
			return
		case <-ticker.C:
			if err := speaker.conn.Publish(natsbus.LiveSubject, []byte("turn")); err != nil {
				t.Fatal(err)
			}
		case <-late:
			t.Fatal("not heard")
		}
	}
}

// Nothing but the clients' port, the routes and a monitor for this machine is
// open, and there is no way in for strangers.
func TestOnlyWhatIsNeededIsOpen(t *testing.T) {
	t.Parallel()
	for _, options := range natsbustest.Start(t, 1).Options {
		if options.Websocket.Port != 0 || options.MQTT.Port != 0 || options.LeafNode.Port != 0 || options.Gateway.Port != 0 || options.JetStream || options.ProfPort != 0 {
			t.Error("something else is open")
		}
		if options.NoAuthUser != "" || options.Username != "" || options.Authorization != "" || options.AllowNonTLS || options.TLSConfig.ClientAuth != tls.RequireAndVerifyClientCert {
			t.Error("there is another way in")
		}
		if options.HTTPHost != "127.0.0.1" || options.SystemAccount != "SYS" || options.Cluster.TLSConfig == nil {
			t.Errorf("monitor on %q, system account %q", options.HTTPHost, options.SystemAccount)
		}
	}
}
