package appeals_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"kaitong/adapters/appeals"
	"kaitong/bot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func connect(t *testing.T) *nats.Conn {
	t.Helper()
	ns, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	ns.Start()
	conn, err := nats.Connect("", nats.InProcessServer(ns))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		ns.Shutdown()
		ns.WaitForShutdown()
	})
	return conn
}

func clientOn(t *testing.T, conn *nats.Conn) *appeals.Client {
	t.Helper()
	client, err := appeals.NewClient(conn, func(conversation, id string) string { return "kept/" + conversation + "/" + id })
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func noon() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }

func submission(reference string) bot.Submission {
	return bot.Submission{
		Reference: reference, Conversation: "c_1", User: bot.Identity{Tenant: "default", User: "demo-overdue"}, Locale: "zh-CN",
		Appeal: bot.Appeal{
			State: bot.AppealSent, Product: "jiebei", Causes: []string{"credit.bad_record"}, Decided: noon(), Submitted: noon(), Consent: true,
			Explanation: "去年就还清了",
			Proofs:      []bot.Proof{{ID: "p1", Name: "结清.pdf", Type: "application/pdf", Size: 3, SHA256: strings.Repeat("a", 64)}},
		},
	}
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// What is sent again is the same appeal, and has the same receipt.
func TestSubmit(t *testing.T) {
	t.Parallel()
	conn := connect(t)
	var clock atomic.Int64
	var received []appeals.Request
	responder, err := appeals.Serve(appeals.ResponderOptions{
		Conn: conn, Now: func() time.Time { return noon().Add(time.Duration(clock.Add(1)) * time.Hour) },
		Received: func(r appeals.Request) { received = append(received, r) },
	})
	if err != nil {
		t.Fatal(err)
	}
	client := clientOn(t, conn)
	first, err := client.Submit(within(t), submission("A-1"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := client.Submit(within(t), submission("A-1"))
	if err != nil || !again.Equal(first) {
		t.Errorf("again: %v, %v; first %v", again, err, first)
	}
	other := submission("A-1")
	other.Appeal.Explanation = "something else"
	if _, err := client.Submit(within(t), other); !errors.Is(err, appeals.ErrRefused) {
		t.Errorf("another one under the same reference: %v", err)
	}
	if err := responder.Close(); err != nil {
		t.Fatal(err)
	}
	if len(received) != 1 || received[0].Proofs[0].Object != "kept/c_1/p1" || received[0].UserID != "demo-overdue" || received[0].Explanation != "去年就还清了" {
		t.Errorf("received %+v", received)
	}
}

func TestNobodyTakesAppeals(t *testing.T) {
	t.Parallel()
	if _, err := clientOn(t, connect(t)).Submit(within(t), submission("A-1")); !errors.Is(err, appeals.ErrNobody) {
		t.Errorf("got %v", err)
	}
}

// An appeal without consent never leaves.
func TestNothingWithoutConsent(t *testing.T) {
	t.Parallel()
	s := submission("A-1")
	s.Appeal.Consent = false
	if _, err := clientOn(t, connect(t)).Submit(within(t), s); !errors.Is(err, appeals.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

// A service that answers nonsense has accepted nothing.
func TestStrangeReceipts(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"nothing":       "",
		"no JSON":       "\x00\xff",
		"another one":   `{"reference":"A-2","accepted_at":"2026-11-27T12:00:00Z"}`,
		"no time":       `{"reference":"A-1"}`,
		"no such time":  `{"reference":"A-1","accepted_at":"soon"}`,
		"far too large": `{"reference":"A-1","accepted_at":"2026-11-27T12:00:00Z","x":"` + strings.Repeat("x", 100_000) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := connect(t)
			if _, err := conn.Subscribe(appeals.Subject, func(m *nats.Msg) { _ = m.Respond([]byte(answer)) }); err != nil {
				t.Fatal(err)
			}
			if at, err := clientOn(t, conn).Submit(within(t), submission("A-1")); err == nil {
				t.Errorf("accepted at %v", at)
			}
		})
	}
}

func FuzzContract(f *testing.F) {
	good, err := json.Marshal(appeals.Reply{Reference: "A-1", AcceptedAt: noon()})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"reference":1}`))
	contract, err := appeals.NewContract()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if reply, err := contract.Reply(data, "A-1"); err == nil && (reply.Reference != "A-1" || reply.AcceptedAt.IsZero() && !strings.Contains(string(data), "0001-01-01")) {
			t.Errorf("%q is taken for %+v", data, reply)
		}
		_, _ = contract.Request(data)
	})
}
