package bench

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// measured runs a short measurement of a fake server.
func measured(t *testing.T, f *fake, change func(*Options)) Result {
	t.Helper()
	options := Options{Sockets: 4, Duration: 200 * time.Millisecond, Seed: 1}
	if change != nil {
		change(&options)
	}
	m, err := newMeasurement(Target{URL: f.server.URL}, options, nil)
	if err != nil {
		t.Fatal(err)
	}
	m.patience = 300 * time.Millisecond
	result, err := m.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if result.Answered == 0 && !options.Idle {
		t.Fatalf("nothing was answered: %+v", result)
	}
	return result
}

func TestRun(t *testing.T) {
	t.Parallel()
	f := startFake(t, nil)
	r := measured(t, f, nil)
	if err := r.Err(); err != nil || len(r.Errors) > 0 || r.Asked != r.Answered || r.Conversations != 4 || r.Reconnects != 0 {
		t.Errorf("%v: %+v", err, r)
	}
	if r.PerSecond <= 0 || r.Answer.P50 <= 0 || r.Answer.Max < r.Answer.P50 || r.Ack.P50 <= 0 || r.AnswerDue != nil || r.BytesPerAnswer <= r.AnswerBytes || r.AnswerBytes <= 0 {
		t.Errorf("figures: %+v", r)
	}
	want := map[string]bool{"demo-a": true, "demo-b": true, "demo-bench-1": true, "demo-bench-3": true}
	if diff := cmp.Diff(want, f.users); diff != "" {
		t.Error(diff)
	}
	if f.pongs != 4 {
		t.Errorf("%d pings were answered, want 4", f.pongs)
	}
}

func TestRunOpenLoop(t *testing.T) {
	t.Parallel()
	r := measured(t, startFake(t, nil), func(o *Options) { o.Rate, o.Warmup = 400, 50*time.Millisecond })
	if r.Err() != nil || r.Asked != r.Answered || r.Unasked != 0 || r.AnswerDue == nil || r.AnswerDue.P50 < r.Answer.P50 {
		t.Errorf("%+v", r)
	}
}

// A server that stops answering leaves questions that were due: they count.
func TestRunOpenLoopBehind(t *testing.T) {
	t.Parallel()
	f := startFake(t, func(turn *fakeTurn) {
		if turn.n > 20 {
			turn.frames = nil
		}
	})
	r := measured(t, f, func(o *Options) { o.Rate = 400 })
	if r.Unanswered != 4 || r.Unasked == 0 {
		t.Errorf("%d unanswered, %d never asked", r.Unanswered, r.Unasked)
	}
}

func TestRunThinks(t *testing.T) {
	t.Parallel()
	f := startFake(t, nil)
	r := measured(t, f, func(o *Options) { o.Think, o.Users = 20*time.Millisecond, []string{"demo-only"} })
	if r.Err() != nil || r.Asked != r.Answered || !f.users["demo-only"] || f.users["demo-a"] {
		t.Errorf("%v: %+v", f.users, r)
	}
}

func TestRunRenewsConversations(t *testing.T) {
	t.Parallel()
	f := startFake(t, nil)
	r := measured(t, f, func(o *Options) { o.PerConversation = 3 })
	if r.Err() != nil || r.Conversations <= 4 || r.Reconnects != 0 {
		t.Errorf("%+v", r)
	}
	for id, conv := range f.convs {
		if len(conv.known) > 3 {
			t.Errorf("%d questions in %s", len(conv.known), id)
		}
	}
}

func TestRunIdle(t *testing.T) {
	t.Parallel()
	f := startFake(t, nil)
	r := measured(t, f, func(o *Options) { o.Idle, o.Ramp = true, 1000 })
	if f.turns != 0 || r.Err() != nil || r.Conversations != 4 {
		t.Errorf("%d questions: %+v", f.turns, r)
	}
}

// Every tenth turn goes wrong, and the checks say how.
func TestRunFindsFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		wrong func(*fakeTurn)
		found func(Result) uint64
	}{
		{"the answer is lost", func(t *fakeTurn) { t.frames = t.frames[:2] }, func(r Result) uint64 { return r.Unanswered }},
		{"nothing comes", func(t *fakeTurn) { t.frames = nil }, func(r Result) uint64 { return r.Unanswered }},
		{"two acks", func(t *fakeTurn) { t.frames = append(t.frames[:1:1], t.frames...) }, func(r Result) uint64 { return r.Faults.DuplicateAcks }},
		{"two answers", func(t *fakeTurn) { t.frames = append(t.frames, t.frames[2]) }, func(r Result) uint64 { return r.Faults.DuplicateAnswers }},
		{"the answer first", func(t *fakeTurn) { t.frames[0], t.frames[2] = t.frames[2], t.frames[0] }, func(r Result) uint64 { return r.Faults.OutOfOrder }},
		{"a gap", func(t *fakeTurn) { t.frames[2] = t.answer(int64(len(t.conv.events)) + 9) }, func(r Result) uint64 { return r.Faults.OutOfOrder }},
		{"of another conversation", func(t *fakeTurn) {
			t.frames = append(t.frames, strings.ReplaceAll(t.frames[2], t.conv.id, "c_other"))
		}, func(r Result) uint64 { return r.Faults.Foreign }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := measured(t, startFake(t, func(turn *fakeTurn) {
				if turn.n%10 == 0 {
					test.wrong(turn)
				}
			}), nil)
			if test.found(r) == 0 || r.Err() == nil {
				t.Errorf("not found: %+v", r)
			}
		})
	}
}

