package llm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// Why there is no answer. To people all of them mean the same: what was
// authored is shown. Operators want to know which.
var (
	// ErrTimeout: no whole answer came in time.
	ErrTimeout = errors.New("no answer in time")
	// ErrUnavailable: the provider cannot be reached, or fails.
	ErrUnavailable = errors.New("provider unavailable")
	// ErrPaused: the provider, or too many failures, asked for a pause.
	ErrPaused = errors.New("paused")
	// ErrRefused: the provider does not take the request: a wrong key, an unknown
	// model, a field it does not know.
	ErrRefused = errors.New("provider refuses the request")
	// ErrInvalid: what came is no answer, or none that may be used.
	ErrInvalid = errors.New("unusable answer")
	// ErrBudget: what may be spent today is spent.
	ErrBudget = errors.New("budget is used up")
	// ErrBusy: as many requests as allowed are under way.
	ErrBusy = errors.New("too many requests under way")
)

// failure is an error of one exchange, with what the provider said about trying
// again.
type failure struct {
	kind  error
	cause error
	again bool          // trying again may help
	after time.Duration // no earlier than that
	key   string        // not to be told: there are servers that say what they were sent
}

func (f *failure) Error() string {
	text := fmt.Sprintf("%v: %v", f.kind, f.cause)
	if f.key != "" {
		text = strings.ReplaceAll(text, f.key, "***")
	}
	return clipped(text)
}

func (f *failure) Unwrap() []error { return []error{f.kind, f.cause} }

// unanswered is a question to a model that brought no answer. A log is told how it
// ended and no more: what a provider or a model says may hold words of people.
type unanswered struct {
	use     Use
	outcome Outcome
	err     error
}

func (u *unanswered) Error() string { return fmt.Sprintf("llm %s: %v", u.use, u.err) }

func (u *unanswered) Unwrap() error { return u.err }

// LogValue implements [slog.LogValuer].
func (u *unanswered) LogValue() slog.Value {
	text := fmt.Sprintf("llm %s: %s", u.use, u.outcome)
	if status := statusOf(u.err); status != 0 {
		text += fmt.Sprintf(" (status %d)", status)
	}
	return slog.StringValue(text)
}

// failed classifies an error of the library. The errors of proxies in between,
// and of old servers, come in another type than those of the protocol.
func failed(ctx context.Context, err error, after time.Duration) *failure {
	status := statusOf(err)
	switch {
	case errors.Is(err, errCut), errors.Is(err, errBlank), errors.Is(err, errTooLong), errors.Is(err, errTruncated), errors.Is(err, errFiltered), errors.Is(err, errNoVectors):
		return &failure{kind: ErrInvalid, cause: err}
	case errors.Is(err, errRedirected):
		return &failure{kind: ErrRefused, cause: err}
	case ctx.Err() != nil:
		return &failure{kind: ErrTimeout, cause: context.Cause(ctx)}
	case status == http.StatusTooManyRequests:
		return &failure{kind: ErrUnavailable, cause: err, again: true, after: after}
	case status >= 500:
		return &failure{kind: ErrUnavailable, cause: err, again: true, after: after}
	case status >= 300:
		return &failure{kind: ErrRefused, cause: err}
	case status == 0 && isNetwork(err):
		return &failure{kind: ErrUnavailable, cause: err, again: true}
	}
	return &failure{kind: ErrInvalid, cause: err}
}

func statusOf(err error) int {
	if api, ok := errors.AsType[*openai.APIError](err); ok {
		return api.HTTPStatusCode
	}
	if request, ok := errors.AsType[*openai.RequestError](err); ok {
		return request.HTTPStatusCode
	}
	return 0
}

// living says whether an error comes from a provider that works: a use of ours
// that it does not answer well must not silence the others. Nor must words that
// it does not take: some refuse them with a status.
func living(err error) bool {
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return true
	case errors.Is(err, ErrInvalid):
		return !errors.Is(err, errCut)
	}
	return slices.Contains([]int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity}, statusOf(err))
}
