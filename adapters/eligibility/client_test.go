package eligibility

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/sony/gobreaker/v2"
	"go.uber.org/goleak"

	"kaitong/bot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// startNATS runs a real server in this process and connects to it.
func startNATS(t testing.TB) *nats.Conn {
	t.Helper()
	s, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	conn, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		s.Shutdown()
		s.WaitForShutdown()
	})
	return conn
}

// tellAll lets every code through but the two that stand for secrets.
func tellAll(code string) (string, bool) {
	switch code {
	case "LIST_MATCH", "REVIEW_NOT_PASSED":
		return "REVIEW_NOT_PASSED", false
	case "ACCOUNT_RISK":
		return code, false
	}
	return code, true
}

func newTestClient(t testing.TB, conn *nats.Conn, change func(*ClientOptions)) *Client {
	t.Helper()
	var ids atomic.Int64
	options := ClientOptions{
		Conn: conn, Tell: tellAll, Neutral: "REVIEW_NOT_PASSED", Now: time.Now,
		NewID:   func() string { return fmt.Sprintf("request-%d", ids.Add(1)) },
		Timeout: 2 * time.Second,
	}
	if change != nil {
		change(&options)
	}
	client, err := NewClient(options)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// answering subscribes a service that answers with the body made for each request.
func answering(t testing.TB, conn *nats.Conn, body func(Request) []byte) {
	t.Helper()
	sub, err := conn.Subscribe(Subject, func(m *nats.Msg) {
		var request Request
		if err := json.Unmarshal(m.Data, &request); err != nil {
			t.Errorf("request: %v", err)
		}
		if err := m.Respond(body(request)); err != nil {
			t.Errorf("respond: %v", err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sub.Unsubscribe() })
}

func reply(request Request, decision string, codes ...string) Reply {
	now := time.Now().UTC()
	r := Reply{RequestID: request.RequestID, Decision: decision, Reasons: []Reason{}, CheckedAt: now, ValidUntil: now.Add(time.Minute)}
	for _, code := range codes {
		r.Reasons = append(r.Reasons, Reason{Code: code, Params: map[string]string{"detail": "x"}})
	}
	return r
}

func encode(t testing.TB, r Reply) []byte {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCheckReadsAReply(t *testing.T) {
	conn := startNATS(t)
	answering(t, conn, func(r Request) []byte { return encode(t, reply(r, "ineligible", "OVERDUE_RECORD", "ACCOUNT_RISK")) })
	verdict, err := newTestClient(t, conn, nil).Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "jiebei", Locale: "en"})
	if err != nil {
		t.Fatal(err)
	}
	want := []bot.Reason{{Code: "OVERDUE_RECORD", Params: map[string]string{"detail": "x"}}, {Code: "ACCOUNT_RISK"}}
	if diff := cmp.Diff(want, verdict.Reasons); diff != "" {
		t.Error(diff)
	}
	if verdict.Decision != bot.Ineligible {
		t.Errorf("decision %q", verdict.Decision)
	}
}

// A refusal for a reason nobody may tell must not differ from the plain
// refusal in anything.
func TestCheckNeutralisesSecrets(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	eta := now.Add(24 * time.Hour)
	plain := reply(Request{}, "ineligible", "REVIEW_NOT_PASSED")
	for name, change := range map[string]func(*Reply){
		"listed":                   func(r *Reply) { r.Reasons[0].Code = "LIST_MATCH" },
		"listed, not appealable":   func(r *Reply) { r.Reasons[0].Code, r.Appealable = "LIST_MATCH", false },
		"listed, in review":        func(r *Reply) { r.Reasons[0].Code, r.Decision, r.ReviewETA = "LIST_MATCH", "review", &eta },
		"listed, called eligible":  func(r *Reply) { r.Reasons[0].Code, r.Decision = "LIST_MATCH", "eligible" },
		"listed, valid for longer": func(r *Reply) { r.Reasons[0].Code, r.ValidUntil = "LIST_MATCH", eta },
		"listed twice": func(r *Reply) {
			r.Reasons = []Reason{{Code: "LIST_MATCH"}, {Code: "REVIEW_NOT_PASSED"}, {Code: "LIST_MATCH"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			client := newTestClient(t, startNATS(t), func(o *ClientOptions) { o.Now = func() time.Time { return now } })
			secret := reply(Request{}, "ineligible", "REVIEW_NOT_PASSED")
			change(&secret)
			if diff := cmp.Diff(client.neutralise(plain), client.neutralise(secret)); diff != "" {
				t.Errorf("the verdicts differ: %s", diff)
			}
		})
	}
}

func TestCheckRefusesBadReplies(t *testing.T) {
	for name, body := range map[string]func(Request) []byte{
		"no JSON":         func(Request) []byte { return []byte("\x00\xff") },
		"empty":           func(Request) []byte { return nil },
		"trailing data":   func(r Request) []byte { return append(mustJSON(reply(r, "eligible")), "{}"...) },
		"wrong decision":  func(r Request) []byte { return mustJSON(reply(r, "perhaps")) },
		"no code":         func(r Request) []byte { return withReasons(r, `[{"params":{}}]`) },
		"code a number":   func(r Request) []byte { return withReasons(r, `[{"code":7}]`) },
		"reason a string": func(r Request) []byte { return withReasons(r, `["OVERDUE_RECORD"]`) },
		"reasons null":    func(r Request) []byte { return withReasons(r, `null`) },
		"too large": func(r Request) []byte {
			return append(mustJSON(reply(r, "eligible")), strings.Repeat(" ", maxReply)...)
		},
		"valid before it was checked": func(r Request) []byte {
			bad := reply(r, "eligible")
			bad.ValidUntil = bad.CheckedAt.Add(-time.Second)
			return mustJSON(bad)
		},
		"valid until the past": func(r Request) []byte {
			old := reply(r, "eligible")
			old.CheckedAt, old.ValidUntil = old.CheckedAt.Add(-time.Hour), old.CheckedAt.Add(-2*time.Minute)
			return mustJSON(old)
		},
		"missing fields": func(r Request) []byte { return []byte(`{"request_id":"` + r.RequestID + `","decision":"eligible"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			conn := startNATS(t)
			answering(t, conn, body)
			_, err := newTestClient(t, conn, nil).Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
			if !errors.Is(err, bot.ErrCheckInvalid) {
				t.Errorf("error %v, want ErrCheckInvalid", err)
			}
		})
	}
}

// Clocks differ a little, and a reply that may not be reused at all says so by
// the moment it was made.
func TestCheckForgivesClocks(t *testing.T) {
	conn := startNATS(t)
	answering(t, conn, func(r Request) []byte {
		late := reply(r, "eligible")
		late.CheckedAt = late.CheckedAt.Add(-30 * time.Second)
		late.ValidUntil = late.CheckedAt
		return mustJSON(late)
	})
	if _, err := newTestClient(t, conn, nil).Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"}); err != nil {
		t.Error(err)
	}
}

// What the schema checked is what is used: a key that only looks like one of
// the contract is no key of the contract.
func TestContractUsesWhatItChecked(t *testing.T) {
	contract, err := NewContract()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	want := Reply{
		RequestID: "r", Decision: "ineligible", Reasons: []Reason{{Code: "LIST_MATCH", Params: map[string]string{"list": "a"}}},
		CheckedAt: now, ValidUntil: now.Add(time.Minute),
	}
	const head = `{"request_id":"r","decision":"ineligible","appealable":false,` +
		`"checked_at":"2026-11-23T08:00:00Z","valid_until":"2026-11-23T08:01:00Z",`
	for name, tail := range map[string]string{
		"as described":        `"reasons":[{"code":"LIST_MATCH","params":{"list":"a"}}]}`,
		"upper-case key":      `"reasons":[{"code":"LIST_MATCH","params":{"list":"a"}}],"DECISION":"perhaps"}`,
		"folded letter":       `"reasons":[{"code":"LIST_MATCH","params":{"list":"a"}}],"rea\u017fons":[]}`,
		"upper-case code":     `"reasons":[{"code":"LIST_MATCH","CODE":"overdue","params":{"list":"a"}}]}`,
		"upper-case params":   `"reasons":[{"code":"LIST_MATCH","params":{"list":"a"},"Params":{"b":"c"}}]}`,
		"upper-case validity": `"reasons":[{"code":"LIST_MATCH","params":{"list":"a"}}],"Valid_Until":"2099-01-01T00:00:00Z"}`,
		"given twice":         `"reasons":[{"code":"OVERDUE_RECORD"}],"reasons":[{"code":"LIST_MATCH","params":{"list":"a"}}]}`,
		"merged params":       `"reasons":[{"code":"LIST_MATCH","params":{"b":"c"},"params":{"list":"a"}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := contract.Reply([]byte(head+tail), "r", now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	request, err := contract.Request([]byte(`{"request_id":"r","tenant":"t","user_id":"u","USER_ID":"v","product":"p","locale":"en",` +
		`"client":{"network":"direct","Network":"vpn"},"asked_at":"2026-11-23T08:00:00Z"}`))
	if err != nil || request.UserID != "u" || request.Client.Network != "direct" || !request.AskedAt.Equal(now) {
		t.Errorf("%+v, %v", request, err)
	}
}

// withReasons is a refusal whose reasons are written by hand.
func withReasons(r Request, reasons string) []byte {
	return []byte(strings.Replace(string(mustJSON(reply(r, "ineligible"))), `"reasons":[]`, `"reasons":`+reasons, 1))
}

// A reason that is written oddly is still a refusal. What may be told of it is
// told; else it is the neutral refusal, which must not look like a failure.
func TestCheckReadsOddReasons(t *testing.T) {
	neutral := []bot.Reason{{Code: "REVIEW_NOT_PASSED"}}
	overdue := func(params map[string]string) []bot.Reason {
		return []bot.Reason{{Code: "OVERDUE_RECORD", Params: params}}
	}
	numbered := func(from, to int) (reasons []bot.Reason) {
		for i := from; i <= to; i++ {
			reasons = append(reasons, bot.Reason{Code: fmt.Sprintf("KNOWN_%d", i)})
		}
		return reasons
	}
	written := func(reasons []bot.Reason) string { data, _ := json.Marshal(reasons); return string(data) }
	for name, test := range map[string]struct {
		reasons string
		want    []bot.Reason
	}{
		"lower-case code":     {`[{"code":"aml-hit-7"}]`, neutral},
		"empty code":          {`[{"code":""}]`, neutral},
		"long code":           {`[{"code":"` + strings.Repeat("A", 300) + `"}]`, neutral},
		"a known one besides": {`[{"code":"OVERDUE_RECORD"},{"code":"风险"}]`, append(overdue(nil), neutral...)},
		"number":              {`[{"code":"OVERDUE_RECORD","params":{"days":12,"list":"a"}}]`, overdue(map[string]string{"list": "a"})},
		"null":                {`[{"code":"OVERDUE_RECORD","params":{"days":null}}]`, overdue(nil)},
		"nested":              {`[{"code":"OVERDUE_RECORD","params":{"a":{"b":"c"},"d":["e"]}}]`, overdue(nil)},
		"long parameter":      {`[{"code":"OVERDUE_RECORD","params":{"a":"` + strings.Repeat("逾", 257) + `"}}]`, overdue(nil)},
		"params null":         {`[{"code":"OVERDUE_RECORD","params":null}]`, overdue(nil)},
		"params a list":       {`[{"code":"OVERDUE_RECORD","params":["a"]}]`, overdue(nil)},
		"17":                  {written(numbered(1, 17)), numbered(1, 16)},
		"16 and a secret":     {written(append(numbered(1, 16), bot.Reason{Code: "LIST_MATCH"})), append(numbered(1, 15), neutral...)},
		"16 and an unknown":   {written(append(numbered(1, 16), bot.Reason{Code: "aml"})), append(numbered(1, 15), neutral...)},
		"secret among many":   {written(append(append(numbered(1, 3), bot.Reason{Code: "aml"}), numbered(4, 40)...)), append(append(numbered(1, 3), neutral...), numbered(4, 15)...)},
	} {
		t.Run(name, func(t *testing.T) {
			conn := startNATS(t)
			answering(t, conn, func(r Request) []byte { return withReasons(r, test.reasons) })
			client := newTestClient(t, conn, func(o *ClientOptions) { o.Tell = tellKnown })
			verdict, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, verdict.Reasons); diff != "" {
				t.Error(diff)
			}
			told := slices.ContainsFunc(verdict.Reasons, func(r bot.Reason) bool { return r.Code == "REVIEW_NOT_PASSED" })
			if verdict.Decision != bot.Ineligible || verdict.Appealable != told {
				t.Errorf("%s, appealable %t", verdict.Decision, verdict.Appealable)
			}
		})
	}
}

// tellKnown makes the neutral refusal of every code it does not know.
func tellKnown(code string) (string, bool) {
	if code == "OVERDUE_RECORD" || strings.HasPrefix(code, "KNOWN_") {
		return code, true
	}
	return "REVIEW_NOT_PASSED", false
}

// What the client forgives, the contract does not.
func TestContractStaysStrict(t *testing.T) {
	contract, err := NewContract()
	if err != nil {
		t.Fatal(err)
	}
	for _, reasons := range []string{
		`[{"code":"aml-hit-7"}]`, `[{"code":"A","params":{"days":12}}]`, `[{"code":"A","params":null}]`,
		"[" + strings.Repeat(`{"code":"A"},`, 16) + `{"code":"A"}]`,
	} {
		if _, err := contract.Reply(withReasons(Request{RequestID: "r"}, reasons), "r", time.Now()); err == nil {
			t.Errorf("accepted %s", reasons)
		}
	}
}

func mustJSON(r Reply) []byte {
	data, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return data
}

// The error of a bad reply may end in a log, so it may not quote the reply.
func TestCheckErrorQuotesNothing(t *testing.T) {
	conn := startNATS(t)
	answering(t, conn, func(r Request) []byte { return mustJSON(reply(r, "perhaps", "LIST_MATCH")) })
	_, err := newTestClient(t, conn, nil).Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
	if err == nil || strings.Contains(err.Error(), "LIST_MATCH") {
		t.Errorf("error %v", err)
	}
}

// A header is written by others too: only a number of an error goes on.
func TestCheckErrorQuotesNoHeader(t *testing.T) {
	for code, want := range map[string]string{
		"503":                "service error 503",
		"400":                "service error 400",
		"503 LIST_MATCH":     "service error",
		"LIST_MATCH":         "service error",
		"4000":               "service error",
		"099":                "service error",
		"500\tu1 is on list": "service error",
	} {
		t.Run(code, func(t *testing.T) {
			conn := startNATS(t)
			failing(t, conn, code)
			_, err := newTestClient(t, conn, nil).Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
			if !errors.Is(err, bot.ErrCheckUnavailable) || !strings.HasSuffix(err.Error(), ": "+want) {
				t.Errorf("error %v, want ErrCheckUnavailable ending in %q", err, want)
			}
		})
	}
}

// failing subscribes a service that answers every request with an error code.
func failing(t testing.TB, conn *nats.Conn, code string) {
	t.Helper()
	sub, err := conn.Subscribe(Subject, func(m *nats.Msg) {
		refusal := nats.NewMsg(m.Reply)
		refusal.Header.Set(micro.ErrorCodeHeader, code)
		if err := m.RespondMsg(refusal); err != nil {
			t.Errorf("respond: %v", err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sub.Unsubscribe() })
}

func TestCheckWithoutResponderFailsAtOnce(t *testing.T) {
	client := newTestClient(t, startNATS(t), func(o *ClientOptions) { o.Timeout = time.Hour })
	_, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
	if !errors.Is(err, bot.ErrCheckUnavailable) || !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("error %v, want ErrCheckUnavailable for no responders", err)
	}
}

func TestCheckTimesOut(t *testing.T) {
	conn := startNATS(t)
	if _, err := conn.Subscribe(Subject, func(*nats.Msg) {}); err != nil {
		t.Fatal(err)
	}
	client := newTestClient(t, conn, func(o *ClientOptions) { o.Timeout = 50 * time.Millisecond })
	_, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
	if !errors.Is(err, bot.ErrCheckTimeout) {
		t.Errorf("error %v, want ErrCheckTimeout", err)
	}
}

// A lost first request is asked again under the same id.
func TestCheckHedges(t *testing.T) {
	conn := startNATS(t)
	var asked atomic.Int64
	ids := make(chan string, 2)
	if _, err := conn.Subscribe(Subject, func(m *nats.Msg) {
		var request Request
		if err := json.Unmarshal(m.Data, &request); err != nil {
			t.Errorf("request: %v", err)
		}
		ids <- request.RequestID
		if asked.Add(1) > 1 {
			_ = m.Respond(mustJSON(reply(request, "eligible")))
		}
	}); err != nil {
		t.Fatal(err)
	}
	client := newTestClient(t, conn, func(o *ClientOptions) { o.Timeout = 2 * time.Second })
	verdict, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
	if err != nil || verdict.Decision != bot.Eligible {
		t.Fatalf("%v, %v", verdict, err)
	}
	if first, second := <-ids, <-ids; first != second {
		t.Errorf("asked as %s, then as %s", first, second)
	}
}

func TestBreakerStopsAskingADeadService(t *testing.T) {
	conn := startNATS(t)
	client := newTestClient(t, conn, func(o *ClientOptions) { o.BreakerFailures, o.BreakerPause = 3, time.Hour })
	for range 3 {
		_, _ = client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
	}
	answering(t, conn, func(r Request) []byte { t.Error("asked while open"); return mustJSON(reply(r, "eligible")) })
	_, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
	if !errors.Is(err, bot.ErrCheckUnavailable) {
		t.Errorf("error %v, want ErrCheckUnavailable", err)
	}
}

func TestBreakerRecovers(t *testing.T) {
	conn := startNATS(t)
	client := newTestClient(t, conn, func(o *ClientOptions) { o.BreakerFailures, o.BreakerPause = 3, time.Millisecond })
	for range 3 {
		_, _ = client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
	}
	answering(t, conn, func(r Request) []byte { return mustJSON(reply(r, "eligible")) })
	deadline, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for deadline.Err() == nil {
		if _, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"}); err == nil {
			return
		}
	}
	t.Error("the breaker never closed again")
}

// One person's broken record must not take the check away from everybody.
func TestBreakerIgnoresInvalidReplies(t *testing.T) {
	conn := startNATS(t)
	answering(t, conn, func(r Request) []byte {
		if r.UserID == "broken" {
			return []byte("garbage")
		}
		return mustJSON(reply(r, "eligible"))
	})
	client := newTestClient(t, conn, func(o *ClientOptions) { o.BreakerFailures, o.BreakerPause = 3, time.Hour })
	for range 10 {
		_, _ = client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "broken", Product: "p", Locale: "en"})
	}
	if _, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "fine", Product: "p", Locale: "en"}); err != nil {
		t.Error(err)
	}
}

