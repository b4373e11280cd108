package llm_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"kaitong/adapters/llm"
)

// Whoever no longer waits tells nothing about a provider: it stays away until an
// answer says that it is back.
func TestAnAbandonedTrialDoesNotCloseTheBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		profile, _ := llm.ProfileOf("custom")
		profile.BaseURL = "http://model.test"
		c, err := llm.NewClient(llm.Options{
			Profile: profile, Model: "fake", Now: time.Now, HTTP: silentHTTP(), UnderstandWithin: time.Second, BreakerFailures: 2, BreakerPause: time.Minute,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"一", "二"} {
			if _, err := c.Interpret(t.Context(), question(text)); !errors.Is(err, llm.ErrTimeout) {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		if _, err := c.Interpret(ctx, question("三")); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if _, err := c.Interpret(t.Context(), question("四")); !errors.Is(err, llm.ErrTimeout) {
			t.Fatalf("the next one is a trial, too: %v", err)
		}
		if _, err := c.Interpret(t.Context(), question("五")); !errors.Is(err, llm.ErrPaused) {
			t.Errorf("the trial failed, and yet: %v", err)
		}
	})
}

// silentHTTP reaches a provider that never answers.
func silentHTTP() *http.Client {
	return &http.Client{Transport: silence{}}
}

type silence struct{}

func (silence) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, context.Cause(r.Context())
}