// A server that is busy gets the same question again, and no other.
func TestRunTriesAgain(t *testing.T) {
	t.Parallel()
	refused := map[string]bool{}
	f := startFake(t, func(turn *fakeTurn) {
		if turn.n%7 == 0 && !refused[turn.id] {
			refused[turn.id] = true
			turn.refuse("busy", true, 1)
		}
	})
	r := measured(t, f, nil)
	if r.Err() != nil || r.Errors["busy"] == 0 || r.Retried != r.Errors["busy"] || r.Failed != 0 || r.Asked != r.Answered {
		t.Errorf("%+v", r)
	}
}

// Who is refused and cut off sends once on the next socket, not once more when
// the wait is over.
func TestRunTriesAgainOnce(t *testing.T) {
	t.Parallel()
	r := measured(t, startFake(t, func(turn *fakeTurn) {
		if turn.n%500 == 9 {
			turn.refuse("busy", true, 150)
			turn.cut = true
		}
	}), func(o *Options) { o.Duration = 600 * time.Millisecond })
	if r.Err() != nil || r.Errors["busy"] == 0 || r.Retried != r.Errors["busy"] || r.Asked != r.Answered {
		t.Errorf("%v: %+v", r.Err(), r)
	}
}

func TestRunGivesUp(t *testing.T) {
	t.Parallel()
	r := measured(t, startFake(t, func(turn *fakeTurn) {
		if turn.n%7 == 0 {
			turn.refuse("too_long", false, 0)
		}
	}), nil)
	if r.Err() != nil || r.Failed == 0 || r.Failed != r.Errors["too_long"] || r.Asked != r.Answered+r.Failed {
		t.Errorf("%+v", r)
	}
}