// A service that says why it does not answer is alive.
func TestBreakerIgnoresServiceErrors(t *testing.T) {
	conn := startNATS(t)
	failing(t, conn, "500")
	client := newTestClient(t, conn, func(o *ClientOptions) { o.BreakerFailures, o.BreakerPause = 3, time.Hour })
	for i := range 10 {
		_, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: fmt.Sprint(i), Product: "p", Locale: "en"})
		if err == nil || !strings.HasSuffix(err.Error(), "service error 500") {
			t.Fatalf("check %d: error %v", i, err)
		}
	}
}

// A service that answers one person too late is there for everybody else.
func TestBreakerOfOneSlowUser(t *testing.T) {
	conn := startNATS(t)
	serve(t, conn)
	client := newTestClient(t, conn, func(o *ClientOptions) { o.Timeout, o.BreakerPause = 100*time.Millisecond, time.Hour })
	var asking sync.WaitGroup
	for range 24 { // at once: one after the other they would spread over intervals
		asking.Go(func() {
			_, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "demo-slow", Product: "jiebei", Locale: "en"})
			if !errors.Is(err, bot.ErrCheckTimeout) {
				t.Errorf("demo-slow: error %v", err)
			}
		})
	}
	asking.Wait()
	if state := client.breaker.State(); state != gobreaker.StateClosed {
		t.Errorf("the breaker is %s", state)
	}
	client.options.Timeout = 5 * time.Second
	verdict, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "demo-overdue", Product: "jiebei", Locale: "en"})
	if err != nil || verdict.Decision != bot.Ineligible {
		t.Errorf("demo-overdue: %+v, %v", verdict, err)
	}
}

