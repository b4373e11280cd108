package eligibility

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/bot"
)

// service answers every request with a refusal for code and counts them.
type service struct {
	asked atomic.Int64
	code  atomic.Value // string
	valid time.Duration
}

func startService(t testing.TB, conn *nats.Conn, code string, valid time.Duration) *service {
	t.Helper()
	s := &service{valid: valid}
	s.code.Store(code)
	answering(t, conn, func(r Request) []byte {
		s.asked.Add(1)
		code, _ := s.code.Load().(string)
		answer := reply(r, "ineligible", code)
		answer.ValidUntil = answer.CheckedAt.Add(s.valid)
		return mustJSON(answer)
	})
	return s
}

func (s *service) wantAsked(t *testing.T, when string, want int64) {
	t.Helper()
	if got := s.asked.Load(); got != want {
		t.Errorf("%s: the service was asked %d times, want %d", when, got, want)
	}
}

func mustCheck(t *testing.T, client *Client, request bot.CheckRequest) bot.Verdict {
	t.Helper()
	verdict, err := client.Check(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return verdict
}

func TestValidVerdictIsUsedAgain(t *testing.T) {
	conn := startNATS(t)
	service := startService(t, conn, "OVERDUE_RECORD", time.Minute)
	client := newTestClient(t, conn, nil)
	request := bot.CheckRequest{Tenant: "t", User: "u", Product: "jiebei", Locale: "en"}
	for range 3 {
		if verdict := mustCheck(t, client, request); verdict.Reasons[0].Code != "OVERDUE_RECORD" {
			t.Errorf("reasons %v", verdict.Reasons)
		}
	}
	service.wantAsked(t, "the same question three times", 1)
	for name, change := range map[string]func(*bot.CheckRequest){
		"tenant":  func(r *bot.CheckRequest) { r.Tenant = "other" },
		"user":    func(r *bot.CheckRequest) { r.User = "other" },
		"product": func(r *bot.CheckRequest) { r.Product = "other" },
		"client":  func(r *bot.CheckRequest) { r.Client.Network = "vpn" },
	} {
		before := service.asked.Load()
		other := request
		change(&other)
		mustCheck(t, client, other)
		service.wantAsked(t, "another "+name, before+1)
	}
}

// Who has mended something and asks to look again is never told of before.
func TestFreshCheckAsksAgain(t *testing.T) {
	conn := startNATS(t)
	service := startService(t, conn, "OVERDUE_RECORD", time.Minute)
	client := newTestClient(t, conn, nil)
	request := bot.CheckRequest{Tenant: "t", User: "u", Product: "jiebei", Locale: "en"}
	mustCheck(t, client, request)
	service.code.Store("DEBT_MULTIPLE")
	fresh := request
	fresh.Fresh = true
	if got := mustCheck(t, client, fresh).Reasons[0].Code; got != "DEBT_MULTIPLE" {
		t.Errorf("a fresh check says %s", got)
	}
	if got := mustCheck(t, client, request).Reasons[0].Code; got != "DEBT_MULTIPLE" {
		t.Errorf("after a fresh check the old verdict is back: %s", got)
	}
	service.wantAsked(t, "one check and a fresh one", 2)
}

func TestVerdictIsForgotten(t *testing.T) {
	for name, c := range map[string]struct {
		valid, later time.Duration
		asked        int64
	}{
		"within its validity":           {time.Minute, 59 * time.Second, 1},
		"when its validity is over":     {time.Minute, 61 * time.Second, 2},
		"without any validity":          {0, 0, 2},
		"however long the service says": {24 * time.Hour, maxReuse + time.Second, 2},
	} {
		t.Run(name, func(t *testing.T) {
			conn := startNATS(t)
			service := startService(t, conn, "OVERDUE_RECORD", c.valid)
			var passed atomic.Int64
			client := newTestClient(t, conn, func(o *ClientOptions) {
				o.Now = func() time.Time { return time.Now().Add(time.Duration(passed.Load())) }
			})
			request := bot.CheckRequest{Tenant: "t", User: "u", Product: "jiebei", Locale: "en"}
			mustCheck(t, client, request)
			passed.Store(int64(c.later))
			_, _ = client.Check(t.Context(), request) // may be refused as out of date; asking is what counts
			service.wantAsked(t, name, c.asked)
		})
	}
}

// A pack that makes a code silent makes it silent at once.
func TestVerdictWithACodeGoneSilentIsAskedAnew(t *testing.T) {
	conn := startNATS(t)
	service := startService(t, conn, "OVERDUE_RECORD", time.Minute)
	var silent atomic.Bool
	client := newTestClient(t, conn, func(o *ClientOptions) {
		o.Tell = func(code string) (string, bool) {
			if silent.Load() {
				return "REVIEW_NOT_PASSED", false
			}
			return tellAll(code)
		}
	})
	request := bot.CheckRequest{Tenant: "t", User: "u", Product: "jiebei", Locale: "en"}
	mustCheck(t, client, request)
	silent.Store(true)
	if got := mustCheck(t, client, request).Reasons; len(got) != 1 || got[0].Code != "REVIEW_NOT_PASSED" || got[0].Params != nil {
		t.Errorf("reasons %v", got)
	}
	service.wantAsked(t, "before and after", 2)
}

func TestFailureIsNotRemembered(t *testing.T) {
	conn := startNATS(t)
	client := newTestClient(t, conn, nil)
	request := bot.CheckRequest{Tenant: "t", User: "u", Product: "jiebei", Locale: "en"}
	if _, err := client.Check(t.Context(), request); !errors.Is(err, bot.ErrCheckUnavailable) {
		t.Fatalf("without a service: %v", err)
	}
	startService(t, conn, "OVERDUE_RECORD", time.Minute)
	mustCheck(t, client, request)
}

// holding is a service that answers only once it is let go.
func holding(t *testing.T, conn *nats.Conn) (asked *atomic.Int64, release func()) {
	t.Helper()
	asked, held := new(atomic.Int64), make(chan struct{})
	_, err := conn.Subscribe(Subject, func(m *nats.Msg) {
		if asked.Add(1) == 1 {
			<-held
		}
		var r Request
		if err := json.Unmarshal(m.Data, &r); err != nil {
			t.Errorf("request: %v", err)
		}
		_ = m.Respond(mustJSON(reply(r, "eligible")))
	})
	if err != nil {
		t.Fatal(err)
	}
	return asked, sync.OnceFunc(func() { close(held) })
}

func TestConcurrentTurnsShareOneCheck(t *testing.T) {
	conn := startNATS(t)
	asked, release := holding(t, conn)
	defer release()
	client := newTestClient(t, conn, func(o *ClientOptions) { o.Timeout = time.Hour })
	request := bot.CheckRequest{Tenant: "t", User: "u", Product: "jiebei", Locale: "en"}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := client.Check(t.Context(), request); err != nil {
				t.Error(err)
			}
		})
	}
	waitUntil(t, func() bool { return asked.Load() == 1 })
	impatient, giveUp := context.WithCancel(t.Context())
	giveUp()
	if _, err := client.Check(impatient, request); !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up got %v", err)
	}
	release()
	group.Wait()
	if got := asked.Load(); got != 1 {
		t.Errorf("20 turns asked %d times", got)
	}
}

