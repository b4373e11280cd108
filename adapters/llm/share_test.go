package llm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kaitong/adapters/llm"
	"kaitong/adapters/llm/llmtest"
)

// A crowd that asks the same at the same time costs one request, and everybody
// gets its answer.
func TestACrowdWithOneQuestionAsksOnce(t *testing.T) {
	t.Parallel()
	const people = 20
	release := make(chan struct{})
	p := provider(t, func(r llmtest.Request) string { <-release; return theNetwork(r) })
	c := client(t, p, func(o *llm.Options) { o.Concurrency, o.UnderstandWithin = 1, 30*time.Second })
	var crowd sync.WaitGroup
	errs := make(chan error, people)
	for i := range people {
		crowd.Go(func() {
			q := question("老转圈")
			q.Whom.User = fmt.Sprint("u", i)
			got, err := c.Interpret(t.Context(), q)
			if err == nil && got != "fail.network" {
				err = fmt.Errorf("%q", got)
			}
			errs <- err
		})
	}
	for len(p.Asked()) == 0 {
		time.Sleep(time.Millisecond)
	}
	close(release)
	crowd.Wait()
	for range people {
		if err := <-errs; err != nil { // with one slot, whoever had not waited would be turned away
			t.Error(err)
		}
	}
	ended := c.Tally(llm.UseUnderstand).Ended
	if len(p.Asked()) != 1 || ended["answered"] != 1 || ended["shared"]+ended["cached"] != people-1 {
		t.Errorf("%d requests: %v", len(p.Asked()), ended)
	}
}

// The first one's failure is everybody's, but not their empty purse, nor that they
// went away.
func TestWhoGoesAwayTakesNobodyAlong(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	p := provider(t, func(r llmtest.Request) string {
		select {
		case <-release:
		case <-t.Context().Done():
		}
		return theNetwork(r)
	})
	c := client(t, p, func(o *llm.Options) { o.UnderstandWithin = 30 * time.Second })
	ctx, leave := context.WithCancel(t.Context())
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { _, err := c.Interpret(ctx, question("老转圈")); first <- err }()
	for len(p.Asked()) == 0 {
		time.Sleep(time.Millisecond)
	}
	go func() { _, err := c.Interpret(t.Context(), question("老转圈")); second <- err }()
	leave()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	close(release)
	if err := <-second; err != nil {
		t.Errorf("who stayed: %v", err)
	}
	if ended := c.Tally(llm.UseUnderstand).Ended; ended["cut"] != 1 {
		t.Errorf("%v", ended)
	}
}

// Whoever comes as somebody new each time has a share of the day's budget with all
// others who do, and leaves the rest to those who have signed in.
func TestStrangersTogetherHaveAShare(t *testing.T) {
	t.Parallel()
	for name, budget := range map[string]llm.Budget{
		"tokens": {UserTokens: 3000, Tokens: 1_000_000, AnonymousTokens: 6000},
		"half":   {UserTokens: 3000, Tokens: 12_000, AnonymousTokens: 1_000_000},
		"money":  {UserTokens: 3000, Cost: 120, PriceIn: 10_000, PriceOut: 10_000, AnonymousTokens: 1_000_000},
	} {
		p, now := provider(t, theNetwork), newClock()
		c := client(t, p, func(o *llm.Options) { o.Budget, o.Now = budget, now.Now })
		ask := func(n int, anonymous bool) error {
			q := question(strings.Repeat("问", n%50+1) + fmt.Sprint(n))
			q.Whom.User, q.Whom.Anonymous = fmt.Sprint("u", n), anonymous
			_, err := c.Interpret(t.Context(), q)
			return err
		}
		helped := 0
		for n := range 300 {
			switch err := ask(n, true); {
			case err == nil:
				helped++
			case !errors.Is(err, llm.ErrBudget):
				t.Fatalf("%s: %v", name, err)
			}
		}
		if helped == 0 || helped > 60 {
			t.Errorf("%s: %d strangers were helped", name, helped)
		}
		if err := ask(1000, false); err != nil || c.Ready() != nil {
			t.Errorf("%s: somebody who has signed in: %v, %v", name, err, c.Ready())
		}
		now.pass(24 * time.Hour)
		if err := ask(1001, true); err != nil {
			t.Errorf("%s: a stranger, a day later: %v", name, err)
		}
	}
}
