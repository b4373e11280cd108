package llm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	openai "github.com/sashabaranov/go-openai"
	"github.com/sony/gobreaker/v2"
)

// Use is what a model is asked for.
type Use string

// The uses.
const (
	UseUnderstand Use = "understand"
	UsePhrase     Use = "phrase"
	UseSummarise  Use = "summarise"
	UseName       Use = "name"
	UseEmbed      Use = "embed"
)

// Client asks a model. It is safe for concurrent use.
type Client struct {
	options Options
	breaker *gobreaker.CircuitBreaker[reply]
	// An endpoint for embeddings may be missing where the others are fine.
	embedBreaker *gobreaker.CircuitBreaker[reply]
	purse        *purse
	cache        *cache[string]
	vectors      *cache[[]float32]
	flights      *flights
	slots        chan struct{}

	mu      sync.Mutex
	pause   time.Time // no request before
	refused refusals
	log     ledger
}

// NewClient returns a client, or says what is missing.
func NewClient(o Options) (*Client, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	return &Client{
		options: o, breaker: newBreaker(o, "llm"), embedBreaker: newBreaker(o, "llm embeddings"),
		purse: newPurse(o.Budget, o.Now), cache: newCache[string](o.CacheEntries, o.CacheFor, o.Now),
		vectors: newCache[[]float32](o.CacheEntries, o.CacheFor, o.Now), flights: newFlights(), slots: make(chan struct{}, o.Concurrency), log: ledger{},
	}, nil
}

// Close ends idle connections.
func (c *Client) Close() { c.options.HTTP.CloseIdleConnections() }

// Today is what was spent today.
func (c *Client) Today() Spent { return c.purse.today() }

// Spent is what was spent since the start.
func (c *Client) Spent() Spent { return c.purse.all() }

// within is how long an answer may take.
func (c *Client) within(use Use) time.Duration {
	switch use {
	case UseUnderstand:
		return c.options.UnderstandWithin
	case UsePhrase:
		return c.options.PhraseWithin
	}
	return c.options.BackgroundWithin
}

// ask returns an answer that read accepts. What is wrong with the first one, the
// model is told once.
func (c *Client) ask(ctx context.Context, p prompt, read func(text string) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.within(p.use), ErrTimeout)
	defer cancel()
	outcome, err := c.resolve(ctx, p, read)
	c.note(p.use, outcome)
	if err != nil {
		return &unanswered{p.use, outcome, err}
	}
	return nil
}

// resolve takes an answer that is known or on its way, else asks for one.
func (c *Client) resolve(ctx context.Context, p prompt, read func(string) error) (Outcome, error) {
	key := p.key(c.options.Model)
	one, first := c.flights.join(key)
	if !first {
		text, err := one.wait(ctx)
		if err == nil {
			err = read(text)
		}
		if !personal(err) || ctx.Err() != nil {
			return outcomeOf(err, sharedAnswer), err
		}
	}
	text, how, err := "", answered, errNobodyKnows
	if first {
		defer func() { c.flights.end(key, one, text, err) }()
	}
	if known, ok := c.cache.find(key); ok {
		text, how, err = known, cachedAnswer, read(known)
	} else {
		text, err = c.converse(ctx, p, key, read)
	}
	return outcomeOf(err, how), err
}

// converse returns an answer that read has accepted, and remembers it.
func (c *Client) converse(ctx context.Context, p prompt, key cacheKey, read func(string) error) (string, error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	default:
		return "", ErrBusy
	}
	round := c.cache.round()
	said, err := c.answer(ctx, p, nil)
	if err != nil {
		return "", err
	}
	wrong := read(said.text)
	if wrong != nil {
		if said, err = c.answer(ctx, p, repair(said.text, wrong)); err != nil {
			return "", err
		}
		wrong = read(said.text)
	}
	if wrong != nil {
		return "", fmt.Errorf("%w: %w", ErrInvalid, wrong)
	}
	c.cache.keep(key, said.text, round)
	return said.text, nil
}

// Forget drops all answers that are remembered, and those that are on their way
// are not remembered. Nobody knows whose words they were made of, so that is what
// there is to do when somebody is erased.
func (c *Client) Forget() {
	c.cache.clear()
	c.vectors.clear()
}

// repair tells a model what was wrong with its answer.
func repair(said string, wrong error) []openai.ChatCompletionMessage {
	return []openai.ChatCompletionMessage{
		{Role: openai.ChatMessageRoleAssistant, Content: clipped(said)},
		{Role: openai.ChatMessageRoleUser, Content: "That answer cannot be used: " + clipped(wrong.Error()) + ". Answer again, with the JSON object alone."},
	}
}

// clipped is the beginning of a text.
func clipped(text string) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), 2000)])
}

// answer sends a prompt, twice where the first try may just have been unlucky.
func (c *Client) answer(ctx context.Context, p prompt, since []openai.ChatCompletionMessage) (reply, error) {
	said, err := c.once(ctx, p, since)
	unlucky, ok := errors.AsType[*failure](err)
	if !ok || !unlucky.again || !c.waited(ctx, unlucky.after) {
		return said, err
	}
	return c.once(ctx, p, since)
}

// retryPause lies before a second try that nobody asked to come later.
const retryPause = 50 * time.Millisecond

// waited waits before a second try. Where there is no time for one, the provider
// is left alone for as long as it asked.
func (c *Client) waited(ctx context.Context, after time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && after >= time.Until(end) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if until := c.options.Now().Add(after); until.After(c.pause) { // others may have heard of a longer one
			c.pause = until
		}
		return false
	}
	timer := time.NewTimer(max(after, retryPause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// once sends a prompt within the budget, unless there is a pause.
func (c *Client) once(ctx context.Context, p prompt, since []openai.ChatCompletionMessage) (reply, error) {
	if c.paused() {
		return reply{}, fmt.Errorf("as the provider asked: %w", ErrPaused)
	}
	most := Usage{In: estimate(p.system + p.data), Out: c.options.AnswerTokens}
	for _, message := range since {
		most.In += estimate(message.Content)
	}
	settle, err := c.purse.take(p.whom, most)
	if err != nil {
		return reply{}, err
	}
	begun := time.Now()
	said, err := c.breaker.Execute(func() (reply, error) { return c.exchange(ctx, p, since) })
	c.tookRequest(err)
	switch {
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		settle(Usage{})
		return reply{}, fmt.Errorf("after too many failures: %w", ErrPaused)
	case errors.Is(err, ErrUnavailable), errors.Is(err, ErrRefused):
		settle(Usage{}) // nothing was made of it
	case err != nil:
		settle(most) // nobody knows what it took
	default:
		settle(said.usage)
	}
	c.took(p.use, time.Since(begun), said.usage)
	return said, err
}

func (c *Client) paused() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.options.Now().Before(c.pause)
}
