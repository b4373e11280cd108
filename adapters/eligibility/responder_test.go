package eligibility

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"kaitong/bot"
)

func serve(t testing.TB, conn *nats.Conn) Directory {
	t.Helper()
	directory, err := ShippedDirectory()
	if err != nil {
		t.Fatal(err)
	}
	responder, err := Serve(ResponderOptions{Conn: conn, Directory: directory, Demo: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := responder.Close(); err != nil {
			t.Error(err)
		}
	})
	return directory
}

// Every demo user gets the verdict of its profile, through real NATS.
func TestDemoProfiles(t *testing.T) {
	conn := startNATS(t)
	serve(t, conn)
	client := newTestClient(t, conn, nil)
	for user, want := range map[string]struct {
		decision bot.Decision
		codes    string
	}{
		"demo-thin-history":  {bot.Ineligible, "CREDIT_HISTORY_THIN PROFILE_INCOMPLETE"},
		"demo-overdue":       {bot.Ineligible, "OVERDUE_CURRENT"},
		"demo-debts":         {bot.Ineligible, "DEBT_MULTIPLE"},
		"demo-rejected":      {bot.Ineligible, "REVIEW_NOT_PASSED"},
		"demo-policy":        {bot.Ineligible, "POLICY_INDUSTRY"},
		"demo-capacity":      {bot.Ineligible, "CAPACITY_FULL"},
		"demo-region":        {bot.Ineligible, "REGION_NOT_OPEN"},
		"demo-outage":        {bot.Ineligible, "SERVICE_OUTAGE"},
		"demo-vpn":           {bot.Ineligible, "NETWORK_UNTRUSTED"},
		"demo-old-app":       {bot.Ineligible, "CLIENT_OUTDATED"},
		"demo-no-entry":      {bot.Ineligible, "ENTRY_NOT_SHOWN"},
		"demo-kyc":           {bot.Ineligible, "ID_EXPIRED"},
		"demo-aml":           {bot.Ineligible, "REVIEW_NOT_PASSED"},
		"demo-minor":         {bot.Ineligible, "AGE_UNDER_18"},
		"demo-other-account": {bot.Ineligible, "OTHER_ACCOUNT_ACTIVE"},
		"demo-other-product": {bot.Ineligible, "OTHER_PRODUCT_ACTIVE"},
		"demo-risk":          {bot.Ineligible, "OPERATION_RISK"},
		"demo-closed":        {bot.Ineligible, "PRODUCT_CLOSED"},
		"demo-eligible":      {bot.Eligible, ""},
		"demo-in-review":     {bot.InReview, ""},
		"demo-several":       {bot.Ineligible, "ID_EXPIRED OVERDUE_CURRENT DEBT_MULTIPLE"},
		"nobody-we-know":     {bot.Unknown, ""},
	} {
		t.Run(user, func(t *testing.T) {
			verdict, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: user, Product: "jiebei", Locale: "zh-CN"})
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, reason := range verdict.Reasons {
				codes = append(codes, reason.Code)
			}
			if verdict.Decision != want.decision || strings.Join(codes, " ") != want.codes {
				t.Errorf("%s %v, want %s %s", verdict.Decision, codes, want.decision, want.codes)
			}
		})
	}
}

func TestDemoFaults(t *testing.T) {
	conn := startNATS(t)
	serve(t, conn)
	client := newTestClient(t, conn, func(o *ClientOptions) { o.Timeout = 100 * time.Millisecond })
	for user, want := range map[string]error{"demo-slow": bot.ErrCheckTimeout, "demo-garbage": bot.ErrCheckInvalid} {
		_, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: user, Product: "jiebei", Locale: "zh-CN"})
		if !errors.Is(err, want) {
			t.Errorf("%s: error %v, want %v", user, err, want)
		}
	}
}

// What the app says about itself goes before what the profile remembers.
func TestClientInfoCounts(t *testing.T) {
	conn := startNATS(t)
	serve(t, conn)
	check := func(user string, info bot.Client) bot.Verdict {
		t.Helper()
		verdict, err := newTestClient(t, conn, nil).Check(t.Context(), bot.CheckRequest{Tenant: "t", User: user, Product: "jiebei", Locale: "en", Client: info})
		if err != nil {
			t.Fatal(err)
		}
		return verdict
	}
	if v := check("demo-eligible", bot.Client{AppVersion: "10.4.99"}); v.Decision != bot.Ineligible || v.Reasons[0].Code != "CLIENT_OUTDATED" {
		t.Errorf("old app: %+v", v)
	}
	if v := check("demo-old-app", bot.Client{AppVersion: "10.5"}); v.Decision != bot.Eligible {
		t.Errorf("new app: %+v", v)
	}
	if v := check("demo-eligible", bot.Client{Network: "vpn"}); v.Decision != bot.Ineligible {
		t.Errorf("VPN: %+v", v)
	}
}