// Many people without an answer are an outage.
func TestBreakerOfManySlowUsers(t *testing.T) {
	conn := startNATS(t)
	if _, err := conn.Subscribe(Subject, func(*nats.Msg) {}); err != nil {
		t.Fatal(err)
	}
	client := newTestClient(t, conn, func(o *ClientOptions) {
		o.Timeout, o.BreakerFailures, o.BreakerPause = 300*time.Millisecond, 3, time.Hour
	})
	var asking sync.WaitGroup
	for i := range 6 { // at once, so that they fall into one interval
		asking.Go(func() {
			_, _ = client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: fmt.Sprint(i / 2), Product: "p", Locale: "en"})
		})
	}
	asking.Wait()
	_, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
	if !errors.Is(err, gobreaker.ErrOpenState) {
		t.Errorf("error %v, want the open breaker", err)
	}
}

// The record of who timed out is bounded and forgets.
func TestTimedOutCountsOncePerInterval(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	seen := newTimedOut(time.Minute, func() time.Time { return now })
	for i, want := range []bool{true, false, false} {
		if seen.first(person{"t", "u"}) != want {
			t.Errorf("time %d: first is %t", i+1, !want)
		}
	}
	if !seen.first(person{"t", "v"}) || !seen.first(person{"other", "u"}) {
		t.Error("somebody else was taken for u of t")
	}
	now = now.Add(time.Minute)
	if !seen.first(person{"t", "u"}) {
		t.Error("not forgotten after the interval")
	}
	for i := range 3 * maxTimedOut {
		seen.first(person{"t", fmt.Sprint(i)})
	}
	if len(seen.since) > maxTimedOut {
		t.Errorf("%d people are remembered", len(seen.since))
	}
}