// Who is cut off comes back, is shown what was missed, sends again what was
// not acknowledged, and finds everything once.
func TestRunResumes(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]int{"before the ack": 0, "after the ack": 1, "after the answer": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := measured(t, startFake(t, func(turn *fakeTurn) {
				if turn.n%9 == 0 && !turn.again {
					stored := turn.frames
					turn.frames, turn.cut = append(stored[:keep:keep], make([]string, 0, 3)...), true
					if keep < 2 { // stored all the same
						turn.conv.store(turn)
					}
				}
			}), nil)
			if r.Err() != nil || r.Reconnects == 0 || r.Asked != r.Answered {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestRunStaysAway(t *testing.T) {
	t.Parallel()
	r := measured(t, startFake(t, func(turn *fakeTurn) {
		if turn.n == 9 {
			turn.frames, turn.close = nil, 4501
		}
	}), nil)
	if r.Err() != nil || r.Errors["closed_4501"] != 1 || r.Failed != 1 || r.Reconnects != 0 {
		t.Errorf("%+v", r)
	}
}

func TestRunComesBackWhenTold(t *testing.T) {
	t.Parallel()
	r := measured(t, startFake(t, func(turn *fakeTurn) {
		if turn.n == 9 {
			turn.frames, turn.close = append(turn.frames, `{"type":"goaway","data":{"reason":"restarting","after_ms":5}}`), 1012
		}
	}), nil)
	if r.Err() != nil || r.Reconnects != 1 || r.Asked != r.Answered {
		t.Errorf("%+v", r)
	}
}

func TestRunIsNotLetIn(t *testing.T) {
	t.Parallel()
	f := startFake(t, nil)
	f.upgrade = func(w http.ResponseWriter) bool {
		http.Error(w, "full", http.StatusServiceUnavailable)
		return true
	}
	_, err := Run(t.Context(), Target{URL: f.server.URL}, Options{Sockets: 2, Duration: time.Second}, nil)
	if err == nil || !strings.Contains(err.Error(), "503") || !strings.Contains(err.Error(), "full") {
		t.Errorf("%v", err)
	}
}

// Somebody who is not let in at first tries again.
func TestRunIsLetInLater(t *testing.T) {
	t.Parallel()
	f := startFake(t, nil)
	tries := make(chan struct{}, 2)
	f.upgrade = func(w http.ResponseWriter) bool {
		select {
		case tries <- struct{}{}:
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		default:
			return false
		}
	}
	r := measured(t, f, nil)
	if r.Err() != nil || r.Errors["no_connection"] != 2 || r.Conversations != 4 {
		t.Errorf("%+v", r)
	}
}

// Ctrl-C ends a run with what was measured.
func TestRunEndsEarly(t *testing.T) {
	t.Parallel()
	f := startFake(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := Run(ctx, Target{URL: f.server.URL}, Options{Sockets: 2, Duration: time.Hour}, func(p Progress) {
		if !p.Asking || p.PerSecond <= 0 || p.Connected != 2 || p.Left <= 0 {
			t.Errorf("progress %+v", p)
		}
		cancel()
	})
	if err != nil || r.Err() != nil || r.Answered == 0 || r.Asked != r.Answered {
		t.Errorf("%v: %+v", err, r)
	}
}

func TestRunRefusesNonsense(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]Options{
		"no sockets": {Duration: time.Second}, "no time": {Sockets: 1}, "a rate and a pause": {Sockets: 1, Duration: 1, Rate: 1, Think: 1},
		"backwards": {Sockets: 1, Duration: 1, Ramp: -1},
	} {
		if _, err := Run(t.Context(), Target{URL: "http://127.0.0.1:1"}, options, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, url := range []string{"", "localhost:8080", "ws://localhost", "http://"} {
		if _, err := Run(t.Context(), Target{URL: url}, Options{Sockets: 1, Duration: 1}, nil); err == nil {
			t.Errorf("%q: no error", url)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	with := func(use func(Target) error) error {
		return use(Target{URL: startFake(t, nil).server.URL})
	}
	contender := func(name string) Contender {
		return Contender{Name: name, With: func(_ context.Context, use func(Target) error) error { return with(use) }}
	}
	c, err := Compare(t.Context(), []Contender{contender("one"), contender("other")}, Options{Sockets: 2, Duration: 50 * time.Millisecond}, 3, t.TempDir(), func(string, Progress) {})
	if err != nil || c.Err() != nil {
		t.Fatal(err, c.Err())
	}
	if len(c.Rounds) != 3 || len(c.Contenders) != 2 || len(c.Ratios) != 1 || c.Ratios[0].To != "other" || c.Ratios[0].PerSecond.Median <= 0 || c.Environment.Sync.P50 <= 0 {
		t.Errorf("%+v", c)
	}
	var out strings.Builder
	c.Print(&out)
	for _, part := range []string{"medians of 3 rounds", "fdatasync p50", "\none to ", "\nother  "} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("no %q in\n%s", part, out.String())
		}
	}
}

func TestCompareSaysWhoFailed(t *testing.T) {
	t.Parallel()
	broken := Contender{Name: "broken", With: func(context.Context, func(Target) error) error { return errors.New("does not start") }}
	_, err := Compare(t.Context(), []Contender{broken}, Options{Sockets: 1, Duration: 1}, 1, t.TempDir(), func(string, Progress) {})
	if err == nil || err.Error() != "broken: does not start" {
		t.Errorf("%v", err)
	}
}

func TestShippedQuestions(t *testing.T) {
	t.Parallel()
	questions, err := quoted(nil)
	if err != nil || len(questions) < 40 {
		t.Errorf("%d questions, %v", len(questions), err)
	}
	for content, want := range map[string]string{
		"\n \n":                            "there are none",
		"a\n\n\xbd\xe8\n":                  "line 3 is not UTF-8",
		"a\n" + strings.Repeat("b", 1<<17): "line 2 is longer",
	} {
		if _, err := ReadQuestions(strings.NewReader(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.10q: %v, want %q", content, err, want)
		}
	}
}

func TestOptionsFilesAndBounds(t *testing.T) {
	t.Parallel()
	for sockets, limit := range map[int]int{100: 300, 5000: 0} {
		if err := enoughFiles(sockets, limit); err != nil {
			t.Errorf("%d sockets of %d files: %v", sockets, limit, err)
		}
	}
	if err := enoughFiles(101, 300); err == nil || !strings.Contains(err.Error(), "300 files") {
		t.Errorf("too many for the limit: %v", err)
	}
	if err := (Options{Sockets: MostSockets + 1, Duration: time.Second}).Validate(); err == nil {
		t.Error("more sockets than may be")
	}
	if !Runs(os.Getpid()) || Runs(0) || Runs(-1) {
		t.Error("which processes run is wrong")
	}
}

// Somebody who ends a run does not wait for answers, and they are no fault.
func TestRunInterrupted(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	f := startFake(t, func(turn *fakeTurn) {
		turn.frames = nil
		stop()
	})
	m, err := newMeasurement(Target{URL: f.server.URL}, Options{Sockets: 4, Duration: time.Hour}, nil)
	if err != nil {
		t.Fatal(err)
	}
	m.patience = time.Hour
	r, err := m.run(ctx)
	if err != nil || !r.Interrupted || r.Unanswered == 0 || r.Err() != nil {
		t.Errorf("%v: %+v", err, r)
	}
}
