package handoff

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/outbox"
)

// failing answers with a status as often as told, and then takes everything.
func failing(times int64, status int, header http.Header) func(http.ResponseWriter, heard) {
	var count atomic.Int64
	return func(w http.ResponseWriter, _ heard) {
		if count.Add(1) <= times {
			maps.Copy(w.Header(), header)
			w.WriteHeader(status)
		}
	}
}

func TestWhatIsNotTakenIsToldAgainInOrder(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusInternalServerError, http.StatusBadRequest, http.StatusNotFound, http.StatusTooManyRequests, http.StatusNotModified} {
		s, desk := newStage(t), newDesk(t, failing(7, status, nil))
		s.start(desk.endpoint("desk"))
		s.begun()
		s.story("c1")
		desk.hears(EventRequested, EventMessage+" 在吗？", EventClaimed, EventMessage+" 在的", EventResolved)
		if tries := desk.tries.Load(); tries != 12 {
			t.Errorf("%d: %d tries", status, tries)
		}
		s.until(func() bool { return s.hooks.Check() == nil })
	}
}

// A redirect is no answer, and where it leads nobody goes.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	trap := newDesk(t, nil)
	desk := newDesk(t, failing(3, http.StatusTemporaryRedirect, http.Header{"Location": {trap.server.URL}}))
	s.start(desk.endpoint("desk"))
	s.begun()
	s.asks("c1")
	desk.hears(EventRequested)
	if trap.tries.Load() != 0 || desk.tries.Load() != 4 {
		t.Errorf("%d tries where it leads, %d here", trap.tries.Load(), desk.tries.Load())
	}
}

// A desk that does not take what it is told is as good as empty, until it does;
// a process that does not lead knows it from what the one that does has kept.
func TestWhoTakesWhatTheyAreTold(t *testing.T) {
	t.Parallel()
	s, desk := newStage(t), newDesk(t, failing(3, http.StatusInternalServerError, nil))
	gone, other := newDesk(t, failing(1, http.StatusGone, nil)), newDesk(t, nil)
	quiet := newDesk(t, nil).endpoint("quiet")
	quiet.Events = []string{EventMessage} // is not told who waits
	options := s.options(desk.endpoint("desk"), gone.endpoint("gone"), other.endpoint("other"), quiet)
	options.Pace.First, options.Pace.Most = time.Hour, time.Hour // by the clock of the test
	s.startWith(options)
	s.begun()
	if !s.hooks.Listens("desk") || !s.hooks.Listens("gone") || s.hooks.Listens("nobody") {
		t.Error("who listens is mixed up")
	}
	if !s.hooks.Takes("desk") || !s.hooks.Takes("gone") || s.hooks.Takes("nobody") || s.hooks.Takes("quiet") {
		t.Error("before anything is told: who takes it")
	}
	options.Box = follower{s.box}
	second, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close(context.Background())
	s.asks("c1")
	other.hears(EventRequested)
	for _, hooks := range []*Hooks{s.hooks, second} {
		s.until(func() bool {
			s.ahead.Add(int64(time.Second)) // so that it is asked again
			return !hooks.Takes("desk") && !hooks.Takes("gone")
		})
		if !hooks.Takes("other") {
			t.Error("the one that takes all is said not to")
		}
	}
	for i := range 20 { // also what comes later finds that it does
		s.ahead.Add(int64(2 * time.Hour))
		s.asks(fmt.Sprint("later", i))
		other.hears(EventRequested)
	}
	for _, hooks := range []*Hooks{s.hooks, second} {
		s.until(func() bool {
			s.ahead.Add(int64(time.Second))
			return hooks.Takes("desk")
		})
		if !hooks.Listens("desk") || hooks.Listens("gone") {
			t.Error("who said that it wants no more still listens, or who is late does not")
		}
		if hooks.Takes("gone") {
			t.Error("who answered 410 is back")
		}
	}
}

// follower shares a box with the process that leads.
type follower struct{ outbox.Box }

func (follower) Lead(ctx context.Context) (bool, error) { return false, ctx.Err() }
func (follower) Close() error                           { return nil }

func TestAnEndpointThatIsGone(t *testing.T) {
	t.Parallel()
	s, desk := newStage(t), newDesk(t, failing(1, http.StatusGone, nil))
	other := newDesk(t, nil)
	stop := s.start(desk.endpoint("desk"), other.endpoint("other"))
	s.begun()
	s.asks("c1")
	other.hears(EventRequested)
	s.until(func() bool { return strings.Contains(s.said.String(), "level=WARN msg=\"endpoint answers 410") })
	if err := s.hooks.Check(); err == nil || !strings.Contains(err.Error(), "desk wants to hear nothing more") {
		t.Errorf("check: %v", err)
	}
	s.asks("c2")
	other.hears(EventRequested)
	stop()
	stop = s.start(desk.endpoint("desk"), other.endpoint("other")) // it stays gone
	s.begun()
	s.asks("c3")
	other.hears(EventRequested)
	stop()
	if tries := desk.tries.Load(); tries != 1 {
		t.Errorf("%d tries", tries)
	}
	moved := desk.endpoint("desk")
	moved.URL += "/new"
	s.start(moved, other.endpoint("other"))
	desk.hears(EventRequested, EventRequested, EventRequested) // all who wait
}

