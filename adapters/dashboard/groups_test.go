package dashboard_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kaitong/adapters/dashboard"
	"kaitong/bot/analytics"
)

// talking is a store of a log that never stands still.
type talking struct {
	analytics.Store
	position, asked atomic.Int64
	list            []analytics.Asked
}

func (s *talking) Progress(context.Context) (analytics.Progress, error) {
	n := s.position.Add(1)
	return analytics.Progress{Position: n, Target: n}, nil
}

func (s *talking) Unanswered(context.Context, analytics.Query, analytics.Page) ([]analytics.Asked, error) {
	s.asked.Add(1)
	return s.list, nil
}

func askedTimes(n int) []analytics.Asked {
	list := make([]analytics.Asked, n)
	for i := range list {
		list[i] = analytics.Asked{Conversation: fmt.Sprintf("c_%d", i), Question: analytics.Question{
			Version: 1, At: end().Add(-time.Hour), Text: "免息券怎么领", Outcome: analytics.MissFallback,
		}}
	}
	return list
}

// Grouping takes seconds at worst. Pages that are looked at while people talk
// must not do it for each glance, and what was erased must not stay.
func testGroupsAreMadeNowAndThen(t *testing.T, w world) {
	store := &talking{Store: w.oracle, list: askedTimes(3)}
	var late atomic.Int64
	p := w.open(t, func(o *dashboard.Options) {
		o.Store, o.Now = store, func() time.Time { return end().Add(time.Duration(late.Load())) }
	})
	var found struct{ Total int }
	for range 5 {
		p.valid("unanswered", "Unanswered", 200, &found)
	}
	if store.asked.Load() != 1 || found.Total != 3 {
		t.Errorf("groups of %d questions were made %d times", found.Total, store.asked.Load())
	}
	store.list = nil
	late.Store(int64(time.Minute))
	if p.valid("unanswered", "Unanswered", 200, &found); found.Total != 0 {
		t.Errorf("a minute after they were erased there are %d questions", found.Total)
	}
}

func testQuestionsWithoutEnd(t *testing.T, w world) {
	p := w.open(t, func(o *dashboard.Options) { o.Store = &talking{Store: w.oracle, list: askedTimes(6000)} })
	var found struct{ Total int }
	if p.valid("unanswered", "Unanswered", 200, &found); found.Total != 5000 {
		t.Errorf("%d questions were grouped", found.Total)
	}
}

// stuck is a store whose database says nothing.
type stuck struct{ analytics.Store }

func (stuck) Progress(ctx context.Context) (analytics.Progress, error) {
	<-ctx.Done()
	return analytics.Progress{}, fmt.Errorf("progress: %w", ctx.Err())
}

func testDatabaseThatSaysNothing(t *testing.T, w world) {
	synctest.Test(t, func(t *testing.T) {
		server := w.server(t, func(o *dashboard.Options) { o.Store = stuck{w.oracle} })
		answer := httptest.NewRecorder()
		server.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/v1/analytics/overview", nil))
		if answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" {
			t.Errorf("%d %v %s", answer.Code, answer.Header(), answer.Body)
		}
	})
}

// unreadable is a store of figures that another version of the program made.
type unreadable struct{ analytics.Store }

func (unreadable) Totals(context.Context, analytics.Query, analytics.Group) ([]analytics.GroupTotals, error) {
	return nil, errors.New("counts of a cell end early")
}

func (unreadable) Progress(context.Context) (analytics.Progress, error) {
	return analytics.Progress{Target: 9, Rebuilding: true}, nil
}

func testFiguresOfAnotherVersion(t *testing.T, w world) {
	p := w.open(t, func(o *dashboard.Options) { o.Store = unreadable{w.oracle} })
	var problem struct{ Code string }
	if p.valid("overview", "Problem", 503, &problem); problem.Code != "rebuilding" {
		t.Errorf("%+v", problem)
	}
}
