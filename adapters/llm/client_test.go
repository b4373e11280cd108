package llm_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"kaitong/adapters/llm"
	"kaitong/adapters/llm/llmtest"
	"kaitong/bot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// theNetwork answers every question with one intent.
func theNetwork(llmtest.Request) string { return `{"reason":"转圈","intent":"fail.network"}` }

func provider(t *testing.T, answer func(llmtest.Request) string) *llmtest.Provider {
	t.Helper()
	p := llmtest.New(answer)
	t.Cleanup(p.Close)
	return p
}

const secret = "sk-very-secret-0123456789"

func client(t *testing.T, p *llmtest.Provider, set ...func(*llm.Options)) *llm.Client {
	t.Helper()
	profile, _ := llm.ProfileOf("custom")
	profile.BaseURL = p.BaseURL()
	o := llm.Options{Profile: profile, Model: "fake", Key: secret, Now: newClock().Now, UnderstandWithin: 10 * time.Second}
	for _, one := range set {
		one(&o)
	}
	c, err := llm.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func streaming(o *llm.Options) { o.Profile.Stream = true }

func question(text string) bot.Question {
	return bot.Question{
		Whom: bot.Identity{Tenant: "t", User: "u1"}, Text: text, Locale: "zh-CN",
		Offers: []bot.Offer{{Intent: "fail.network", Label: "网络不好"}, {Intent: "fail.system", Label: "系统繁忙"}},
	}
}

func TestHarmlessTraps(t *testing.T) {
	t.Parallel()
	for _, trap := range llmtest.Harmless() {
		for _, mode := range []func(*llm.Options){func(*llm.Options) {}, streaming} {
			p := provider(t, theNetwork)
			p.Set(trap)
			if got, err := client(t, p, mode).Interpret(t.Context(), question("老转圈")); err != nil || got != "fail.network" {
				t.Errorf("%q: %q, %v", trap, got, err)
			}
		}
	}
}

func TestEveryTrapIsAnErrorInTime(t *testing.T) {
	t.Parallel()
	for _, trap := range llmtest.Traps() {
		for name, mode := range map[string]func(*llm.Options){"whole": func(*llm.Options) {}, "stream": streaming} {
			t.Run(string(trap)+", "+name, func(t *testing.T) {
				t.Parallel()
				p := provider(t, theNetwork)
				p.Set(trap)
				within := 10 * time.Second
				if trap == llmtest.Stalled || trap == llmtest.StalledHalf || trap == llmtest.Flood {
					within = 200 * time.Millisecond
				}
				var logged bytes.Buffer
				c := client(t, p, mode, func(o *llm.Options) {
					o.UnderstandWithin, o.Logger = within, slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
				})
				got, err := c.Interpret(t.Context(), question("老转圈"))
				if err == nil || got != "" {
					t.Fatalf("%q, %v", got, err)
				}
				if strings.Contains(err.Error(), secret) || strings.Contains(logged.String(), secret) {
					t.Error("the key is told")
				}
				for _, asked := range p.Asked() {
					if asked.System == "elsewhere" {
						t.Error("followed to somewhere else")
					}
				}
			})
		}
	}
}

func TestKindsOfErrors(t *testing.T) {
	t.Parallel()
	for trap, want := range map[llmtest.Trap]error{
		llmtest.TooMany: llm.ErrUnavailable, llmtest.Failing: llm.ErrUnavailable, llmtest.HTML: llm.ErrUnavailable, llmtest.Reset: llm.ErrUnavailable,
		llmtest.Refused: llm.ErrRefused, llmtest.OldError: llm.ErrRefused, llmtest.Redirect: llm.ErrRefused,
		llmtest.Blank: llm.ErrInvalid, llmtest.Huge: llm.ErrInvalid, llmtest.Truncated: llm.ErrInvalid, llmtest.Garbage: llm.ErrInvalid,
	} {
		p := provider(t, theNetwork)
		p.Set(trap)
		if _, err := client(t, p).Interpret(t.Context(), question("老转圈")); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", trap, err, want)
		}
	}
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	for _, profile := range llm.Profiles() {
		p := provider(t, theNetwork)
		c := client(t, p, func(o *llm.Options) { o.Profile = profile; o.Profile.BaseURL = p.BaseURL() })
		if _, err := c.Interpret(t.Context(), question("老转圈")); err != nil {
			t.Errorf("%s: %v", profile.Provider, err)
			continue
		}
		asked := p.Asked()[0]
		if string(asked.Body["temperature"]) != "0" || string(asked.Body[profile.TokenField]) != "800" {
			t.Errorf("%s: temperature %s, tokens %s", profile.Provider, asked.Body["temperature"], asked.Body[profile.TokenField])
		}
		if !strings.Contains(asked.System, "JSON") || asked.Header.Get("Authorization") != "Bearer "+secret {
			t.Errorf("%s: no word JSON, or no key", profile.Provider)
		}
		var format struct{ Type string }
		_ = json.Unmarshal(asked.Body["response_format"], &format)
		if want := map[llm.Structured]string{llm.BySchema: "json_schema", llm.ByObject: "json_object"}[profile.Structured]; format.Type != want {
			t.Errorf("%s: format %q, want %q", profile.Provider, format.Type, want)
		}
		if _, tools := asked.Body["tools"]; tools || strings.Contains(string(asked.Body["messages"]), "u1") {
			t.Errorf("%s: tools, or who is asking, were sent", profile.Provider)
		}
		var off map[string]json.RawMessage
		_ = json.Unmarshal(profile.NoThinking, &off)
		for name, value := range off {
			if string(asked.Body[name]) != string(value) {
				t.Errorf("%s: %s is %s, want %s", profile.Provider, name, asked.Body[name], value)
			}
		}
	}
}