// When the turn that asks for all gives up, another one asks.
func TestOthersGoOnWhenTheFirstGivesUp(t *testing.T) {
	conn := startNATS(t)
	asked, release := holding(t, conn)
	defer release()
	client := newTestClient(t, conn, func(o *ClientOptions) { o.Timeout = time.Hour })
	request := bot.CheckRequest{Tenant: "t", User: "u", Product: "jiebei", Locale: "en"}
	first, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := client.Check(first, request); !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
	})
	waitUntil(t, func() bool { return asked.Load() == 1 })
	waits := make(chan struct{})
	group.Go(func() {
		other := request
		other.Asking = func() { close(waits) }
		if _, err := client.Check(t.Context(), other); err != nil {
			t.Errorf("who went on waiting got %v", err)
		}
	})
	<-waits
	giveUp()
	release()
	group.Wait()
}

// Nobody is told that something is looked up when it is known already.
func TestAskingIsToldOnlyWhenThereIsAWait(t *testing.T) {
	conn := startNATS(t)
	startService(t, conn, "OVERDUE_RECORD", time.Minute)
	client, told := newTestClient(t, conn, nil), 0
	request := bot.CheckRequest{Tenant: "t", User: "u", Product: "jiebei", Locale: "en", Asking: func() { told++ }}
	for range 3 {
		mustCheck(t, client, request)
	}
	if told != 1 {
		t.Errorf("told %d times of one question to the service", told)
	}
}

