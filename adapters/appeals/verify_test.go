package appeals_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"kaitong/adapters/appeals"
	"kaitong/adapters/conform"
)

func verify(t *testing.T, conn *nats.Conn, always bool) []conform.Finding {
	t.Helper()
	var ids atomic.Int64
	findings, err := appeals.Verify(within(t), conn, appeals.VerifyOptions{
		Tenant: "acme", User: "u1", Product: "jiebei", Timeout: 5 * time.Second, Now: time.Now, Always: always,
		NewID: func() string { return fmt.Sprint(ids.Add(1)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

// broken are the checks that failed.
func broken(findings []conform.Finding) []string {
	var names []string
	for _, finding := range findings {
		if finding.Err != nil {
			names = append(names, finding.Check)
		}
		if (finding.Err != nil || finding.Warning != "") && finding.Mend == "" {
			names = append(names, finding.Check+": nothing says how to mend it")
		}
	}
	return names
}

// The reference keeps its own contract, and nobody who decides sees a trial.
func TestVerifyReference(t *testing.T) {
	t.Parallel()
	conn := connect(t)
	var shown atomic.Int32
	responder, err := appeals.Serve(appeals.ResponderOptions{Conn: conn, Now: time.Now, Received: func(appeals.Request) { shown.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	findings := verify(t, conn, false)
	if names := broken(findings); len(names) > 0 || len(findings) < 10 {
		t.Errorf("%d findings, broken: %v", len(findings), names)
	}
	if err := responder.Close(); err != nil || shown.Load() != 0 {
		t.Errorf("%d trials were shown, %v", shown.Load(), err)
	}
}

// careless is a service as somebody may write one.
type careless struct {
	metadata map[string]string
	answer   func(appeals.Request, error) (reply any, code string)
	seen     atomic.Int32 // appeals that could be a person's
}

func (c *careless) serve(t *testing.T, conn *nats.Conn) {
	t.Helper()
	service, err := micro.AddService(conn, micro.Config{
		Name: appeals.Service, Version: "1.0.0", Metadata: c.metadata,
		Endpoint: &micro.EndpointConfig{Subject: appeals.Subject, Handler: micro.HandlerFunc(func(r micro.Request) {
			var request appeals.Request
			err := json.Unmarshal(r.Data(), &request)
			if err == nil {
				c.seen.Add(1)
			}
			reply, code := c.answer(request, err)
			if code != "" {
				_ = r.Error(code, "no", nil)
				return
			}
			_ = r.RespondJSON(reply)
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Stop() })
}

// What breaks the contract is named, and nothing else.
func TestVerifyNamesWhatIsBroken(t *testing.T) {
	t.Parallel()
	accept := func(at time.Time) func(appeals.Request, error) (any, string) {
		return func(r appeals.Request, _ error) (any, string) {
			return appeals.Reply{Reference: r.Reference, AcceptedAt: at}, ""
		}
	}
	known := map[string]string{"trials": "known"}
	var clock atomic.Int64
	for _, test := range []struct {
		name   string
		c      *careless
		always bool
		broken []string
		seen   bool
	}{
		{"takes everything", &careless{metadata: known, answer: accept(time.Now())}, false, []string{"refuses malformed JSON", "refuses another appeal"}, true},
		{"knows no trials", &careless{answer: accept(time.Now())}, false, []string{"knows trials", "refuses malformed JSON"}, false},
		{"knows none, but is asked all the same", &careless{answer: accept(time.Now())}, true, []string{"refuses an appeal without consent"}, true},
		{"accepts anew each time", &careless{metadata: known, answer: func(r appeals.Request, err error) (any, string) {
			if err != nil {
				return nil, "400"
			}
			return appeals.Reply{Reference: r.Reference, AcceptedAt: time.Now().Add(time.Duration(clock.Add(1)) * time.Second)}, ""
		}}, false, []string{"accepts it once", "accepts once what comes twice"}, true},
		{"answers with a reference of its own", &careless{metadata: known, answer: func(appeals.Request, error) (any, string) {
			return appeals.Reply{Reference: "mine", AcceptedAt: time.Now()}, ""
		}}, false, []string{"accepts an appeal"}, true},
		{"fails", &careless{metadata: known, answer: func(appeals.Request, error) (any, string) { return nil, "500" }}, false, []string{"accepts an appeal", "refuses malformed JSON"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			conn := connect(t)
			test.c.serve(t, conn)
			names := broken(verify(t, conn, test.always))
			for _, want := range test.broken {
				if !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, want) }) {
					t.Errorf("%q is not among %q", want, names)
				}
			}
			if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "nothing says") }) {
				t.Errorf("%q", names)
			}
			if seen := test.c.seen.Load() > 0; seen != test.seen {
				t.Errorf("it saw what could be a person's appeal: %v", seen)
			}
		})
	}
}

func TestVerifyNobody(t *testing.T) {
	t.Parallel()
	if names := broken(verify(t, connect(t), false)); len(names) != 3 {
		t.Errorf("broken: %q", names)
	}
}

// A clock that is wrong breaks nothing, but people are told its date.
func TestVerifyWarnsOfTheClock(t *testing.T) {
	t.Parallel()
	conn := connect(t)
	responder, err := appeals.Serve(appeals.ResponderOptions{Conn: conn, Now: func() time.Time { return time.Now().Add(-time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = responder.Close() })
	findings := verify(t, conn, false)
	if len(findings) == 0 {
		t.Fatal("nothing was looked at")
	}
	warned := slices.ContainsFunc(findings, func(f conform.Finding) bool { return f.Check == "clock" && f.Warning != "" })
	if names := broken(findings); len(names) > 0 || !warned {
		t.Errorf("broken %v, warned %v", names, warned)
	}
}

// Codes of the contract end an appeal; any other is tried again.
func TestRefusalCodes(t *testing.T) {
	t.Parallel()
	for code, class := range map[string]string{
		"400": "technical", "409": "technical", "413": "technical", "410": "late", "422": "final",
		"401": "", "404": "", "429": "", "500": "", "503": "", "4xx": "", "-400": "",
	} {
		conn := connect(t)
		c := &careless{answer: func(appeals.Request, error) (any, string) { return nil, code }}
		c.serve(t, conn)
		_, err := clientOn(t, conn).Submit(within(t), submission("A-1"))
		var got string
		if refused, forGood := errors.AsType[*appeals.RefusedError](err); forGood {
			got = string(refused.Class)
		}
		if err == nil || got != class {
			t.Errorf("code %q: %v, want class %q", code, err, class)
		}
	}
}
