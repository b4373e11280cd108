package dashboard

import (
	"context"
	"errors"
	"net/http"

	"kaitong/adapters/edge"
)

// badField is a parameter with a value that cannot be used.
type badField struct{ name string }

func (b badField) Error() string { return "bad value of " + b.name }

var (
	errNotFound = errors.New("not found")
	errBusy     = errors.New("busy")
	errAnew     = errors.New("figures are made anew")
)

// explained is an error as what it comes from: of figures that another version of
// the program makes or has made, nothing can be read until they are made anew.
func (s *Server) explained(ctx context.Context, err error) error {
	var field badField
	if errors.As(err, &field) || errors.Is(err, errNotFound) || errors.Is(err, errBusy) {
		return err
	}
	if progress, failed := s.Store.Progress(ctx); failed == nil && progress.Rebuilding {
		return errors.Join(errAnew, err)
	}
	return err
}

// refuse says in the words of the reader what is wrong.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	english := locale(r) == localeEN
	say := func(zh, en string) string {
		if english {
			return en
		}
		return zh
	}
	var field badField
	problem := edge.NewProblem(http.StatusInternalServerError, "internal", say("这边出了点问题，请再试一次。", "Something went wrong on our side. Please try again."))
	switch {
	case errors.As(err, &field):
		problem = edge.NewProblem(http.StatusBadRequest, "bad_field", say("有一项条件不对，请检查后再试。", "One of the conditions has a value that cannot be used."))
		problem.Field = field.name
	case errors.Is(err, errNotFound):
		problem = edge.NewProblem(http.StatusNotFound, "not_found", say("没有找到你要的内容，可能已经变了，请刷新。", "We could not find that. It may have changed; please reload."))
	case errors.Is(err, errAnew):
		s.Log.Info("figures are made anew, and cannot be read yet", "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "30")
		problem = edge.NewProblem(http.StatusServiceUnavailable, "rebuilding", say("数据正在重新统计，请过一会儿再看。", "Figures are being made anew. Please look again in a while."))
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "5")
		problem = edge.NewProblem(http.StatusServiceUnavailable, "busy", say("正在为别人试算，请过几秒再试。", "Another draft is being tried. Please try again in a few seconds."))
	case r.Context().Err() != nil: // nobody is there to read it
	case errors.Is(err, context.DeadlineExceeded):
		s.Log.Warn("figures take too long", "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "30")
		problem = edge.NewProblem(http.StatusServiceUnavailable, "slow", say("数据库没有及时回应，请稍后再试，或换短一点的时间段。", "The database did not answer in time. Please try again later, or ask for fewer days."))
	default:
		s.Log.Warn("analytics request failed", "path", r.URL.Path, "error", err)
	}
	problem.Send(w)
}
