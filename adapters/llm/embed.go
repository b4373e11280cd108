package llm

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
	"github.com/sony/gobreaker/v2"
)

const (
	// embeddedAtOnce is how many texts every provider takes in one request.
	embeddedAtOnce = 10
	// longestVector is more than models have numbers for a text.
	longestVector = 8192
	// maxVectorBytes is more than a request's vectors take.
	maxVectorBytes = 1 << 20
)

// Embed returns what texts mean as vectors, one each and all of one length. It is all
// of them or an error. The texts are masked ones.
func (c *Client) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if c.options.EmbedModel == "" {
		return nil, fmt.Errorf("llm %s: %w: there is no model for it", UseEmbed, ErrRefused)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.within(UseEmbed), ErrTimeout)
	defer cancel()
	vectors := make([][]float32, len(texts))
	var missing []int
	for i, text := range texts {
		if known, ok := c.vectors.find(c.vectorKey(text)); ok {
			vectors[i] = known
		} else {
			missing = append(missing, i)
		}
	}
	for len(missing) > 0 {
		batch := missing[:min(embeddedAtOnce, len(missing))]
		missing = missing[len(batch):]
		if err := c.embed(ctx, texts, batch, vectors); err != nil {
			outcome := outcomeOf(err, answered)
			c.note(UseEmbed, outcome)
			return nil, &unanswered{UseEmbed, outcome, err}
		}
		c.note(UseEmbed, answered)
	}
	if err := oneLength(vectors); err != nil {
		return nil, &unanswered{UseEmbed, "invalid", err}
	}
	return vectors, nil
}

func (c *Client) vectorKey(text string) cacheKey {
	return sha256.Sum256([]byte(c.options.EmbedModel + "\x00" + text))
}

// embed fills in the vectors of one request.
func (c *Client) embed(ctx context.Context, texts []string, batch []int, vectors [][]float32) error {
	some, most := make([]string, len(batch)), Usage{}
	for i, at := range batch {
		some[i] = texts[at]
		most.In += estimate(texts[at])
	}
	if c.paused() {
		return fmt.Errorf("as the provider asked: %w", ErrPaused)
	}
	settle, err := c.purse.take(account{name: "groups"}, most)
	if err != nil {
		return err
	}
	begun := time.Now()
	said, err := c.embedBreaker.Execute(func() (reply, error) { return c.embedded(ctx, some) })
	switch {
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		settle(Usage{})
		return fmt.Errorf("after too many failures: %w", ErrPaused)
	case err != nil:
		settle(most)
	default:
		settle(said.usage)
	}
	c.took(UseEmbed, time.Since(begun), said.usage)
	for i, vector := range said.vectors {
		vectors[batch[i]] = vector
		c.vectors.keep(c.vectorKey(some[i]), vector)
	}
	return err
}

// embedded asks for the vectors of a few texts.
func (c *Client) embedded(ctx context.Context, texts []string) (reply, error) {
	d := &doer{client: c.options.HTTP, now: c.options.Now, most: maxVectorBytes}
	config := openai.DefaultConfig(c.options.Key)
	config.BaseURL, config.HTTPClient = strings.TrimSuffix(c.options.Profile.BaseURL, "/"), d
	response, err := openai.NewClientWithConfig(config).CreateEmbeddings(ctx, openai.EmbeddingRequest{
		Input: texts, Model: openai.EmbeddingModel(c.options.EmbedModel),
	})
	if err == nil {
		var said reply
		if said.vectors, err = vectorsOf(response.Data, len(texts)); err == nil {
			said.usage = Usage{In: response.Usage.PromptTokens, Told: possible(response.Usage.PromptTokens, 0)}
			if !said.usage.Told {
				said.usage.In = estimate(strings.Join(texts, ""))
			}
			return said, nil
		}
	}
	unlucky := failed(ctx, err, d.retryAfter)
	unlucky.key = c.options.Key
	return reply{}, unlucky
}

// errNoVectors says that vectors are not what was asked for.
var errNoVectors = errors.New("these are no vectors of the texts")

// vectorsOf puts vectors into the order of their texts. Each text has one, and each
// is one that can be compared.
func vectorsOf(data []openai.Embedding, n int) ([][]float32, error) {
	if len(data) != n {
		return nil, fmt.Errorf("%w: %d of %d", errNoVectors, len(data), n)
	}
	vectors := make([][]float32, n)
	for _, one := range data {
		if one.Index < 0 || one.Index >= n || vectors[one.Index] != nil {
			return nil, fmt.Errorf("%w: the index %d", errNoVectors, one.Index)
		}
		if err := directed(one.Embedding); err != nil {
			return nil, err
		}
		vectors[one.Index] = one.Embedding
	}
	return vectors, oneLength(vectors)
}

func directed(vector []float32) error {
	if len(vector) == 0 || len(vector) > longestVector {
		return fmt.Errorf("%w: one has %d numbers", errNoVectors, len(vector))
	}
	sum := 0.0
	for _, number := range vector {
		sum += float64(number) * float64(number)
	}
	if sum == 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		return fmt.Errorf("%w: one has no direction", errNoVectors)
	}
	return nil
}

func oneLength(vectors [][]float32) error {
	for _, vector := range vectors {
		if len(vector) != len(vectors[0]) {
			return fmt.Errorf("%w: %w: %d and %d numbers", ErrInvalid, errNoVectors, len(vectors[0]), len(vector))
		}
	}
	return nil
}