// One that does not answer holds nobody else, and of its own only the
// conversation that it does not answer about.
func TestASlowEndpointHoldsNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	release := make(chan struct{})
	slow := newDesk(t, func(_ http.ResponseWriter, got heard) {
		if got.event.Subject == "held" {
			<-release
		}
	})
	quick := newDesk(t, nil)
	s.start(slow.endpoint("slow"), quick.endpoint("quick"))
	defer close(release)
	s.begun()
	s.story("held")
	quick.hears(EventRequested, EventMessage+" 在吗？", EventClaimed, EventMessage+" 在的", EventResolved)
	for i := range 2 * parallel {
		s.asks(fmt.Sprint("c", i))
	}
	for range 2 * parallel {
		quick.hears(EventRequested)
		slow.hears(EventRequested)
	}
}

func TestAnEndpointThatNeverAnswers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var count atomic.Int64
	over := make(chan struct{})
	desk := newDesk(t, func(http.ResponseWriter, heard) {
		if count.Add(1) == 1 {
			<-over
		}
	})
	options := s.options(desk.endpoint("desk"))
	options.Pace.Timeout = 50 * time.Millisecond
	s.startWith(options)
	defer close(over)
	s.begun()
	s.asks("c1")
	desk.hears(EventRequested)
}

func TestPausesThatAreAskedFor(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	desk := newDesk(t, failing(1, http.StatusServiceUnavailable, http.Header{"Retry-After": {"3600"}}))
	other := newDesk(t, nil)
	s.start(desk.endpoint("desk"), other.endpoint("other"))
	s.begun()
	s.asks("c1")
	other.hears(EventRequested)
	s.until(func() bool { return strings.Contains(s.said.String(), "status 503") })
	s.asks("c2")
	other.hears(EventRequested)
	s.ahead.Store(int64(59 * time.Minute))
	s.asks("c3")
	other.hears(EventRequested)
	if tries := desk.tries.Load(); tries != 1 {
		t.Errorf("%d tries in the pause", tries)
	}
	s.ahead.Store(int64(61 * time.Minute))
	desk.hears(EventRequested, EventRequested, EventRequested)
}

func TestWhatPausesMean(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, "-5": 0, "1.5": 0, "soon": 0, "999999999999": 0, "4000000000": maxPause,
		"Wed, 02 Jan 2030 03:05:05 GMT": time.Minute, "Wed, 02 Jan 2030 03:00:00 GMT": 0, "Wed, 02 Jan 2040 03:00:00 GMT": maxPause,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestTriesComeMoreAndMoreSeldom(t *testing.T) {
	t.Parallel()
	pace := DefaultPace()
	for tries, most := range map[int]time.Duration{1: 5 * time.Second, 2: 10 * time.Second, 5: 80 * time.Second, 8: 10 * time.Minute, 1000: 10 * time.Minute} {
		seen := map[time.Duration]bool{}
		for range 100 {
			got := pace.wait(tries)
			if got < most/2 || got > most {
				t.Errorf("after %d tries: %s", tries, got)
			}
			seen[got] = true
		}
		if len(seen) < 50 {
			t.Errorf("after %d tries always the same", tries)
		}
	}
}

// After three days the rest of the conversation goes on without the event.
func TestWhatIsNeverTakenIsGivenUp(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	desk := newDesk(t, func(w http.ResponseWriter, got heard) {
		if got.event.Type == EventRequested {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	s.start(desk.endpoint("desk"))
	s.begun()
	s.asks("c1")
	s.until(func() bool { return desk.tries.Load() > 3 })
	s.ahead.Store(int64(72 * time.Hour))
	s.until(func() bool { return strings.Contains(s.said.String(), "event given up") })
	s.append("c1", 2, says(4, "m3", bot.AuthorUser, "在吗？", nil))
	desk.hears(EventMessage + " 在吗？")
}

// What ends in the middle goes on where it was, and nothing is lost.
func TestRestartsInTheMiddle(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var down atomic.Bool
	desk := newDesk(t, func(w http.ResponseWriter, _ heard) {
		if down.Load() {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	stop := s.start(desk.endpoint("desk"))
	s.begun()
	s.asks("c1")
	desk.hears(EventRequested)
	down.Store(true)
	s.append("c1", 2, says(4, "m3", bot.AuthorUser, "第二句", nil))
	s.until(func() bool { return desk.tries.Load() > 2 })
	stop()
	s.append("c1", 3, says(5, "m4", bot.AuthorUser, "第三句", nil)) // while nobody reads
	stop = s.start(desk.endpoint("desk"))
	s.append("c1", 4, says(6, "m5", bot.AuthorUser, "第四句", nil))
	stop()
	down.Store(false)
	s.start(desk.endpoint("desk"))
	desk.hears(EventMessage+" 第二句", EventMessage+" 第三句", EventMessage+" 第四句")
}

// Who talks without end is not listened to.
func TestLongAnswersAreNotRead(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var wrote atomic.Int64
	ended := sync.OnceFunc(func() { wrote.Add(1) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				ended()
				return
			}
		}
	}))
	defer server.Close()
	s.start(Endpoint{Name: "loud", URL: server.URL, Secrets: secrets(t, newSecret)})
	s.begun()
	s.asks("c1")
	s.until(func() bool { return wrote.Load() == 1 })
	s.until(func() bool {
		notes, err := s.box.Due(t.Context(), "loud", s.now(), 9)
		return err == nil && len(notes) == 0
	})
}
