package llm_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kaitong/adapters/llm"
	"kaitong/adapters/llm/llmtest"
)

// Settings that no request passes with are told in so many words, and in the log
// once, until they are mended.
func TestSettingsThatAreWrongAreTold(t *testing.T) {
	t.Parallel()
	for status, mend := range map[int]string{
		http.StatusBadRequest: "llm.model", http.StatusNotFound: "llm.base_url and llm.model", http.StatusUnauthorized: "llm.key",
		http.StatusUnprocessableEntity: "llm.extra_body",
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = w.Write([]byte(`{"error":{"message":"the words of a person","code":"x"}}`))
			}))
			t.Cleanup(server.Close)
			var log bytes.Buffer
			c := client(t, provider(t, theNetwork), func(o *llm.Options) {
				o.Profile.BaseURL, o.BreakerFailures, o.Logger = server.URL, 1000, slog.New(slog.NewTextHandler(&log, nil))
			})
			for i := range 12 {
				if _, err := c.Interpret(t.Context(), question(strings.Repeat("问", i+1))); err == nil {
					t.Fatal("no error")
				}
			}
			if err := c.Ready(); err == nil || !strings.Contains(err.Error(), mend) || !strings.Contains(c.Trouble(), fmt.Sprint(status)) {
				t.Errorf("%v", err)
			}
			if n := strings.Count(log.String(), "cannot be used as it is configured"); n != 1 || strings.Contains(log.String(), "words of a person") {
				t.Errorf("told %d times:\n%s", n, log.String())
			}
			if now := c.Pauses(); !now[llm.PauseSettings] || now[llm.PauseBudget] {
				t.Errorf("%v", now)
			}
		})
	}
}

// One answered request says that the settings are right, whatever else is refused.
func TestRefusedQuestionsAreNoWrongSettings(t *testing.T) {
	t.Parallel()
	p := provider(t, theNetwork)
	p.Each(func(n int) llmtest.Trap {
		if n%4 == 0 {
			return llmtest.Fine
		}
		return llmtest.OldError
	})
	c := client(t, p)
	for i := range 15 {
		_, _ = c.Interpret(t.Context(), question(strings.Repeat("问", i+1)))
		if trouble := c.Trouble(); trouble != "" {
			t.Fatalf("after %d: %s", i+1, trouble)
		}
	}
}

// A blank answer is one of a provider that works.
func TestBlankAnswersDoNotOpenTheBreaker(t *testing.T) {
	t.Parallel()
	for _, trap := range []llmtest.Trap{llmtest.Blank, llmtest.ThinkingOnly, llmtest.NoChoices} {
		p := provider(t, theNetwork)
		p.Set(trap)
		c := client(t, p)
		for i := range 8 {
			_, _ = c.Interpret(t.Context(), question(strings.Repeat("问", i+1)))
		}
		if err := c.Ready(); err != nil {
			t.Errorf("%s: %v", trap, err)
		}
	}
}

// A log is told how a question ended, and not what anybody said.
func TestLogsHoldNoWordsOfAModel(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"an intent": `{"reason":"x","intent":"悄悄话"}`, "a field": `{"悄悄话":1}`, "no JSON": "悄悄话", "a type": `{"reason":"x","intent":["悄悄话"]}`,
	} {
		p := provider(t, func(llmtest.Request) string { return answer })
		_, err := client(t, p).Interpret(t.Context(), question("老转圈"))
		var log bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			slog.New(handler).Info("not read", "error", err)
		}
		if err == nil || strings.Contains(log.String(), "悄悄话") || !strings.Contains(log.String(), "llm understand: invalid") {
			t.Errorf("%s: %v: %s", name, err, log.String())
		}
	}
}

// Answers are asked for anew after everything was forgotten, also one that was on
// its way then.
func TestNothingIsRememberedAfterForgetting(t *testing.T) {
	t.Parallel()
	var c *llm.Client
	p := provider(t, func(r llmtest.Request) string {
		c.Forget()
		return theNetwork(r)
	})
	c = client(t, p)
	for asked := 1; asked <= 2; asked++ {
		if _, err := c.Interpret(t.Context(), question("老转圈")); err != nil || len(p.Asked()) != asked {
			t.Errorf("asked %d times: %v", len(p.Asked()), err)
		}
	}
}

func TestTimesAndTokensAreCounted(t *testing.T) {
	t.Parallel()
	p := provider(t, theNetwork)
	c := client(t, p, func(o *llm.Options) { o.Budget = llm.Budget{PriceIn: 1_000_000, PriceOut: 2_000_000} })
	for _, text := range []string{"一", "二", "二"} {
		if _, err := c.Interpret(t.Context(), question(text)); err != nil {
			t.Fatal(err)
		}
	}
	tally, all := c.Tally(llm.UseUnderstand), c.Spent()
	if tally.Ended["answered"] != 2 || tally.Ended["cached"] != 1 || tally.Times.Count != 2 || tally.Times.Within[60] != 2 || tally.Used.In != 200 {
		t.Errorf("%+v", tally)
	}
	if all.Requests != 2 || all.In != 200 || all.Out != 40 || all.Cost != 280 {
		t.Errorf("%+v", all)
	}
}