func TestExtraBodyHasTheLastWord(t *testing.T) {
	t.Parallel()
	p := provider(t, theNetwork)
	c := client(t, p, func(o *llm.Options) { o.ExtraBody = json.RawMessage(`{"temperature":null,"top_k":1}`) })
	if _, err := c.Interpret(t.Context(), question("老转圈")); err != nil {
		t.Fatal(err)
	}
	if body := p.Asked()[0].Body; body["temperature"] != nil || string(body["top_k"]) != "1" {
		t.Errorf("temperature %s, top_k %s", body["temperature"], body["top_k"])
	}
}

func TestQwenThinksInStreamsAlone(t *testing.T) {
	t.Parallel()
	p := provider(t, theNetwork)
	c := client(t, p, func(o *llm.Options) {
		o.Profile, _ = llm.ProfileOf("qwen")
		o.Profile.BaseURL, o.Thinking = p.BaseURL(), true
	})
	if _, err := c.Interpret(t.Context(), question("老转圈")); err != nil {
		t.Fatal(err)
	}
	if asked := p.Asked()[0]; !asked.Stream || string(asked.Body["enable_thinking"]) != "true" {
		t.Errorf("stream %v, thinking %s", asked.Stream, asked.Body["enable_thinking"])
	}
}

func TestOneRepair(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]string{"unknown intent": `{"reason":"","intent":"approve_loan"}`, "no JSON": "网络", "extra field": `{"intent":"fail.network","reason":"","x":1}`} {
		p := provider(t, func(r llmtest.Request) string {
			if r.Turns == 2 {
				return first
			}
			return theNetwork(r)
		})
		if got, err := client(t, p).Interpret(t.Context(), question("老转圈")); got != "fail.network" || err != nil || len(p.Asked()) != 2 {
			t.Errorf("%s: %q, %v after %d requests", name, got, err, len(p.Asked()))
		}
		p = provider(t, func(llmtest.Request) string { return first })
		if _, err := client(t, p).Interpret(t.Context(), question("老转圈")); !errors.Is(err, llm.ErrInvalid) || len(p.Asked()) != 2 {
			t.Errorf("%s, always: %v after %d requests", name, err, len(p.Asked()))
		}
	}
}