func TestVerdictsAreBounded(t *testing.T) {
	v, now := newVerdicts(), time.Now()
	valid := bot.Verdict{ValidUntil: now.Add(time.Minute)}
	for i := range maxKept + 10 {
		v.keep(question{user: string(rune(i))}, v.begin(), valid, now)
		if len(v.kept) > maxKept {
			t.Fatalf("%d verdicts kept", len(v.kept))
		}
	}
	if _, ok := v.find(question{user: string(rune(maxKept + 9))}, now); !ok {
		t.Error("the newest verdict is gone")
	}
}

// later holds every request until it is answered by hand.
type later struct{ requests chan heldRequest }

type heldRequest struct {
	request Request
	message *nats.Msg
}

func answeringLater(t *testing.T, conn *nats.Conn) later {
	t.Helper()
	l := later{requests: make(chan heldRequest, 10)}
	_, err := conn.Subscribe(Subject, func(m *nats.Msg) {
		var r Request
		if err := json.Unmarshal(m.Data, &r); err != nil {
			t.Errorf("request: %v", err)
		}
		l.requests <- heldRequest{r, m}
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (h heldRequest) answer(code string) {
	answer := reply(h.request, "ineligible", code)
	answer.ValidUntil = answer.CheckedAt.Add(time.Minute)
	_ = h.message.Respond(mustJSON(answer))
}

// A check that was slow does not bring back what a fresh one, asked for after
// it, has overtaken.
func TestSlowCheckDoesNotReplaceAFreshOne(t *testing.T) {
	conn := startNATS(t)
	service := answeringLater(t, conn)
	client := newTestClient(t, conn, func(o *ClientOptions) { o.Timeout = time.Hour })
	request := bot.CheckRequest{Tenant: "t", User: "u", Product: "jiebei", Locale: "en"}
	fresh := request
	fresh.Fresh = true
	var first, second sync.WaitGroup
	first.Go(func() { _, _ = client.Check(t.Context(), request) })
	slow := <-service.requests
	second.Go(func() { _, _ = client.Check(t.Context(), fresh) })
	(<-service.requests).answer("DEBT_MULTIPLE")
	second.Wait()
	slow.answer("OVERDUE_RECORD")
	first.Wait()
	if got := mustCheck(t, client, request).Reasons[0].Code; got != "DEBT_MULTIPLE" {
		t.Errorf("the verdict of before the fresh check is used again: %s", got)
	}
}

// Who asks to look again while an earlier look is under way is not told what
// was found before they asked.
func TestEachFreshCheckAsks(t *testing.T) {
	conn := startNATS(t)
	service := answeringLater(t, conn)
	client := newTestClient(t, conn, func(o *ClientOptions) { o.Timeout = time.Hour })
	request := bot.CheckRequest{Tenant: "t", User: "u", Product: "jiebei", Locale: "en", Fresh: true}
	var first, second sync.WaitGroup
	first.Go(func() { _, _ = client.Check(t.Context(), request) })
	before := <-service.requests
	second.Go(func() {
		if verdict, err := client.Check(t.Context(), request); err != nil || verdict.Reasons[0].Code != "DEBT_MULTIPLE" {
			t.Errorf("the second look found %v, %v", verdict.Reasons, err)
		}
	})
	(<-service.requests).answer("DEBT_MULTIPLE")
	second.Wait()
	before.answer("OVERDUE_RECORD")
	first.Wait()
}

// waitUntil yields until something has come about.
func waitUntil(t *testing.T, done func() bool) {
	t.Helper()
	for !done() {
		if t.Context().Err() != nil {
			t.Fatal("it never came about")
		}
		runtime.Gosched()
	}
}