func TestResponderRefusesMalformedRequests(t *testing.T) {
	conn := startNATS(t)
	serve(t, conn)
	for _, body := range []string{"", "{", `{"request_id":"x"}`, `[]`, strings.Repeat("x", maxReply+1)} {
		message, err := conn.Request(Subject, []byte(body), 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if code := message.Header.Get(micro.ErrorCodeHeader); code != codeBadRequest {
			t.Errorf("body %.20q: code %q, want %s", body, code, codeBadRequest)
		}
	}
}

func TestVerifyAcceptsTheReference(t *testing.T) {
	conn := startNATS(t)
	directory := serve(t, conn)
	var users []string
	for _, person := range directory.People() {
		if !slices.Contains([]string{"demo-slow", "demo-garbage"}, person.ID) {
			users = append(users, person.ID)
		}
	}
	findings, err := Verify(t.Context(), conn, verifyOptions(users...))
	if err != nil {
		t.Fatal(err)
	}
	if len(findings) != len(users)+2 {
		t.Errorf("%d findings", len(findings))
	}
	for _, finding := range findings {
		if finding.Err != nil || finding.Warning != "" {
			t.Errorf("%s: %v %s", finding.Check, finding.Err, finding.Warning)
		}
	}
}

// Verify says what it got, and warns where the bot has nothing to tell.
func TestVerifyNotesAndWarns(t *testing.T) {
	conn := startNATS(t)
	serve(t, conn)
	options := verifyOptions("demo-several", "demo-debts", "demo-eligible", "nobody-we-know")
	options.Known = func(code string) bool { return code != "DEBT_MULTIPLE" }
	findings, err := Verify(t.Context(), conn, options)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, finding := range findings {
		if finding.Err != nil {
			t.Errorf("%s: %v", finding.Check, finding.Err)
		}
		got = append(got, finding.Check+"|"+finding.Note+"|"+finding.Warning)
	}
	want := []string{
		"found as micro service eligibility||",
		"refuses a malformed request||",
		"answers for demo-several|ineligible: ID_EXPIRED, OVERDUE_CURRENT, DEBT_MULTIPLE|",
		"codes for demo-several||code DEBT_MULTIPLE is not in the pack's reasons.yaml and will be told as the standard refusal",
		"answers for demo-debts|ineligible: DEBT_MULTIPLE|",
		"codes for demo-debts||code DEBT_MULTIPLE is not in the pack's reasons.yaml and will be told as the standard refusal",
		"answers for demo-eligible|eligible|",
		"answers for nobody-we-know|unknown|",
		"decision for nobody-we-know||decision unknown: the responder has nothing to say about this person",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A malformed request is the caller's fault, and the code must say so.
func TestVerifyWantsCode400(t *testing.T) {
	conn := startNATS(t)
	for _, code := range []string{"500", "400 and more"} {
		sub, err := conn.Subscribe(Subject, func(m *nats.Msg) {
			refusal := nats.NewMsg(m.Reply)
			refusal.Header.Set(micro.ErrorCodeHeader, code)
			_ = m.RespondMsg(refusal)
		})
		if err != nil {
			t.Fatal(err)
		}
		findings, err := Verify(t.Context(), conn, verifyOptions())
		if err != nil {
			t.Fatal(err)
		}
		if malformed := findings[1]; malformed.Err == nil || !strings.Contains(malformed.Err.Error(), "want 400") {
			t.Errorf("%s: %v", malformed.Check, malformed.Err)
		}
		_ = sub.Unsubscribe()
	}
}

// Only a responder that is not a demo one is somebody else's.
func TestForeignResponder(t *testing.T) {
	directory, err := ShippedDirectory()
	if err != nil {
		t.Fatal(err)
	}
	responder := func(demo bool) func(*testing.T, *nats.Conn) {
		return func(t *testing.T, conn *nats.Conn) {
			r, err := Serve(ResponderOptions{Conn: conn, Directory: directory, Demo: demo, Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = r.Close() })
		}
	}
	service := func(name, subject string) func(*testing.T, *nats.Conn) {
		return func(t *testing.T, conn *nats.Conn) {
			s, err := micro.AddService(conn, micro.Config{Name: name, Version: "3.2.1", Endpoint: &micro.EndpointConfig{
				Subject: subject, Handler: micro.HandlerFunc(func(micro.Request) {}),
			}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Stop() })
		}
	}
	for name, test := range map[string]struct {
		services []func(*testing.T, *nats.Conn)
		want     bool
	}{
		"nobody":            {nil, false},
		"a demo":            {[]func(*testing.T, *nats.Conn){responder(true)}, false},
		"two demos":         {[]func(*testing.T, *nats.Conn){responder(true), responder(true)}, false},
		"custom profiles":   {[]func(*testing.T, *nats.Conn){responder(false)}, true},
		"another team":      {[]func(*testing.T, *nats.Conn){service(Service, Subject)}, true},
		"behind a demo":     {[]func(*testing.T, *nats.Conn){responder(true), service(Service, Subject)}, true},
		"another subject":   {[]func(*testing.T, *nats.Conn){service(Service, "other.eligibility")}, false},
		"unrelated service": {[]func(*testing.T, *nats.Conn){service("weather", "weather.today")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			conn := startNATS(t)
			for _, start := range test.services {
				start(t, conn)
			}
			got, err := ForeignResponder(t.Context(), conn)
			if err != nil || got != test.want {
				t.Errorf("%t, %v; want %t", got, err, test.want)
			}
		})
	}
}

func TestForeignResponderOnAClosedConnection(t *testing.T) {
	conn := startNATS(t)
	conn.Close()
	if _, err := ForeignResponder(t.Context(), conn); !errors.Is(err, nats.ErrConnectionClosed) {
		t.Errorf("error %v", err)
	}
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	conn := startNATS(t)
	answering := func(m *nats.Msg) {
		var request Request
		if json.Unmarshal(m.Data, &request) != nil {
			_ = m.Respond([]byte("what?"))
			return
		}
		request.RequestID = "mine"
		_ = m.Respond(mustJSON(reply(request, "eligible")))
	}
	if _, err := conn.Subscribe(Subject, answering); err != nil {
		t.Fatal(err)
	}
	findings, err := Verify(t.Context(), conn, verifyOptions("u1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range findings {
		if finding.Err == nil || finding.Mend == "" {
			t.Errorf("%s: error %v, mend %q", finding.Check, finding.Err, finding.Mend)
		}
	}
}

func verifyOptions(users ...string) VerifyOptions {
	return VerifyOptions{Users: users, Product: "jiebei", Timeout: time.Second, Now: time.Now, NewID: func() string { return "verify" }}
}

func TestResponderStopsWithLateAnswersPending(t *testing.T) {
	conn := startNATS(t)
	serve(t, conn) // closed at the end of the test, with the answer still due
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	body, err := json.Marshal(Request{RequestID: "r", Tenant: "t", UserID: "demo-slow", Product: "p", Locale: "en", AskedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestWithContext(ctx, Subject, body); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want a timeout", err)
	}
}

func FuzzReply(f *testing.F) {
	contract, err := NewContract()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"request_id":"r","decision":"ineligible","reasons":[{"code":"OVERDUE_RECORD","params":{"days":"3"}}],"appealable":true,"checked_at":"2026-11-23T08:00:00Z","valid_until":"2026-11-23T08:00:00Z"}`))
	f.Add([]byte(`{"request_id":"r","decision":"eligible","reasons":[],"appealable":false,"checked_at":"2026-11-23T08:00:00Z","valid_until":"2026-11-23T08:00:00Z"}`))
	f.Add([]byte(`{"request_id":"r","decision":"ineligible","reasons":[{"code":"aml","params":{"a":1}}],"appealable":false,"checked_at":"2026-11-23T08:00:00Z","valid_until":"2026-11-23T08:00:00Z"}`))
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := contract.Reply(data, "r", now)
		if err != nil {
			return
		}
		if got.RequestID != "r" || len(got.Reasons) > 16 || !slices.Contains([]string{"eligible", "ineligible", "review", "unknown"}, got.Decision) {
			t.Errorf("accepted %s", data)
		}
		if _, err := contract.LenientReply(data, "r", now); err != nil {
			t.Errorf("the strict reader takes what the lenient one refuses: %v: %s", err, data)
		}
	})
}

func TestParseDirectoryRefusesUnknownKeys(t *testing.T) {
	_, err := ParseDirectory([]byte("policy: {min_age: 18}\npeople:\n  u1:\n    agee: 17\n"))
	if err == nil || !strings.Contains(err.Error(), "u1") || !strings.Contains(err.Error(), "agee") {
		t.Errorf("error %v, want one that names the profile and the key", err)
	}
}
