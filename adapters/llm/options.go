package llm

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Options configure a Client. Profile, Model and Now are required.
type Options struct {
	Profile Profile // with everything that was set in place of its defaults
	Model   string
	// EmbedModel turns texts into vectors; "" where nobody wants any.
	EmbedModel string
	Key        string          // "" where none is needed
	Thinking   bool            // let the model think first: slower, and rarely better at this
	ExtraBody  json.RawMessage // merged into each request last; null takes a field out

	UnderstandWithin time.Duration // 0: 1.5 s
	PhraseWithin     time.Duration // 0: 2.5 s
	BackgroundWithin time.Duration // of summaries and names, which nobody waits for; 0: 20 s

	Concurrency  int // requests at a time; who comes then gets no answer; 0: 8
	AnswerTokens int // the longest answer; 0: 800
	Budget       Budget

	// The breaker opens when within BreakerWindow at least BreakerFailures
	// requests (0: 5) found no answer in time and these were at least half of all;
	// it then refuses for BreakerPause (0: 30 s) and lets one through to see.
	BreakerFailures int
	BreakerPause    time.Duration

	CacheEntries int           // answers remembered; 0: 2,000
	CacheFor     time.Duration // 0: an hour

	HTTP   *http.Client // nil: one that follows no redirect
	Now    func() time.Time
	Logger *slog.Logger // nil: discard
}

// breakerWindow is the time over which the breaker counts.
const breakerWindow = time.Minute

func (o Options) check() error {
	var problems []error
	for _, need := range []struct {
		there bool
		what  string
	}{
		{o.Profile.BaseURL != "", "a base URL"}, {o.Model != "", "a model"}, {o.Now != nil, "a clock"},
		{o.Key != "" || o.Profile.Keyless, "a key"},
	} {
		if !need.there {
			problems = append(problems, errors.New(need.what+" is needed"))
		}
	}
	var extra map[string]json.RawMessage
	if len(o.ExtraBody) > 0 && json.Unmarshal(o.ExtraBody, &extra) != nil {
		problems = append(problems, errors.New("the extra body is no JSON object"))
	}
	if len(problems) > 0 {
		return fmt.Errorf("llm: %w", errors.Join(problems...))
	}
	return nil
}

func (o Options) withDefaults() Options {
	o.Profile.Stream = o.Profile.Stream || o.Thinking && o.Profile.Aloud
	o.UnderstandWithin = orElse(o.UnderstandWithin, 1500*time.Millisecond)
	o.PhraseWithin = orElse(o.PhraseWithin, 2500*time.Millisecond)
	o.BackgroundWithin = orElse(o.BackgroundWithin, 20*time.Second)
	o.Concurrency = orElse(o.Concurrency, 8)
	o.AnswerTokens = orElse(o.AnswerTokens, 800)
	o.BreakerFailures = orElse(o.BreakerFailures, 5)
	o.BreakerPause = orElse(o.BreakerPause, 30*time.Second)
	o.CacheEntries = orElse(o.CacheEntries, 2000)
	o.CacheFor = orElse(o.CacheFor, time.Hour)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.HTTP == nil {
		o.HTTP = newHTTPClient(o.Concurrency)
	}
	return o
}

func orElse[T int | time.Duration](value, other T) T {
	if value == 0 {
		return other
	}
	return value
}

// newHTTPClient follows no redirect: the key is for the provider alone.
func newHTTPClient(connections int) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: connections, IdleConnTimeout: 90 * time.Second,
			TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