// sending subscribes a service that sends every body made for a request, one
// after the other.
func sending(t testing.TB, conn *nats.Conn, bodies func(Request) [][]byte) {
	t.Helper()
	sub, err := conn.Subscribe(Subject, func(m *nats.Msg) {
		var request Request
		if err := json.Unmarshal(m.Data, &request); err != nil {
			t.Errorf("request: %v", err)
		}
		for _, body := range bodies(request) {
			if err := m.Respond(body); err != nil {
				t.Errorf("respond: %v", err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sub.Unsubscribe() })
}

// Replies to other requests are passed over; the first to this one counts.
func TestCheckPassesOverOtherReplies(t *testing.T) {
	other := mustJSON(reply(Request{RequestID: "other"}, "eligible"))
	for name, bodies := range map[string]func(Request) [][]byte{
		"one before": func(r Request) [][]byte { return [][]byte{other, mustJSON(reply(r, "ineligible", "OVERDUE_RECORD"))} },
		"broken before": func(r Request) [][]byte {
			return [][]byte{[]byte(`{"request_id":"other"}`), mustJSON(reply(r, "ineligible", "OVERDUE_RECORD"))}
		},
		"many before": func(r Request) [][]byte {
			return append(slices.Repeat([][]byte{other}, 40), mustJSON(reply(r, "ineligible", "OVERDUE_RECORD")))
		},
		"two right ones": func(r Request) [][]byte {
			return [][]byte{mustJSON(reply(r, "ineligible", "OVERDUE_RECORD")), mustJSON(reply(r, "eligible"))}
		},
	} {
		t.Run(name, func(t *testing.T) {
			conn := startNATS(t)
			sending(t, conn, bodies)
			verdict, err := newTestClient(t, conn, nil).Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
			if err != nil || verdict.Decision != bot.Ineligible {
				t.Errorf("%+v, %v", verdict, err)
			}
		})
	}
}

// With nothing but replies to other requests the check was answered wrongly,
// not too late, and the breaker leaves the service alone.
func TestCheckWithOnlyOtherReplies(t *testing.T) {
	conn := startNATS(t)
	sending(t, conn, func(Request) [][]byte { return [][]byte{mustJSON(reply(Request{RequestID: "other"}, "eligible"))} })
	client := newTestClient(t, conn, func(o *ClientOptions) { o.Timeout = 500 * time.Millisecond })
	_, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"})
	if !errors.Is(err, bot.ErrCheckInvalid) || errors.Is(err, bot.ErrCheckTimeout) {
		t.Errorf("error %v, want ErrCheckInvalid", err)
	}
}

// A person who leaves is not a service that fails.
func TestCheckStopsWithItsCaller(t *testing.T) {
	conn := startNATS(t)
	asked := make(chan struct{})
	if _, err := conn.Subscribe(Subject, func(*nats.Msg) { close(asked) }); err != nil {
		t.Fatal(err)
	}
	client := newTestClient(t, conn, func(o *ClientOptions) { o.Timeout = time.Hour })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	if _, err := client.Check(ctx, bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// Nothing of a check stays behind on the connection.
func TestCheckLeavesNoSubscription(t *testing.T) {
	conn := startNATS(t)
	answering(t, conn, func(r Request) []byte { return mustJSON(reply(r, "eligible")) })
	before := conn.NumSubscriptions()
	client := newTestClient(t, conn, nil)
	for range 5 {
		if _, err := client.Check(t.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"}); err != nil {
			t.Fatal(err)
		}
	}
	if after := conn.NumSubscriptions(); after != before {
		t.Errorf("%d subscriptions, %d before", after, before)
	}
}

func BenchmarkCheck(b *testing.B) {
	conn := startNATS(b)
	answering(b, conn, func(r Request) []byte { return mustJSON(reply(r, "eligible")) })
	client := newTestClient(b, conn, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Check(b.Context(), bot.CheckRequest{Tenant: "t", User: "u", Product: "p", Locale: "en"}); err != nil {
			b.Fatal(err)
		}
	}
}