func TestNoneIsNoIntent(t *testing.T) {
	t.Parallel()
	p := provider(t, func(llmtest.Request) string { return `{"reason":"别的","intent":"none"}` })
	if got, err := client(t, p).Interpret(t.Context(), question("天气")); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTriesAgainOnce(t *testing.T) {
	t.Parallel()
	p := provider(t, theNetwork)
	p.Each(func(n int) llmtest.Trap { return map[bool]llmtest.Trap{true: llmtest.Failing}[n == 1] })
	if got, err := client(t, p).Interpret(t.Context(), question("老转圈")); got != "fail.network" || err != nil || len(p.Asked()) != 2 {
		t.Errorf("%q, %v after %d requests", got, err, len(p.Asked()))
	}
}

func TestAPauseThatTheProviderAskedForIsKept(t *testing.T) {
	t.Parallel()
	p, now := provider(t, theNetwork), newClock()
	p.Set(llmtest.TooMany)
	c := client(t, p, func(o *llm.Options) { o.Now = now.Now })
	if _, err := c.Interpret(t.Context(), question("一")); !errors.Is(err, llm.ErrUnavailable) {
		t.Error(err)
	}
	p.Set(llmtest.Fine)
	now.pass(29 * time.Second)
	if err := c.Ready(); !errors.Is(err, llm.ErrPaused) {
		t.Errorf("ready: %v", err)
	}
	if _, err := c.Interpret(t.Context(), question("二")); !errors.Is(err, llm.ErrPaused) || len(p.Asked()) != 1 {
		t.Errorf("%v after %d requests", err, len(p.Asked()))
	}
	now.pass(2 * time.Second)
	if _, err := c.Interpret(t.Context(), question("三")); err != nil || c.Ready() != nil {
		t.Errorf("%v, ready: %v", err, c.Ready())
	}
}

func TestTheBreakerOpensForASlowProviderNotForOddAnswers(t *testing.T) {
	t.Parallel()
	p := provider(t, func(llmtest.Request) string { return "nonsense" })
	c := client(t, p)
	for _, text := range []string{"一", "二", "三", "四", "五", "六"} {
		if _, err := c.Interpret(t.Context(), question(text)); !errors.Is(err, llm.ErrInvalid) {
			t.Fatal(err)
		}
	}
	p.Set(llmtest.Stalled)
	c = client(t, p, func(o *llm.Options) { o.UnderstandWithin, o.BreakerFailures = 20*time.Millisecond, 3 })
	for _, text := range []string{"一", "二", "三"} {
		if _, err := c.Interpret(t.Context(), question(text)); !errors.Is(err, llm.ErrTimeout) {
			t.Fatal(err)
		}
	}
	asked := len(p.Asked())
	if _, err := c.Interpret(t.Context(), question("四")); !errors.Is(err, llm.ErrPaused) || len(p.Asked()) != asked {
		t.Errorf("%v after %d more requests", err, len(p.Asked())-asked)
	}
}

func TestTheSameQuestionIsAskedOnce(t *testing.T) {
	t.Parallel()
	p, now := provider(t, theNetwork), newClock()
	c := client(t, p, func(o *llm.Options) { o.Now = now.Now })
	for range 3 {
		q := question("老转圈")
		q.Whom.User += "x"
		if got, err := c.Interpret(t.Context(), q); got != "fail.network" || err != nil {
			t.Fatal(got, err)
		}
	}
	if len(p.Asked()) != 1 {
		t.Errorf("asked %d times", len(p.Asked()))
	}
	now.pass(2 * time.Hour)
	if _, err := c.Interpret(t.Context(), question("老转圈")); err != nil || len(p.Asked()) != 2 {
		t.Errorf("asked %d times: %v", len(p.Asked()), err)
	}
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	for name, budget := range map[string]llm.Budget{
		"of a person": {UserTokens: 1400}, "of all": {Tokens: 1400}, "of money": {Cost: 14, PriceIn: 10_000, PriceOut: 10_000},
	} {
		p, now := provider(t, theNetwork), newClock()
		c := client(t, p, func(o *llm.Options) { o.Budget, o.Now = budget, now.Now })
		spent := 0
		for ; spent < 50; spent++ {
			if _, err := c.Interpret(t.Context(), question(strings.Repeat("问", spent+1))); err != nil {
				if !errors.Is(err, llm.ErrBudget) {
					t.Errorf("%s: %v", name, err)
				}
				break
			}
		}
		if spent == 0 || spent == 50 || len(p.Asked()) != spent {
			t.Errorf("%s: %d questions, %d requests", name, spent, len(p.Asked()))
		}
		other := question("别人的问题")
		other.Whom.User = "u2"
		if _, err := c.Interpret(t.Context(), other); (err == nil) != (budget.UserTokens > 0) {
			t.Errorf("%s: somebody else: %v", name, err)
		}
		now.pass(24 * time.Hour)
		if _, err := c.Interpret(t.Context(), question("第二天")); err != nil {
			t.Errorf("%s, a day later: %v", name, err)
		}
	}
}

func TestManyAtOnceDoNotOverspendNorQueue(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	p := provider(t, func(r llmtest.Request) string { <-release; return theNetwork(r) })
	c := client(t, p, func(o *llm.Options) { o.Concurrency = 2 })
	results := make(chan error, 10)
	for i := range 10 {
		go func() {
			_, err := c.Interpret(context.WithoutCancel(t.Context()), question(strings.Repeat("问", i+1)))
			results <- err
		}()
	}
	for range 8 { // two wait for the provider, the others for nobody
		if err := <-results; !errors.Is(err, llm.ErrBusy) {
			t.Error(err)
		}
	}
	close(release)
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func TestWhatAClientNeeds(t *testing.T) {
	t.Parallel()
	profile, _ := llm.ProfileOf("qwen")
	_, err := llm.NewClient(llm.Options{Profile: profile, ExtraBody: json.RawMessage(`[]`)})
	for _, want := range []string{"a model", "a clock", "a key", "extra body"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add(`{"reason":"x","intent":"fail.network"}`)
	f.Add("```json\n{}```")
	f.Add(`{"intent":{"a":[]}}`)
	p := llmtest.New(theNetwork)
	f.Cleanup(p.Close)
	f.Fuzz(func(t *testing.T, answer string) {
		p.Answer(func(llmtest.Request) string { return answer })
		got, err := client(t, p).Interpret(t.Context(), question("老转圈"))
		if err == nil && got != "" && got != "fail.network" && got != "fail.system" {
			t.Errorf("%q", got)
		}
	})
}
